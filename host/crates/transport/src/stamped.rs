//! Decides when a byte counts as written or read: stamps the instants of an exchange at the socket itself.
//!
//! `sent` is read off the clock just before the write that takes the first byte: the system may deliver it before that
//! call returns, so a later stamp would flatter the target. Bytes read are stamped when the read returns.

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
const BEGINNING: usize = 40;

/// Instants and bytes of the exchange under way on one connection.
pub(crate) struct Stamps {
    clock: Arc<dyn Clock>,
    sent: Cell<Option<Nanos>>,
    first_read: Cell<Option<Nanos>>,
    last_read: Cell<Option<Nanos>>,
    closed: Cell<Option<Nanos>>,
    written: Cell<u64>,
    read: Cell<u64>,
    beginning: Cell<[u8; BEGINNING]>,
}

impl Stamps {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            sent: Cell::default(),
            first_read: Cell::default(),
            last_read: Cell::default(),
            closed: Cell::default(),
            written: Cell::default(),
            read: Cell::default(),
            beginning: Cell::new([0; BEGINNING]),
        }
    }

    /// Forgets the exchange before: what follows belongs to the next.
    pub(crate) fn arm(&self) {
        self.sent.set(None);
        self.first_read.set(None);
        self.last_read.set(None);
        self.closed.set(None);
        self.written.set(0);
        self.read.set(0);
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

    /// How the first read began.
    pub(crate) fn beginning(&self) -> Vec<u8> {
        let kept = self.beginning.get();
        kept[..BEGINNING.min(usize::try_from(self.read.get()).unwrap_or(BEGINNING))].to_vec()
    }

    fn note_read(&self, bytes: &[u8]) {
        let now = self.clock.now();
        if bytes.is_empty() {
            self.closed.set(Some(now));
            return;
        }
        if self.first_read.get().is_none() {
            self.first_read.set(Some(now));
            let mut beginning = [0; BEGINNING];
            let length = bytes.len().min(BEGINNING);
            beginning[..length].copy_from_slice(&bytes[..length]);
            self.beginning.set(beginning);
        }
        self.last_read.set(Some(now));
        self.read.set(self.read.get() + bytes.len() as u64);
    }

    /// Runs a write, and notes it when it took anything.
    fn write(&self, write: impl FnOnce() -> Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let before = if self.sent.get().is_none() { Some(self.clock.now()) } else { None };
        let taken = ready!(write())?;
        if taken > 0 {
            if before.is_some() {
                self.sent.set(before);
            }
            self.written.set(self.written.get() + taken as u64);
        }
        Poll::Ready(Ok(taken))
    }
}

/// A stream that stamps what passes through it.
pub(crate) struct Stamped<S> {
    stream: S,
    stamps: Rc<Stamps>,
}

impl<S> Stamped<S> {
    pub(crate) fn new(stream: S, stamps: Rc<Stamps>) -> Self {
        Self { stream, stamps }
    }
}

impl<S: AsyncRead + Unpin> Read for Stamped<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, mut buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        // SAFETY: `ReadBuf` writes no uninitialised byte into the slice.
        let mut inner = ReadBuf::uninit(unsafe { buf.as_mut() });
        ready!(Pin::new(&mut this.stream).poll_read(cx, &mut inner))?;
        this.stamps.note_read(inner.filled());
        let filled = inner.filled().len();
        // SAFETY: these bytes were filled just now.
        unsafe { buf.advance(filled) };
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Write for Stamped<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        this.stamps.write(|| Pin::new(&mut this.stream).poll_write(cx, buf))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        this.stamps.write(|| Pin::new(&mut this.stream).poll_write_vectored(cx, bufs))
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
