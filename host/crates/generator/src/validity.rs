//! Whether a trial's figures are the target's, or the tester's own (law 4).

use model::trial::GuestTime;
use model::{Cause, LoadModel, PhaseResult, Reason, TesterUsage, Validity};

/// Share of the intended arrivals that may be missing.
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
/// Share of a core from which on a generator thread is at its end.
const BUSY: f64 = 0.97;
/// Share of the machine's time given to others from which on that is why something was late.
const STEAL: f64 = 0.05;

/// What a trial gave, as far as it tells who was slow.
pub(crate) struct Seen<'a> {
    pub(crate) load_model: &'a LoadModel,
    pub(crate) steady: &'a PhaseResult,
    pub(crate) guest: &'a GuestTime,
    /// Requests for which the tester had no descriptor or port.
    pub(crate) exhausted: u64,
    pub(crate) samples_lost: u64,
    pub(crate) usage: Option<&'a TesterUsage>,
}

/// Judges a steady state. Gives the reasons when the tester could not hold it.
pub(crate) fn assess(seen: &Seen<'_>) -> (Validity, Vec<Reason>) {
    let Seen { steady, guest, exhausted, samples_lost, .. } = seen;
    let mut reasons = Vec::new();
    let mut because = |cause, message| reasons.push(Reason { cause, message });
    // Arrivals of the steady state: its requests but for the further steps of iterations.
    let due = steady.arrivals() as f64;
    match seen.load_model {
        LoadModel::Open { .. } => {
            if let Some(message) = rate_not_held(steady, due) {
                because(seen.cause_of_lateness(), message);
            }
            if let Some(message) = late_releases(steady) {
                because(seen.cause_of_lateness(), message);
            }
        }
        LoadModel::Closed { .. } => {
            if let Some(usage) = seen.usage.filter(|usage| usage.busiest_thread > BUSY) {
                because(
                    Cause::Cpu,
                    format!(
                        "a generator thread was busy {:.0} % of the time: the rate is what the tester could send, and times hold \
                         its own delays; use more `--threads`, or fewer `--connections`",
                        usage.busiest_thread * 100.0
                    ),
                );
            }
        }
    }
    let many = |count: u64| count as f64 > (due * LATE_BUILDS).max(LATE_RELEASES);
    if many(guest.late_builds) {
        let late = guest.late_builds;
        let message =
            format!("{late} arrivals waited for the test case to build their request: it is too slow for this rate");
        because(Cause::Guest, message);
    }
    if many(guest.late_reads) {
        because(
            Cause::Guest,
            format!(
                "{} answers or arrivals came when too many waited for the test case to read them: it is too slow for this rate",
                guest.late_reads
            ),
        );
    }
    if *exhausted > 0 {
        because(
            Cause::Descriptors,
            format!(
                "{exhausted} requests found no connection because the tester ran out of descriptors or ports: raise \
                 `ulimit -n`, or use fewer with `--connections`"
            ),
        );
    }
    if *samples_lost > 0 {
        because(
            Cause::Spool,
            format!(
                "{samples_lost} samples could not be written in time: the figures here count every request, but the columns of \
                 the samples are incomplete; use a faster disk, or a lower rate"
            ),
        );
    }
    (if reasons.is_empty() { Validity::Valid } else { Validity::GeneratorBound }, reasons)
}

impl Seen<'_> {
    fn cause_of_lateness(&self) -> Cause {
        let is_stolen = self.usage.and_then(|usage| usage.steal).is_some_and(|steal| steal > STEAL);
        if is_stolen { Cause::Steal } else { Cause::Cpu }
    }
}

fn rate_not_held(steady: &PhaseResult, due: f64) -> Option<String> {
    let off_by = steady.released_in_time as f64 - due;
    // Those due just before the end, which may have come at any moment, may be let go just after it.
    let at_the_end = due * LAG_FLOOR / steady.length_ns.max(1) as f64;
    // The bounds of the phase may cut off one arrival, whatever the rate.
    if off_by.abs() <= (due * OFFERED_TOLERANCE).max(at_the_end).max(1.0) {
        return None;
    }
    let held = off_by / due.max(1.0) * 100.0;
    let intended = due * 1e9 / steady.length_ns.max(1) as f64;
    Some(format!("offered rate is {held:+.1} % from the intended {intended:.1}/s: the tester could not hold it"))
}

