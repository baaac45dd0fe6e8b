//! What an iteration remembers from its first step to its second: whose it is, and a number drawn in between.

use cluster_tester_sdk::Context;

/// Carried by the host as 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Visit {
    iteration: u64,
    seed: u32,
    number: u32,
}

impl Visit {
    /// The visit of this iteration, with the number drawn for it.
    pub(crate) fn new(context: &Context, number: u32) -> Self {
        Self { iteration: context.iteration, seed: context.seed, number }
    }

    /// The number drawn.
    pub(crate) fn number(self) -> u32 {
        self.number
    }

    /// As the host carries it. The last four bytes tell whether the number is still the one drawn.
    pub(crate) fn to_state(self) -> Vec<u8> {
        let mut state = self.iteration.to_le_bytes().to_vec();
        state.extend(self.number.to_le_bytes());
        state.extend((self.number ^ self.seed).to_le_bytes());
        state
    }

    /// Back from what the host carried; `None` when it is not what this iteration gave.
    pub(crate) fn from_state(state: &[u8], context: &Context) -> Option<Self> {
        let number = u32::from_le_bytes(state.get(8..12)?.try_into().ok()?);
        let visit = Self::new(context, number);
        (visit.to_state() == state).then_some(visit)
    }
}
