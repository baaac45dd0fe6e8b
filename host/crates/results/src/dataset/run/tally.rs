//! Every quantity of a phase, added up in one reading.

use model::dataset::{OutcomeSet, Quantity};
use model::{Histogram, Outcome};

use super::block::{Block, MISSING, QUANTITIES};
use crate::dataset::moments::Moments;

/// What the samples of a phase add up to, by quantity and outcome.
#[derive(Debug, Clone)]
pub(super) struct PhaseTally {
    quantities: Vec<QuantityTally>,
}

#[derive(Debug, Clone, Default)]
struct QuantityTally {
    /// By code of the outcome.
    moments: [Moments; Outcome::ALL.len()],
    /// Of the successes: what did not succeed has no place among finite durations.
    successes: Histogram,
}

impl Default for PhaseTally {
    fn default() -> Self {
        Self { quantities: vec![QuantityTally::default(); QUANTITIES.len()] }
    }
}

impl PhaseTally {
    /// Adds those samples of a block that were due in the phase with this code. `durations` is room.
    pub(super) fn add(&mut self, block: &Block, phase: u8, durations: &mut Vec<u64>) -> Result<(), String> {
        let (phases, outcomes) = (block.phases()?, block.outcomes()?);
        if let Some(code) = outcomes.iter().find(|code| Outcome::from_code(**code).is_none()) {
            return Err(format!("{code} is no outcome"));
        }
        let is_plain =
            outcomes.iter().all(|code| *code == Outcome::Success as u8) && phases.iter().all(|code| *code == phase);
        for (quantity, tally) in QUANTITIES.into_iter().zip(&mut self.quantities) {
            block.durations(quantity, durations)?;
            if is_plain {
                tally.add_successes(durations);
                continue;
            }
            for ((nanos, outcome), of) in durations.iter().zip(outcomes).zip(phases) {
                if *of == phase && *nanos != MISSING {
                    tally.moments[usize::from(*outcome)].add(*nanos);
                    if *outcome == Outcome::Success as u8 {
                        tally.successes.record(*nanos);
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds another thread's.
    pub(super) fn merge(&mut self, other: &Self) {
        for (to, from) in self.quantities.iter_mut().zip(&other.quantities) {
            to.moments.iter_mut().zip(&from.moments).for_each(|(to, from)| to.merge(from));
            to.successes.merge(&from.successes);
        }
    }

    /// Gives back memory that holds nothing.
    pub(super) fn pack(&mut self) {
        self.quantities.iter_mut().for_each(|tally| tally.successes.pack());
    }

    /// Adds a quantity of some outcomes to `moments`.
    pub(super) fn moments_of(&self, quantity: Quantity, outcomes: OutcomeSet, moments: &mut Moments) {
        let of_outcomes = Outcome::ALL.into_iter().zip(&self.of(quantity).moments);
        of_outcomes.filter(|(outcome, _)| outcomes.has(*outcome)).for_each(|(_, one)| moments.merge(one));
    }

    /// A quantity of the successes.
    pub(super) fn successes(&self, quantity: Quantity) -> &Histogram {
        &self.of(quantity).successes
    }

    fn of(&self, quantity: Quantity) -> &QuantityTally {
        // Declared in the order of QUANTITIES, which a test holds.
        &self.quantities[quantity as usize]
    }
}

impl QuantityTally {
    fn add_successes(&mut self, durations: &[u64]) {
        let mut moments = self.moments[Outcome::Success as usize];
        for nanos in durations.iter().filter(|nanos| **nanos != MISSING) {
            moments.add(*nanos);
            self.successes.record(*nanos);
        }
        self.moments[Outcome::Success as usize] = moments;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_stand_in_the_order_of_their_declaration() {
        for (index, quantity) in QUANTITIES.into_iter().enumerate() {
            assert_eq!(quantity as usize, index);
        }
    }
}
