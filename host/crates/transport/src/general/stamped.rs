//! Decides when a byte counts as written or read: stamps the instants of an exchange at the stream itself.
//!
//! `sent` is read off the clock just before the write that takes the first byte: the system may deliver it before that
//! call returns, so a later stamp would flatter the target. Bytes read are stamped when the read returns. Over TLS the
//! bytes are those of HTTP, before encryption and after decryption.

use std::cell::Cell;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use model::{Clock, Nanos};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes of an answer's beginning that are kept, to tell what came when it was not HTTP.
const BEGINNING: usize = 32;
/// Bytes that are read in one turn of one exchange or connection. A target that sends without end would hold up all others.
const A_TURN: usize = 256 * 1024;

/// The clock that stamps, and what is left of the turn under way.
pub(crate) struct Meter {
    clock: Arc<dyn Clock>,
    left: Cell<usize>,
}

impl Meter {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Rc<Self> {
        Rc::new(Self { clock, left: Cell::new(A_TURN) })
    }

    pub(crate) fn now(&self) -> Nanos {
        self.clock.now()
    }

    /// A turn begins.
    pub(crate) fn begin_turn(&self) {
        self.left.set(A_TURN);
    }

    /// Reads, unless the turn is used up: then the reader is called again after all others.
    pub(crate) fn read(
        &self,
        cx: &mut Context<'_>,
        read: impl FnOnce(&mut Context<'_>) -> Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if self.left.get() == 0 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let taken = ready!(read(cx))?;
        self.left.set(self.left.get().saturating_sub(taken));
        Poll::Ready(Ok(taken))
    }
}

/// How a connection's first read began.
#[derive(Default)]
pub(crate) struct Beginning {
    bytes: Cell<[u8; BEGINNING]>,
    length: Cell<usize>,
}

impl Beginning {
    /// Forgets it.
    pub(crate) fn clear(&self) {
        self.length.set(0);
    }

    /// Notes the first read; those that follow change nothing.
    pub(crate) fn note(&self, read: &[u8]) {
        if self.length.get() == 0 {
            let length = read.len().min(BEGINNING);
            let mut bytes = [0; BEGINNING];
            bytes[..length].copy_from_slice(&read[..length]);
            self.bytes.set(bytes);
            self.length.set(length);
        }
    }

    pub(crate) fn get(&self) -> Vec<u8> {
        self.bytes.get()[..self.length.get()].to_vec()
    }
}

/// Instants and bytes of one exchange.
#[derive(Default)]
pub(crate) struct Stamps {
    sent: Cell<Option<Nanos>>,
    first_read: Cell<Option<Nanos>>,
    last_read: Cell<Option<Nanos>>,
    closed: Cell<Option<Nanos>>,
    written: Cell<u64>,
    read: Cell<u64>,
    beginning: Beginning,
}

impl Stamps {
    /// Forgets the exchange before: what follows belongs to the next.
    pub(crate) fn arm(&self) {
        self.sent.set(None);
        self.first_read.set(None);
        self.last_read.set(None);
        self.closed.set(None);
        self.written.set(0);
        self.read.set(0);
        self.beginning.clear();
    }

    /// First byte written.
    pub(crate) fn sent(&self) -> Option<Nanos> {
        self.sent.get()
    }

    /// First byte read.
    pub(crate) fn first_read(&self) -> Option<Nanos> {
        self.first_read.get()
    }

    /// Last bytes read.
    pub(crate) fn last_read(&self) -> Option<Nanos> {
        self.last_read.get()
    }

    /// The other side closed.
    pub(crate) fn closed(&self) -> Option<Nanos> {
        self.closed.get()
    }

    /// Bytes written.
    pub(crate) fn written(&self) -> u64 {
        self.written.get()
    }

    /// Bytes read.
    pub(crate) fn read(&self) -> u64 {
        self.read.get()
    }

    /// How the answer began.
    pub(crate) fn beginning(&self) -> Vec<u8> {
        self.beginning.get()
    }

    /// Bytes were read.
    pub(crate) fn note_read(&self, at: Nanos, count: usize) {
        if self.first_read.get().is_none() {
            self.first_read.set(Some(at));
        }
        self.last_read.set(Some(at));
        self.read.set(self.read.get() + count as u64);
    }

    /// Bytes were read that are no part of the answer.
    pub(crate) fn note_overhead(&self, count: usize) {
        self.read.set(self.read.get() + count as u64);
    }

    /// Bytes were written by a write that began at `at`.
    pub(crate) fn note_written(&self, at: Nanos, count: usize) {
        if self.sent.get().is_none() {
            self.sent.set(Some(at));
        }
        self.written.set(self.written.get() + count as u64);
    }
}

/// A stream of which all that passes belongs to one exchange at a time.
pub(crate) struct Stamped<S> {
    stream: S,
    stamps: Rc<Stamps>,
    meter: Rc<Meter>,
}

impl<S> Stamped<S> {
    pub(crate) fn new(stream: S, stamps: Rc<Stamps>, meter: Rc<Meter>) -> Self {
        Self { stream, stamps, meter }
    }

    /// Runs a write, and notes it when it took anything.
    fn write(&self, before: Nanos, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(Ok(taken)) = written
            && taken > 0
        {
            self.stamps.note_written(before, taken);
        }
        written
    }
}

impl<S: AsyncRead + Unpin> Read for Stamped<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, mut buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        // SAFETY: `ReadBuf` writes no uninitialised byte into the slice.
        let mut inner = ReadBuf::uninit(unsafe { buf.as_mut() });
        let filled = ready!(this.meter.read(cx, |cx| {
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut inner))?;
            Poll::Ready(Ok(inner.filled().len()))
        }))?;
        let now = this.meter.now();
        if filled == 0 {
            this.stamps.closed.set(Some(now));
        } else {
            this.stamps.beginning.note(inner.filled());
            this.stamps.note_read(now, filled);
        }
        // SAFETY: these bytes were filled just now.
        unsafe { buf.advance(filled) };
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Write for Stamped<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let before = self.meter.now();
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.write(before, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let before = self.meter.now();
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.write(before, written)
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
