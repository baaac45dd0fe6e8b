//! What is typed for `plugin`.

use clap::{Args, Subcommand};

use super::run::TextFormat;

/// What to do with plugins.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// List the plugins that were found, and where
    List(PluginListArgs),
    /// Show what a plugin says of itself: options, metrics, limits
    Inspect(PluginInspectArgs),
}

/// Flags of `plugin list`.
#[derive(Debug, Clone, Args)]
pub(crate) struct PluginListArgs {
    /// How it is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: TextFormat,
}

/// Flags of `plugin inspect`.
#[derive(Debug, Clone, Args)]
pub(crate) struct PluginInspectArgs {
    /// Name as in `plugin list`, or a file
    #[arg(value_name = "NAME|FILE")]
    pub(crate) plugin: String,
    /// How it is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: TextFormat,
}
