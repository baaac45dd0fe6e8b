//! Unix time that never jumps, and by how much another machine's differs.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use model::resources::ClockOffset;

/// Unix time by the monotonic clock, counted from one look at the wall clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnixClock {
    begun: Instant,
    begun_unix_ns: i64,
}

impl UnixClock {
    /// Looks at the wall clock.
    pub(crate) fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Self { begun: Instant::now(), begun_unix_ns: i64::try_from(since).unwrap_or(i64::MAX) }
    }

    /// Unix time of an instant, nanoseconds.
    pub(crate) fn unix_ns(&self, at: Instant) -> i64 {
        let (later, earlier) = (at.saturating_duration_since(self.begun), self.begun.saturating_duration_since(at));
        let nanos = |duration: std::time::Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
        self.begun_unix_ns.saturating_add(nanos(later)).saturating_sub(nanos(earlier))
    }
}

/// The other clock's time, read between two instants of ours. None when it does not tell fractions of a second.
pub(crate) fn offset(answer: &str, before_ns: i64, after_ns: i64) -> Option<ClockOffset> {
    let theirs = unix_ns_of(answer.trim())?;
    let middle = before_ns + (after_ns - before_ns) / 2;
    // Half the exchange, rounded up: it lay anywhere in it.
    let bound_ns = ((after_ns - before_ns).max(0) as u64).div_ceil(2);
    Some(ClockOffset { offset_ns: theirs.checked_sub(middle)?, bound_ns })
}

/// `1732551234.123456789` in nanoseconds.
fn unix_ns_of(text: &str) -> Option<i64> {
    let (seconds, fraction) = text.split_once('.')?;
    let is_fraction = fraction.len() == 9 && fraction.bytes().all(|c| c.is_ascii_digit());
    let seconds: i64 = seconds.parse().ok()?;
    let nanos: i64 = is_fraction.then(|| fraction.parse().ok())??;
    seconds.checked_mul(1_000_000_000)?.checked_add(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_lies_within_half_the_exchange() {
        let offset = offset("12.000000500\n", 11_000_000_000, 11_000_000_201).expect("an offset");
        assert_eq!(offset, ClockOffset { offset_ns: 1_000_000_400, bound_ns: 101 });
    }

    #[test]
    fn a_date_without_fractions_leaves_the_offset_unknown() {
        for answer in ["", "1732551234", "1732551234.%N", "1732551234.", "1732551234.N", "date: invalid", "1.-00000001"]
        {
            assert_eq!(offset(answer, 0, 2), None, "{answer}");
        }
    }

    #[test]
    fn an_instant_before_the_look_at_the_wall_clock_has_its_time() {
        let early = Instant::now();
        let clock = UnixClock::new();
        assert!(clock.unix_ns(early) <= clock.begun_unix_ns);
    }
}
