//! One connection: what is under way on it, and the instants of that.

use std::io;
use std::os::fd::OwnedFd;

use http::Method;
use model::{Exchange, Nanos, Response, Token, TransportError};

use super::answer::{Answer, CLOSED, Wanted, Whole};
use super::socket::{self, Read, ReadBuffer};
use crate::failure::how_it_ended;

/// What a connection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Being opened since then.
    Connecting(Nanos),
    /// Open, and free.
    Idle,
    /// With an exchange under way.
    Busy,
    /// Done with; the other side is to close first, so that its end of the connection waits out stray packets, not ours.
    Closing,
}

/// An exchange, wherever it is.
#[derive(Debug)]
pub(super) struct Underway {
    pub(super) token: Token,
    pub(super) origin: u16,
    /// Time spent on connections for it so far.
    pub(super) connect_ns: Option<u64>,
    /// Of a first sending that was in vain.
    pub(super) sent_before: Option<Nanos>,
    pub(super) bytes_before: u64,
    /// It may be sent a second time (RFC 9110, 9.2.2).
    pub(super) is_idempotent: bool,
    pub(super) is_head: bool,
}

impl Underway {
    pub(super) fn new(token: Token, origin: u16, method: &Method) -> Self {
        Self {
            token,
            origin,
            connect_ns: None,
            sent_before: None,
            bytes_before: 0,
            is_idempotent: method.is_idempotent(),
            is_head: *method == Method::HEAD,
        }
    }

    /// The exchange, over without anything of it on a connection.
    pub(super) fn unsent(self, end: Nanos, response: Result<Response, TransportError>) -> (Token, Exchange) {
        let exchange = Exchange {
            sent: self.sent_before,
            first_byte: None,
            end,
            connect_ns: self.connect_ns,
            tls_ns: None,
            origin: self.origin,
            bytes_sent: self.bytes_before,
            bytes_received: 0,
            response,
        };
        (self.token, exchange)
    }
}

/// A connection.
pub(super) struct Connection {
    pub(super) socket: OwnedFd,
    pub(super) state: State,
    /// Tells it from others that had the same place before.
    pub(super) serial: u32,
    pub(super) route: u32,
    /// Requests that went out on it.
    pub(super) uses: u32,
    /// The exchange under way, or the one that it is opened for.
    pub(super) underway: Option<Underway>,
    /// The connection was open before its exchange came.
    pub(super) was_idle: bool,
    /// The request, kept until its answer is there: it may have to be sent once more.
    pub(super) out: Vec<u8>,
    written: usize,
    sent: Option<Nanos>,
    first_byte: Option<Nanos>,
    received: u64,
    answer: Answer,
}

/// What a look at a connection gave.
pub(super) enum Seen {
    /// Nothing that ends anything.
    Nothing,
    /// The answer is whole.
    Whole(Whole, Nanos),
    /// It broke, at that instant.
    Broken(TransportError, Nanos),
    /// A connection with no exchange is of no use any more.
    Gone,
}

impl Connection {
    pub(super) fn new(socket: OwnedFd, state: State, serial: u32, route: u32) -> Self {
        Self {
            socket,
            state,
            serial,
            route,
            uses: 0,
            underway: None,
            was_idle: false,
            out: Vec::new(),
            written: 0,
            sent: None,
            first_byte: None,
            received: 0,
            answer: Answer::default(),
        }
    }

    /// Sends the request that is in `out`.
    ///
    /// # Errors
    /// When the connection is broken.
    pub(super) fn start(&mut self, now: impl Fn() -> Nanos) -> Result<(), (TransportError, Nanos)> {
        let is_head = self.underway.as_ref().is_some_and(|underway| underway.is_head);
        self.answer.begin(is_head);
        (self.written, self.sent, self.first_byte, self.received) = (0, None, None, 0);
        self.uses += 1;
        self.state = State::Busy;
        self.write(now)
    }

    /// Writes what is left of the request and can be written now.
    ///
    /// # Errors
    /// When the connection is broken.
    pub(super) fn write(&mut self, now: impl Fn() -> Nanos) -> Result<(), (TransportError, Nanos)> {
        while self.written < self.out.len() {
            // Read off before the write: the system may deliver the byte before the call returns.
            let before = self.sent.is_none().then(&now);
            match socket::write(&self.socket, &self.out[self.written..]) {
                Ok(0) => break,
                Ok(count) => {
                    self.sent = self.sent.or(before);
                    self.written += count;
                }
                Err(error) => return Err((self.lost(&error), now())),
            }
        }
        Ok(())
    }

