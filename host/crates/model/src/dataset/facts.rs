//! What datasets, their trials and their searches are.

use serde::{Deserialize, Serialize};

/// A dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatasetFacts {
    /// What to call it.
    pub name: String,
    /// The name was given on the command line.
    pub is_name_given: bool,
    /// Id of the run, or name of the file.
    pub id: String,
    /// What it is made from.
    pub source: Source,
    /// When it began, RFC 3339; empty when not known.
    pub created: String,
    /// How far it came: `complete`, `interrupted`, `recovered` or `running`.
    pub state: String,
    /// Base URL of the target; empty when not known.
    pub target: String,
    /// Number of its trials.
    pub trials: usize,
    /// Monitored hosts; the tester may be among them.
    pub hosts: Vec<HostEntry>,
    /// Plugins that took part.
    pub plugins: Vec<PluginFacts>,
    /// Its processor shares may be means since the hosts were started, not over the trials.
    pub is_cpu_since_boot: bool,
}

/// What a dataset is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// A run directory.
    Run,
    /// A benchmark file of the older tool: every request that succeeded, to the microsecond.
    OlderBenchmark,
    /// A test-execution file of the older tool: means only.
    OlderExecution,
}

/// A monitored host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostEntry {
    /// What to call it.
    pub name: String,
    /// It is the machine that made the load.
    pub is_tester: bool,
    /// Model of its processor; empty when not known.
    pub cpu_model: String,
    /// Logical processors; 0 when not known.
    pub cores: u32,
    /// Memory, bytes.
    pub memory: f64,
    /// Release of its kernel; empty when not known.
    pub kernel: String,
}

/// A plugin that took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginFacts {
    /// What users call it.
    pub name: String,
    /// Version by its author.
    pub version: String,
    /// SHA-256 of the component: `sha256:` and 64 hexadecimal digits.
    pub digest: String,
}

/// A trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialFacts {
    /// Number by which users know it, from 1.
    pub number: u32,
    /// Test case, as users call it.
    pub test_case: String,
    /// Size of one request's work.
    pub load: u32,
    /// Completions decided the rate (closed loop).
    pub is_closed_loop: bool,
    /// Users of a closed loop; 0 in an open one.
    pub users: u32,
    /// Arrivals asked for, per second, in the mean.
    pub intended_rate: f64,
    /// Arrivals really let go, per second.
    pub offered_rate: f64,
    /// Good completions per second.
    pub goodput: f64,
    /// When it began, milliseconds since the Unix epoch.
    pub started: f64,
    /// Start of the steady state, nanoseconds since trial start.
    pub steady_start: f64,
    /// Length of the steady state, nanoseconds.
    pub steady_length: f64,
    /// Whether its figures are the target's.
    pub validity: TrialValidity,
    /// Why they are not, a sentence each.
    pub reasons: Vec<String>,
    /// What it was made for.
    pub purpose: Purpose,
    /// SLO that it was judged by, as typed; empty: none.
    pub slo: String,
    /// Every request is recorded one by one.
    pub has_samples: bool,
}

/// Whether a trial's figures are the target's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrialValidity {
    /// They are.
    Valid,
    /// The tester could not hold the load.
    GeneratorBound,
    /// It ended before its time.
    Interrupted,
    /// Not known.
    Unknown,
}

/// What a trial was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Asked for as such.
    Plan,
    /// A step of a search.
    Search,
    /// Confirms at full length what a search found.
    Confirmation,
}

/// A search that came to an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchFacts {
    /// Test case, as users call it.
    pub test_case: String,
    /// What was searched for.
    pub subject: SubjectKind,
    /// The load held while the rate was searched for, or the rate held while the load was.
    pub held: f64,
    /// Condition that a trial had to fulfil, as typed.
    pub slo: String,
    /// Highest value found good.
    pub lower: f64,
    /// Lowest value found bad.
    pub upper: f64,
    /// The bounds are not confirmed.
    pub is_provisional: bool,
    /// What else is to be said, a sentence each.
    pub notes: Vec<String>,
    /// Its trials, by number from 0.
    pub trials: Vec<usize>,
}

/// What a search was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// The highest rate.
    Rate,
    /// The highest load.
    Load,
}
