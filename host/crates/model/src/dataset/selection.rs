//! Which samples count, and what is looked at of them.

use crate::outcome::Outcome;
use crate::phase::Phase;

/// Which samples count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Selection {
    /// Trial, by number from 0.
    pub trial: usize,
    /// Phases wanted.
    pub phases: PhaseSet,
    /// Outcomes wanted.
    pub outcomes: OutcomeSet,
}

/// Some phases, a bit each by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PhaseSet(pub u8);

impl PhaseSet {
    /// The steady state alone.
    pub const STEADY: Self = Self(1 << Phase::Steady as u8);

    /// It is among them.
    pub fn has(self, phase: Phase) -> bool {
        self.0 & (1 << phase.code()) != 0
    }
}

/// Some outcomes, a bit each by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OutcomeSet(pub u16);

impl OutcomeSet {
    /// Successes alone.
    pub const SUCCESS: Self = Self(1 << Outcome::Success as u8);
    /// All of them.
    pub const ALL: Self = Self((1 << Outcome::ALL.len()) - 1);

    /// It is among them.
    pub fn has(self, outcome: Outcome) -> bool {
        self.0 & (1 << outcome.code()) != 0
    }
}

/// A measured duration, nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// End − intended start.
    ResponseTime,
    /// End − sent.
    ServiceTime,
    /// Sent − release: waiting for a connection, and opening it where it had to be.
    Queue,
    /// Release − intended start.
    ReleaseLag,
    /// First byte of the answer − sent.
    FirstByte,
    /// Time to open a connection for it, TLS left out.
    Connect,
    /// Time for TLS.
    Tls,
    /// Server's own processing time.
    ServerSpan,
    /// First byte − sent, less the server's own time (at least 0), of the requests that tell both.
    BeyondServer,
    /// End − first byte.
    Transfer,
}

/// A column of the samples.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Column {
    /// Nanoseconds since trial start.
    IntendedStart,
    /// A measured duration.
    Quantity(Quantity),
    /// HTTP status.
    Status,
    /// Outcome, by its code.
    Outcome,
    /// A metric of the test case, by name.
    Metric(String),
}
