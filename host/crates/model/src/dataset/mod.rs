//! A finished run as analyses see it: the same as the plugins' interface `dataset`. The results give it, the plugin
//! offers it to its guests.
//!
//! Durations are nanoseconds. A number that is not known is NaN; one without bound (a percentile of which too many
//! requests failed) is infinite. Trials and hosts are named by number, from 0.

mod facts;
mod resource_figure;
mod selection;

use std::fmt;

use serde_json::Value;
use thiserror::Error;

use crate::histogram::Histogram;

pub use facts::{
    DatasetFacts, HostEntry, PluginFacts, Purpose, SearchFacts, Source, SubjectKind, TrialFacts, TrialValidity,
};
pub use resource_figure::ResourceFigure;
pub use selection::{Column, OutcomeSet, PhaseSet, Quantity, Selection};

/// A finished run, or a file of the older tool.
///
/// Functions may be called from several threads, and read from the disk. What was worked out for one call may be kept
/// for the next, within bounded memory.
pub trait Dataset: Send + Sync + fmt::Debug {
    /// What it is. Its name is its own, and hosts have no aliases: the host gives both.
    fn facts(&self) -> &DatasetFacts;

    /// What a trial is; none when there is none of that number.
    fn trial(&self, trial: usize) -> Option<&TrialFacts>;

    /// Its searches that came to an answer, in order.
    fn searches(&self) -> &[SearchFacts];

    /// All that is known of it, without the contents of histograms; `{}` for a file of the older tool.
    fn manifest(&self) -> Value;

    /// Requests of some phases by what became of them, in the order of [`Outcome::ALL`](crate::Outcome::ALL).
    ///
    /// # Errors
    /// When its samples cannot be read.
    fn count_outcomes(&self, trial: usize, phases: PhaseSet) -> Result<[f64; 11], DatasetError>;

    /// Exact figures of a quantity.
    ///
    /// # Errors
    /// When its samples cannot be read.
    fn measure(&self, selection: Selection, quantity: Quantity) -> Result<Statistics, DatasetError>;

    /// All durations of a selection, and how many selected requests did not succeed and count as infinite. The
    /// histogram holds those of the successes; none where only means are known.
    ///
    /// # Errors
    /// When its samples cannot be read.
    fn durations(&self, selection: Selection, quantity: Quantity) -> Result<Option<Durations>, DatasetError>;

    /// Quantiles by windows of `width` nanoseconds, by intended start, without gaps between them.
    ///
    /// # Errors
    /// When its samples cannot be read, or the width makes more than a million windows.
    fn over_time(
        &self,
        selection: Selection,
        quantity: Quantity,
        width: f64,
        probabilities: &[f64],
    ) -> Result<Windows, DatasetError>;

    /// Rows `from` and following of a column, at most `most`.
    ///
    /// # Errors
    /// When its samples cannot be read, or there is no such metric.
    fn read(&self, selection: Selection, column: &Column, from: u64, most: usize) -> Result<Chunk, DatasetError>;

    /// What each host spent over the steady state of a trial, in the order of the hosts.
    ///
    /// # Errors
    /// When it cannot be read.
    fn resources(&self, trial: usize, figure: ResourceFigure) -> Result<Vec<f64>, DatasetError>;

    /// The same while nothing was asked of the target.
    fn idle_resources(&self, figure: ResourceFigure) -> Vec<f64>;

    /// What a host spent over time, around a trial.
    ///
    /// # Errors
    /// When it cannot be read.
    fn resources_over_time(
        &self,
        trial: usize,
        host: usize,
        figure: ResourceFigure,
    ) -> Result<ResourceSeries, DatasetError>;
}

/// Why a dataset cannot answer: what, where, and how to mend it, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct DatasetError(pub String);

/// Exact figures of durations, nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    /// Number of them.
    pub count: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation of the sample (divided by count − 1).
    pub standard_deviation: f64,
    /// Least.
    pub least: f64,
    /// Most.
    pub most: f64,
}

impl Statistics {
    /// Nothing is known.
    pub const UNKNOWN: Self =
        Self { count: f64::NAN, mean: f64::NAN, standard_deviation: f64::NAN, least: f64::NAN, most: f64::NAN };
}

/// Durations of a selection.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Durations {
    /// Of the selected requests for which the quantity was measured; where `infinite` counts, of the successes.
    pub finite: Histogram,
    /// Selected requests that did not succeed.
    pub infinite: u64,
}

/// Durations by windows of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Windows {
    /// Start of each window, nanoseconds since trial start.
    pub starts: Vec<f64>,
    /// Requests that were due in it.
    pub counts: Vec<f64>,
    /// Quantiles, window by window, each in the order asked for; NaN in an empty one.
    pub quantiles: Vec<f64>,
}

/// Part of a column.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chunk {
    /// Values in order of the samples; where one is missing, some number.
    pub values: Vec<f64>,
    /// Bit i (lowest first) tells whether value i is there; empty: all are.
    pub validity: Vec<u8>,
    /// More follows.
    pub more: bool,
}

/// What a host spent over time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResourceSeries {
    /// End of each interval, nanoseconds since trial start, rising.
    pub at: Vec<f64>,
    /// Value over it.
    pub values: Vec<f64>,
}
