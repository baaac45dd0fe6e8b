//! What is typed for `test-execution`: `run`, and the flags of the older tool.

use clap::Args;
use model::Span;
use model::units::IntendedRate;

use super::run::RunArgs;
use super::typed::Typed;

/// Flags of `test-execution`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct TestExecutionArgs {
    /// What `run` takes too.
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Test case; exactly one
    #[arg(long, value_name = "NAME", num_args = 1.., conflicts_with = "test_case", help_heading = "Older spelling")]
    pub(crate) test_cases: Vec<String>,
    /// Requests a second
    #[arg(
        long,
        value_name = "N",
        allow_hyphen_values = true,
        conflicts_with = "rate",
        help_heading = "Older spelling"
    )]
    pub(crate) requests_per_second: Option<Typed<IntendedRate>>,
    /// Time measured, seconds
    #[arg(
        long,
        value_name = "S",
        allow_hyphen_values = true,
        conflicts_with = "duration",
        help_heading = "Older spelling"
    )]
    pub(crate) duration_per_test: Option<Span>,
    /// Seconds between two looks at the hosts
    #[arg(
        long,
        value_name = "S",
        allow_hyphen_values = true,
        conflicts_with = "monitor_interval",
        help_heading = "Older spelling"
    )]
    pub(crate) monitoring_interval: Option<Span>,
}

impl TestExecutionArgs {
    /// A flag that only the older tool has was typed.
    pub(crate) fn is_in_older_spelling(&self) -> bool {
        !self.test_cases.is_empty()
            || self.requests_per_second.is_some()
            || self.duration_per_test.is_some()
            || self.monitoring_interval.is_some()
    }
}
