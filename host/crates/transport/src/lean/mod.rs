//! HTTP/1.1 without TLS, on one thread, with nothing between the socket and the generator: one system call to send a
//! request, one to read its answer, and one look at all sockets for as many as have something.
//!
//! The same promises as the general path's, which differential tests hold it to: `sent` is read off the clock before the
//! write, `end` when the read returned that made the answer whole; all that is ready is read and stamped before anything
//! else is done with any of it.

mod answer;
mod chunks;
mod connection;
mod encode;
mod head;
mod open;
mod poller;
mod pool;
mod socket;
mod turn;
mod waiting;

use std::collections::VecDeque;
use std::io;
use std::os::fd::AsFd as _;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use model::{Clock, Exchange, Nanos, Request, Token, Transport, TransportError, Waker};
use rustix::event::epoll::EventFlags;

use self::answer::Wanted;
use self::connection::{Connection, State, Underway};
use self::encode::Template;
use self::poller::Poller;
use self::pool::{Place, Pool};
use self::socket::ReadBuffer;
use self::waiting::Waiting;
use crate::origin::Origin;
use crate::route::Route;
use crate::settings::Settings;

/// How long the other side may take to close a connection that is done with, nanoseconds.
const CLOSE_WITHIN: Nanos = 1_000_000_000;

/// Plain HTTP/1.1 for one generator thread.
pub(crate) struct LeanTransport {
    routes: Vec<Route>,
    origins: Vec<Origin>,
    templates: Vec<Template>,
    clock: Arc<dyn Clock>,
    poller: Poller,
    pool: Pool,
    waiting: Waiting,
    buffer: ReadBuffer,
    wanted: Wanted,
    /// Where the exchange with this token is.
    whereabouts: Vec<Whereabouts>,
    /// Exchanges that ended outside of `wait`, which gives them next.
    ended: VecDeque<(Token, Exchange)>,
    /// Connections that are being opened, or closed, in the order of their time limits.
    connecting: VecDeque<(Nanos, Place)>,
    closing: VecDeque<(Nanos, Place)>,
    /// Connections that became free, and have not been given to anyone.
    freed: Vec<Place>,
    /// Connections that were to be open ahead, and could not be.
    refused: Vec<(usize, TransportError)>,
    events: Vec<(u64, EventFlags)>,
    settings: Settings,
}

#[derive(Debug, Clone, Copy)]
enum Whereabouts {
    Nowhere,
    Waiting(usize, u64),
    On(Place),
}

