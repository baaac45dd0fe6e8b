//! Why a search gave no answer.

use model::{MeasurerError, SloError, Span};
use thiserror::Error;

/// Why a search gave no answer.
#[derive(Debug, Error)]
pub enum SearchError {
    /// Bounds cannot be so far from each other, or so near.
    #[error("bounds cannot be within {} % of each other: a width is above 0 % and below 100 %", .0 * 100.0)]
    Width(f64),
    /// Trials take time.
    #[error("trials of {0} measure nothing: they must be longer than 0s")]
    Duration(Span),
    /// The least is above the most.
    #[error("nothing lies between a least of {min} and a most of {max}: swap them, or raise the most")]
    Range {
        /// Least that may be tried.
        min: f64,
        /// Most that may be tried.
        max: f64,
    },
    /// The plan's SLO cannot be read.
    #[error(transparent)]
    Slo(#[from] SloError),
    /// The measurer cannot go on.
    #[error(transparent)]
    Measurer(#[from] MeasurerError),
}
