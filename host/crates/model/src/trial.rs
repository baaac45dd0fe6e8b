//! What a trial gave.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::counts::{Counts, OutcomeCounts};
use crate::histogram::Histogram;
use crate::outcome::Outcome;
use crate::phase::Phase;
pub use crate::phase_result::PhaseResult;
use crate::slo::ConditionVerdict;
use crate::validity::{Reason, TesterUsage, Validity};

/// Time spent in the test case, nanoseconds a call. Never part of a request's times (law 3).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuestTime {
    /// Building requests.
    pub build: Histogram,
    /// Reading answers.
    pub read: Histogram,
    /// Requests of the steady state that were not built when they were due.
    pub late_builds: u64,
    /// Answers of the steady state that came when too many waited to be read already, and arrivals dropped because most
    /// of those under way only waited for that.
    pub late_reads: u64,
    /// It was called on threads of its own, being too slow to be called between two requests.
    pub on_plugin_threads: bool,
}

impl GuestTime {
    /// Adds another thread's.
    pub fn merge(&mut self, other: &Self) {
        self.build.merge(&other.build);
        self.read.merge(&other.read);
        self.late_builds += other.late_builds;
        self.late_reads += other.late_reads;
        self.on_plugin_threads |= other.on_plugin_threads;
    }
}

/// An example of a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FailureExample {
    /// What became of the request.
    pub outcome: Outcome,
    /// What happened, as a sentence.
    pub message: String,
    /// How often just this was seen among the failures of its outcome.
    pub count: u64,
}

/// What a trial gave.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrialResult {
    /// When it began: Unix time of trial start, nanoseconds.
    pub started_unix_ns: i64,
    /// Before the steady state; empty without warm-up.
    pub warm_up: PhaseResult,
    /// The measured part.
    pub steady: PhaseResult,
    /// Requests under way over the steady state.
    #[serde(default)]
    pub backlog: crate::backlog::Backlog,
    /// After the last arrival: further steps of iterations that began before.
    pub drain: PhaseResult,
    /// Time spent in the test case, both phases.
    pub guest: GuestTime,
    /// Whether the figures are the target's.
    pub validity: Validity,
    /// Why; empty when valid.
    pub validity_reasons: Vec<Reason>,
    /// What a reader should know of valid figures, in sentences: for example that the steady state was not steady.
    pub notes: Vec<String>,
    /// What the tester itself used during the steady state; none where the system does not tell.
    pub tester: Option<TesterUsage>,
    /// How the plan's SLO was met, a verdict a condition; empty without one.
    pub slo: Vec<ConditionVerdict>,
    /// Messages of failures, the most frequent first, at most 20.
    pub failures: Vec<FailureExample>,
    /// Samples that the writer could not take. The histograms have them; the sample columns are incomplete.
    pub samples_lost: u64,
    /// Requests of the steady state for which the tester had no descriptor or port.
    pub exhausted: u64,
}

impl TrialResult {
    /// Gives back memory that holds nothing, when the trial is over: see [`Histogram::pack`].
    pub fn pack(&mut self) {
        [&mut self.warm_up, &mut self.steady, &mut self.drain].into_iter().for_each(PhaseResult::pack);
        [&mut self.guest.build, &mut self.guest.read].into_iter().for_each(Histogram::pack);
    }

    /// The phase's figures.
    pub fn phase(&self, phase: Phase) -> &PhaseResult {
        match phase {
            Phase::WarmUp => &self.warm_up,
            Phase::Steady => &self.steady,
            Phase::Drain => &self.drain,
        }
    }
}
