//! Decides which exchange gets which connection.
//!
//! Below the cap an exchange that finds no room opens a connection; at the cap it waits, first come first served. A slot
//! (the right to have one socket open) is never lost: it is held by a connection in the pool or by a [`Lease`], and a lease
//! that is dropped, for whatever reason, hands it on.
//!
//! With a cap connections are used in turn, so that all of them are in use; without one the last one given back is taken
//! first, and the streams of an HTTP/2 connection are filled before another one is opened. Which version of HTTP a route
//! speaks may be known only by its first connection: until then one is opened, and the others wait for it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::http1::Http1;
use super::http2::Http2;
use super::lease::{Held, Lease};

/// Whom a connection serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Not known yet.
    Unknown,
    /// One exchange at a time.
    Exclusive,
    /// Several.
    Shared,
}

/// What a pool is like.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// Of each route, as far as it is known beforehand.
    pub(crate) routes: Vec<Sharing>,
    /// Most slots; none: no end. 0 counts as 1.
    pub(crate) cap: Option<usize>,
    /// Exchanges that a shared connection is likely to take at a time.
    pub(crate) streams: usize,
}

/// The connections of one thread, on all its routes.
pub(crate) struct Pool {
    state: RefCell<State>,
}

struct State {
    cap: Option<usize>,
    streams: usize,
    /// Slots given out, over all routes.
    slots: usize,
    waiting: usize,
    next_ticket: u64,
    routes: Vec<OfRoute>,
}

struct OfRoute {
    sharing: Sharing,
    slots: usize,
    /// Slots in which a connection is being opened.
    opening: usize,
    /// The last opening failed: who waits had better try for himself.
    is_failing: bool,
    idle: VecDeque<Box<Http1>>,
    shared: Vec<Rc<Http2>>,
    /// In the order of their tickets.
    waiters: VecDeque<(u64, Rc<Waiter>)>,
}

#[derive(Default)]
struct Waiter {
    lease: Cell<Option<Lease>>,
    waker: Cell<Option<Waker>>,
}

impl OfRoute {
    fn new(sharing: Sharing) -> Self {
        Self {
            sharing,
            slots: 0,
            opening: 0,
            is_failing: false,
            idle: VecDeque::new(),
            shared: Vec::new(),
            waiters: VecDeque::new(),
        }
    }

    /// The shared connection that takes the next exchange: the first with room, or the one with the fewest.
    fn with_room(&self, in_turn: bool) -> Option<&Rc<Http2>> {
        let mut with_room = self.shared.iter().filter(|http2| http2.has_room());
        if in_turn { with_room.min_by_key(|http2| http2.active()) } else { with_room.next() }
    }

    /// The connections that are being opened will serve one more beside `others`.
    fn expects_room(&self, others: usize, streams: usize) -> bool {
        let room = match self.sharing {
            Sharing::Unknown => usize::MAX,
            Sharing::Exclusive => 0,
            Sharing::Shared => self.opening * (streams - 1),
        };
        self.opening > 0 && !self.is_failing && others < room
    }

    fn unused(&self) -> usize {
        self.idle.len() + self.shared.iter().filter(|http2| http2.active() == 0).count()
    }
}

impl State {
    /// What there is for an exchange beside `others` that wait; none: nothing yet.
    fn take(&mut self, route: usize, others: usize) -> Option<Held> {
        let in_turn = self.cap.is_some();
        let of = &mut self.routes[route];
        if let Some(idle) = if in_turn { of.idle.pop_front() } else { of.idle.pop_back() } {
            return Some(Held::Http1(idle));
        }
        if let Some(http2) = of.with_room(in_turn) {
            http2.begin();
            return Some(Held::Http2(Rc::clone(http2)));
        }
        if of.expects_room(others, self.streams) {
            return None;
        }
        if self.cap.is_none_or(|cap| self.slots < cap) || self.free_one_for(route) {
            self.slots += 1;
            self.routes[route].slots += 1;
            self.routes[route].opening += 1;
            return Some(Held::Slot);
        }
        None
    }

    /// Closes another route's connection that is of no use to anyone now. A route whose own exchanges wait keeps its
    /// connections against one that has as many: so no route starves, and with equal shares none pays for new connections.
    fn free_one_for(&mut self, route: usize) -> bool {
        let own = self.routes[route].slots;
        let may_give = |of: &OfRoute| of.unused() > 0 && (of.waiters.is_empty() || own < of.slots);
        let others = self.routes.iter().enumerate().filter(|(other, of)| *other != route && may_give(of));
        let Some((other, _)) = others.max_by_key(|(_, of)| of.unused()) else { return false };
        let of = &mut self.routes[other];
        if of.idle.pop_front().is_none()
            && let Some(unused) = of.shared.iter().position(|http2| http2.active() == 0)
        {
            of.shared.swap_remove(unused).close();
        }
        of.slots -= 1;
        self.slots -= 1;
        true
    }

