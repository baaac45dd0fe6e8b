//! Answers `/queue` at the instants that a line before several servers gives: a target of known capacity.
//!
//! A thread of its own sleeps to each departure on the monotonic clock, without timer slack: the runtime's own timers have a
//! grain of a millisecond.

use std::io;
use std::num::{NonZeroU32, NonZeroU64};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::thread::{ClockId, clock_nanosleep_absolute, set_current_timer_slack};
use rustix::time::{Timespec, clock_gettime};
use tokio::sync::oneshot;

use crate::line::Line;

const SECOND: u64 = 1_000_000_000;

/// A queue, and the thread that lets requests out of it, which ends with this.
pub(crate) struct Queue(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Somebody came to an empty queue, or it is over.
    news: Condvar,
}

struct State {
    line: Line<oneshot::Sender<()>>,
    is_over: bool,
}

impl Queue {
    /// A queue before so many servers, each of which takes `service_time` a request.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(crate) fn start(servers: NonZeroU32, service_time: Duration) -> io::Result<Self> {
        let service_time = u64::try_from(service_time.as_nanos()).unwrap_or(u64::MAX / 4);
        let state = State { line: Line::new(servers.get(), service_time), is_over: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), news: Condvar::new() });
        let of_thread = Arc::clone(&shared);
        std::thread::Builder::new().name("queue".to_owned()).spawn(move || of_thread.let_out())?;
        Ok(Self(shared))
    }

    /// Goes through the queue. Whoever is dropped while it waits leaves the queue unserved.
    pub(crate) async fn pass(&self) {
        let (let_out, left) = oneshot::channel();
        {
            let mut state = self.0.lock();
            if state.line.next_departure().is_none() {
                self.0.news.notify_one();
            }
            // Within the lock, so that the order of the instants is that of the arrivals.
            state.line.arrive(now(), let_out);
        }
        // Not let out only when the application ends.
        let _ = left.await;
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.0.lock().is_over = true;
        self.0.news.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the thread does: lets out everyone whose time has come, until the queue is over.
    fn let_out(&self) {
        // With the usual slack of 50 µs departures are only less exact.
        let _ = set_current_timer_slack(NonZeroU64::new(1));
        let mut state = self.lock();
        while !state.is_over {
            state = match state.line.next_departure() {
                None => self.news.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(departure) => {
                    let now = now();
                    while let Some(let_out) = state.line.depart(now, |let_out| !let_out.is_closed()) {
                        let _ = let_out.send(());
                    }
                    if departure <= now {
                        continue;
                    }
                    drop(state);
                    sleep_until(departure);
                    self.lock()
                }
            };
        }
    }
}

fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec.unsigned_abs() * SECOND + now.tv_nsec.unsigned_abs()
}

fn sleep_until(at: u64) {
    let instant = Timespec { tv_sec: (at / SECOND).cast_signed(), tv_nsec: (at % SECOND).cast_signed() };
    // After a signal whoever sleeps looks at the clock again.
    let _ = clock_nanosleep_absolute(ClockId::Monotonic, &instant);
}
