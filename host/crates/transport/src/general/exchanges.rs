//! Keeps the exchanges under way: each is in here once, from its submission until it is handed out.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use model::{Exchange, Nanos, Request, Response, Token, TransportError};

use super::exchange::{Trace, carry};
use super::shared::Shared;
use super::tasks::Key;

/// The exchanges of one thread.
pub(crate) struct Exchanges {
    /// By token.
    places: Vec<Place>,
    /// Not yet handed out.
    ended: Vec<(Token, Exchange)>,
    shared: Rc<Shared>,
}

struct Place {
    under_way: Option<UnderWay>,
    /// The same for all exchanges of a token: one that comes late looks at its successor in vain.
    waker: Waker,
}

/// The answer and when it was whole, or why there is none.
type Carried = Result<(Response, Nanos), TransportError>;

struct UnderWay {
    carried: Pin<Box<dyn Future<Output = Carried>>>,
    trace: Rc<Trace>,
    origin: u16,
}

impl Exchanges {
    pub(crate) fn new(shared: Rc<Shared>) -> Self {
        Self { places: Vec::new(), ended: Vec::new(), shared }
    }

    /// Takes an exchange up, and polls it.
    pub(crate) fn submit(&mut self, token: Token, route: u64, request: Request) {
        let shared = &self.shared;
        let route = usize::try_from(route % shared.routes.len() as u64).expect("an index of a route");
        let origin = shared.routes[route].origin;
        let trace = Rc::new(Trace::default());
        let carried = Box::pin(carry(Rc::clone(shared), route, request, Rc::clone(&trace)));
        while self.places.len() <= token.0 as usize {
            let index = u32::try_from(self.places.len()).expect("below the token");
            self.places.push(Place { under_way: None, waker: shared.woken.waker(Key::Exchange(index)) });
        }
        let place = &mut self.places[token.0 as usize];
        debug_assert!(place.under_way.is_none(), "a token names one exchange at a time");
        place.under_way = Some(UnderWay { carried, trace, origin });
        self.poll(token.0);
    }

    /// Looks whether an exchange gets on, if it is still under way.
    pub(crate) fn poll(&mut self, index: u32) {
        let Some(place) = self.places.get_mut(index as usize) else { return };
        let Some(under_way) = &mut place.under_way else { return };
        let mut cx = Context::from_waker(&place.waker);
        if let Poll::Ready(carried) = under_way.carried.as_mut().poll(&mut cx) {
            let (response, end) = match carried {
                Ok((response, end)) => (Ok(response), end),
                Err(error) => (Err(error), self.shared.meter.now()),
            };
            let exchange = under_way.trace.exchange(under_way.origin, end, response);
            place.under_way = None;
            self.ended.push((Token(index), exchange));
        }
    }

    /// Gives up an exchange. One that ended and was not yet handed out is given as it ended.
    pub(crate) fn cancel(&mut self, token: Token, why: TransportError) -> Option<Exchange> {
        if let Some(place) = self.ended.iter().position(|(ended, _)| *ended == token) {
            return Some(self.ended.remove(place).1);
        }
        let UnderWay { carried, trace, origin } = self.places.get_mut(token.0 as usize)?.under_way.take()?;
        let end = self.shared.meter.now();
        // Closes its connection if anything is under way on it, or resets its stream.
        drop(carried);
        Some(trace.exchange(origin, end, Err(why)))
    }

    /// One is to be handed out.
    pub(crate) fn has_ended(&self) -> bool {
        !self.ended.is_empty()
    }

    /// Hands out those that ended.
    pub(crate) fn take_ended(&mut self, into: &mut VecDeque<(Token, Exchange)>) {
        into.extend(self.ended.drain(..));
    }
}