    /// Ticket and route of the waiter that came first after ticket `after`, among those that are first on their route.
    fn first_waiting(&self, after: Option<u64>) -> Option<(u64, usize)> {
        let firsts = self.routes.iter().enumerate().filter_map(|(route, of)| Some((of.waiters.front()?.0, route)));
        firsts.filter(|(ticket, _)| after.is_none_or(|after| *ticket > after)).min()
    }
}

impl Pool {
    /// An empty pool.
    pub(crate) fn new(shape: Shape) -> Rc<Self> {
        Rc::new(Self {
            state: RefCell::new(State {
                cap: shape.cap.map(|cap| cap.max(1)),
                streams: shape.streams.max(1),
                slots: 0,
                waiting: 0,
                next_ticket: 0,
                routes: shape.routes.into_iter().map(OfRoute::new).collect(),
            }),
        })
    }

    /// Room for an exchange on `route`: on a connection if there is one, or else a slot for one; waits for it at the cap.
    pub(crate) async fn lease(self: &Rc<Self>, route: usize) -> Lease {
        let waiting = match self.try_lease(route) {
            Ok(lease) => return lease,
            Err(waiting) => waiting,
        };
        waiting.await
    }

    /// A slot for one more connection; none at the cap.
    pub(crate) fn reserve(self: &Rc<Self>, route: usize) -> Option<Lease> {
        let mut state = self.state.borrow_mut();
        if state.cap.is_some_and(|cap| state.slots >= cap) {
            return None;
        }
        state.slots += 1;
        state.routes[route].slots += 1;
        state.routes[route].opening += 1;
        Some(Lease::new(self, route, Held::Slot))
    }

    /// Whom the connections of a route serve.
    pub(crate) fn sharing(&self, route: usize) -> Sharing {
        self.state.borrow().routes[route].sharing
    }

    fn try_lease(self: &Rc<Self>, route: usize) -> Result<Lease, Waiting> {
        let mut state = self.state.borrow_mut();
        let others = state.routes[route].waiters.len();
        if let Some(held) = state.take(route, others) {
            return Ok(Lease::new(self, route, held));
        }
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.waiting += 1;
        let waiter = Rc::new(Waiter::default());
        state.routes[route].waiters.push_back((ticket, Rc::clone(&waiter)));
        Err(Waiting { pool: Rc::clone(self), route, ticket, waiter })
    }

    /// Gives those that wait what there is.
    pub(crate) fn serve(self: &Rc<Self>) {
        let mut state = self.state.borrow_mut();
        if state.waiting == 0 {
            return;
        }
        let mut served = Vec::new();
        let mut after = None;
        while let Some((ticket, route)) = state.first_waiting(after) {
            let others = state.routes[route].waiters.len() - 1;
            match state.take(route, others) {
                None => after = Some(ticket),
                Some(held) => {
                    state.waiting -= 1;
                    let (_, waiter) = state.routes[route].waiters.pop_front().expect("someone waits");
                    served.push((waiter, Lease::new(self, route, held)));
                    after = None;
                }
            }
        }
        drop(state);
        for (waiter, lease) in served {
            waiter.lease.set(Some(lease));
            if let Some(waker) = waiter.waker.take() {
                waker.wake();
            }
        }
    }

    /// Takes back a connection that can be used again.
    pub(super) fn put_back(self: &Rc<Self>, route: usize, connection: Box<Http1>) {
        self.state.borrow_mut().routes[route].idle.push_back(connection);
        self.serve();
    }

    /// Takes back a slot whose connection is gone.
    pub(super) fn free(self: &Rc<Self>, route: usize) {
        let mut state = self.state.borrow_mut();
        state.slots -= 1;
        state.routes[route].slots -= 1;
        drop(state);
        self.serve();
    }

    /// A connection is being opened again in a slot.
    pub(super) fn reopening(&self, route: usize) {
        self.state.borrow_mut().routes[route].opening += 1;
    }

    /// An opening is over; none: it was given up.
    pub(super) fn opened(&self, route: usize, sharing: Option<Result<Sharing, ()>>) {
        let of = &mut self.state.borrow_mut().routes[route];
        of.opening -= 1;
        match sharing {
            None => {}
            Some(Err(())) => of.is_failing = true,
            Some(Ok(sharing)) => {
                of.sharing = sharing;
                of.is_failing = false;
            }
        }
    }

