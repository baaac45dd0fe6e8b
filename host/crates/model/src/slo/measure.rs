//! What conditions measure, read from a phase's figures.

use std::fmt;

use crate::description::Metric;
use crate::histogram::{Histogram, Quantile};
use crate::metric_figures::MetricFigures;
use crate::outcome::Outcome;
use crate::phase_result::PhaseResult;

/// What a condition measures.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// A statistic of a time.
    Time {
        /// Which.
        time: TimeMeasure,
        /// Of it.
        statistic: Statistic,
    },
    /// Requests that are no success: their share of all, or their number.
    Errors,
    /// Requests of one outcome: their share of all, or their number.
    Outcome(Outcome),
    /// Successes a second.
    Goodput,
    /// Arrivals let go a second.
    Offered,
    /// A statistic of a metric that the test case declares, over successes.
    Metric {
        /// Its name.
        name: String,
        /// Of it.
        statistic: Statistic,
    },
}

/// A time that is kept of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeMeasure {
    /// End − intended start.
    Response,
    /// End − sent.
    Service,
    /// First byte of the answer − sent.
    FirstByte,
    /// Sent − release.
    Queue,
    /// Opening a connection.
    Connect,
    /// TLS of a connection that was opened.
    Tls,
    /// Release − intended start.
    ReleaseLag,
    /// The server's own processing time.
    Server,
    /// Response and think times of an iteration.
    Iteration,
}

/// A statistic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statistic {
    /// A percentile: above 0, at most 100.
    Percentile(f64),
    /// The mean.
    Mean,
    /// The minimum.
    Min,
    /// The maximum.
    Max,
    /// The sum; of metrics only.
    Sum,
    /// The number of values; of metrics only.
    Count,
}

/// What a measure gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// A figure: nanoseconds, a share from 0 to 1 or a number of requests, a number per second, or a metric's value.
    Value(f64),
    /// A percentile that lies among the failures (law 5).
    Unbounded,
    /// Nothing to measure.
    NoData,
}

impl From<Option<f64>> for Reading {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::NoData, Self::Value)
    }
}

impl Measure {
    /// True when it is of outcomes, so that whoever wrote it has thought of failures.
    pub(super) fn is_of_outcomes(&self) -> bool {
        matches!(self, Self::Errors | Self::Outcome(_))
    }

    /// True when it is over successes alone, so that failures would flatter it.
    pub(super) fn implies_no_errors(&self) -> bool {
        match self {
            Self::Time { time, statistic } => time.is_of_successes() && !matches!(statistic, Statistic::Percentile(_)),
            Self::Metric { .. } => true,
            _ => false,
        }
    }

    /// Reads it from a phase. `as_count`: outcomes as a number of requests, not a share.
    pub(super) fn read(&self, phase: &PhaseResult, metrics: &[Metric], as_count: bool) -> Reading {
        let of_all = |count: u64| match phase.counts.scheduled {
            0 => Reading::NoData,
            _ if as_count => Reading::Value(count as f64),
            scheduled => Reading::Value(count as f64 / scheduled as f64),
        };
        match self {
            Self::Time { time, statistic } => {
                let (histogram, infinite) = time.of(phase);
                statistic.of_time(histogram, infinite)
            }
            Self::Errors => of_all(phase.counts.failures()),
            Self::Outcome(outcome) => of_all(phase.counts.of(*outcome)),
            Self::Goodput => (phase.span_ns > 0).then(|| phase.goodput()).into(),
            Self::Offered => (phase.length_ns > 0).then(|| phase.offered_rate()).into(),
            Self::Metric { name, statistic } => {
                let index = metrics.iter().position(|metric| metric.name == *name);
                let figures = index.and_then(|index| phase.metrics.get(index)).filter(|figures| figures.count() > 0);
                figures.and_then(|figures| statistic.of_metric(figures)).into()
            }
        }
    }
}