impl LeanTransport {
    /// A transport for the calling thread.
    ///
    /// # Errors
    /// When the process is out of descriptors.
    pub(crate) fn new(
        routes: Vec<Route>,
        origins: Vec<Origin>,
        base_headers: &[(HeaderName, HeaderValue)],
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> io::Result<Self> {
        let wanted = Wanted { headers: settings.response_headers.clone(), body_limit: settings.body_limit };
        Ok(Self {
            poller: Poller::new(Arc::clone(&clock), settings.pacing)?,
            pool: Pool::new(routes.len(), settings.connections),
            waiting: Waiting::new(routes.len()),
            templates: origins.iter().map(|origin| Template::new(origin, base_headers)).collect(),
            routes,
            origins,
            clock,
            buffer: ReadBuffer::default(),
            wanted,
            whereabouts: Vec::new(),
            ended: VecDeque::new(),
            connecting: VecDeque::new(),
            closing: VecDeque::new(),
            freed: Vec::new(),
            refused: Vec::new(),
            events: Vec::new(),
            settings,
        })
    }

    fn put(&mut self, token: Token, at: Whereabouts) {
        let index = token.0 as usize;
        if index >= self.whereabouts.len() {
            self.whereabouts.resize(index + 1, Whereabouts::Nowhere);
        }
        self.whereabouts[index] = at;
    }

    #[inline]
    fn end(&mut self, ended: Option<(Token, Exchange)>) {
        if let Some(ended) = ended {
            self.put(ended.0, Whereabouts::Nowhere);
            self.ended.push_back(ended);
        }
    }

    /// Sends a request on a free connection.
    fn start(&mut self, place: Place, underway: Underway, request: &Request) {
        self.put(underway.token, Whereabouts::On(place));
        let most = self.settings.requests_per_connection;
        let Self { pool, routes, templates, clock, .. } = self;
        let connection = pool.get(place).expect("it was taken just now");
        let origin = usize::from(routes[connection.route as usize].origin);
        templates[origin].encode(request, is_last(most, connection.uses), &mut connection.out);
        connection.was_idle = true;
        connection.underway = Some(underway);
        if let Err((error, at)) = connection.start(|| clock.now()) {
            self.broken_while_writing(place, error, at);
        }
    }

    /// Opens a connection for an exchange whose request is in `out`, or for none.
    fn open_for(&mut self, route: usize, underway: Option<Underway>, out: Vec<u8>) {
        let since = self.clock.now();
        let (socket, is_open) = match socket::connect(&self.routes[route].endpoint) {
            Ok(opened) => opened,
            Err(error) => return self.not_opened(route, underway, &error),
        };
        let mut connection = Connection::new(socket, State::Connecting(since), self.pool.serial(), route as u32);
        connection.out = out;
        connection.underway = underway;
        let token = connection.underway.as_ref().map(|underway| underway.token);
        let place = self.pool.insert(connection);
        if let Some(token) = token {
            self.put(token, Whereabouts::On(place));
        }
        let connection = self.pool.get(place).expect("it was put there");
        if let Err(error) = self.poller.watch(connection.socket.as_fd(), place.number()) {
            let underway = connection.underway.take();
            self.pool.remove(place);
            return self.not_opened(route, underway, &error);
        }
        if is_open {
            self.opened(place);
        } else {
            let limit = i64::try_from(self.settings.connect_timeout.as_nanos()).unwrap_or(i64::MAX / 4);
            self.connecting.push_back((since.saturating_add(limit), place));
        }
    }

    fn open_for_request(&mut self, route: usize, underway: Underway, request: &Request) {
        let mut out = Vec::new();
        let origin = usize::from(self.routes[route].origin);
        self.templates[origin].encode(request, is_last(self.settings.requests_per_connection, 0), &mut out);
        self.open_for(route, Some(underway), out);
    }

    /// A connection is open: its exchange begins, or it is free.
    fn opened(&mut self, place: Place) {
        let Self { pool, clock, .. } = self;
        let Some(connection) = pool.get(place) else { return };
        connection.opened(clock.now());
        if connection.underway.is_none() {
            connection.state = State::Idle;
            self.freed.push(place);
        } else if let Err((error, at)) = connection.start(|| clock.now()) {
            self.broken_while_writing(place, error, at);
        }
    }
}

/// Whether the next request on a connection with so many is its last.
fn is_last(most: Option<u32>, uses: u32) -> bool {
    most.is_some_and(|most| uses + 1 >= most)
}

impl Transport for LeanTransport {
    fn open(&mut self, stop: &dyn Fn() -> bool) -> Result<(), TransportError> {
        self.open_ahead(stop)
    }

    fn submit(&mut self, token: Token, route: u64, request: Request) {
        let route = (route % self.routes.len() as u64) as usize;
        let origin = self.routes[route].origin;
        let underway = Underway::new(token, origin, &request.method);
        if let Err(error) = self.templates[usize::from(origin)].check(&request) {
            return self.end(Some(underway.unsent(self.clock.now(), Err(error))));
        }
        if let Some(place) = self.pool.take_idle(route) {
            return self.start(place, underway, &request);
        }
        if !self.pool.has_room()
            && let Some(place) = self.pool.richest_route(route).and_then(|richest| self.pool.take_idle(richest))
        {
            // Of no use to anyone now: its own exchanges would have taken it.
            self.pool.remove(place);
        }
        if self.pool.has_room() {
            return self.open_for_request(route, underway, &request);
        }
        let ticket = self.waiting.push(route, underway, request);
        self.put(token, Whereabouts::Waiting(route, ticket));
    }

    fn cancel(&mut self, token: Token, why: TransportError) -> Option<Exchange> {
        let now = self.clock.now();
        // Whoever waits gets the room at the next turn, when all that are to be given up together are gone.
        let ended = match *self.whereabouts.get(token.0 as usize)? {
            Whereabouts::Nowhere => None,
            Whereabouts::Waiting(route, ticket) => {
                self.waiting.remove(route, ticket).map(|underway| underway.unsent(now, Err(why)))
            }
            Whereabouts::On(place) => {
                self.pool.remove(place).and_then(|mut connection| connection.finish(now, Err(why)))
            }
        };
        self.put(token, Whereabouts::Nowhere);
        ended.map(|(_, exchange)| exchange)
    }

    fn wait(&mut self, until: Nanos, ended: &mut VecDeque<(Token, Exchange)>) {
        loop {
            let is_woken = self.turn(until);
            if !self.ended.is_empty() || is_woken || self.clock.now() >= until {
                if ended.is_empty() {
                    std::mem::swap(ended, &mut self.ended);
                } else {
                    ended.append(&mut self.ended);
                }
                return;
            }
        }
    }

    fn waker(&self) -> Waker {
        self.poller.waker()
    }
}
