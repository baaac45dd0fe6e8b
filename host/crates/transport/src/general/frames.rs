//! Decides which exchange a byte of an HTTP/2 connection belongs to, and stamps it.
//!
//! Reads along with what passes and tells the frames apart (RFC 9113, section 4.1), so that the instants are those of the
//! stream's own frames, whatever else is on the connection:
//! - `sent` is the write that took the first byte of the stream's HEADERS frame. It may be later than the submission when
//!   the connection's earlier bytes still wait for room in the socket: that is queue.
//! - the first and the last byte are the reads in which the stream's first and last HEADERS, CONTINUATION or DATA frame
//!   came, the last one with its last byte. Reads are of up to some 16 KiB, so a frame that came with others has their instant; over TLS a
//!   record is read whole. Reads wait for their turn as those of any connection do.
//! - bytes are those of the stream's own frames with their nine-byte heads, window updates and resets included. What
//!   belongs to the connection as a whole (settings, pings) is nobody's.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use model::Nanos;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::stamped::{Beginning, Meter, Stamps};

/// What a client writes before its first frame.
const PREFACE: usize = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".len();
const HEAD: usize = 9;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

/// The frames of one connection, both ways.
pub(crate) struct Frames {
    meter: Rc<Meter>,
    reading: RefCell<Cursor>,
    writing: RefCell<Cursor>,
    streams: RefCell<HashMap<u32, Rc<Stamps>>>,
    beginning: Beginning,
    has_settings: Cell<bool>,
    goodbye: Cell<Option<Goodbye>>,
}

/// The other side is closing the connection (GOAWAY).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Goodbye {
    /// Last stream that it has looked at.
    pub(crate) last_stream: u32,
    /// Why.
    pub(crate) reason: h2::Reason,
}

impl Frames {
    pub(crate) fn new(meter: Rc<Meter>) -> Rc<Self> {
        Rc::new(Self {
            meter,
            reading: RefCell::default(),
            writing: RefCell::new(Cursor { skip: PREFACE, ..Cursor::default() }),
            streams: RefCell::default(),
            beginning: Beginning::default(),
            has_settings: Cell::new(false),
            goodbye: Cell::new(None),
        })
    }

    /// From now on the stream's frames are stamped, until what is given back is dropped.
    pub(crate) fn follow(self: &Rc<Self>, stream: u32, stamps: Rc<Stamps>) -> Followed {
        self.streams.borrow_mut().insert(stream, stamps);
        Followed { frames: Rc::clone(self), stream }
    }

    /// How the other side began.
    pub(crate) fn beginning(&self) -> Vec<u8> {
        self.beginning.get()
    }

    /// The other side has told its settings, the number of streams among them.
    pub(crate) fn has_settings(&self) -> bool {
        self.has_settings.get()
    }

    /// The other side is closing the connection.
    pub(crate) fn goodbye(&self) -> Option<Goodbye> {
        self.goodbye.get()
    }

    fn note_read(&self, at: Nanos, bytes: &[u8]) {
        self.beginning.note(bytes);
        let streams = self.streams.borrow();
        self.reading.borrow_mut().advance(bytes, at, |piece| {
            if let Some(stamps) = streams.get(&piece.stream) {
                match piece.kind {
                    DATA | HEADERS | CONTINUATION => stamps.note_read(at, piece.count),
                    _ => stamps.note_overhead(piece.count),
                }
            }
            match piece.kind {
                SETTINGS => self.has_settings.set(true),
                // The last of them counts: a gentle one comes first, and names the highest number there is.
                GOAWAY => self.goodbye.set(piece.goodbye.or(self.goodbye.get())),
                _ => {}
            }
        });
    }

    fn note_written<'a>(&self, at: Nanos, mut taken: usize, bufs: impl Iterator<Item = &'a [u8]>) {
        let streams = self.streams.borrow();
        let mut writing = self.writing.borrow_mut();
        for buf in bufs {
            let part = &buf[..taken.min(buf.len())];
            writing.advance(part, at, |piece| {
                if let Some(stamps) = streams.get(&piece.stream) {
                    stamps.note_written(piece.begun, piece.count);
                }
            });
            taken -= part.len();
            if taken == 0 {
                break;
            }
        }
    }
}

/// A stream whose frames are stamped.
pub(crate) struct Followed {
    frames: Rc<Frames>,
    stream: u32,
}

impl Followed {
    /// Its number.
    pub(crate) fn stream(&self) -> u32 {
        self.stream
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        self.frames.streams.borrow_mut().remove(&self.stream);
    }
}

/// Bytes of one frame that passed together.
struct Piece {
    kind: u8,
    stream: u32,
    count: usize,
    /// When the frame's first byte passed.
    begun: Nanos,
    /// Of a frame that closes the connection, once it is known.
    goodbye: Option<Goodbye>,
}

/// A place within a sequence of frames.
#[derive(Default)]
struct Cursor {
    /// Bytes before the first frame.
    skip: usize,
    head: [u8; HEAD],
    /// Bytes of the head that passed.
    of_head: usize,
    /// Bytes of the payload to come.
    left: usize,
    begun: Nanos,
    /// The first bytes of the payload, and how many of them passed.
    start: [u8; 8],
    of_start: usize,
}

