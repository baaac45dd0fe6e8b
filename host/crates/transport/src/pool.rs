//! Decides which exchange gets which connection.
//!
//! The last one given back is the first one taken. Below the cap an exchange that finds none idle opens its own; at the
//! cap it waits, first come first served. A slot (the right to have one socket open) is never lost: it is held by an
//! idle connection or by a [`Lease`], and a lease that is dropped, for whatever reason, hands it on.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use crate::connection::Connection;

/// The connections of one thread, to all its origins.
pub(crate) struct Pool {
    state: RefCell<State>,
}

struct State {
    /// Most slots; none: no end.
    cap: Option<usize>,
    /// Slots given out, over all origins.
    slots: usize,
    next_ticket: u64,
    origins: Vec<OfOrigin>,
}

#[derive(Default)]
struct OfOrigin {
    slots: usize,
    #[expect(clippy::vec_box, reason = "moved around with each exchange, and large")]
    idle: Vec<Box<Connection>>,
    /// In the order of their tickets.
    waiters: VecDeque<(u64, Rc<Waiter>)>,
}

#[derive(Default)]
struct Waiter {
    lease: Cell<Option<Lease>>,
    waker: Cell<Option<Waker>>,
}

impl State {
    /// Origin of the waiter that came first.
    fn first_waiting(&self) -> Option<usize> {
        let tickets = self.origins.iter().enumerate().filter_map(|(origin, of)| Some((of.waiters.front()?.0, origin)));
        tickets.min().map(|(_, origin)| origin)
    }

    /// Gives a slot of one origin to another.
    fn convert(&mut self, from: usize, to: usize) {
        self.origins[from].slots -= 1;
        self.origins[to].slots += 1;
    }
}

impl Pool {
    /// A pool for so many origins. A cap of 0 counts as 1.
    pub(crate) fn new(origins: usize, cap: Option<usize>) -> Rc<Self> {
        let origins = (0..origins).map(|_| OfOrigin::default()).collect();
        Rc::new(Self {
            state: RefCell::new(State { cap: cap.map(|cap| cap.max(1)), slots: 0, next_ticket: 0, origins }),
        })
    }

    /// A slot for `origin`, with an idle connection if there is one; waits for it at the cap.
    pub(crate) async fn lease(self: &Rc<Self>, origin: usize) -> Lease {
        let waiting = match self.try_lease(origin) {
            Ok(lease) => return lease,
            Err(waiting) => waiting,
        };
        waiting.await
    }

    fn try_lease(self: &Rc<Self>, origin: usize) -> Result<Lease, Waiting> {
        let mut state = self.state.borrow_mut();
        if let Some(connection) = state.origins[origin].idle.pop() {
            return Ok(Lease::new(self, origin, Some(connection)));
        }
        if state.cap.is_none_or(|cap| state.slots < cap) {
            state.slots += 1;
            state.origins[origin].slots += 1;
            return Ok(Lease::new(self, origin, None));
        }
        // Another origin's idle connection is of no use to anyone now: its own exchanges would have taken it.
        if let Some(other) = (0..state.origins.len()).max_by_key(|other| state.origins[*other].idle.len())
            && !state.origins[other].idle.is_empty()
        {
            drop(state.origins[other].idle.remove(0));
            state.convert(other, origin);
            return Ok(Lease::new(self, origin, None));
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        let waiter = Rc::new(Waiter::default());
        state.origins[origin].waiters.push_back((ticket, Rc::clone(&waiter)));
        Err(Waiting { pool: Rc::clone(self), origin, ticket, waiter })
    }

    /// Takes back a connection that can be used again.
    fn put_back(self: &Rc<Self>, origin: usize, connection: Box<Connection>) {
        let mut state = self.state.borrow_mut();
        let has_own = !state.origins[origin].waiters.is_empty();
        match state.first_waiting() {
            None => state.origins[origin].idle.push(connection),
            // The connection fits its own origin's waiters; the first of all has it all the same when its origin has
            // fewer slots. So no origin starves, and with equal shares none pays for new connections.
            Some(first)
                if first != origin && (!has_own || state.origins[first].slots < state.origins[origin].slots) =>
            {
                drop(connection);
                state.convert(origin, first);
                self.grant(state, first, None);
            }
            Some(_) => self.grant(state, origin, Some(connection)),
        }
    }

    /// Takes back a slot whose connection is gone.
    fn free(self: &Rc<Self>, origin: usize) {
        let mut state = self.state.borrow_mut();
        match state.first_waiting() {
            None => {
                state.origins[origin].slots -= 1;
                state.slots -= 1;
            }
            Some(first) => {
                state.convert(origin, first);
                self.grant(state, first, None);
            }
        }
    }

    /// Hands a slot to the first waiter of `origin`, which there is.
    fn grant(
        self: &Rc<Self>,
        mut state: std::cell::RefMut<'_, State>,
        origin: usize,
        connection: Option<Box<Connection>>,
    ) {
        let (_, waiter) = state.origins[origin].waiters.pop_front().expect("someone waits");
        drop(state);
        waiter.lease.set(Some(Lease::new(self, origin, connection)));
        if let Some(waker) = waiter.waker.take() {
            waker.wake();
        }
    }
}

/// A place in the queue. Dropping it leaves the queue, and hands on what was already granted.
struct Waiting {
    pool: Rc<Pool>,
    origin: usize,
    ticket: u64,
    waiter: Rc<Waiter>,
}

impl Future for Waiting {
    type Output = Lease;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Lease> {
        match self.waiter.lease.take() {
            Some(lease) => Poll::Ready(lease),
            None => {
                self.waiter.waker.set(Some(cx.waker().clone()));
                Poll::Pending
            }
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.pool.state.borrow_mut();
        let waiters = &mut state.origins[self.origin].waiters;
        if let Ok(place) = waiters.binary_search_by_key(&self.ticket, |(ticket, _)| *ticket) {
            waiters.remove(place);
        }
        drop(state);
        // Not before the borrow has ended: a lease that is dropped goes back to the pool.
        drop(self.waiter.lease.take());
    }
}

/// The right to have one socket open to an origin, with the connection if there is one. Dropping it gives both back.
pub(crate) struct Lease {
    pool: Rc<Pool>,
    origin: usize,
    connection: Option<Box<Connection>>,
    /// Nothing is under way on the connection.
    is_clean: bool,
}

impl Lease {
    fn new(pool: &Rc<Pool>, origin: usize, connection: Option<Box<Connection>>) -> Self {
        Self { pool: Rc::clone(pool), origin, connection, is_clean: true }
    }

