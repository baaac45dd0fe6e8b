//! Decides what becomes of a connection when its exchange is over, or gives up.

use std::rc::Rc;

use super::http1::Http1;
use super::http2::Http2;
use super::pool::{Pool, Sharing};

/// What a lease is of.
pub(crate) enum Held {
    /// The right to open a socket.
    Slot,
    /// A connection for itself alone.
    Http1(Box<Http1>),
    /// A part of a connection.
    Http2(Rc<Http2>),
}

/// Room for one exchange. Dropping it gives it back.
pub(crate) struct Lease {
    pool: Rc<Pool>,
    route: usize,
    /// None only while it is dropped or changed.
    held: Option<Held>,
    /// Nothing is under way on the connection that is held alone.
    is_clean: bool,
    /// The opening of a connection failed.
    has_failed: bool,
}

impl Lease {
    pub(super) fn new(pool: &Rc<Pool>, route: usize, held: Held) -> Self {
        Self { pool: Rc::clone(pool), route, held: Some(held), is_clean: true, has_failed: false }
    }

    /// What it is of. The connection may have been closed meanwhile.
    pub(crate) fn held(&mut self) -> &mut Held {
        self.held.as_mut().expect("held until it is dropped")
    }

    /// Closes the connection that is held alone, and keeps its slot.
    pub(crate) fn close(&mut self) {
        if matches!(self.held, Some(Held::Http1(_))) {
            self.held = Some(Held::Slot);
            self.pool.reopening(self.route);
        }
    }

    /// Puts a fresh connection into the slot.
    pub(crate) fn open_http1(&mut self, connection: Box<Http1>) {
        self.is_clean = true;
        self.held = Some(Held::Http1(connection));
        self.pool.opened(self.route, Some(Ok(Sharing::Exclusive)));
        self.pool.serve();
    }

    /// Puts a fresh connection into the slot, and takes a part of it.
    pub(crate) fn open_http2(&mut self, connection: Rc<Http2>) {
        connection.begin();
        self.held = Some(Held::Http2(Rc::clone(&connection)));
        self.pool.opened(self.route, Some(Ok(Sharing::Shared)));
        self.pool.share(self.route, connection);
        self.pool.serve();
    }

    /// No connection could be opened in the slot.
    pub(crate) fn note_failure(&mut self) {
        self.has_failed = true;
    }

    /// From now on the connection is given back only after [`Lease::finish`].
    pub(crate) fn begin(&mut self) {
        self.is_clean = false;
    }

    /// The exchange is over and left the connection fit for the next.
    pub(crate) fn finish(&mut self) {
        self.is_clean = true;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        match self.held.take() {
            Some(Held::Slot) => {
                self.pool.opened(self.route, self.has_failed.then_some(Err(())));
                self.pool.free(self.route);
            }
            Some(Held::Http1(connection)) if self.is_clean => self.pool.put_back(self.route, connection),
            Some(Held::Http1(connection)) => {
                drop(connection);
                self.pool.free(self.route);
            }
            Some(Held::Http2(connection)) => {
                connection.finish();
                self.pool.look_at(self.route, &connection);
            }
            None => {}
        }
    }
}
