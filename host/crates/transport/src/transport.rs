//! Carries requests of one thread: a connection for each, a second try where the first fell to an idle close, and an end
//! by the deadline whatever happens.
//!
//! A server may close a kept connection at the very moment at which a request goes out on it. Such a request was not
//! refused and says nothing of the target's speed, so it is sent once more, on a new connection, when nothing of an
//! answer came and its method may come twice without harm. It stays one exchange: `sent` is then the second sending's,
//! and the wait before it counts as queue.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use http::{HeaderName, HeaderValue};
use model::{Clock, Exchange, Nanos, Request, Response, Transport, TransportError};
use tokio::sync::Notify;

use crate::attempt::{Wanted, attempt};
use crate::connect::connect;
use crate::connection::Connection;
use crate::message::Template;
use crate::origin::Origin;
use crate::pool::{Lease, Pool};
use crate::stamped::Stamps;

/// Connections that are opened ahead at the same time: more would overrun the backlog of a small server.
const OPENED_TOGETHER: usize = 32;

/// How a thread's transport behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Most sockets at a time, over all origins; none: as many as are needed. 0 counts as 1.
    pub connections: Option<u32>,
    /// Connections to each origin that are opened ahead; the cap is shared evenly if it is lower.
    pub open_ahead: u32,
    /// Longest wait for a connection, all addresses of a host together.
    pub connect_timeout: Duration,
    /// Response headers that are handed on.
    pub response_headers: Vec<HeaderName>,
    /// Bytes of a body that are handed on; the rest is read and counted.
    pub body_limit: usize,
}

/// HTTP/1.1 for one generator thread.
pub struct HttpTransport {
    origins: Vec<(Origin, Template)>,
    clock: Arc<dyn Clock>,
    pool: Rc<Pool>,
    cap: Option<usize>,
    open_ahead: usize,
    connect_timeout: Duration,
    wanted: Wanted,
    is_abandoned: Cell<bool>,
    abandoned: Notify,
}

/// What is known of an exchange while it is under way, and when it breaks off.
#[derive(Default)]
struct Trace {
    /// Since when a connection is being opened for it.
    connecting_since: Cell<Option<Nanos>>,
    connect_ns: Cell<Option<u64>>,
    /// Of the connection that it is on.
    stamps: RefCell<Option<Rc<Stamps>>>,
    /// Of a first sending that was in vain.
    in_vain: Cell<InVain>,
}

#[derive(Default, Clone, Copy)]
struct InVain {
    sent: Option<Nanos>,
    bytes_sent: u64,
}

impl HttpTransport {
    /// A transport to `origins`, whose hosts were looked up. `base_headers` go with each request that has none of the same name.
    pub fn new(
        origins: Vec<Origin>,
        base_headers: Vec<(HeaderName, HeaderValue)>,
        clock: Arc<dyn Clock>,
        settings: Settings,
    ) -> Self {
        let cap = settings.connections.map(|cap| cap.max(1) as usize);
        Self {
            pool: Pool::new(origins.len(), cap),
            origins: origins
                .into_iter()
                .map(|origin| {
                    let template = Template::new(&origin, &base_headers);
                    (origin, template)
                })
                .collect(),
            clock,
            cap,
            open_ahead: settings.open_ahead as usize,
            connect_timeout: settings.connect_timeout,
            wanted: Wanted { headers: settings.response_headers, body_limit: settings.body_limit },
            is_abandoned: Cell::new(false),
            abandoned: Notify::new(),
        }
    }

    async fn connect(&self, origin: usize) -> Result<Box<Connection>, TransportError> {
        let origin = &self.origins[origin].0;
        let stream = connect(origin, self.connect_timeout).await?;
        Connection::new(stream, Arc::clone(&self.clock))
            .await
            .map_err(|error| TransportError::Connect { address: origin.address(), reason: error.to_string() })
    }

