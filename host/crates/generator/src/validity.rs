//! Whether a trial's figures are the target's, or the tester's own (law 4).

use model::trial::GuestTime;
use model::{PhaseResult, Rate, Validity};

/// Share of the intended rate that may be missing or too much.
const OFFERED_TOLERANCE: f64 = 0.01;
/// Release lag that no figure suffers from, nanoseconds.
const LAG_FLOOR: f64 = 500_000.0;
/// Share of the reported p99 that release lag may be.
const LAG_SHARE: f64 = 0.05;
/// Late releases, or late builds, that are no accident. In a short trial the p99 is made of fewer, and one hiccup of the machine would
/// spoil it; the quantile looked at is then lower.
const LATE_RELEASES: f64 = 10.0;
/// Share of arrivals that may have waited for the test case.
const LATE_BUILDS: f64 = 0.01;

/// Judges a steady state that was meant to hold `intended`. Gives the reasons when it did not, each a sentence.
pub(crate) fn assess(
    intended: Rate,
    steady: &PhaseResult,
    guest: &GuestTime,
    exhausted: u64,
) -> (Validity, Vec<String>) {
    let mut reasons = Vec::new();
    let due = intended.get() * steady.length_ns as f64 / 1e9;
    let off_by = steady.released_in_time as f64 - due;
    // The bounds of the phase may cut off one arrival, whatever the rate.
    if off_by.abs() > (due * OFFERED_TOLERANCE).max(1.0) {
        let held = off_by / due.max(1.0) * 100.0;
        reasons
            .push(format!("offered rate is {held:+.1} % from the intended {intended}: the tester could not hold it"));
    }
    let quantile = (1.0 - LATE_RELEASES / steady.release_lag.count().max(1) as f64).clamp(0.5, 0.99);
    if let Some(lag) = steady.release_lag.quantile(quantile) {
        let p99 = steady.response_time.quantile(0.99).unwrap_or(0) as f64;
        let allowed = LAG_FLOOR.max(p99 * LAG_SHARE);
        if lag as f64 > allowed {
            let (lag, allowed) = (lag as f64 / 1e6, allowed / 1e6);
            reasons.push(format!(
                "p{} release lag is {lag:.2} ms where {allowed:.2} ms are allowed: the tester's CPU was too busy to send on time",
                (quantile * 100.0).floor()
            ));
        }
    }
    if guest.late_builds as f64 > (due * LATE_BUILDS).max(LATE_RELEASES) {
        let late = guest.late_builds;
        reasons.push(format!(
            "{late} arrivals waited for the test case to build their request: it is too slow for this rate"
        ));
    }
    if guest.late_reads as f64 > (due * LATE_BUILDS).max(LATE_RELEASES) {
        let late = guest.late_reads;
        reasons.push(format!(
            "{late} answers or arrivals came when too many waited for the test case to read them: it is too slow for this rate"
        ));
    }
    if exhausted > 0 {
        reasons.push(format!(
            "{exhausted} requests found no connection because the tester ran out of descriptors or ports: raise \
             `ulimit -n`, or use fewer with `--connections`"
        ));
    }
    (if reasons.is_empty() { Validity::Valid } else { Validity::GeneratorBound }, reasons)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steady(released: u64, lag: u64) -> PhaseResult {
        let mut steady = PhaseResult::new(10_000_000_000);
        steady.released_in_time = released;
        (0..released).for_each(|_| steady.release_lag.record(lag));
        steady
    }

    fn verdict(steady: &PhaseResult, late_builds: u64) -> (Validity, usize) {
        let guest = GuestTime { late_builds, ..GuestTime::default() };
        let (validity, reasons) = assess(Rate::per_second(1000.0).expect("in range"), steady, &guest, 0);
        (validity, reasons.len())
    }

    #[test]
    fn a_trial_that_the_tester_could_not_hold_says_so() {
        assert_eq!(verdict(&steady(10_000, 50_000), 0), (Validity::Valid, 0));
        assert_eq!(verdict(&steady(9_899, 50_000), 0), (Validity::GeneratorBound, 1));
        assert_eq!(verdict(&steady(10_000, 600_000), 0), (Validity::GeneratorBound, 1));
        assert_eq!(verdict(&steady(10_000, 50_000), 101), (Validity::GeneratorBound, 1));
    }

    #[test]
    fn a_tester_that_cannot_read_or_connect_is_no_target() {
        let rate = Rate::per_second(1000.0).expect("in range");
        let slow = GuestTime { late_reads: 101, ..GuestTime::default() };
        assert_eq!(assess(rate, &steady(10_000, 50_000), &slow, 0).0, Validity::GeneratorBound);
        assert_eq!(assess(rate, &steady(10_000, 50_000), &GuestTime::default(), 1).0, Validity::GeneratorBound);
    }

    #[test]
    fn a_hiccup_in_a_short_trial_is_no_overload() {
        let short = |late: u64| {
            let mut steady = PhaseResult::new(1_000_000_000);
            steady.released_in_time = 100;
            (0..100).for_each(|n| steady.release_lag.record(if n < late { 5_000_000 } else { 50_000 }));
            assess(Rate::per_second(100.0).expect("in range"), &steady, &GuestTime::default(), 0).0
        };
        assert_eq!(short(5), Validity::Valid);
        assert_eq!(short(20), Validity::GeneratorBound);
    }
}
