//! The vocabulary of a load test and its pure statistics.
//!
//! Everything here is a value or a pure function: no input, no output, no clock, no thread. Every other library of the
//! host depends on this one and on no other; the traits in [`ports`] are where they meet.

pub mod description;
pub mod exchange;
pub mod histogram;
pub mod outcome;
pub mod phase;
pub mod plan;
pub mod ports;
pub mod sample;
pub mod schedule;
pub mod trial;
pub mod units;

pub use description::{Metric, MetricKind, TestCaseDescription};
pub use exchange::{Context, Judgement, Request, Response, ServerSpan, Step, Verdict};
pub use histogram::{Histogram, Quantile};
pub use outcome::Outcome;
pub use phase::Phase;
pub use plan::{PluginIdentity, RunPlan, TrialPlan};
pub use ports::{Clock, Exchange, SampleSink, Transport, TransportError, Workload, WorkloadError, WorkloadSource};
pub use sample::Sample;
pub use schedule::ArrivalSchedule;
pub use trial::{Counts, PhaseResult, TrialResult, Validity};
pub use units::{Load, Nanos, Rate, SIGNIFICANT_DIGITS, Span};
