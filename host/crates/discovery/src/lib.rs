//! Searches for the most that a target carries: the highest rate at a load, or the highest load at a rate.
//!
//! Decides which trial is next, what a trial says, and what all of them say together. It is a function of the plan and of
//! what was measured: no clock, no chance, no input or output, so that a search that was cut off goes on by measuring
//! again what it had measured, from the record. How a trial is run is the [`Measurer`](model::Measurer)'s business. For
//! users: `docs/discovery.md`.

mod answer;
mod bounds;
mod error;
mod estimate;
mod goal;
mod grid;
mod history;
mod needs;
mod progress;
mod provisional;
mod search;
mod strategy;
mod threshold;
mod verdict;

pub use self::error::SearchError;
pub use self::estimate::{estimate, final_trial};
pub use self::progress::Progress;
pub use self::search::search;
pub use self::verdict::{Verdict, judge};
