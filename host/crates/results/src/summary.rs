//! The figures of a trial that a person, or a reader of JSON, looks for first. All come from the histograms.

use std::fmt;

use model::{Arrivals, Histogram, LoadModel, Outcome, PhaseResult, Quantile, TrialPlan, TrialResult};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Figures of a trial's steady state.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Whether arrivals waited for completions.
    pub load_model: LoopKind,
    /// Arrivals asked for, per second, in the mean; none in a closed loop, where completions decide.
    pub intended_rate: Option<f64>,
    /// Arrivals really let go, per second.
    pub offered_rate: f64,
    /// Good completions per second.
    pub goodput: f64,
    /// Requests due.
    pub requests: u64,
    /// Requests that were a success.
    pub successes: u64,
    /// Requests that were none.
    pub failures: u64,
    /// Arrivals let go more than 1 ms late.
    pub late_releases: u64,
    /// End − intended start over all requests, failures counted as infinite.
    pub response_time: Percentiles,
    /// End − intended start, of successes.
    pub response_time_of_successes: Percentiles,
    /// End − sent, of successes.
    pub service_time: Percentiles,
    /// Sent − release, of all that were sent.
    pub queue: Percentiles,
    /// Release − intended start, of all.
    pub release_lag: Percentiles,
    /// First byte of the answer − sent, of successes.
    pub first_byte: Percentiles,
    /// Time to open a connection, TLS left out, of the requests for which one was opened.
    pub connect: Percentiles,
    /// Time for TLS, of the requests for which a connection was opened.
    pub tls: Percentiles,
    /// Response times and think times of an iteration added up, of iterations of which every request was a success.
    pub iteration_time: Percentiles,
    /// Server's own processing time, of the successes that tell it.
    pub server_span: Percentiles,
    /// Time to build a request in the test case, both phases.
    pub guest_build: Percentiles,
    /// Time to read an answer in the test case, both phases.
    pub guest_read: Percentiles,
}

/// Whether arrivals waited for completions, as it is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LoopKind {
    /// By a schedule, whatever the target did.
    #[default]
    #[serde(rename = "open loop")]
    Open,
    /// Each user awaited its answer before it sent again.
    #[serde(rename = "closed loop")]
    Closed,
}

impl LoopKind {
    /// Of a load model.
    pub fn of(model: &LoadModel) -> Self {
        match model {
            LoadModel::Open { .. } => Self::Open,
            LoadModel::Closed { .. } => Self::Closed,
        }
    }
}

impl fmt::Display for LoopKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Open => "open loop",
            Self::Closed => "closed loop",
        })
    }
}

/// Percentiles of a duration, nanoseconds. With a `count` above 0, null means unbounded: so many requests failed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Percentiles {
    /// Number of durations, infinite ones included.
    pub count: u64,
    /// Mean.
    pub mean_ns: Option<f64>,
    /// Shortest.
    pub min_ns: Option<u64>,
    /// Median.
    pub p50_ns: Option<u64>,
    /// 90th percentile.
    pub p90_ns: Option<u64>,
    /// 95th percentile.
    pub p95_ns: Option<u64>,
    /// 99th percentile.
    pub p99_ns: Option<u64>,
    /// 99.9th percentile.
    #[serde(rename = "p99.9_ns")]
    pub p99_9_ns: Option<u64>,
    /// Longest.
    pub max_ns: Option<u64>,
}

impl Percentiles {
    /// Of a histogram, with `infinite` further durations above all others.
    pub fn of(histogram: &Histogram, infinite: u64) -> Self {
        let at = |q| histogram.quantile_with_infinite(q, infinite).and_then(Quantile::nanos);
        Self {
            count: histogram.count() + infinite,
            mean_ns: histogram.mean().filter(|_| infinite == 0),
            min_ns: histogram.min(),
            p50_ns: at(0.5),
            p90_ns: at(0.9),
            p95_ns: at(0.95),
            p99_ns: at(0.99),
            p99_9_ns: at(0.999),
            max_ns: histogram.max().filter(|_| infinite == 0),
        }
    }

