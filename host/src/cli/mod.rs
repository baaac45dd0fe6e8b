//! What was typed: one struct a subcommand, and no logic. What it means is decided in [`crate::config`].

mod analyze;
mod authoring;
mod benchmark;
mod check;
mod config;
mod connection;
mod demo;
mod discover;
mod discovery;
mod global;
mod monitor;
mod plugin;
mod results;
mod run;
mod target;
mod test_execution;
mod typed;

use clap::{Parser, Subcommand};

pub(crate) use analyze::{AnalysisSettings, AnalyzeArgs, ChartFormat, DataAnalysisArgs, ReportArgs, ReportFormat};
pub(crate) use authoring::{Kind, Language, PluginBuildArgs, PluginCheckArgs, PluginNewArgs, PluginTestArgs};
pub(crate) use benchmark::BenchmarkArgs;
pub(crate) use check::CheckArgs;
pub(crate) use config::{ConfigCommand, ShowFormat};
pub(crate) use connection::ConnectionSettings;
pub(crate) use demo::DemoArgs;
pub(crate) use discover::{DiscoverArgs, Wanted};
pub(crate) use discovery::DiscoverySettings;
pub(crate) use global::GlobalArgs;
#[cfg(test)]
pub(crate) use monitor::HostSettings;
pub(crate) use monitor::{MonitorArgs, MonitorFormat, MonitorSettings};
pub(crate) use plugin::{PluginCommand, PluginPullArgs, PluginPushArgs};
pub(crate) use results::{ExportArgs, ExportFormat, ResultsCommand};
pub(crate) use run::{GoalSettings, Pair, PatternSettings, RunArgs, RunSettings, TextFormat};
pub(crate) use target::TargetArgs;
pub(crate) use test_execution::TestExecutionArgs;
pub(crate) use typed::Typed;

use crate::error::ExitCode;

/// Load tests of clusters, with test cases as WebAssembly plugins
#[derive(Debug, Parser)]
#[command(
    name = "cluster-tester",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    after_help = ExitCode::help(),
)]
pub(crate) struct Cli {
    /// Flags that every subcommand takes.
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a small application here, test it, show and save the figures
    Demo(DemoArgs),
    /// Send load to a target, show and save the figures
    Run(RunArgs),
    /// Find the highest rate, or the highest load, that a target carries
    Discover(DiscoverArgs),
    /// Find what a target carries, load by load, and measure it there
    Benchmark(BenchmarkArgs),
    /// As `run`, with the flags of the older tool
    TestExecution(TestExecutionArgs),
    /// Say what saved runs show: figures, charts, comparisons
    Analyze(AnalyzeArgs),
    /// As `analyze`, with the flags of the older tool
    DataAnalysis(DataAnalysisArgs),
    /// Write all that runs show as one page of HTML
    Report(ReportArgs),
    /// Look at the resources of hosts, sending no load
    Monitor(MonitorArgs),
    /// Serve the demo application (Fibonacci by fan-out, bubble sort)
    Target(TargetArgs),
    /// List plugins, look into one, write one
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Check the config, the target and the plugins, sending no load
    Check(CheckArgs),
    /// List, show, export or recover saved runs
    #[command(subcommand)]
    Results(ResultsCommand),
    /// Show the config as resolved, or its JSON Schema
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[cfg(test)]
mod tests;
