//! Whether a trial's figures are the target's, and what the tester itself did meanwhile (law 4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a trial's figures are the target's (law 4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// The tester held what was asked.
    #[default]
    Valid,
    /// The tester could not; the figures are its own.
    GeneratorBound,
    /// Ended before its time; what there is is sound.
    Interrupted,
}

/// Why a trial is not simply valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// What was short, in a word.
    pub cause: Cause,
    /// What happened, in a sentence.
    pub message: String,
}

/// What was short, or what ended the trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The tester's processor time.
    Cpu,
    /// Processor time that the machine's host gave to others.
    Steal,
    /// The tester's descriptors or ports.
    Descriptors,
    /// The test case's speed.
    Guest,
    /// The speed at which samples are written.
    Spool,
    /// It was stopped from outside.
    Stopped,
    /// Its own `abort-when` held.
    AbortWhen,
    /// The target was plainly overloaded.
    Overloaded,
}

/// What the tester used during a steady state.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TesterUsage {
    /// Over which time, nanoseconds.
    pub wall_ns: u64,
    /// Processor time of the whole process in its own code, nanoseconds.
    pub cpu_user_ns: u64,
    /// Processor time of the whole process in the kernel, nanoseconds.
    pub cpu_system_ns: u64,
    /// Share of a core that the busiest generator thread used, 0 to 1, the watching of the clock included.
    pub busiest_thread: f64,
    /// Most memory resident so far, bytes.
    pub peak_resident_bytes: u64,
    /// Times that the process gave up a core.
    pub voluntary_switches: u64,
    /// Times that a core was taken from the process.
    pub involuntary_switches: u64,
    /// Share of the machine's processor time that its host gave to others, 0 to 1; none where the system does not tell.
    pub steal: Option<f64>,
}
