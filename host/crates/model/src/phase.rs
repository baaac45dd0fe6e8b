//! Phases of a trial.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Phase in which a request was due. What is due in the steady state is measured, whenever it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Phase {
    /// Sent at the same rate as the steady state, and left out of every figure.
    WarmUp = 0,
    /// Measured.
    Steady = 1,
    /// After the last arrival: further steps of iterations that began before. Left out of every figure.
    Drain = 2,
}

impl Phase {
    /// Number of the phase in the samples.
    pub fn code(self) -> u8 {
        self as u8
    }
}
