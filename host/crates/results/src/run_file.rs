//! The shape of `run.json`: what was asked, what came of it, and where the samples lie.
//!
//! The JSON Schema made from these types is committed as `docs/run.schema.json`. A change that older readers cannot
//! bear raises [`FORMAT_VERSION`].

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use model::{
    HostFacts, HostUse, Measurement, Metric, PluginIdentity, RunPlan, SearchAnswer, SearchPlan, Span, TrialOrder,
    TrialPlan, TrialResult,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{ResultsError, reason_of};
use crate::summary::Summary;
use crate::tester::Tester;

/// Generation of `run.json` that this library writes and reads.
pub const FORMAT_VERSION: u32 = 2;

/// Name of the file in a run's directory.
pub(crate) const RUN_FILE: &str = "run.json";

/// A run, as it lies in `run.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunFile {
    /// Generation of this file's shape.
    pub format_version: u32,
    /// Name of the run's directory: time (UTC), what it is about, random characters.
    pub run_id: String,
    /// Name given by the user.
    pub name: Option<String>,
    /// Labels given by the user.
    pub labels: BTreeMap<String, String>,
    /// When it began, RFC 3339, UTC.
    pub created: String,
    /// When it ended, RFC 3339, UTC; none while it runs, or after a crash.
    pub ended: Option<String>,
    /// How far it is.
    pub state: RunState,
    /// Words typed that it can be taken up again by, secrets redacted; empty when it cannot.
    #[serde(default)]
    pub command: Vec<String>,
    /// The machine that made the load.
    pub tester: Tester,
    /// What was to be done, secrets redacted. Its target is the system under test.
    pub plan: RunPlan,
    /// The plugins that took part.
    pub plugins: Vec<PluginIdentity>,
    /// Monitored hosts, the tester among them. Others name a host by its index here.
    #[serde(default)]
    pub hosts: Vec<HostFacts>,
    /// What the hosts spend when nothing is asked of them; none when it was not measured.
    #[serde(default)]
    pub baseline: Option<Baseline>,
    /// Searches for the most that the target carries, in order. The last one is under way while it has no answer.
    #[serde(default)]
    pub searches: Vec<SearchRecord>,
    /// When it was taken up again after a crash or an interruption, RFC 3339, UTC; empty when never.
    #[serde(default)]
    pub resumed: Vec<String>,
    /// The trials that are over, in order.
    pub trials: Vec<TrialRecord>,
}

/// What is known of a run before it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct RunHeader {
    /// Name given by the user.
    pub name: Option<String>,
    /// Labels given by the user.
    pub labels: BTreeMap<String, String>,
    /// Words typed that it can be taken up again by, secrets redacted; empty when it cannot.
    pub command: Vec<String>,
    /// The machine that makes the load.
    pub tester: Tester,
    /// What is to be done.
    pub plan: RunPlan,
    /// The plugins that take part.
    pub plugins: Vec<PluginIdentity>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// Being written; or its writer was killed, and `results recover` mends it.
    Running,
    /// All of its plan is done.
    Complete,
    /// Ended before its time, in order.
    Interrupted,
    /// Its writer was killed; what could be saved is here.
    Recovered,
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Interrupted => "interrupted",
            Self::Recovered => "recovered",
        })
    }
}

/// A trial that is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrialRecord {
    /// Number in its run, from 1.
    pub number: u32,
    /// What was asked.
    pub plan: TrialPlan,
    /// The figures looked for first, of the steady state.
    pub summary: Summary,
    /// Where each request is recorded.
    pub samples: SamplesRecord,
    /// Metrics that the test case declared, by their columns in the samples.
    pub metrics: Vec<MetricColumn>,
    /// Reasons of failure that the test case declared; the samples name them by index.
    pub failure_reasons: Vec<String>,
    /// What it gave.
    #[serde(flatten)]
    pub result: TrialResult,
    /// What monitoring and discovery have to say of it.
    #[serde(flatten)]
    pub extras: TrialExtras,
}

