//! What was searched for, and what was found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::{Load, Rate, Span};

/// A search for the most that a target carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchPlan {
    /// Test case, by the name users call it.
    pub test_case: String,
    /// What is searched for.
    pub subject: Subject,
    /// What a trial must fulfil, as typed.
    pub slo: String,
    /// How trials are chosen.
    pub strategy: Strategy,
    /// Bounds are near enough when (upper − lower) / upper is at most this; above 0, below 1.
    pub width: f64,
    /// Length of the trials that may fix a bound: MLRsearch's duration sum, classic's length of every trial.
    pub duration: Span,
    /// Longest time for the whole search.
    pub budget: Option<Span>,
    /// Most trials.
    pub max_trials: Option<u32>,
}

/// What is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// The highest rate at a load.
    Rate {
        /// Size of one request's work.
        load: Load,
        /// No trial is below it.
        min: Rate,
        /// No trial is above it.
        max: Rate,
    },
    /// The highest load at a rate.
    Load {
        /// Arrivals a second.
        rate: Rate,
        /// No trial is below it.
        min: Load,
        /// No trial is above it.
        max: Load,
    },
}

/// How the trials of a search are chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// The older tool's steps: load one more at a time; rate doubled, then bisected. One trial decides.
    Classic,
    /// Multiple loss ratio search (draft-ietf-bmwg-mlrsearch), for SLOs: many trials decide.
    #[default]
    Mlrsearch,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchAnswer {
    /// Highest rate (per second) or load that is good, below which none is bad; none when even the lowest is not.
    pub lower: Option<f64>,
    /// Lowest rate or load that is bad; none when it was not reached.
    pub upper: Option<f64>,
    /// (upper − lower) / upper, when there are both.
    pub width: Option<f64>,
    /// A bound rests on fewer or shorter trials than it takes to fix it, because the budget was spent or it was stopped.
    #[serde(default)]
    pub is_provisional: bool,
    /// How it ended.
    pub end: SearchEnd,
    /// The same for "no failures at all", classified from the same trials; rates alone.
    pub without_failures: Option<BoundPair>,
    /// Goodput of the trials at the lower bound, in the worst half that the exceed ratio lets pass, per second; rates alone.
    pub conditional_throughput: Option<f64>,
    /// The tester could not hold this rate, per second; it is a limit of the tester and not of the target.
    pub tester_limit: Option<f64>,
    /// Rates that are good above one that is bad: reported, never the answer.
    pub good_above_upper: Vec<f64>,
    /// Numbers of its trials in the run.
    pub trials: Vec<u32>,
    /// What a reader should know, in sentences: a width that the budget forbade, for example.
    pub notes: Vec<String>,
}

/// Two bounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BoundPair {
    /// Highest good one.
    pub lower: Option<f64>,
    /// Lowest bad one.
    pub upper: Option<f64>,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SearchEnd {
    /// The bounds are as near to each other as was asked, or as near as a note says that trials can tell.
    Found,
    /// The highest that may be tried is good.
    UpperNotReached,
    /// The tester gave out before the target did.
    TesterLimit,
    /// Even the lowest that may be tried is bad.
    NothingGood,
    /// The time or the number of trials was used up.
    BudgetSpent,
    /// It was stopped from outside.
    Stopped,
}