    /// Takes a connection that is to be shared.
    pub(super) fn share(&self, route: usize, http2: Rc<Http2>) {
        self.state.borrow_mut().routes[route].shared.push(http2);
    }

    /// A shared connection may have ended, or takes no more exchanges and has none left: then its slot is handed on.
    pub(crate) fn look_at(self: &Rc<Self>, route: usize, http2: &Rc<Http2>) {
        let mut state = self.state.borrow_mut();
        let is_over = !http2.is_open() || (http2.is_leaving() && http2.active() == 0);
        let of = &mut state.routes[route];
        if is_over && let Some(place) = of.shared.iter().position(|other| Rc::ptr_eq(other, http2)) {
            of.shared.remove(place);
            of.slots -= 1;
            state.slots -= 1;
            http2.close();
        }
        drop(state);
        self.serve();
    }

    fn leave(self: &Rc<Self>, route: usize, ticket: u64) {
        let mut state = self.state.borrow_mut();
        let waiters = &mut state.routes[route].waiters;
        if let Ok(place) = waiters.binary_search_by_key(&ticket, |(ticket, _)| *ticket) {
            waiters.remove(place);
            state.waiting -= 1;
        }
    }
}

/// A place in the queue. Dropping it leaves the queue, and hands on what was already granted.
struct Waiting {
    pool: Rc<Pool>,
    route: usize,
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
        self.pool.leave(self.route, self.ticket);
        // Not while the pool is borrowed: a lease that is dropped goes back to it.
        drop(self.waiter.lease.take());
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn pool(routes: usize, cap: Option<usize>, sharing: Sharing, streams: usize) -> Rc<Pool> {
        Pool::new(Shape { routes: vec![sharing; routes], cap, streams })
    }

    fn exclusive(routes: usize, cap: Option<usize>) -> Rc<Pool> {
        pool(routes, cap, Sharing::Exclusive, 100)
    }

    fn slots(pool: &Pool) -> (usize, usize) {
        let state = pool.state.borrow();
        let waiters = state.routes.iter().map(|of| of.waiters.len()).sum();
        assert_eq!(state.waiting, waiters);
        assert_eq!(state.slots, state.routes.iter().map(|of| of.slots).sum::<usize>());
        (state.slots, waiters)
    }

    #[test]
    fn a_slot_survives_whatever_its_waiters_do() {
        let pool = exclusive(2, Some(1));
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
    fn who_waits_first_is_served_first_over_all_routes() {
        let pool = exclusive(3, Some(2));
        let held =
            [pool.lease(0).now_or_never(), pool.lease(0).now_or_never()].map(|lease| lease.expect("a free slot"));
        let mut waiting: Vec<_> = [2, 1, 0, 1].into_iter().map(|route| Box::pin(pool.lease(route))).collect();
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
        let pool = exclusive(1, None);
        let held: Vec<_> = (0..1000).map(|_| pool.lease(0).now_or_never().expect("a slot")).collect();
        assert_eq!(slots(&pool), (1000, 0));
        drop(held);
        assert_eq!(slots(&pool), (0, 0));
    }

    #[test]
    fn shared_connections_are_opened_for_as_many_as_they_take() {
        let pool = pool(1, None, Sharing::Shared, 10);
        let mut all: Vec<_> = (0..25).map(|_| Box::pin(pool.lease(0))).collect();
        let mut held: Vec<_> = all.iter_mut().map(|lease| lease.as_mut().now_or_never()).collect();
        assert_eq!(held.iter().flatten().count(), 3);
        assert_eq!(slots(&pool), (3, 22));
        // One fails: from now on each tries for himself.
        held[0].as_mut().expect("the first opens").note_failure();
        held[0].take();
        assert_eq!(slots(&pool), (24, 0));
    }

    #[test]
    fn until_the_version_is_known_one_opens_and_the_others_wait() {
        let pool = pool(1, None, Sharing::Unknown, 10);
        let mut all: Vec<_> = (0..5).map(|_| Box::pin(pool.lease(0))).collect();
        let mut held: Vec<_> = all.iter_mut().map(|lease| lease.as_mut().now_or_never()).collect();
        assert_eq!(slots(&pool), (1, 4));
        // Given up without a failure: the next one opens.
        held[0].take();
        assert_eq!(slots(&pool), (1, 3));
        let mut second = all[1].as_mut().now_or_never().expect("a slot");
        second.note_failure();
        drop(second);
        assert_eq!(slots(&pool), (3, 0));
    }
}
