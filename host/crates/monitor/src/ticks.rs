//! When to look: at instants that depend on their number alone.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Hosts are looked at this much apart, so that their answers do not come at once.
const APART: Duration = Duration::from_millis(10);

/// Absolute ticks.
#[derive(Debug, Clone)]
pub(crate) struct Ticks {
    start: Instant,
    interval: Duration,
    next: u32,
}

impl Ticks {
    /// Ticks of one of so many hosts.
    pub(crate) fn of(host: usize, hosts: usize, start: Instant, interval: Duration) -> Self {
        let apart = APART.min(interval / u32::try_from(hosts).unwrap_or(u32::MAX).max(1));
        Self { start: start + apart * u32::try_from(host).unwrap_or_default(), interval, next: 0 }
    }

    /// From one tick to the next.
    pub(crate) fn interval(&self) -> Duration {
        self.interval
    }

    /// Awaits the next tick. Dropped meanwhile, the tick is still to come.
    pub(crate) async fn next(&mut self) -> Instant {
        let due = self.start + self.interval * self.next;
        sleep_until(due).await;
        self.next += 1;
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ticks_lie_where_their_number_says_however_late_they_are_taken() {
        // All of them are past: none is waited for, and none is moved.
        let start = Instant::now() - Duration::from_secs(60);
        let mut ticks = Ticks::of(0, 1, start, Duration::from_secs(1));
        let due = [ticks.next().await, ticks.next().await, ticks.next().await].map(|due| due - start);
        assert_eq!(due, [0, 1, 2].map(Duration::from_secs));
    }

    #[test]
    fn many_hosts_are_spread_over_the_interval_and_few_are_not() {
        let now = Instant::now();
        let at = |host, hosts| Ticks::of(host, hosts, now, Duration::from_secs(1)).start - now;
        assert_eq!(at(2, 3), Duration::from_millis(20));
        assert_eq!(at(999, 1_000), Duration::from_millis(999));
    }
}
