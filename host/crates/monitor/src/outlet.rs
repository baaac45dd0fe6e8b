//! Where observations go: a bounded channel that is never waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flume::Sender;
use model::resources::{Observation, ResourceSample, Seen};
use tokio::time::Instant;

use crate::clock::UnixClock;

/// The way out of one host's observations.
#[derive(Debug, Clone)]
pub(crate) struct Outlet {
    pub(crate) host: u16,
    pub(crate) clock: UnixClock,
    pub(crate) observations: Sender<Observation>,
    pub(crate) lost: Arc<AtomicU64>,
}

impl Outlet {
    /// The host answered.
    pub(crate) fn sample(&self, due: Instant, sample: ResourceSample) {
        self.send(due, Seen::Sample(Box::new(sample)));
    }

    /// It did not.
    pub(crate) fn gap(&self, due: Instant, why: impl Into<String>) {
        self.send(due, Seen::Gap(why.into()));
    }

    fn send(&self, due: Instant, seen: Seen) {
        let due_unix_ns = self.clock.unix_ns(due.into_std());
        let observation = Observation { host: self.host, due_unix_ns, seen };
        if self.observations.try_send(observation).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_takes_is_lost_and_counted() {
        let (observations, taken) = flume::bounded(2);
        let lost = Arc::new(AtomicU64::new(0));
        let outlet = Outlet { host: 3, clock: UnixClock::new(), observations, lost: Arc::clone(&lost) };
        (0..5).for_each(|_| outlet.gap(Instant::now(), "silent"));
        assert_eq!(lost.load(Ordering::Relaxed), 3);
        assert!(taken.drain().all(|one| one.host == 3 && one.seen == Seen::Gap("silent".into())));
    }
}