    /// The connection, which may have been closed meanwhile; none when it is to be opened.
    pub(crate) fn connection(&mut self) -> Option<&mut Connection> {
        self.connection.as_deref_mut()
    }

    /// Closes the connection and keeps the slot.
    pub(crate) fn close(&mut self) {
        self.connection = None;
    }

    /// Puts a fresh connection into the slot.
    pub(crate) fn open(&mut self, connection: Box<Connection>) -> &mut Connection {
        self.is_clean = true;
        self.connection.insert(connection)
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
        match self.connection.take() {
            Some(connection) if self.is_clean => self.pool.put_back(self.origin, connection),
            connection => {
                drop(connection);
                self.pool.free(self.origin);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn slots(pool: &Pool) -> (usize, usize) {
        let state = pool.state.borrow();
        (state.slots, state.origins.iter().map(|of| of.waiters.len()).sum())
    }

    #[test]
    fn a_slot_survives_whatever_its_waiters_do() {
        let pool = Pool::new(2, Some(1));
        let held = pool.lease(0).now_or_never().expect("a free slot");
        let mut first = Box::pin(pool.lease(1));
        let mut second = Box::pin(pool.lease(0));
        let mut third = Box::pin(pool.lease(0));
        assert!(first.as_mut().now_or_never().is_none());
        assert!(second.as_mut().now_or_never().is_none());
        assert!(third.as_mut().now_or_never().is_none());
        assert_eq!(slots(&pool), (1, 3));
        drop(second);
        assert_eq!(slots(&pool), (1, 2));
        drop(held);
        // The first has it, without having looked; it goes away, and the third has it.
        assert_eq!(slots(&pool), (1, 1));
        drop(first);
        let held = third.as_mut().now_or_never().expect("handed on");
        assert_eq!(slots(&pool), (1, 0));
        drop(held);
        assert_eq!(slots(&pool), (0, 0));
    }

    #[test]
    fn who_waits_first_is_served_first_over_all_origins() {
        let pool = Pool::new(3, Some(2));
        let held =
            [pool.lease(0).now_or_never(), pool.lease(0).now_or_never()].map(|lease| lease.expect("a free slot"));
        let mut waiting: Vec<_> = [2, 1, 0, 1].into_iter().map(|origin| Box::pin(pool.lease(origin))).collect();
        assert!(waiting.iter_mut().all(|lease| lease.as_mut().now_or_never().is_none()));
        drop(held);
        let served: Vec<_> = waiting.iter_mut().map(|lease| lease.as_mut().now_or_never()).collect();
        assert_eq!(served.iter().map(Option::is_some).collect::<Vec<_>>(), [true, true, false, false]);
        drop(served);
        assert!(waiting.split_off(2).iter_mut().all(|lease| lease.as_mut().now_or_never().is_some()));
        assert_eq!(slots(&pool), (0, 0));
    }

    #[test]
    fn without_a_cap_nobody_waits() {
        let pool = Pool::new(1, None);
        let held: Vec<_> = (0..1000).map(|_| pool.lease(0).now_or_never().expect("a slot")).collect();
        assert_eq!(slots(&pool), (1000, 0));
        drop(held);
        assert_eq!(slots(&pool), (0, 0));
    }
}
