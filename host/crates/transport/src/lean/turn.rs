//! What a look at the sockets leads to: connections that are open or not, answers that are whole or not, and who gets
//! what became free.

use std::io;

use model::{Nanos, TransportError};
use rustix::event::epoll::EventFlags;

use super::answer::Whole;
use super::connection::{Seen, State, Underway};
use super::pool::Place;
use super::{CLOSE_WITHIN, LeanTransport, socket};
use crate::connect::{is_exhaustion, named, plain};

impl LeanTransport {
    /// No connection came about.
    pub(super) fn not_opened(&mut self, route: usize, underway: Option<Underway>, error: &io::Error) {
        let route_to = &self.routes[route];
        let address = named(&self.origins[usize::from(route_to.origin)], route_to);
        let reason = plain(error);
        let error = if is_exhaustion(error) {
            TransportError::Exhausted { address, reason }
        } else {
            TransportError::Connect { address, reason }
        };
        match underway {
            Some(underway) => {
                let ended = underway.unsent(self.clock.now(), Err(error));
                self.end(Some(ended));
            }
            None => self.refused.push((route, error)),
        }
    }

    /// A request could not be written; the answer may be there all the same (RFC 9112, 9.5).
    pub(super) fn broken_while_writing(&mut self, place: Place, error: TransportError, at: Nanos) {
        let Self { pool, clock, buffer, wanted, .. } = self;
        let Some(connection) = pool.get(place) else { return };
        match connection.read(buffer, true, wanted, || clock.now()) {
            Seen::Whole(whole, at) => self.whole(place, whole, at, true),
            Seen::Broken(..) | Seen::Nothing | Seen::Gone => self.broken(place, error, at),
        }
    }

    /// The connection of an exchange broke.
    pub(super) fn broken(&mut self, place: Place, error: TransportError, at: Nanos) {
        let Some(mut connection) = self.pool.remove(place) else { return };
        if connection.may_send_again(&error)
            && let Some((underway, out)) = connection.take_for_another()
        {
            let route = connection.route as usize;
            drop(connection);
            return self.open_for(route, Some(underway), out);
        }
        let ended = connection.finish(at, Err(error));
        self.end(ended);
    }

    /// An answer is whole. With `is_ended` the other side has closed the connection already.
    fn whole(&mut self, place: Place, whole: Whole, at: Nanos, is_ended: bool) {
        let most = self.settings.requests_per_connection;
        let Some(connection) = self.pool.get(place) else { return };
        let ended = connection.finish(at, Ok(whole.response));
        if whole.keeps_alive && most.is_none_or(|most| connection.uses < most) {
            connection.state = State::Idle;
            self.freed.push(place);
        } else if is_ended {
            self.pool.remove(place);
        } else {
            connection.state = State::Closing;
            self.pool.retire(place);
            self.closing.push_back((at + CLOSE_WITHIN, place));
        }
        self.end(ended);
    }

    /// Gives connections that became free, and room for new ones, to those who wait.
    pub(super) fn serve(&mut self) {
        while let Some(place) = self.freed.pop() {
            let Some(connection) = self.pool.get(place) else { continue };
            let own = connection.route as usize;
            let first = self.waiting.first_route();
            // Of another route only if that has no connection of its own: opening one costs more than its turn is worth.
            let other = first.filter(|first| *first != own && self.pool.of_route(*first) == 0);
            if let Some(other) = other {
                self.pool.remove(place);
                if let Some((underway, request)) = self.waiting.pop(other) {
                    self.open_for_request(other, underway, &request);
                }
            } else if let Some((underway, request)) = self.waiting.pop(own) {
                self.start(place, underway, &request);
            } else {
                self.pool.put_idle(place);
            }
        }
        while self.pool.has_room()
            && let Some(route) = self.waiting.first_route()
            && let Some((underway, request)) = self.waiting.pop(route)
        {
            match self.pool.take_idle(route) {
                Some(place) => self.start(place, underway, &request),
                None => self.open_for_request(route, underway, &request),
            }
        }
    }

    /// Takes what one connection has.
    fn look(&mut self, place: Place, flags: EventFlags) {
        let Self { pool, clock, .. } = self;
        let Some(connection) = pool.get(place) else { return };
        let is_ended = flags.intersects(EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR);
        if let State::Connecting(_) = connection.state {
            match socket::finish_connect(&connection.socket) {
                Ok(()) if flags.contains(EventFlags::OUT) => self.opened(place),
                Ok(()) => return,
                Err(error) => return self.connect_failed(place, &error),
            }
        } else if connection.has_more_to_write()
            && flags.contains(EventFlags::OUT)
            && let Err((error, at)) = connection.write(|| clock.now())
        {
            return self.broken_while_writing(place, error, at);
        }
        if !is_ended && !flags.contains(EventFlags::IN) {
            return;
        }
        let Self { pool, clock, buffer, wanted, .. } = self;
        let Some(connection) = pool.get(place) else { return };
        match connection.read(buffer, is_ended, wanted, || clock.now()) {
            Seen::Nothing => {}
            Seen::Whole(whole, at) => self.whole(place, whole, at, is_ended),
            Seen::Broken(error, at) => self.broken(place, error, at),
            Seen::Gone => drop(self.pool.remove(place)),
        }
    }

    fn connect_failed(&mut self, place: Place, error: &io::Error) {
        let now = self.clock.now();
        if let Some(mut connection) = self.pool.remove(place) {
            connection.opened(now);
            self.not_opened(connection.route as usize, connection.underway.take(), error);
        }
    }

    /// Gives up what takes too long to open or to close.
    pub(super) fn expire(&mut self) {
        let now = self.clock.now();
        while let Some((limit, place)) = self.connecting.front().copied() {
            let is_open = self.pool.get(place).is_none_or(|it| !matches!(it.state, State::Connecting(_)));
            if !is_open && limit > now {
                break;
            }
            self.connecting.pop_front();
            if !is_open {
                let within = self.settings.connect_timeout;
                let error = io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {within:.1?}"));
                self.connect_failed(place, &error);
            }
        }
        while let Some((_, place)) = self.closing.front().copied().filter(|(limit, _)| *limit <= now) {
            self.closing.pop_front();
            if self.pool.get(place).is_some_and(|it| it.state == State::Closing) {
                self.pool.remove(place);
            }
        }
    }

    /// Waits once, and does what follows. True when woken.
    pub(super) fn turn(&mut self, until: Nanos) -> bool {
        self.serve();
        let limits = [self.connecting.front(), self.closing.front()];
        let limit = limits.into_iter().flatten().map(|(limit, _)| *limit).min().unwrap_or(Nanos::MAX);
        let until = if self.ended.is_empty() { until.min(limit) } else { Nanos::MIN };
        let mut events = std::mem::take(&mut self.events);
        let is_woken = self.poller.wait(until, &mut events);
        for (number, flags) in events.drain(..) {
            self.look(Place::from_number(number), flags);
        }
        self.events = events;
        if !(self.connecting.is_empty() && self.closing.is_empty()) {
            self.expire();
        }
        // What was freed is used only now: nobody's stamp waits for the sending of another's request.
        self.serve();
        is_woken
    }
}
