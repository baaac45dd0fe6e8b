//! What is typed for `plugin`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use registry::Reference;

use super::authoring::{PluginBuildArgs, PluginCheckArgs, PluginNewArgs, PluginTestArgs};
use super::run::TextFormat;

/// What to do with plugins.
#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// List the plugins that were found, and where
    List(PluginListArgs),
    /// Show what a plugin says of itself: options, metrics, limits
    Inspect(PluginInspectArgs),
    /// Pull plugins from registries, and accept what they are
    Pull(PluginPullArgs),
    /// Push a plugin to a registry
    Push(PluginPushArgs),
    /// Write a project for a plugin of your own
    New(PluginNewArgs),
    /// Build the project of a plugin, and check what comes of it
    Build(PluginBuildArgs),
    /// Check a plugin as its author would: contract, answers, cost
    Check(PluginCheckArgs),
    /// Send one iteration to a target, and show it step by step
    Test(Box<PluginTestArgs>),
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

/// Flags of `plugin pull`.
#[derive(Debug, Clone, Args)]
pub(crate) struct PluginPullArgs {
    /// What to pull, as HOST/NAME:TAG or HOST/NAME@sha256:…
    ///
    /// What it stands for is written to `cluster-tester.lock`; if that says something else, it is an error.
    #[arg(required = true, value_name = "REF")]
    pub(crate) references: Vec<Reference>,
    /// Accept what a reference stands for now, whatever it was before
    #[arg(long)]
    pub(crate) update: bool,
    /// Also write the component to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Registry to speak to without TLS, as HOST:PORT; repeatable
    #[arg(long, value_name = "HOST")]
    pub(crate) insecure_registry: Vec<String>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: TextFormat,
}

/// Flags of `plugin push`.
#[derive(Debug, Clone, Args)]
pub(crate) struct PluginPushArgs {
    /// The plugin, a component
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Where to, as HOST/NAME:TAG
    #[arg(value_name = "REF")]
    pub(crate) reference: Reference,
    /// Registry to speak to without TLS, as HOST:PORT; repeatable
    #[arg(long, value_name = "HOST")]
    pub(crate) insecure_registry: Vec<String>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: TextFormat,
}
