//! The vocabulary of a load test and its pure statistics.
//!
//! Everything here is a value or a pure function: no input, no output, no clock, no thread. Every other library of the
//! host depends on this one and on no other; the traits in [`ports`] are where they meet.

pub mod arrivals;
pub mod backlog;
pub mod counts;
pub mod dataset;
pub mod description;
pub mod exchange;
pub mod histogram;
pub mod measurement;
pub mod metric_figures;
pub mod outcome;
pub mod phase;
pub mod phase_result;
pub mod plan;
pub mod ports;
pub mod report;
pub mod resources;
pub mod sample;
pub mod schedule;
pub mod search;
pub mod slo;
pub mod steadiness;
pub mod trial;
pub mod units;
pub mod validity;

pub use arrivals::{Arrivals, ArrivalsError, LoadModel, Spacing, Stage};
pub use backlog::{Backlog, BacklogSlice, Slope};
pub use counts::{Counts, OutcomeCounts};
pub use description::{AnalysisDescription, Metric, MetricKind, TestCaseDescription};
pub use exchange::{Context, Judgement, Request, Response, ServerSpan, Step, Verdict};
pub use histogram::{Histogram, Quantile};
pub use measurement::{Measurement, Measurer, MeasurerError, Pace, Purpose, TrialOrder};
pub use metric_figures::MetricFigures;
pub use outcome::Outcome;
pub use phase::Phase;
pub use phase_result::PhaseResult;
pub use plan::{PluginIdentity, RunPlan, TrialPlan};
pub use ports::{
    Clock, Exchange, SampleSink, Token, Transport, TransportError, Waker, Workload, WorkloadError, WorkloadSource,
};
pub use resources::{HostFacts, HostUse, Observation, ResourceSample, Seen};
pub use sample::Sample;
pub use schedule::{ArrivalSchedule, Walk};
pub use search::{BoundPair, SearchAnswer, SearchEnd, SearchPlan, Strategy, Subject};
pub use slo::{Condition, ConditionVerdict, Slo, SloError, UndeclaredMetric};
pub use steadiness::{Drift, Steadiness};
pub use trial::TrialResult;
pub use units::{IntendedRate, Load, Nanos, Rate, SIGNIFICANT_DIGITS, Span};
pub use validity::{Cause, Reason, TesterUsage, Validity};
