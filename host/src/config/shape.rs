//! The shape of a config file. Nothing here has a default: those are in `default.toml`, which is the first layer.

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::plan::{FeedMode, HttpVersion, Pacing};
use model::units::IntendedRate;
use model::{Rate, Slo, Spacing, Span, Stage, Strategy};
use schemars::JsonSchema;
use serde::Deserialize;

use super::byte_size::ByteSize;
use super::monitor::Presence;
use super::quantity::{Quantity, Text};
use super::share::Share;
use crate::word::Word;

/// A config file of cluster-tester.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct ConfigFile {
    /// Directory where runs are saved; a relative path in a file counts from that file.
    pub(crate) storage: Option<PathBuf>,
    /// Name of the run, to find it again.
    pub(crate) name: Option<String>,
    /// Labels of the run, for example the version under test.
    pub(crate) labels: Option<BTreeMap<String, Text>>,
    /// The system under test.
    pub(crate) target: Option<TargetShape>,
    /// Further targets by name, for `--target NAME` or `run.target`.
    pub(crate) targets: Option<BTreeMap<String, TargetShape>>,
    /// What a run does.
    pub(crate) run: Option<RunShape>,
    /// How the most that a target carries is searched for.
    pub(crate) discovery: Option<DiscoveryShape>,
    /// Hosts whose resources are looked at while load is sent.
    pub(crate) monitor: Option<MonitorShape>,
    /// Where plugins are, and what they may use.
    pub(crate) plugins: Option<PluginsShape>,
    /// Options of test cases, by the test case's name; a text `env:NAME` is a secret from the environment.
    pub(crate) plugin_options: Option<BTreeMap<String, BTreeMap<String, serde_json::Value>>>,
}

/// A system under test.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct TargetShape {
    /// Name in results; that of the table for `[targets.NAME]`.
    pub(crate) name: Option<String>,
    /// Base URL.
    pub(crate) url: Option<String>,
    /// Base URLs, instead of `url`; arrivals take turns.
    pub(crate) urls: Option<Vec<String>>,
    /// Headers of every request; a value `env:NAME` is a secret from the environment.
    pub(crate) headers: Option<BTreeMap<String, Text>>,
    /// How connections to it are made and used.
    pub(crate) connection: Option<ConnectionShape>,
}

/// How connections to a target are made and used.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct ConnectionShape {
    /// Version of HTTP: `auto` (with TLS what the target offers, else 1.1), `1.1`, or `2`.
    pub(crate) http: Option<Quantity<Word<HttpVersion>>>,
    /// Most requests at a time on one HTTP/2 connection.
    pub(crate) streams: Option<u32>,
    /// Requests after which a connection is closed and another one opened; without it, it is kept while it works.
    pub(crate) requests_per_connection: Option<u32>,
    /// Longest wait for a connection, TLS included.
    pub(crate) connect_timeout: Option<Quantity<Span>>,
    /// File with certificates (PEM) of authorities that are trusted beside the system's.
    pub(crate) cacert: Option<PathBuf>,
    /// File with the client's certificate (PEM), for a target that asks for one; it needs `key`.
    pub(crate) cert: Option<PathBuf>,
    /// File with the key (PEM) of the client's certificate.
    pub(crate) key: Option<PathBuf>,
    /// Whether the target's certificate goes unlooked at.
    pub(crate) insecure: Option<bool>,
    /// Addresses that stand in for what the name service says, each as `host:port:address`.
    pub(crate) resolve: Option<Vec<String>>,
    /// Socket file that all connections go to, whatever host the URL names.
    pub(crate) unix_socket: Option<PathBuf>,
}

/// What a run does.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct RunShape {
    /// Test case, by its name in `plugin list`.
    pub(crate) test_case: Option<String>,
    /// Name of one of `[targets]`, instead of `[target]`.
    pub(crate) target: Option<String>,
    /// Size of one request's work, given to the test case.
    pub(crate) load: Option<u32>,
    /// Requests a second: `500/s`, `90/m`, or a bare number; `max`: each of `connections` users sends, awaits, sends again.
    pub(crate) rate: Option<Quantity<IntendedRate>>,
    /// Rates for a time each, instead of `rate` and `duration`: `100/s:30s`, or from one to another, `100/s..2000/s:1m`.
    pub(crate) stages: Option<Vec<Quantity<Stage>>>,
    /// How requests lie around their rate: `even`, `poisson` (by the seed), or `bursts:N`, so many at once.
    pub(crate) arrivals: Option<Quantity<Spacing>>,
    /// File with recorded starts in seconds, one a line, never falling, instead of `rate` and `stages`.
    pub(crate) replay: Option<PathBuf>,
    /// Time measured: `30s`, `1h30m`, or bare seconds.
    pub(crate) duration: Option<Quantity<Span>>,
    /// Time before that at the same rate, not measured.
    pub(crate) warm_up: Option<Quantity<Span>>,
    /// With `rate = "max"`: from the end of an iteration to the start of its user's next.
    pub(crate) think_time: Option<Quantity<Span>>,
    /// How exactly requests are let go: `precise` watches the clock, `economical` saves that part of a core.
    pub(crate) pacing: Option<Quantity<Word<Pacing>>>,
    /// Longest wait for an answer, from when the request was due.
    pub(crate) timeout: Option<Quantity<Span>>,
    /// Threads that send; without it the cores less one, at least one.
    pub(crate) threads: Option<u32>,
    /// Threads for test cases that take too long to be called between two requests.
    pub(crate) plugin_threads: Option<u32>,
    /// Most sockets at a time, over all threads; without it as many as are needed. With `rate = "max"` the users; without it 10.
    pub(crate) connections: Option<u32>,
    /// Most requests under way at a time; beyond it they are dropped.
    pub(crate) max_in_flight: Option<u32>,
    /// File with a row of data for each iteration: `.csv` with a head line, or `.jsonl` or `.ndjson` with an object a line.
    pub(crate) feed: Option<PathBuf>,
    /// What follows the last row: `cycle`, the first again; `unique`, nothing, and iterations without a row fail.
    pub(crate) feed_mode: Option<Quantity<Word<FeedMode>>>,
    /// Seed of all that is random.
    pub(crate) seed: Option<u64>,
    /// Conditions that the time measured must fulfil, as `p99 < 50ms, errors < 0.1%`.
    pub(crate) slo: Option<Quantity<Slo>>,
    /// Conditions that end the run as soon as one of them holds over `abort-window`.
    pub(crate) abort_when: Option<Quantity<Slo>>,
    /// Time over which `abort-when` is looked at, in whole seconds.
    pub(crate) abort_window: Option<Quantity<Span>>,
    /// File to write the verdict to, as JUnit XML.
    pub(crate) junit: Option<PathBuf>,
    /// File to write a summary to, as Markdown.
    pub(crate) markdown: Option<PathBuf>,
}

