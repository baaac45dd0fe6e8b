//! The shape of a config file. Nothing here has a default: those are in `default.toml`, which is the first layer.

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::{Rate, Span};
use schemars::JsonSchema;
use serde::Deserialize;

use super::byte_size::ByteSize;
use super::quantity::{Quantity, Text};

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
    /// Requests a second: `500/s`, `90/m`, or a bare number.
    pub(crate) rate: Option<Quantity<Rate>>,
    /// Time measured: `30s`, `1h30m`, or bare seconds.
    pub(crate) duration: Option<Quantity<Span>>,
    /// Time before that at the same rate, not measured.
    pub(crate) warm_up: Option<Quantity<Span>>,
    /// Longest wait for an answer, from when the request was due.
    pub(crate) timeout: Option<Quantity<Span>>,
    /// Threads that send; without it the cores less one, at least one.
    pub(crate) threads: Option<u32>,
    /// Threads for test cases that take too long to be called between two requests.
    pub(crate) plugin_threads: Option<u32>,
    /// Most sockets at a time, over all threads; without it as many as are needed.
    pub(crate) connections: Option<u32>,
    /// Most requests under way at a time; beyond it they are dropped.
    pub(crate) max_in_flight: Option<u32>,
    /// Seed of all that is random.
    pub(crate) seed: Option<u64>,
}

/// Where plugins are, and what a test case may use.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct PluginsShape {
    /// Directories with plugins, beside the user's own; the later wins by name.
    pub(crate) directories: Option<Vec<PathBuf>>,
    /// Longest time of one call.
    pub(crate) deadline: Option<Quantity<Span>>,
    /// Longest time of `configure`, once an instance.
    pub(crate) configure_deadline: Option<Quantity<Span>>,
    /// Most memory of one instance.
    pub(crate) memory: Option<Quantity<ByteSize>>,
}