impl TimeMeasure {
    /// All, by the names by which they are typed.
    pub(super) const ALL: [(&'static str, Self); 9] = [
        ("response-time", Self::Response),
        ("service-time", Self::Service),
        ("first-byte", Self::FirstByte),
        ("queue", Self::Queue),
        ("connect", Self::Connect),
        ("tls", Self::Tls),
        ("release-lag", Self::ReleaseLag),
        ("server", Self::Server),
        ("iteration-time", Self::Iteration),
    ];

    fn is_of_successes(self) -> bool {
        !matches!(self, Self::Queue | Self::Connect | Self::Tls | Self::ReleaseLag)
    }

    /// Its histogram, and how many requests have it without end (law 5).
    fn of(self, phase: &PhaseResult) -> (&Histogram, u64) {
        let counts = &phase.counts;
        match self {
            Self::Response => (&phase.response_time, counts.failures()),
            Self::Service => (&phase.service_time, counts.failures()),
            Self::FirstByte => (&phase.first_byte, counts.failures()),
            Self::Server => (&phase.server_span, counts.failures()),
            Self::Iteration if phase.further_steps == 0 => (&phase.response_time, counts.failures()),
            Self::Iteration => (&phase.iteration_time, counts.failures()),
            Self::Queue => (&phase.queue, counts.scheduled.saturating_sub(counts.sent)),
            Self::Connect => (&phase.connect, counts.of(Outcome::ConnectFailed)),
            Self::Tls => (&phase.tls, counts.of(Outcome::ConnectFailed)),
            Self::ReleaseLag => (&phase.release_lag, 0),
        }
    }
}

impl Statistic {
    /// Those with a fixed name, and whether they are of metrics only.
    pub(super) const NAMED: [(&'static str, Self, bool); 5] = [
        ("mean", Self::Mean, false),
        ("min", Self::Min, false),
        ("max", Self::Max, false),
        ("sum", Self::Sum, true),
        ("count", Self::Count, true),
    ];

    fn of_time(self, histogram: &Histogram, infinite: u64) -> Reading {
        let nanos = |nanos: u64| nanos as f64;
        match self {
            Self::Percentile(percent) => match histogram.quantile_with_infinite(percent / 100.0, infinite) {
                Some(Quantile::Finite(value)) => Reading::Value(nanos(value)),
                Some(Quantile::Unbounded) => Reading::Unbounded,
                None => Reading::NoData,
            },
            Self::Mean => histogram.mean().into(),
            Self::Min => histogram.min().map(nanos).into(),
            Self::Max => histogram.max().map(nanos).into(),
            Self::Sum => Reading::Value(histogram.sum() as f64),
            Self::Count => Reading::Value(nanos(histogram.count())),
        }
    }

    fn of_metric(self, figures: &MetricFigures) -> Option<f64> {
        match self {
            Self::Percentile(percent) => figures.quantile(percent / 100.0),
            Self::Mean => figures.mean(),
            Self::Min => figures.min(),
            Self::Max => figures.max(),
            Self::Sum => Some(figures.sum()),
            Self::Count => Some(figures.count() as f64),
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time { time: TimeMeasure::Response, statistic } => statistic.fmt(f),
            Self::Time { time, statistic } => write!(f, "{time} {statistic}"),
            Self::Errors => f.write_str("errors"),
            Self::Outcome(outcome) => outcome.fmt(f),
            Self::Goodput => f.write_str("goodput"),
            Self::Offered => f.write_str("offered"),
            Self::Metric { name, statistic } => write!(f, "metric {name} {statistic}"),
        }
    }
}

impl fmt::Display for TimeMeasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(_, time)| time == self).map_or("", |(name, _)| name))
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percentile(percent) => write!(f, "p{percent}"),
            named => f.write_str(Self::NAMED.iter().find(|(_, it, _)| it == named).map_or("", |(name, ..)| name)),
        }
    }
}
