//! The general way: HTTP/1.1 and HTTP/2, with or without TLS, over TCP and socket files.
//!
//! Everything lives on one thread: a current-thread runtime of tokio that looks at the sockets, and in its root an executor
//! of our own (`tasks`) that takes up what they woke. [`Transport::submit`] polls the exchange before it returns, so that
//! its bytes are written by then if a connection is idle. Instants are stamped at the stream (`stamped`, `frames`).

mod ahead;
mod answer;
mod exchange;
mod exchanges;
mod frames;
mod http1;
mod http2;
mod http2_failure;
mod lease;
mod pool;
mod shared;
mod stamped;
mod tasks;
mod timer;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::num::NonZeroU64;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use model::plan::{HttpVersion, Pacing};
use model::{Clock, Exchange, Nanos, Request, Token, Transport, TransportError, Waker};
use tokio::runtime::Runtime;

use self::exchanges::Exchanges;
use self::pool::{Pool, Shape, Sharing};
use self::shared::Shared;
use self::stamped::Meter;
use self::tasks::{Key, Woken};
use self::timer::Timer;
use crate::connect::Connector;
use crate::message::Template;
use crate::origin::Origin;
use crate::route::Route;
use crate::settings::Settings;

/// By how much precise pacing wakes early, to watch the clock: what a wake-up by the kernel is late at most, mostly.
const EARLY: Nanos = 80_000;
/// What was woken is looked at, and what that woke in turn (exchanges that waited for a connection); what goes on waking
/// itself has to let the sockets of the others have their turn.
const ROUNDS: usize = 2;
/// How often the opening of connections is asked whether to stop.
const STOP_IS_SEEN_WITHIN: Duration = Duration::from_millis(20);

/// HTTP for one generator thread.
pub(crate) struct GeneralTransport {
    // In the order in which they are to be dropped: the sockets before what looks at them.
    exchanges: Exchanges,
    /// Taken from `Woken`, and not yet looked at.
    due: VecDeque<Key>,
    shared: Rc<Shared>,
    timer: Timer,
    is_precise: bool,
    cap: Option<usize>,
    open_ahead: usize,
    runtime: Runtime,
}

impl GeneralTransport {
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
        // Threads inherit a slack of 50 µs, by which the kernel may delay any wake-up.
        rustix::thread::set_current_timer_slack(NonZeroU64::new(1))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().event_interval(1).build()?;
        let timer = {
            let _entered = runtime.enter();
            Timer::new()?
        };
        let streams = settings.streams.max(1) as usize;
        let cap = settings.connections.map(|cap| cap.max(1) as usize);
        let sharing = |route: &Route| match (settings.http, origins[usize::from(route.origin)].is_tls()) {
            (HttpVersion::Http1, _) | (HttpVersion::Auto, false) => Sharing::Exclusive,
            (HttpVersion::Http2, _) => Sharing::Shared,
            (HttpVersion::Auto, true) => Sharing::Unknown,
        };
        let pool = Pool::new(Shape { routes: routes.iter().map(sharing).collect(), cap, streams });
        let with_template = |origin: Origin| {
            let template = Template::new(&origin, base_headers);
            (origin, template)
        };
        let woken = Arc::new(Woken::default());
        let shared = Rc::new(Shared {
            routes,
            origins: origins.into_iter().map(with_template).collect(),
            connector: Connector {
                clock: Arc::clone(&clock),
                within: settings.connect_timeout,
                http: settings.http,
                tls: settings.tls,
            },
            meter: Meter::new(clock),
            pool,
            wanted: answer::Wanted { headers: settings.response_headers, body_limit: settings.body_limit },
            requests_per_connection: settings.requests_per_connection.map_or(u32::MAX, |most| most.max(1)),
            streams,
            woken,
            connections: RefCell::default(),
            next_connection: Cell::new(0),
        });
        Ok(Self {
            exchanges: Exchanges::new(Rc::clone(&shared)),
            due: VecDeque::new(),
            shared,
            timer,
            is_precise: settings.pacing == Pacing::Precise,
            cap,
            open_ahead: settings.open_ahead as usize,
            runtime,
        })
    }

    /// Drives the runtime until `look` is content. `look` is called whenever something was woken.
    fn drive<T>(&mut self, mut look: impl FnMut(&mut Driven<'_>, &mut Context<'_>) -> Poll<T>) -> T {
        let Self { exchanges, due, shared, timer, runtime, .. } = self;
        let mut driven = Driven { exchanges, due, shared, timer };
        shared.woken.set_waiting(true);
        let seen = runtime.block_on(tokio::task::unconstrained(std::future::poll_fn(|cx| {
            driven.shared.woken.register(cx.waker());
            look(&mut driven, cx)
        })));
        shared.woken.set_waiting(false);
        seen
    }
}

