//! When each arrival is due.
//!
//! A due time depends on the index alone, so a slow target cannot move it (law 1).

use serde::{Deserialize, Serialize};

use crate::units::{Nanos, Rate};

/// Maps the index of an arrival to its intended start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum ArrivalSchedule {
    /// Evenly spaced: `intended_start(n) = n / rate`.
    Constant(Rate),
}

impl ArrivalSchedule {
    /// Intended start of arrival `index`, in nanoseconds since trial start. Never falls as `index` grows.
    pub fn intended_start(&self, index: u64) -> Nanos {
        match self {
            // f64 carries whole nanoseconds up to 2^53 (104 days), beyond the longest trial.
            Self::Constant(rate) => (index as f64 * 1e9 / rate.get()).round() as Nanos,
        }
    }

    /// Number of arrivals due before `end` (nanoseconds since trial start).
    pub fn count_before(&self, end: Nanos) -> u64 {
        if end <= 0 {
            return 0;
        }
        let mut count = match self {
            Self::Constant(rate) => (end as f64 * rate.get() / 1e9).ceil() as u64,
        };
        // Rounding may have put the estimate one off; the due times decide.
        while count > 0 && self.intended_start(count - 1) >= end {
            count -= 1;
        }
        while self.intended_start(count) < end {
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_count_is_that_of_the_due_times(rate in 0.01f64..1e6, millis in 1i64..3_600_000) {
            let schedule = ArrivalSchedule::Constant(Rate::per_second(rate).expect("in range"));
            let end = millis * 1_000_000;
            let count = schedule.count_before(end);
            prop_assert!(schedule.intended_start(count) >= end);
            prop_assert!(count == 0 || schedule.intended_start(count - 1) < end);
        }

        #[test]
        fn due_times_never_fall(rate in 0.01f64..1e7, index in 0u64..1_000_000_000) {
            let schedule = ArrivalSchedule::Constant(Rate::per_second(rate).expect("in range"));
            prop_assert!(schedule.intended_start(index) <= schedule.intended_start(index + 1));
        }
    }

    #[test]
    fn a_thousand_a_second_for_a_minute_is_sixty_thousand() {
        let schedule = ArrivalSchedule::Constant(Rate::per_second(1000.0).expect("in range"));
        assert_eq!(schedule.count_before(60_000_000_000), 60_000);
        assert_eq!(schedule.intended_start(59_999), 59_999_000_000);
    }
}