/// What monitoring and discovery have to say of a trial.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrialExtras {
    /// What each host spent in the steady state; empty when none was monitored.
    #[serde(default)]
    pub hosts: Vec<HostUse>,
    /// The order of the search that asked for it; none for a trial of a plan.
    #[serde(default)]
    pub order: Option<TrialOrder>,
    /// What that search was told of it; none when it ended before it could be told.
    #[serde(default)]
    pub measurement: Option<Measurement>,
}

/// What the hosts spend when nothing is asked of them: the footprint of what runs there anyway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Baseline {
    /// When it began: Unix time, nanoseconds.
    pub started_unix_ns: i64,
    /// How long it was watched.
    pub length: Span,
    /// What each host spent.
    pub hosts: Vec<HostUse>,
}

/// A search for the most that the target carries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchRecord {
    /// What was searched for, and how.
    pub plan: SearchPlan,
    /// What was found; none while it is under way, or after a crash.
    pub answer: Option<SearchAnswer>,
    /// Numbers of its trials that are over, in order.
    pub trials: Vec<u32>,
}

/// Where each request of a trial is recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SamplesRecord {
    /// Parquet file, relative to the run's directory; none when it could not be written.
    pub path: Option<String>,
    /// Directory, relative to the run's, of the spool that was kept because the Parquet file could not be written.
    pub spool: Option<String>,
    /// Requests recorded.
    pub rows: u64,
    /// Requests known to be missing there. The histograms have them.
    pub lost: u64,
    /// Every request of the trial is recorded.
    pub complete: bool,
    /// Why not.
    pub cause: Option<String>,
}

/// A metric and its column in the samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MetricColumn {
    /// Name of the column.
    pub column: String,
    /// As the test case declared it.
    #[serde(flatten)]
    pub metric: Metric,
}

/// JSON Schema of `run.json`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(RunFile).to_value()
}

impl RunFile {
    /// The text of the file.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).expect("a run is plain data with text keys");
        text.push(b'\n');
        text
    }

    /// Reads the `run.json` of the run in `dir`.
    pub(crate) fn read(dir: &Path) -> Result<Self, ResultsError> {
        read(dir)
    }

    /// The file without the contents of its histograms, which are most of it.
    pub fn without_histograms(&self) -> serde_json::Value {
        let mut run = serde_json::to_value(self).expect("a run is plain data with text keys");
        let trials = run.get_mut("trials").and_then(serde_json::Value::as_array_mut);
        for trial in trials.into_iter().flatten() {
            for part in ["warm_up", "steady", "drain", "guest"] {
                let figures = trial.get_mut(part).and_then(serde_json::Value::as_object_mut);
                figures.into_iter().flatten().for_each(|(_, figure)| {
                    figure.as_object_mut().and_then(|histogram| histogram.shift_remove("hdr_v2"));
                });
            }
        }
        run
    }
}

/// Reads as much of the `run.json` in `dir` as `T` asks for.
///
/// # Errors
/// When it is not there, of another generation, or broken.
pub(crate) fn read<T: DeserializeOwned>(dir: &Path) -> Result<T, ResultsError> {
    #[derive(Deserialize)]
    struct Generation {
        format_version: u64,
    }
    let path = dir.join(RUN_FILE);
    let text = fs::read(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => ResultsError::NotARun { path: dir.to_owned() },
        _ => ResultsError::reading(&path, error),
    })?;
    let broken = |error: serde_json::Error| {
        let reason = reason_of(&error);
        ResultsError::BrokenRunFile { path: path.clone(), line: error.line(), column: error.column(), reason }
    };
    let generation: Generation = serde_json::from_slice(&text).map_err(broken)?;
    if generation.format_version != u64::from(FORMAT_VERSION) {
        return Err(ResultsError::UnknownVersion { path, found: generation.format_version });
    }
    serde_json::from_slice(&text).map_err(broken)
}
