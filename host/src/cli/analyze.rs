//! What is typed for `analyze`, `data-analysis` and `report`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::run::Pair;

/// Flags of `analyze`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct AnalyzeArgs {
    /// Analysis, by the name in `analyze --list`, or a .wasm file
    #[arg(value_name = "NAME", required_unless_present = "list")]
    pub(crate) analysis: Option<String>,
    /// Run, by its id, its directory or `latest`; or an older result file
    #[arg(value_name = "RUN", required_unless_present = "list")]
    pub(crate) runs: Vec<String>,
    /// List the analyses
    #[arg(long, conflicts_with_all = ["analysis", "runs"])]
    pub(crate) list: bool,
    /// Name of a run in what is shown; repeatable, in their order
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Vec<String>,
    /// How it is shown.
    #[command(flatten)]
    pub(crate) shown: AnalysisSettings,
}

/// Flags of `data-analysis`, as the older tool has them.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct DataAnalysisArgs {
    /// Analysis, by the name in `analyze --list`
    #[arg(value_name = "NAME")]
    pub(crate) analysis: String,
    /// Result files inside the storage directory, else paths; or runs
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub(crate) files: Vec<String>,
    /// Names of them in what is shown [default: benchmark_1 …]
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) benchmark_names: Vec<String>,
    /// Load that is compared [default: 1, else the highest in common]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) load: Option<u32>,
    /// How it is shown.
    #[command(flatten)]
    pub(crate) shown: AnalysisSettings,
}

/// Flags of `report`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ReportArgs {
    /// Run, by its id, its directory or `latest`; or an older result file
    #[arg(value_name = "RUN", required = true)]
    pub(crate) runs: Vec<String>,
    /// Page to write
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    pub(crate) output: PathBuf,
    /// Analysis in it; repeatable [default: those that fit]
    #[arg(long, value_name = "NAME")]
    pub(crate) analysis: Vec<String>,
    /// Name of a run in what is shown; repeatable, in their order
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Vec<String>,
    /// Other names of hosts, `host:alias[,host:alias]`
    #[arg(long, value_name = "HOST:ALIAS", num_args = 1..)]
    pub(crate) alias_hosts: Vec<String>,
    /// Fail when a later run is worse than the first, `5% p99`
    #[arg(long, value_name = "LIMIT")]
    pub(crate) fail_on_regression: Option<String>,
}

/// Flags that say how an analysis is made and shown.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct AnalysisSettings {
    /// Option of the analysis, `key=value`; repeatable
    ///
    /// `cluster-tester plugin inspect NAME` lists them. A value `env:VAR` is taken from the environment variable VAR.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) option: Vec<Pair>,
    /// Other names of hosts, `host:alias[,host:alias]`
    #[arg(long, value_name = "HOST:ALIAS", num_args = 1..)]
    pub(crate) alias_hosts: Vec<String>,
    /// Fail when a later run is worse than the first, `5% p99`
    ///
    /// For analyses with an option `fail-on-regression`, as `compare` has it. Exit code 12.
    #[arg(long, value_name = "LIMIT")]
    pub(crate) fail_on_regression: Option<String>,
    /// Directory for the charts [default: . with --charts]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write the charts as files [default: png with --out]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) charts: Option<ChartFormat>,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
}

/// How charts are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChartFormat {
    /// 3600 × 2100 pixels, 300 dpi
    Png,
    /// Scalable
    Svg,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// For documents; a chart is its table
    Markdown,
    /// For spreadsheets; the tables one after the other
    Csv,
}