    /// Some of the request is still to be written.
    pub(super) fn has_more_to_write(&self) -> bool {
        self.state == State::Busy && self.written < self.out.len()
    }

    /// Reads what there is. With `is_ended` the other side has closed or broken the connection.
    pub(super) fn read(
        &mut self,
        buffer: &mut ReadBuffer,
        is_ended: bool,
        wanted: &Wanted,
        now: impl Fn() -> Nanos,
    ) -> Seen {
        loop {
            let read = buffer.read(&self.socket);
            if matches!(read, Ok(Read::Nothing)) && !is_ended {
                return Seen::Nothing;
            }
            if self.state != State::Busy {
                // Whatever comes now belongs to no exchange.
                return Seen::Gone;
            }
            let at = now();
            match read {
                Ok(Read::Some(bytes, is_all)) => {
                    self.first_byte.get_or_insert(at);
                    self.received += bytes.len() as u64;
                    match self.answer.feed(bytes, wanted) {
                        Ok(Some(mut whole)) => {
                            // An answer before its request is out is one, but nothing more can be said there. What may
                            // still lie unread belongs to no exchange.
                            whole.keeps_alive &= !is_ended && is_all && self.written == self.out.len();
                            return Seen::Whole(whole, at);
                        }
                        Ok(None) if is_all && !is_ended => return Seen::Nothing,
                        Ok(None) => {}
                        Err(error) => return Seen::Broken(error, at),
                    }
                }
                Ok(Read::End) => {
                    return match self.answer.end(CLOSED) {
                        Ok(mut whole) => {
                            whole.keeps_alive = false;
                            Seen::Whole(whole, at)
                        }
                        Err(error) => Seen::Broken(error, at),
                    };
                }
                Ok(Read::Nothing) => return Seen::Nothing,
                Err(error) => return Seen::Broken(self.lost(&error), at),
            }
        }
    }

    fn lost(&mut self, error: &io::Error) -> TransportError {
        let how = how_it_ended(Some(error));
        match self.answer.end(&how) {
            Ok(_) => TransportError::Lost(how),
            Err(error) => error,
        }
    }

    /// Whether the request that broke may be sent once more: it met the close of a connection that was kept.
    pub(super) fn may_send_again(&self, error: &TransportError) -> bool {
        let is_first = |underway: &Underway| underway.is_idempotent && underway.sent_before.is_none();
        self.was_idle
            && self.received == 0
            && matches!(error, TransportError::Lost(_))
            && self.underway.as_ref().is_some_and(is_first)
    }

    /// Takes the exchange off, with a note of what was sent in vain.
    pub(super) fn take_for_another(&mut self) -> Option<(Underway, Vec<u8>)> {
        let mut underway = self.underway.take()?;
        underway.sent_before = self.sent;
        underway.bytes_before = self.written as u64;
        Some((underway, std::mem::take(&mut self.out)))
    }

    /// Ends the exchange under way.
    #[inline]
    pub(super) fn finish(
        &mut self,
        end: Nanos,
        response: Result<Response, TransportError>,
    ) -> Option<(Token, Exchange)> {
        let mut underway = self.underway.take()?;
        if let State::Connecting(since) = self.state {
            add(&mut underway.connect_ns, since, end);
            return Some(underway.unsent(end, response));
        }
        let exchange = Exchange {
            sent: self.sent.or(underway.sent_before),
            first_byte: self.first_byte,
            end,
            connect_ns: underway.connect_ns,
            tls_ns: None,
            origin: underway.origin,
            bytes_sent: self.written as u64 + underway.bytes_before,
            bytes_received: self.received,
            response,
        };
        Some((underway.token, exchange))
    }

    /// It is not open yet.
    pub(super) fn is_opening(&self) -> bool {
        matches!(self.state, State::Connecting(_))
    }

    /// It is open now: notes how long that took.
    pub(super) fn opened(&mut self, now: Nanos) {
        if let (State::Connecting(since), Some(underway)) = (self.state, &mut self.underway) {
            add(&mut underway.connect_ns, since, now);
        }
    }
}

fn add(spent: &mut Option<u64>, since: Nanos, until: Nanos) {
    *spent = Some(spent.unwrap_or(0) + u64::try_from(until - since).unwrap_or(0));
}
