//! What is typed for `run`.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use model::plan::{FeedMode, Pacing};
use model::units::IntendedRate;
use model::{Slo, Spacing, Span, Stage};

use super::connection::ConnectionSettings;
use super::monitor::MonitorSettings;
use super::typed::Typed;
use crate::word::Word;

/// Flags of `run`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct RunArgs {
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: TextFormat,
    /// What the run is.
    #[command(flatten)]
    pub(crate) settings: RunSettings,
}

/// Flags that say what a run is. Those not typed come from the config. Flattened ones come last: clap shows what follows
/// them under their heading.
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
    /// Option of the test case, `key=value`; repeatable
    ///
    /// A value `env:VAR` is a secret taken from the environment variable VAR.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) plugin_option: Vec<Pair>,
    /// File with a row of data for each iteration, CSV or JSON lines
    ///
    /// `.csv` with a head line, or `.jsonl`/`.ndjson` with an object a line. Iteration 0 gets the first row, and so on.
    #[arg(long, value_name = "FILE")]
    pub(crate) feed: Option<PathBuf>,
    /// What follows the feed's last row [default: cycle]
    #[arg(long, value_name = "MODE")]
    pub(crate) feed_mode: Option<Typed<Word<FeedMode>>>,
    /// Seed of all that is random [default: 0]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) seed: Option<u64>,
    /// Longest wait for an answer, from when it was due [default: 30s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) timeout: Option<Span>,
    /// Threads that send [default: cores less one, at least one]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) threads: Option<u32>,
    /// Threads for test cases too slow to run between [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) plugin_threads: Option<u32>,
    /// Most requests under way; more are dropped [default: 100000]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) max_in_flight: Option<u32>,
    /// Name of the run, to find it again
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Label of the run, `key=value`; repeatable
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) label: Vec<Pair>,
    /// When requests are sent.
    #[command(flatten)]
    pub(crate) pattern: PatternSettings,
    /// How connections are made and used.
    #[command(flatten)]
    pub(crate) connection: ConnectionSettings,
    /// What is to be held, and where it is told.
    #[command(flatten)]
    pub(crate) goal: GoalSettings,
    /// Which hosts are monitored.
    #[command(flatten)]
    pub(crate) monitor: MonitorSettings,
}

/// Flags that say when requests are sent.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "When requests are sent")]
pub(crate) struct PatternSettings {
    /// Requests a second: `500/s`, `90/m`, or `max` [default: 1/s]
    ///
    /// `max` is a closed loop: each of `--connections` users sends, awaits the answer, and sends again.
    #[arg(long, value_name = "RATE", allow_hyphen_values = true)]
    pub(crate) rate: Option<Typed<IntendedRate>>,
    /// Rate for a time, `100/s:30s`, or rising `100/s..2000/s:1m`; repeatable
    ///
    /// Stages follow each other, instead of `--rate` and `--duration`; the time measured is theirs together.
    #[arg(long, value_name = "RATE[..RATE]:TIME", allow_hyphen_values = true)]
    pub(crate) stage: Vec<Typed<Stage>>,
    /// How they lie: `even`, `poisson`, `bursts:N` [default: even]
    #[arg(long, value_name = "HOW")]
    pub(crate) arrivals: Option<Typed<Spacing>>,
    /// File with recorded starts in seconds, one a line
    ///
    /// Decimal or with a unit, never falling; they count from the first. Lines that begin with `#` are comments.
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Option<PathBuf>,
    /// Time measured, as `30s`, `5m`, `1h30m` [default: 30s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) duration: Option<Span>,
    /// Time before it at the same rate, not measured [default: 0s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) warm_up: Option<Span>,
    /// With `--rate max`: from an answer to the next request [default: 0s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) think_time: Option<Span>,
    /// How exactly: `precise`, or `economical` of CPU [default: precise]
    #[arg(long, value_name = "HOW")]
    pub(crate) pacing: Option<Typed<Word<Pacing>>>,
}

/// Flags that say what is to be held, and where it is told.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What must be held")]
pub(crate) struct GoalSettings {
    /// Conditions, `p99 < 50ms, errors < 0.1%`; else exit code 10
    ///
    /// Judged at the end of the time measured; docs/slo.md has the grammar.
    #[arg(long, value_name = "CONDITIONS")]
    pub(crate) slo: Option<Typed<Slo>>,
    /// Conditions, `errors > 10%`, that end the run when one holds
    #[arg(long, value_name = "CONDITIONS")]
    pub(crate) abort_when: Option<Typed<Slo>>,
    /// Time over which `--abort-when` is looked at [default: 10s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) abort_window: Option<Span>,
    /// File to write the verdict to, as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// File to write a summary to, as Markdown
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
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