/// What is driven.
struct Driven<'a> {
    exchanges: &'a mut Exchanges,
    due: &'a mut VecDeque<Key>,
    shared: &'a Rc<Shared>,
    timer: &'a Timer,
}

impl Driven<'_> {
    /// Looks at what was woken, or until it `is_enough`. What is left wakes the thread again.
    fn look_at_woken(&mut self, mut is_enough: impl FnMut() -> bool) {
        let mut taken = Vec::new();
        for _ in 0..ROUNDS {
            if self.due.is_empty() {
                self.shared.woken.take(&mut taken);
                self.due.extend(taken.drain(..));
            }
            for _ in 0..self.due.len() {
                let Some(key) = self.due.pop_front() else { break };
                self.shared.meter.begin_turn();
                match key {
                    Key::Exchange(index) => self.exchanges.poll(index),
                    Key::Connection(number) => self.shared.drive(number),
                }
                if is_enough() {
                    return;
                }
            }
        }
    }
}

impl Transport for GeneralTransport {
    fn open(&mut self, stop: &dyn Fn() -> bool) -> Result<(), TransportError> {
        let mut opening = pin!(ahead::open(Rc::clone(&self.shared), self.cap, self.open_ahead));
        let mut tick = None;
        self.drive(|driven, cx| {
            let tick = tick.get_or_insert_with(|| tokio::time::interval(STOP_IS_SEEN_WITHIN));
            while tick.poll_tick(cx).is_ready() {
                if stop() {
                    return Poll::Ready(Ok(()));
                }
            }
            driven.look_at_woken(|| false);
            opening.as_mut().poll(cx)
        })
    }

    fn submit(&mut self, token: Token, route: u64, request: Request) {
        let _entered = self.runtime.enter();
        self.shared.meter.begin_turn();
        self.exchanges.submit(token, route, request);
    }

    fn cancel(&mut self, token: Token, why: TransportError) -> Option<Exchange> {
        let _entered = self.runtime.enter();
        self.exchanges.cancel(token, why)
    }

    fn wait(&mut self, until: Nanos, ended: &mut VecDeque<(Token, Exchange)>) {
        let early = if self.is_precise { EARLY } else { 0 };
        let clock = Rc::clone(&self.shared.meter);
        let has_time = clock.now() < until;
        let mut is_timer_set = false;
        // Sockets are looked at between one call and the next.
        let mut calls = 0;
        self.drive(|driven, cx| {
            calls += 1;
            driven.look_at_woken(|| has_time && clock.now() >= until);
            if driven.exchanges.has_ended() || driven.shared.woken.was_called() {
                return Poll::Ready(());
            }
            let left = until.saturating_sub(clock.now());
            if left <= 0 && (has_time || calls > 1) {
                return Poll::Ready(());
            }
            if left > early {
                if !is_timer_set {
                    driven.timer.set(left - early);
                    is_timer_set = true;
                }
                if !driven.timer.has_gone_off(cx) {
                    return Poll::Pending;
                }
                // One that was set before went off meanwhile, or this one early.
                is_timer_set = false;
            }
            look_again(cx)
        });
        self.exchanges.take_ended(ended);
    }

    fn waker(&self) -> Waker {
        let woken = Arc::clone(&self.shared.woken);
        Arc::new(move || woken.call())
    }
}

/// Lets the runtime look at the sockets without sleeping, and then comes back.
fn look_again<T>(cx: &mut Context<'_>) -> Poll<T> {
    // Within the runtime this wakes after the sockets were looked at, and writes nothing to wake itself up.
    let _pending = pin!(tokio::task::yield_now()).poll(cx);
    Poll::Pending
}
