//! The real clock: the machine's monotonic one, counted from trial start.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use model::{Clock, Nanos};
use rustix::time::{ClockId, clock_gettime};

/// Counts nanoseconds from trial start, which is set once all threads are ready.
#[derive(Debug)]
pub struct TrialClock {
    /// Trial start on the monotonic clock, nanoseconds.
    origin: AtomicI64,
}

impl Default for TrialClock {
    fn default() -> Self {
        Self { origin: AtomicI64::new(monotonic()) }
    }
}

impl TrialClock {
    /// Makes trial start the instant `ahead` nanoseconds from now, and gives it as Unix time in nanoseconds.
    pub fn start_in(&self, ahead: Nanos) -> i64 {
        self.origin.store(monotonic() + ahead, Ordering::Release);
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        i64::try_from(unix).unwrap_or(i64::MAX) + ahead
    }
}

impl Clock for TrialClock {
    fn now(&self) -> Nanos {
        monotonic() - self.origin.load(Ordering::Acquire)
    }
}

fn monotonic() -> Nanos {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}