impl Cursor {
    fn advance(&mut self, mut bytes: &[u8], at: Nanos, mut each: impl FnMut(Piece)) {
        let skipped = self.skip.min(bytes.len());
        self.skip -= skipped;
        bytes = &bytes[skipped..];
        while !bytes.is_empty() {
            if self.of_head == 0 {
                self.begun = at;
            }
            let mut count = 0;
            if self.of_head < HEAD {
                let part = bytes.len().min(HEAD - self.of_head);
                self.head[self.of_head..self.of_head + part].copy_from_slice(&bytes[..part]);
                self.of_head += part;
                bytes = &bytes[part..];
                if self.of_head < HEAD {
                    return;
                }
                let [high, middle, low, ..] = self.head;
                self.left = u32::from_be_bytes([0, high, middle, low]) as usize;
                self.of_start = 0;
                count = HEAD;
            }
            let part = bytes.len().min(self.left);
            let of_start = part.min(self.start.len() - self.of_start);
            self.start[self.of_start..self.of_start + of_start].copy_from_slice(&bytes[..of_start]);
            self.of_start += of_start;
            self.left -= part;
            bytes = &bytes[part..];
            let [_, _, _, kind, _, a, b, c, d] = self.head;
            let number = |bytes| u32::from_be_bytes(bytes) & (u32::MAX >> 1);
            each(Piece {
                kind,
                stream: number([a, b, c, d]),
                count: count + part,
                begun: self.begun,
                goodbye: (kind == GOAWAY && self.of_start == self.start.len()).then(|| {
                    let [a, b, c, d, e, f, g, h] = self.start;
                    Goodbye { last_stream: number([a, b, c, d]), reason: u32::from_be_bytes([e, f, g, h]).into() }
                }),
            });
            if self.left == 0 {
                self.of_head = 0;
            }
        }
    }
}

/// A stream of bytes whose frames are stamped.
pub(crate) struct Framed<S> {
    stream: S,
    frames: Rc<Frames>,
}

impl<S> Framed<S> {
    pub(crate) fn new(stream: S, frames: Rc<Frames>) -> Self {
        Self { stream, frames }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Framed<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { stream, frames } = &mut *self;
        let before = buf.filled().len();
        let filled = ready!(frames.meter.read(cx, |cx| {
            ready!(Pin::new(stream).poll_read(cx, buf))?;
            Poll::Ready(Ok(buf.filled().len() - before))
        }))?;
        if filled > 0 {
            frames.note_read(frames.meter.now(), &buf.filled()[before..]);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Framed<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let before = self.frames.meter.now();
        let taken = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        self.frames.note_written(before, taken, std::iter::once(buf));
        Poll::Ready(Ok(taken))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let before = self.frames.meter.now();
        let taken = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, bufs))?;
        self.frames.note_written(before, taken, bufs.iter().map(|buf| &**buf));
        Poll::Ready(Ok(taken))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of so many bytes of payload.
    fn frame(kind: u8, stream: u32, length: u8) -> Vec<u8> {
        let mut bytes = vec![0, 0, length, kind, 0];
        bytes.extend(stream.to_be_bytes());
        bytes.extend((0..length).map(|byte| byte % 2));
        bytes
    }

    #[test]
    fn frames_are_told_apart_however_they_are_cut() {
        let all = [frame(4, 0, 6), frame(1, 1, 20), frame(0, 3, 200), frame(0, 1, 0), frame(7, 0, 8)].concat();
        for size in [1, 2, 3, 8, 9, 10, 11, 100, 1000] {
            let mut cursor = Cursor::default();
            let mut counts: HashMap<(u8, u32), usize> = HashMap::new();
            let mut goodbye = None;
            for part in all.chunks(size) {
                cursor.advance(part, 0, |piece| {
                    *counts.entry((piece.kind, piece.stream)).or_default() += piece.count;
                    goodbye = piece.goodbye.or(goodbye);
                });
            }
            let mut counts: Vec<_> = counts.into_iter().collect();
            counts.sort_unstable();
            let expected = [((0, 1), 9), ((0, 3), 209), ((1, 1), 29), ((4, 0), 15), ((7, 0), 17)];
            assert_eq!(counts, expected, "{size}");
            let last_stream = 0x0001_0001;
            assert_eq!(goodbye, Some(Goodbye { last_stream, reason: 0x0001_0001.into() }), "{size}");
        }
    }

    #[test]
    fn what_precedes_the_frames_is_skipped() {
        let mut cursor = Cursor { skip: PREFACE, ..Cursor::default() };
        let mut seen = Vec::new();
        let bytes = [vec![b'x'; PREFACE], frame(1, 5, 3)].concat();
        for part in bytes.chunks(7) {
            cursor.advance(part, 0, |piece| seen.push((piece.kind, piece.stream)));
        }
        assert!(!seen.is_empty() && seen.iter().all(|piece| *piece == (1, 5)), "{seen:?}");
    }
}
