//! Carries one request: room on a connection, a second try where the first fell to a close that says nothing of the
//! target, and what is known of it at any instant.
//!
//! A server may close a kept connection at the very moment at which a request goes out on it, or say that it did not look
//! at a request at all. Such a request was not refused and says nothing of the target's speed, so it is sent once more. It
//! stays one exchange: `sent` is then the second sending's, and the wait before it counts as queue.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use model::{Exchange, Nanos, Request, Response, TransportError};

use super::answer::Broken;
use super::lease::{Held, Lease};
use super::shared::Shared;
use super::stamped::Stamps;
use crate::connect::Progress;

/// What is known of an exchange while it is under way, and when it breaks off.
#[derive(Default)]
pub(crate) struct Trace {
    /// Of the connection that is being opened for it, or was.
    pub(crate) progress: Cell<Progress>,
    /// Spent on one that was opened for it before.
    spent: Cell<Spent>,
    /// Of the connection that it is on.
    stamps: RefCell<Option<Rc<Stamps>>>,
    /// Of a first sending that was in vain.
    in_vain: Cell<InVain>,
}

#[derive(Default, Clone, Copy)]
struct Spent {
    connect_ns: Option<u64>,
    tls_ns: Option<u64>,
}

#[derive(Default, Clone, Copy)]
struct InVain {
    sent: Option<Nanos>,
    written: u64,
    read: u64,
}

impl Trace {
    fn spent(&self, now: Nanos) -> Spent {
        let (before, progress) = (self.spent.get(), self.progress.get());
        let sum = |before: Option<u64>, now: Option<u64>| match (before, now) {
            (Some(before), Some(now)) => Some(before + now),
            (before, now) => before.or(now),
        };
        Spent {
            connect_ns: sum(before.connect_ns, progress.connect_ns(now)),
            tls_ns: sum(before.tls_ns, progress.tls_ns(now)),
        }
    }

    /// Another connection is about to be opened for it.
    fn begin_connect(&self, now: Nanos) {
        self.spent.set(self.spent(now));
        self.progress.set(Progress::default());
    }

    /// What was sent was in vain.
    fn begin_again(&self) {
        if let Some(stamps) = self.stamps.take() {
            self.in_vain.set(InVain { sent: stamps.sent(), written: stamps.written(), read: stamps.read() });
        }
    }

    /// The exchange, ended at `end`.
    pub(crate) fn exchange(&self, origin: u16, end: Nanos, response: Result<Response, TransportError>) -> Exchange {
        let in_vain = self.in_vain.get();
        let spent = self.spent(end);
        let stamps = self.stamps.borrow();
        let stamps = stamps.as_deref();
        Exchange {
            sent: stamps.and_then(Stamps::sent).or(in_vain.sent),
            first_byte: stamps.and_then(Stamps::first_read),
            end,
            connect_ns: spent.connect_ns,
            tls_ns: spent.tls_ns,
            origin,
            bytes_sent: stamps.map_or(0, Stamps::written) + in_vain.written,
            bytes_received: stamps.map_or(0, Stamps::read) + in_vain.read,
            response,
        }
    }
}

/// Carries a request, and gives its answer with the instant at which that was whole.
///
/// # Errors
/// When there is no answer.
pub(crate) async fn carry(
    shared: Rc<Shared>,
    route: usize,
    request: Request,
    trace: Rc<Trace>,
) -> Result<(Response, Nanos), TransportError> {
    // What cannot be sent must not wait for a connection.
    shared.template(route).check(&request)?;
    let mut lease = shared.pool.lease(route).await;
    let mut is_second = false;
    loop {
        let is_kept = make_ready(&shared, route, &mut lease, &trace).await?;
        match attempt(&shared, route, &request, &mut lease, &trace).await {
            Ok(answer) => return Ok(answer),
            Err(broken) if is_second || !broken.again.allows(&request.method, is_kept) => return Err(broken.error),
            Err(_) => {}
        }
        is_second = true;
        trace.begin_again();
        match lease.held() {
            // In the same slot, and on a connection that is certainly new.
            Held::Http1(_) => lease.close(),
            Held::Http2(_) | Held::Slot => {
                drop(lease);
                lease = shared.pool.lease(route).await;
            }
        }
    }
}

/// Sees to it that the lease has an open connection; true if that was there before.
async fn make_ready(
    shared: &Rc<Shared>,
    route: usize,
    lease: &mut Lease,
    trace: &Trace,
) -> Result<bool, TransportError> {
    loop {
        match lease.held() {
            Held::Http1(http1) => {
                if http1.is_usable().await {
                    return Ok(true);
                }
                lease.close();
            }
            Held::Http2(http2) if http2.is_open() => return Ok(true),
            Held::Http2(_) => *lease = shared.pool.lease(route).await,
            Held::Slot => {
                trace.begin_connect(shared.meter.now());
                shared.connect(route, lease, &trace.progress).await?;
                return Ok(false);
            }
        }
    }
}

async fn attempt(
    shared: &Rc<Shared>,
    route: usize,
    request: &Request,
    lease: &mut Lease,
    trace: &Trace,
) -> Result<(Response, Nanos), Broken> {
    let template = shared.template(route);
    lease.begin();
    match lease.held() {
        Held::Slot => unreachable!("a connection was opened"),
        Held::Http2(http2) => {
            let http2 = Rc::clone(http2);
            let stamps = Rc::new(Stamps::default());
            trace.stamps.replace(Some(Rc::clone(&stamps)));
            let message = template.http2(request)?;
            let answer = http2.attempt(message, request.body.clone(), &stamps, &shared.wanted).await?;
            Ok((answer.response, answer.end.unwrap_or_else(|| shared.meter.now())))
        }
        Held::Http1(http1) => {
            let is_last = http1.requests() + 1 >= shared.requests_per_connection;
            let message = template.http1(request, is_last)?;
            trace.stamps.replace(Some(Rc::clone(http1.stamps())));
            let answer = http1.attempt(message, &shared.wanted).await?;
            let end = answer.end.unwrap_or_else(|| shared.meter.now());
            if !is_last && http1.is_usable().await {
                lease.finish();
            }
            Ok((answer.response, end))
        }
    }
}