/// How the most that a target carries is searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct DiscoveryShape {
    /// How trials are chosen: `mlrsearch`, many trials decide on a rate; `classic`, one does.
    pub(crate) strategy: Option<Quantity<Word<Strategy>>>,
    /// A search for a rate ends when (upper − lower) / upper is at most this.
    pub(crate) width: Option<Quantity<Share>>,
    /// Longest time for a search, rests included.
    pub(crate) budget: Option<Quantity<Span>>,
    /// Most trials of a search.
    pub(crate) max_trials: Option<u32>,
    /// No trial is below it.
    pub(crate) min_rate: Option<Quantity<Rate>>,
    /// No trial is above it.
    pub(crate) max_rate: Option<Quantity<Rate>>,
    /// Where loads begin; without it what the test case recommends.
    pub(crate) min_load: Option<u32>,
    /// No trial is above it.
    pub(crate) max_load: Option<u32>,
    /// Pause after a trial that overloaded the target; for `benchmark` 30s unless it is given.
    pub(crate) rest_time: Option<Quantity<Span>>,
}

/// Hosts whose resources are looked at while load is sent; the tester itself is looked at always.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct MonitorShape {
    /// From one look at the hosts to the next, at least `100ms`.
    pub(crate) interval: Option<Quantity<Span>>,
    /// A host that cannot be reached: `required`, nothing begins; `optional`, it leaves gaps; `off`, none is looked at.
    pub(crate) presence: Option<Quantity<Word<Presence>>>,
    /// Time before the first trial in which the hosts are looked at idle.
    pub(crate) baseline: Option<Quantity<Span>>,
    /// Whether the key of a host that is not known yet is trusted, and remembered.
    pub(crate) accept_new_host_keys: Option<bool>,
    /// Config file of `ssh`, instead of the user's and the system's.
    pub(crate) ssh_config: Option<PathBuf>,
    /// Hosts by name. What a host does not say is as `ssh` has it.
    pub(crate) hosts: Option<BTreeMap<String, HostShape>>,
}

/// A monitored host.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct HostShape {
    /// Its address, or its name in the config of `ssh`; without it, its name here.
    pub(crate) host: Option<String>,
    /// Its port.
    pub(crate) port: Option<u16>,
    /// User to log in as.
    pub(crate) user: Option<String>,
    /// Password, better as `env:NAME`; without any, a key or an agent must do.
    pub(crate) password: Option<String>,
    /// File whose first line is the password.
    pub(crate) password_file: Option<PathBuf>,
    /// File with the private key to use, and no other.
    pub(crate) identity_file: Option<PathBuf>,
}

/// Where plugins are, and what a test case may use.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct PluginsShape {
    /// Directories with plugins, beside the user's own; the later wins by name.
    pub(crate) directories: Option<Vec<PathBuf>>,
    /// Plugins in registries, as `HOST/NAME:TAG` or `HOST/NAME@sha256:…`; each is called by the last part of its name.
    pub(crate) sources: Option<Vec<String>>,
    /// Registries, as `HOST` or `HOST:PORT`, that are spoken to without TLS; those on this machine always are.
    pub(crate) insecure_registries: Option<Vec<String>>,
    /// Longest time of one call.
    pub(crate) deadline: Option<Quantity<Span>>,
    /// Longest time of `configure`, once an instance.
    pub(crate) configure_deadline: Option<Quantity<Span>>,
    /// Most memory of one instance.
    pub(crate) memory: Option<Quantity<ByteSize>>,
    /// Which plugins may run.
    pub(crate) policy: Option<PolicyShape>,
}

/// Which plugins may run; those of the command itself always do.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct PolicyShape {
    /// The only ones: digests `sha256:…`, repositories `HOST/NAME`, all below `HOST/…/`, files as `path:FILE` or `path:DIR/`.
    pub(crate) allow: Option<Vec<String>>,
}
