//! What is typed for `discover`.

use clap::{Args, ValueEnum};

use super::discovery::DiscoverySettings;
use super::run::{RunSettings, TextFormat};

/// Flags of `discover`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DiscoverArgs {
    /// What to search for
    #[arg(value_enum, value_name = "WHAT", required_unless_present = "resume")]
    pub(crate) what: Option<Wanted>,
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

/// What is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Wanted {
    /// The highest rate at `--load`
    Rate,
    /// The highest load at `--rate`
    Load,
}
