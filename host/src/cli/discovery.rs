//! What is typed about searches, for every subcommand that makes some.

use clap::Args;
use model::{Rate, Span, Strategy};

use super::typed::Typed;
use crate::config::Share;
use crate::word::Word;

/// Flags that say how the most that a target carries is searched for. Those not typed come from the config.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "The search")]
pub(crate) struct DiscoverySettings {
    /// How trials are chosen: `mlrsearch`, `classic` [default: mlrsearch]
    ///
    /// `mlrsearch` judges a rate by many trials; `classic` doubles the rate, then bisects, and one trial decides.
    #[arg(long, value_name = "HOW")]
    pub(crate) strategy: Option<Typed<Word<Strategy>>>,
    /// Ends when (upper − lower) / upper is at most this [default: 1%]
    #[arg(long, value_name = "SHARE")]
    pub(crate) width: Option<Typed<Share>>,
    /// Longest time for a search, rests included
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) budget: Option<Span>,
    /// Most trials of a search
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) max_trials: Option<u32>,
    /// No trial is below it [default: 1/s]
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    pub(crate) min_rate: Option<Typed<Rate>>,
    /// No trial is above it [default: 1000000/s]
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    pub(crate) max_rate: Option<Typed<Rate>>,
    /// Where loads begin [default: what the test case recommends]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) min_load: Option<u32>,
    /// No trial is above it
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) max_load: Option<u32>,
    /// Pause after a trial that overloaded the target [default: 5s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) rest_time: Option<Span>,
    /// Take up a run again that was interrupted, by its id
    ///
    /// What it has measured counts; the rest is done as it was begun, in the same run.
    #[arg(long, value_name = "RUN")]
    pub(crate) resume: Option<String>,
}
