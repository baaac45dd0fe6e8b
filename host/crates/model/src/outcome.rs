//! What became of a request.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of a request. Everything but [`Outcome::Success`] is a failure, and data (law 5).
///
/// The number of each is its code in the samples, and its flag in `wit/dataset.wit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Outcome {
    /// Judged good by the test case.
    Success = 0,
    /// Judged bad by the test case.
    Failed = 1,
    /// An answer that the test case could not read.
    Unreadable = 2,
    /// Not over within the time-out.
    TimedOut = 3,
    /// No connection: refused, unreachable, or the name not found.
    ConnectFailed = 4,
    /// The connection ended before the answer was whole.
    ConnectionLost = 5,
    /// An answer that is not HTTP.
    ProtocolError = 6,
    /// Refused because too many were in flight.
    Dropped = 7,
    /// Cut off by the trial's end.
    Abandoned = 8,
    /// The test case itself failed.
    GuestFault = 9,
    /// Not sent: the data feed has no row left for it.
    NoRow = 10,
}

impl Outcome {
    /// All outcomes, in the order of their codes.
    pub const ALL: [Self; 11] = [
        Self::Success,
        Self::Failed,
        Self::Unreadable,
        Self::TimedOut,
        Self::ConnectFailed,
        Self::ConnectionLost,
        Self::ProtocolError,
        Self::Dropped,
        Self::Abandoned,
        Self::GuestFault,
        Self::NoRow,
    ];

    /// Number of the outcome in the samples.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The outcome with this number.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Name as in files and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Unreadable => "unreadable",
            Self::TimedOut => "timed-out",
            Self::ConnectFailed => "connect-failed",
            Self::ConnectionLost => "connection-lost",
            Self::ProtocolError => "protocol-error",
            Self::Dropped => "dropped",
            Self::Abandoned => "abandoned",
            Self::GuestFault => "guest-fault",
            Self::NoRow => "no-row",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_those_of_the_files() {
        for (code, outcome) in Outcome::ALL.iter().enumerate() {
            assert_eq!(usize::from(outcome.code()), code);
            assert_eq!(Outcome::from_code(outcome.code()), Some(*outcome));
            assert_eq!(serde_json::to_value(outcome).expect("text"), outcome.name());
        }
        assert_eq!(Outcome::from_code(11), None);
    }
}
