//! What is typed for `check`.

use clap::Args;

use super::run::RunSettings;

/// Flags of `check`: those of the run that is to be checked.
#[derive(Debug, Clone, Args)]
pub(crate) struct CheckArgs {
    /// What the run would be.
    #[command(flatten)]
    pub(crate) settings: RunSettings,
}
