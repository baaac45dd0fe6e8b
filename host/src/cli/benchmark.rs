//! What is typed for `benchmark`: the older tool's flags, and today's.

use clap::Args;
use model::{Rate, Span};

use super::discovery::DiscoverySettings;
use super::run::{RunSettings, TextFormat};
use super::typed::Typed;

/// Flags of `benchmark`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct BenchmarkArgs {
    /// Test cases [default: fibonacci bubble-sort]
    #[arg(long, value_name = "NAME", num_args = 1.., conflicts_with = "test_case")]
    pub(crate) test_cases: Vec<String>,
    /// Time measured of trials that count, seconds [default: 30]
    #[arg(long, value_name = "S", allow_hyphen_values = true, conflicts_with = "duration")]
    pub(crate) duration_per_test: Option<Span>,
    /// Longest mean response time, seconds [default: 2.0]
    #[arg(long, value_name = "S", allow_hyphen_values = true, conflicts_with = "slo")]
    pub(crate) max_response_time: Option<Span>,
    /// Loads whose highest rate is searched for [default: 3]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) max_n_loads_to_test: Option<u32>,
    /// Rate at which loads are tried, and least rate [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true, conflicts_with = "min_rate")]
    pub(crate) min_requests_per_second: Option<Typed<Rate>>,
    /// Times that everything is measured, independently [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) repeat: Option<u32>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: TextFormat,
    /// How it is searched.
    #[command(flatten)]
    pub(crate) search: DiscoverySettings,
    /// What each trial is.
    #[command(flatten)]
    pub(crate) settings: RunSettings,
}

impl BenchmarkArgs {
    /// A flag that only the older tool has was typed.
    pub(crate) fn is_in_older_spelling(&self) -> bool {
        !self.test_cases.is_empty()
            || self.duration_per_test.is_some()
            || self.max_response_time.is_some()
            || self.max_n_loads_to_test.is_some()
            || self.min_requests_per_second.is_some()
    }
}
