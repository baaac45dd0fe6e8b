//! The figures of a trial that a person, or a reader of JSON, looks for first. All come from the histograms.

use model::{Histogram, Outcome, PhaseResult, Quantile, TrialPlan, TrialResult};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Figures of a trial's steady state.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Arrivals asked for, per second.
    pub intended_rate: f64,
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
    /// Server's own processing time, of the successes that tell it.
    pub server_span: Percentiles,
    /// Time to build a request in the test case, both phases.
    pub guest_build: Percentiles,
    /// Time to read an answer in the test case, both phases.
    pub guest_read: Percentiles,
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
            intended_rate: plan.rate.get(),
            offered_rate: steady.offered_rate(),
            goodput: steady.goodput(),
            requests: steady.counts.scheduled,
            successes: steady.counts.of(Outcome::Success),
            failures: steady.counts.failures(),
            response_time: Percentiles::of(&steady.response_time, steady.counts.failures()),
            response_time_of_successes: plain(&steady.response_time),
            service_time: plain(&steady.service_time),
            queue: plain(&steady.queue),
            release_lag: plain(&steady.release_lag),
            first_byte: plain(&steady.first_byte),
            server_span: plain(&steady.server_span),
            guest_build: plain(&result.guest.build),
            guest_read: plain(&result.guest.read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
