//! What discovery asks of a measurer, and what it is told.

use std::error::Error;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::backlog::Backlog;
use crate::trial::TrialResult;
use crate::units::{Load, Rate, Span};
use crate::validity::{Cause, Validity};

/// A trial that discovery wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrialOrder {
    /// Size of one request's work.
    pub load: Load,
    /// When requests are sent.
    pub pace: Pace,
    /// Length of the steady state. The measurer adds a warm-up of its own choice.
    pub duration: Span,
    /// The trial may end as soon as the target is plainly overloaded.
    pub may_end_early: bool,
    /// What it is for.
    pub purpose: Purpose,
}

/// When the requests of an ordered trial are sent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// Open loop: so many arrivals a second.
    Open(Rate),
    /// Closed loop: so many users, each with one request under way at a time.
    Closed(u32),
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(rate) => rate.fmt(f),
            Self::Closed(1) => f.write_str("1 connection, as fast as it answers"),
            Self::Closed(users) => write!(f, "{users} connections, as fast as they answer"),
        }
    }
}

/// What an ordered trial is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Where to begin.
    FirstGuess,
    /// Narrows the bounds, but fixes none.
    Steering,
    /// Counts for the bounds.
    Bound,
    /// Shows what was found once more, for the record.
    Confirmation,
}

/// What discovery is told of a trial: figures of its steady state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measurement {
    /// Number of the trial in its run, from 1.
    pub trial: u32,
    /// What was asked.
    pub order: TrialOrder,
    /// Length of the steady state: as ordered, or shorter when it ended early.
    pub length: Span,
    /// Arrivals that were due.
    pub arrivals: u64,
    /// Requests that ended other than well.
    pub failures: u64,
    /// Good completions a second.
    pub goodput: f64,
    /// Every condition of the SLO was met.
    pub is_slo_met: bool,
    /// Arrivals and ends over time. Not written: the trial's result has it.
    #[serde(skip)]
    pub backlog: Backlog,
    /// Whether these figures are the target's.
    pub validity: Validity,
    /// It ended early because the target was plainly overloaded.
    pub is_overloaded: bool,
    /// Time since the search began when this trial was over, rests included.
    pub elapsed: Span,
}

impl Measurement {
    /// What discovery is told of trial number `trial`, which this order asked for. `elapsed` is the time since the search
    /// began.
    pub fn of(trial: u32, order: TrialOrder, result: &TrialResult, elapsed: Span) -> Self {
        let TrialResult { steady, backlog, validity, validity_reasons, slo, .. } = result;
        let is_overloaded = validity_reasons.iter().any(|reason| reason.cause == Cause::Overloaded);
        Self {
            trial,
            order,
            length: Span(std::time::Duration::from_nanos(steady.length_ns)),
            arrivals: steady.arrivals(),
            failures: steady.counts.failures(),
            goodput: steady.goodput(),
            is_slo_met: !slo.is_empty() && slo.iter().all(|verdict| verdict.is_met),
            backlog: backlog.clone(),
            validity: *validity,
            is_overloaded,
            elapsed,
        }
    }
}

/// Runs trials for discovery. The local engine gives it, or workers; discovery cannot tell them apart.
pub trait Measurer {
    /// Runs one trial, and returns when the target has drained and rested.
    ///
    /// # Errors
    /// When the search must end here.
    fn measure(&mut self, order: &TrialOrder) -> Result<Measurement, MeasurerError>;

    /// Time since the search began.
    fn elapsed(&self) -> Span;

    /// How long the target rests before the next trial.
    fn due_rest(&self) -> Span {
        Span::default()
    }
}

/// Why there is no measurement, and will be none.
#[derive(Debug, Error)]
pub enum MeasurerError {
    /// The user wants it to end.
    #[error("stopped before its time")]
    Stopped,
    /// It cannot go on.
    #[error("{0}")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}
