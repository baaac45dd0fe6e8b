//! Counts what an analysis uses of its time and its calls. The host's own work for it is not its time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use thiserror::Error;

use crate::limits::AnalysisLimits;

/// What one instance has used. Clones share it: the guest's imports and its deadline.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    limits: AnalysisLimits,
    used: Arc<Mutex<Used>>,
}

#[derive(Debug)]
struct Used {
    begun: Instant,
    deadline: Duration,
    calls: u32,
    host_work: Duration,
}

/// A limit of what the host does for an analysis was crossed; reads on from the plugin's name.
#[derive(Debug, PartialEq, Eq, Error)]
pub(crate) enum Overdrawn {
    #[error("used up its {0} calls of `dataset`")]
    Calls(u32),
    #[error("kept the tester at work for more than {0} s")]
    HostWork(u64),
}

impl Budget {
    pub(crate) fn new(limits: AnalysisLimits) -> Self {
        let used = Used { begun: Instant::now(), deadline: limits.deadline, calls: 0, host_work: Duration::ZERO };
        Self { limits, used: Arc::new(Mutex::new(used)) }
    }

    /// A call of the guest begins, which may take so long.
    pub(crate) fn begin(&self, deadline: Duration) {
        *self.used() = Used { begun: Instant::now(), deadline, calls: 0, host_work: Duration::ZERO };
    }

    /// Time that the guest has left; none when it has used it up.
    pub(crate) fn left(&self) -> Option<Duration> {
        let used = self.used();
        left(used.begun.elapsed(), used.host_work, used.deadline)
    }

    /// Works for the guest.
    ///
    /// # Errors
    /// When it has asked too often, or for too much.
    pub(crate) fn work<T>(&self, work: impl FnOnce() -> T) -> Result<T, Overdrawn> {
        {
            let mut used = self.used();
            if used.calls >= self.limits.calls {
                return Err(Overdrawn::Calls(self.limits.calls));
            }
            used.calls += 1;
        }
        let begun = Instant::now();
        let done = work();
        let mut used = self.used();
        used.host_work += begun.elapsed();
        if used.host_work > self.limits.host_work {
            return Err(Overdrawn::HostWork(self.limits.host_work.as_secs()));
        }
        Ok(done)
    }

    fn used(&self) -> std::sync::MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn left(elapsed: Duration, host_work: Duration, deadline: Duration) -> Option<Duration> {
    deadline.checked_sub(elapsed.saturating_sub(host_work)).filter(|left| !left.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_work_is_not_the_guests_time() {
        let seconds = Duration::from_secs;
        assert_eq!(left(seconds(90), seconds(70), seconds(60)), Some(seconds(40)));
        assert_eq!(left(seconds(90), seconds(30), seconds(60)), None);
        assert_eq!(left(seconds(1), seconds(2), seconds(60)), Some(seconds(60)));
    }

    #[test]
    fn who_asks_too_often_is_told_so_and_each_call_begins_anew() {
        let budget = Budget::new(AnalysisLimits { calls: 2, ..AnalysisLimits::default() });
        let asked = |_| budget.work(|| 7);
        assert_eq!([0, 1, 2].map(asked), [Ok(7), Ok(7), Err(Overdrawn::Calls(2))]);
        budget.begin(Duration::from_secs(60));
        assert_eq!(budget.work(|| 7), Ok(7));
        let budget = Budget::new(AnalysisLimits { host_work: Duration::ZERO, ..AnalysisLimits::default() });
        let worked = budget.work(|| (0..1_000).map(std::hint::black_box).sum::<u64>());
        assert_eq!(worked.unwrap_err().to_string(), "kept the tester at work for more than 0 s");
    }
}
