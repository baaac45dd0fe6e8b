//! What is typed for `results`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::run::TextFormat;

/// What to do with saved runs.
#[derive(Debug, Subcommand)]
pub(crate) enum ResultsCommand {
    /// List the runs in the storage directory
    List(ListArgs),
    /// Show a run's figures
    Show(ShowArgs),
    /// Write a run out as JSON, CSV, or files of the older tool
    Export(ExportArgs),
    /// Bring back what an interrupted run had saved
    Recover(RecoverArgs),
    /// Print the JSON Schema of run.json
    Schema,
}

/// Flags of `results list`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ListArgs {
    /// How it is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: TextFormat,
}

/// Flags of `results show`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ShowArgs {
    /// Run, by its id in `results list` or its directory
    #[arg(value_name = "RUN")]
    pub(crate) run: String,
    /// How it is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: TextFormat,
}

/// Flags of `results export`.
#[derive(Debug, Clone, Args)]
pub(crate) struct ExportArgs {
    /// Run, by its id in `results list` or its directory
    #[arg(value_name = "RUN")]
    pub(crate) run: String,
    /// Figures as JSON, every request as a line of CSV, or older files
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) format: ExportFormat,
    /// Trial, from 1 [default: all, or the only one for CSV]
    ///
    /// With `--format ancestor` it is written as a test execution, in means; without, trials are written as benchmarks,
    /// with every request: those that confirm what was searched for where there are some, else all.
    #[arg(long, value_name = "N")]
    pub(crate) trial: Option<u32>,
    /// File to write, or directory for older files [default: stdout, or .]
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
}

/// How a run is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// Plan, counts and percentiles
    Json,
    /// Every request, one a line
    Csv,
    /// Files as the older tool wrote them, under its names
    Ancestor,
}

/// Flags of `results recover`.
#[derive(Debug, Clone, Args)]
pub(crate) struct RecoverArgs {
    /// Run, by its id in `results list` or its directory
    #[arg(value_name = "RUN")]
    pub(crate) run: String,
}
