//! What is typed for `run`.

use std::convert::Infallible;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use model::{Rate, Span};

/// Flags of `run`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct RunArgs {
    /// What the run is.
    #[command(flatten)]
    pub(crate) settings: RunSettings,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: TextFormat,
}

/// Flags that say what a run is. Those not typed come from the config.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct RunSettings {
    /// Test case, by the name in `cluster-tester plugin list`
    #[arg(long, value_name = "NAME")]
    pub(crate) test_case: Option<String>,
    /// Base URL of the target; repeatable, arrivals take turns
    #[arg(long, value_name = "URL", conflicts_with = "target")]
    pub(crate) url: Vec<String>,
    /// Target, by its name under `[targets.NAME]` in the config
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,
    /// Header of every request, `Name: value`; repeatable
    ///
    /// A value `env:VAR` is a secret taken from the environment variable VAR.
    #[arg(long, value_name = "NAME: VALUE")]
    pub(crate) header: Vec<String>,
    /// Size of one request's work, given to the test case [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) load: Option<u32>,
    /// Requests a second, as `500/s`, `0.5/s`, `90/m` [default: 1/s]
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    pub(crate) rate: Option<Rate>,
    /// Time measured, as `30s`, `5m`, `1h30m` [default: 30s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) duration: Option<Span>,
    /// Time before it at the same rate, not measured [default: 0s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) warm_up: Option<Span>,
    /// Longest wait for an answer, from when it was due [default: 30s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) timeout: Option<Span>,
    /// Threads that send [default: cores less one, at least one]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) threads: Option<u32>,
    /// Threads for test cases too slow to run between [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) plugin_threads: Option<u32>,
    /// Most sockets at a time [default: as many as are needed]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) connections: Option<u32>,
    /// Most requests under way; more are dropped [default: 100000]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) max_in_flight: Option<u32>,
    /// Option of the test case, `key=value`; repeatable
    ///
    /// A value `env:VAR` is a secret taken from the environment variable VAR.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) plugin_option: Vec<Pair>,
    /// Seed of all that is random [default: 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) seed: Option<u64>,
    /// Name of the run, to find it again
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Label of the run, `key=value`; repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) label: Vec<Pair>,
}

/// How figures are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum TextFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// A text that should be `key=value`. It may hold a secret, so it is kept from clap's messages, and not shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Pair(pub(crate) String);

impl FromStr for Pair {
    type Err = Infallible;
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.split_once('=').map_or("Pair(…)", |(key, _)| key))
    }
}