    /// Opens a connection into the lease's slot, and notes how long it took.
    async fn connect_for<'a>(
        &self,
        origin: usize,
        lease: &'a mut Lease,
        trace: &Trace,
    ) -> Result<&'a mut Connection, TransportError> {
        let since = self.clock.now();
        trace.connecting_since.set(Some(since));
        let connected = self.connect(origin).await;
        trace.connecting_since.set(None);
        trace.connect_ns.set(Some(length(since, self.clock.now()) + trace.connect_ns.get().unwrap_or(0)));
        Ok(lease.open(connected?))
    }

    async fn carry(
        &self,
        origin: usize,
        request: &Request,
        trace: &Trace,
    ) -> Result<(Response, Nanos), TransportError> {
        let message = self.origins[origin].1.message(request)?;
        let mut lease = self.pool.lease(origin).await;
        if self.is_abandoned.get() {
            // The slot came from one that was ended just now: this one is about to be.
            return Err(TransportError::Abandoned);
        }
        let is_kept = match lease.connection() {
            Some(connection) => connection.is_usable().await,
            None => false,
        };
        if !is_kept {
            lease.close();
            self.connect_for(origin, &mut lease, trace).await?;
        }
        lease.begin();
        let mut connection = lease.connection().expect("one is open");
        trace.stamps.replace(Some(Rc::clone(connection.stamps())));
        let mut answer = attempt(connection, message, &self.wanted).await;
        // What may be asked for twice is (RFC 9110, 9.2.2 and RFC 9112, 9.3.1); of the rest nobody knows what it did.
        let may_come_twice = is_kept && request.method.is_idempotent();
        if may_come_twice && matches!(answer, Err(TransportError::Lost(_))) && connection.stamps().read() == 0 {
            let stamps = connection.stamps();
            trace.in_vain.set(InVain { sent: stamps.sent(), bytes_sent: stamps.written() });
            trace.stamps.replace(None);
            lease.close();
            connection = self.connect_for(origin, &mut lease, trace).await?;
            trace.stamps.replace(Some(Rc::clone(connection.stamps())));
            let message = self.origins[origin].1.message(request)?;
            lease.begin();
            connection = lease.connection().expect("one is open");
            answer = attempt(connection, message, &self.wanted).await;
        }
        let answer = answer?;
        let end = answer.end.unwrap_or_else(|| self.clock.now());
        if connection.is_usable().await {
            lease.finish();
        }
        Ok((answer.response, end))
    }

    /// Opens connections to one origin; all of them are idle when the leases are dropped.
    async fn open_to(&self, origin: usize, count: usize) -> Result<Vec<Lease>, TransportError> {
        let opened = stream::iter(0..count)
            .map(|_| async {
                let mut lease = self.pool.lease(origin).await;
                if lease.connection().is_none() {
                    lease.open(self.connect(origin).await?);
                }
                Ok::<_, TransportError>(lease)
            })
            .buffer_unordered(OPENED_TOGETHER)
            .collect::<Vec<_>>()
            .await;
        let (opened, failed): (Vec<_>, Vec<_>) = opened.into_iter().partition(Result::is_ok);
        match failed.into_iter().next() {
            Some(Err(error)) if opened.is_empty() => Err(error),
            _ => Ok(opened.into_iter().flatten().collect()),
        }
    }
}

impl Transport for HttpTransport {
    async fn open(&self) -> Result<(), TransportError> {
        let mut held = Vec::new();
        for origin in 0..self.origins.len() {
            // Its even share of the cap, so that nobody waits here for what another holds.
            let share = self
                .cap
                .map_or(usize::MAX, |cap| cap / self.origins.len() + usize::from(origin < cap % self.origins.len()));
            held.push(self.open_to(origin, self.open_ahead.min(share)).await?);
        }
        Ok(())
    }

    fn abandon(&self) {
        self.is_abandoned.set(true);
        self.abandoned.notify_waiters();
    }

    async fn exchange(&self, origin: usize, request: &Request, deadline: Nanos) -> Exchange {
        let trace = Trace::default();
        let abandoned = self.abandoned.notified();
        let left = u64::try_from(deadline - self.clock.now()).unwrap_or(0);
        let carried = if self.is_abandoned.get() {
            Err(TransportError::Abandoned)
        } else if left == 0 {
            Err(TransportError::TimedOut)
        } else {
            tokio::select! {
                biased;
                carried = self.carry(origin, request, &trace) => carried,
                () = abandoned => Err(TransportError::Abandoned),
                () = tokio::time::sleep(Duration::from_nanos(left)) => Err(TransportError::TimedOut),
            }
        };
        let (response, end) = match carried {
            // The timer is coarser than the stamps: what came after the deadline is late, whether it has fired or not.
            Ok((_, end)) if end > deadline => (Err(TransportError::TimedOut), end),
            Ok((response, end)) => (Ok(response), end),
            Err(error) => (Err(error), self.clock.now()),
        };
        trace.into_exchange(response, end)
    }
}

impl Trace {
    fn into_exchange(self, response: Result<Response, TransportError>, end: Nanos) -> Exchange {
        let in_vain = self.in_vain.get();
        let stamps = self.stamps.into_inner();
        let stamps = stamps.as_deref();
        let connecting = self.connecting_since.get().map(|since| length(since, end));
        Exchange {
            sent: stamps.and_then(Stamps::sent).or(in_vain.sent),
            first_byte: stamps.and_then(Stamps::first_read),
            end,
            connect_ns: connecting.or(self.connect_ns.get()),
            bytes_sent: stamps.map_or(0, Stamps::written) + in_vain.bytes_sent,
            bytes_received: stamps.map_or(0, Stamps::read),
            response,
        }
    }
}

fn length(from: Nanos, to: Nanos) -> u64 {
    u64::try_from(to - from).unwrap_or(0)
}
