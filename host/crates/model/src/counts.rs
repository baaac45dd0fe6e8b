//! How many requests had which outcome.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::outcome::Outcome;
use crate::sample::Sample;

/// Requests of a phase by what became of them.
///
/// `sent + dropped + abandoned_unsent = scheduled`, always.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Due in this phase: arrivals of the schedule, and the further steps of their iterations.
    pub scheduled: u64,
    /// Of which at least one byte was written.
    pub sent: u64,
    /// Refused because too many were in flight.
    pub dropped: u64,
    /// Given up before a byte was written: no connection, time-out in the queue, a test case that failed, or the trial's end.
    pub abandoned_unsent: u64,
    /// By outcome; adds up to `scheduled`.
    pub outcomes: OutcomeCounts,
}

impl Counts {
    /// Requests with this outcome.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.outcomes.of(outcome)
    }

    /// Requests that are no success.
    pub fn failures(&self) -> u64 {
        self.scheduled - self.of(Outcome::Success)
    }

    #[inline]
    pub(crate) fn record(&mut self, sample: &Sample) {
        self.scheduled += 1;
        if sample.sent.is_some() {
            self.sent += 1;
        } else if sample.outcome == Outcome::Dropped {
            self.dropped += 1;
        } else {
            self.abandoned_unsent += 1;
        }
        self.outcomes.0[usize::from(sample.outcome.code())] += 1;
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.scheduled += other.scheduled;
        self.sent += other.sent;
        self.dropped += other.dropped;
        self.abandoned_unsent += other.abandoned_unsent;
        self.outcomes.0.iter_mut().zip(other.outcomes.0).for_each(|(to, from)| *to += from);
    }
}

/// Number of requests of each outcome. In a file it is a map by name, without those that are zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "BTreeMap<Outcome, u64>", from = "BTreeMap<Outcome, u64>")]
#[schemars(with = "BTreeMap<Outcome, u64>")]
pub struct OutcomeCounts(
    /// By code. An array, not a map: it is counted up once a request.
    [u64; Outcome::ALL.len()],
);

impl OutcomeCounts {
    /// Requests with this outcome.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.0[usize::from(outcome.code())]
    }

    /// Requests of all outcomes.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The outcomes that there were, in the order of their codes, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (Outcome, u64)> + '_ {
        Outcome::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }
}

impl From<OutcomeCounts> for BTreeMap<Outcome, u64> {
    fn from(counts: OutcomeCounts) -> Self {
        counts.iter().collect()
    }
}

impl From<BTreeMap<Outcome, u64>> for OutcomeCounts {
    fn from(map: BTreeMap<Outcome, u64>) -> Self {
        let mut counts = Self::default();
        map.into_iter().for_each(|(outcome, count)| counts.0[usize::from(outcome.code())] = count);
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_a_map_by_name_in_a_file_without_zeros() {
        let counts = OutcomeCounts::from(BTreeMap::from([(Outcome::Success, 3), (Outcome::TimedOut, 1)]));
        let text = serde_json::to_string(&counts).expect("text");
        assert_eq!(text, r#"{"success":3,"timed-out":1}"#);
        assert_eq!(serde_json::from_str::<OutcomeCounts>(&text).expect("own text"), counts);
        assert_eq!((counts.total(), counts.of(Outcome::Failed)), (4, 0));
    }
}