    /// Unbounded at its upper end: some requests count as infinite.
    pub fn is_unbounded(&self) -> bool {
        self.count > 0 && self.max_ns.is_none()
    }
}

impl Summary {
    /// Of what a trial gave.
    pub fn of(plan: &TrialPlan, result: &TrialResult) -> Self {
        let steady: &PhaseResult = &result.steady;
        let plain = |histogram: &Histogram| Percentiles::of(histogram, 0);
        Self {
            load_model: LoopKind::of(&plan.load_model),
            intended_rate: intended_rate(plan, steady),
            offered_rate: steady.offered_rate(),
            goodput: steady.goodput(),
            requests: steady.counts.scheduled,
            successes: steady.counts.of(Outcome::Success),
            failures: steady.counts.failures(),
            late_releases: steady.late_releases,
            response_time: Percentiles::of(&steady.response_time, steady.counts.failures()),
            response_time_of_successes: plain(&steady.response_time),
            service_time: plain(&steady.service_time),
            queue: plain(&steady.queue),
            release_lag: plain(&steady.release_lag),
            first_byte: plain(&steady.first_byte),
            connect: plain(&steady.connect),
            tls: plain(&steady.tls),
            iteration_time: plain(&steady.iteration_time),
            server_span: plain(&steady.server_span),
            guest_build: plain(&result.guest.build),
            guest_read: plain(&result.guest.read),
        }
    }
}

/// Arrivals a second that were asked for in the steady state, in the mean.
fn intended_rate(plan: &TrialPlan, steady: &PhaseResult) -> Option<f64> {
    let LoadModel::Open { arrivals } = &plan.load_model else { return None };
    let Arrivals::Replay { offsets_ns, .. } = arrivals else { return plan.load_model.mean_rate() };
    let start = u64::try_from(plan.warm_up.nanos()).unwrap_or(0);
    let length = steady.length_ns;
    let recorded = offsets_ns.iter().filter(|at| (start..start + length).contains(*at)).count() as u64;
    // A plan that was read from a file has no offsets: every arrival that came to its turn was asked for.
    let count = if offsets_ns.is_empty() { steady.released_in_time } else { recorded };
    Some(if length == 0 { 0.0 } else { count as f64 * 1e9 / length as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::plan;
    use model::Span;

    #[test]
    fn a_closed_loop_has_no_intended_rate_and_a_replay_that_of_its_file() {
        let mut plan = plan();
        let steady = PhaseResult::new(10_000_000_000);
        assert_eq!(intended_rate(&plan, &steady), Some(1000.0));
        plan.load_model = LoadModel::Closed { users: 3, think_time: Span::from_secs(0) };
        assert_eq!(intended_rate(&plan, &steady), None);
        assert_eq!(LoopKind::of(&plan.load_model).to_string(), "closed loop");
        // One arrival in each tenth of a second, the first second of which is warm-up.
        let offsets_ns = (0..200).map(|n| n * 100_000_000).collect();
        let arrivals = Arrivals::Replay { file: "log".into(), digest: String::new(), offsets_ns };
        plan.load_model = LoadModel::Open { arrivals };
        assert_eq!(intended_rate(&plan, &steady), Some(10.0));
    }

    #[test]
    fn failures_unbound_the_tail_and_leave_the_median() {
        let mut histogram = Histogram::new();
        (0..95).for_each(|_| histogram.record(1000));
        let of_all = Percentiles::of(&histogram, 5);
        assert_eq!((of_all.count, of_all.p50_ns, of_all.p95_ns), (100, Some(1000), Some(1000)));
        assert_eq!((of_all.p99_ns, of_all.max_ns, of_all.mean_ns), (None, None, None));
        assert!(of_all.is_unbounded());
        assert!(!Percentiles::of(&histogram, 0).is_unbounded());
        assert!(!Percentiles::of(&Histogram::new(), 0).is_unbounded());
    }
}
