//! What is typed by those who write plugins: `plugin new`, `build`, `check` and `test`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use model::Span;

use super::connection::ConnectionSettings;
use super::run::{Pair, TextFormat};

/// Language of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    /// Rust
    Rust,
    /// JavaScript or TypeScript
    Js,
    /// Python
    Python,
    /// C
    C,
}

/// Kind of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Says what to send, and judges the answers
    TestCase,
    /// Makes a report of runs
    Analysis,
}

/// Flags of `plugin new`.
#[derive(Debug, Clone, Args)]
pub(crate) struct PluginNewArgs {
    /// Name of the plugin and its directory: lower case, digits, dashes
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// Language that it is written in
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub(crate) lang: Language,
    /// What it is
    #[arg(long, value_enum, default_value = "test-case", value_name = "KIND")]
    pub(crate) kind: Kind,
}

/// Flags of `plugin build`.
#[derive(Debug, Clone, Args)]
pub(crate) struct PluginBuildArgs {
    /// Directory of the project
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) dir: PathBuf,
}

/// Flags of `plugin check`.
#[derive(Debug, Clone, Args)]
pub(crate) struct PluginCheckArgs {
    /// File of the plugin, or its name as in `plugin list`
    #[arg(value_name = "FILE|NAME")]
    pub(crate) plugin: String,
    /// Option that all calls have, `key=value`; repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) plugin_option: Vec<Pair>,
    /// Row of data that all iterations have, as a JSON object
    #[arg(long, value_name = "JSON")]
    pub(crate) row: Option<String>,
    /// File with the body of an answer that should be judged good
    #[arg(long, value_name = "FILE")]
    pub(crate) answer: Option<PathBuf>,
    /// For an analysis: a run to work on, beside a made-up one; repeatable
    #[arg(long, value_name = "RUN")]
    pub(crate) run: Vec<String>,
    /// How it is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: TextFormat,
}

/// Flags of `plugin test`.
#[derive(Debug, Clone, Args)]
pub(crate) struct PluginTestArgs {
    /// File of the test case, directory of its project, or its name
    #[arg(value_name = "FILE|DIR|NAME")]
    pub(crate) plugin: String,
    /// Base URL of the target
    #[arg(long, value_name = "URL", conflicts_with = "target")]
    pub(crate) url: Option<String>,
    /// Target, by its name under `[targets.NAME]` in the config
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,
    /// Header of every request, `Name: value`; repeatable
    #[arg(long, value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,
    /// Size of one request's work, given to the test case [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) load: Option<u32>,
    /// Option of the test case, `key=value`; repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) plugin_option: Vec<Pair>,
    /// Row of data of the iteration, as a JSON object
    #[arg(long, value_name = "JSON")]
    pub(crate) row: Option<String>,
    /// Index of the iteration
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) iteration: u64,
    /// Seed of all that is random [default: 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) seed: Option<u64>,
    /// Longest wait for an answer [default: 30s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) timeout: Option<Span>,
    /// Do it again whenever the file, or a source of the project, changes
    #[arg(long)]
    pub(crate) watch: bool,
    /// How connections are made and used.
    #[command(flatten)]
    pub(crate) connection: ConnectionSettings,
}
