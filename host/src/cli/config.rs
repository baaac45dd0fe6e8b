//! What is typed for `config`.

use clap::{Args, Subcommand, ValueEnum};

use super::run::RunSettings;

/// What to do with the config.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the JSON Schema of the config file
    Schema,
    /// Print every key as resolved, and where its value is from
    Show(Box<ConfigShowArgs>),
}

/// Flags of `config show`: those of the run whose config it is.
#[derive(Debug, Clone, Args)]
pub(crate) struct ConfigShowArgs {
    /// How it is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ShowFormat,
    /// What the run would be.
    #[command(flatten)]
    pub(crate) settings: RunSettings,
}

/// How the config is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowFormat {
    /// A config file, each value's origin as a comment
    #[default]
    Toml,
    /// An object for each key: value and origin
    Json,
}
