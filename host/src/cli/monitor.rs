//! What is typed for `monitor`, and the flags that say which hosts are monitored.

use clap::{Args, ValueEnum};
use model::Span;

use super::typed::Typed;
use crate::config::Presence;
use crate::host_address::HostAddress;
use crate::word::Word;

/// Flags of `monitor`.
#[derive(Debug, Clone, Args)]
pub(crate) struct MonitorArgs {
    /// How figures are printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) format: MonitorFormat,
    /// How long hosts are looked at; without it until Ctrl-C
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) duration: Option<Span>,
    /// Which hosts, and how.
    #[command(flatten)]
    pub(crate) hosts: HostSettings,
}

/// Flags that say what of hosts goes with a run.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which hosts are monitored")]
pub(crate) struct MonitorSettings {
    /// Which hosts, and how.
    #[command(flatten)]
    pub(crate) hosts: HostSettings,
    /// Time before the first trial to look at idle hosts [default: 0s]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) baseline: Option<Span>,
}

/// Flags that say which hosts are monitored.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which hosts are monitored")]
pub(crate) struct HostSettings {
    /// Host to monitor beside those of the config; repeatable
    ///
    /// By SSH, with what `~/.ssh/config` and the agent say. The machine that sends the load is monitored always.
    #[arg(long, value_name = "[USER@]HOST[:PORT]")]
    pub(crate) monitor_host: Vec<Typed<HostAddress>>,
    /// `required`, `optional` or `off`: hosts out of reach [default: required]
    ///
    /// required: nothing begins; optional: they are tried again and leave gaps; off: no host is monitored.
    #[arg(long, value_name = "HOW")]
    pub(crate) monitor: Option<Typed<Word<Presence>>>,
    /// From one look at the hosts to the next [default: 1s]
    #[arg(long, alias = "interval", value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) monitor_interval: Option<Span>,
    /// Trust hosts whose key is not known yet, and remember it
    #[arg(long)]
    pub(crate) accept_new_host_keys: bool,
}

/// How what hosts spend is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MonitorFormat {
    /// A table, on a terminal one that moves
    #[default]
    Text,
    /// An object a line: the facts of each host, then each look
    JsonLines,
    /// A head line, then a line a look
    Csv,
}