fn late_releases(steady: &PhaseResult) -> Option<String> {
    let quantile = (1.0 - LATE_RELEASES / steady.release_lag.count().max(1) as f64).clamp(0.5, 0.99);
    let lag = steady.release_lag.quantile(quantile)? as f64;
    let p99 = steady.response_time.quantile(0.99).unwrap_or(0) as f64;
    let allowed = LAG_FLOOR.max(p99 * LAG_SHARE);
    (lag > allowed).then(|| {
        format!(
            "p{} release lag is {:.2} ms where {:.2} ms are allowed: the tester's CPU was too busy to send on time",
            (quantile * 100.0).floor(),
            lag / 1e6,
            allowed / 1e6
        )
    })
}

#[cfg(test)]
mod tests {
    use model::{Rate, Span};

    use super::*;

    fn steady(due: u64, released: u64, lag: u64) -> PhaseResult {
        let mut steady = PhaseResult::new(10_000_000_000);
        steady.counts.scheduled = due;
        steady.released_in_time = released;
        (0..released).for_each(|_| steady.release_lag.record(lag));
        steady
    }

    fn judged(steady: &PhaseResult, guest: &GuestTime, exhausted: u64, usage: Option<&TesterUsage>) -> Vec<Cause> {
        let load_model = LoadModel::constant(Rate::per_second(1000.0).expect("in range"), Span::from_secs(10));
        let (validity, reasons) =
            assess(&Seen { load_model: &load_model, steady, guest, exhausted, samples_lost: 0, usage });
        assert_eq!(validity == Validity::Valid, reasons.is_empty());
        reasons.iter().map(|reason| reason.cause).collect()
    }

    #[test]
    fn a_trial_that_the_tester_could_not_hold_says_so() {
        let guest = GuestTime::default();
        assert_eq!(judged(&steady(10_000, 10_000, 50_000), &guest, 0, None), []);
        assert_eq!(judged(&steady(10_000, 9_899, 50_000), &guest, 0, None), [Cause::Cpu]);
        assert_eq!(judged(&steady(10_000, 10_000, 600_000), &guest, 0, None), [Cause::Cpu]);
        let stolen = TesterUsage { steal: Some(0.2), ..TesterUsage::default() };
        assert_eq!(judged(&steady(10_000, 10_000, 600_000), &guest, 0, Some(&stolen)), [Cause::Steal]);
    }

    #[test]
    fn a_tester_that_cannot_build_read_or_connect_is_no_target() {
        let good = steady(10_000, 10_000, 50_000);
        let late = |late_builds, late_reads| GuestTime { late_builds, late_reads, ..GuestTime::default() };
        assert_eq!(judged(&good, &late(101, 0), 0, None), [Cause::Guest]);
        assert_eq!(judged(&good, &late(0, 101), 0, None), [Cause::Guest]);
        assert_eq!(judged(&good, &late(100, 100), 1, None), [Cause::Descriptors]);
    }

    #[test]
    fn a_hiccup_in_a_short_trial_is_no_overload() {
        let short = |late: u64| {
            let mut steady = steady(100, 100, 50_000);
            (0..late).for_each(|_| steady.release_lag.record(5_000_000));
            judged(&steady, &GuestTime::default(), 0, None)
        };
        assert_eq!(short(5), []);
        assert_eq!(short(20), [Cause::Cpu]);
    }

    #[test]
    fn the_end_of_a_trial_that_was_cut_is_no_lateness() {
        // Cut 3 ms into the steady state: of 90 arrivals the last few were not let go yet.
        let cut = |released| {
            let mut steady = steady(90, released, 50_000);
            steady.length_ns = 3_000_000;
            judged(&steady, &GuestTime::default(), 0, None)
        };
        assert_eq!(cut(76), []);
        assert_eq!(cut(70), [Cause::Cpu]);
    }

    #[test]
    fn what_an_overloaded_target_makes_of_a_trial_is_not_the_testers() {
        let mut overloaded = steady(10_000, 10_000, 50_000);
        overloaded.counts.dropped = 9_000;
        assert_eq!(judged(&overloaded, &GuestTime::default(), 0, None), []);
    }

    #[test]
    fn a_closed_loop_on_a_thread_at_its_end_is_the_testers_own_rate() {
        let busy = TesterUsage { busiest_thread: 0.99, ..TesterUsage::default() };
        let load_model = LoadModel::Closed { users: 50, think_time: Span::from_secs(0) };
        let (steady, guest) = (steady(10_000, 9_000, 50_000), GuestTime::default());
        let seen = |usage| Seen {
            load_model: &load_model,
            steady: &steady,
            guest: &guest,
            exhausted: 0,
            samples_lost: 0,
            usage,
        };
        assert_eq!(assess(&seen(None)).0, Validity::Valid);
        assert_eq!(assess(&seen(Some(&busy))).0, Validity::GeneratorBound);
    }
}
