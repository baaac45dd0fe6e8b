//! When each request under way has had its time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use model::Nanos;

use crate::underway::Key;

/// Requests that are over are left in place until there are so many more of them than of the others.
const SLACK: usize = 1024;

/// Instants by which something is to happen to an iteration, the earliest first.
#[derive(Default)]
pub(crate) struct Instants(BinaryHeap<Reverse<(Nanos, Key)>>);

impl Instants {
    /// Adds an instant. `alive` tells which are still wanted, of `count` in all; the others may be forgotten.
    pub(crate) fn push(&mut self, at: Nanos, key: Key, count: usize, alive: impl Fn(Key) -> bool) {
        self.0.push(Reverse((at, key)));
        // Nearly all requests are over long before their time-out: without this they would pile up for that long.
        if self.0.len() > 2 * count + SLACK {
            self.0.retain(|Reverse((_, key))| alive(*key));
        }
    }

    /// The earliest instant. What it was for may be over.
    pub(crate) fn first(&self) -> Option<Nanos> {
        self.0.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes the earliest if it has come by `now`.
    pub(crate) fn pop_due(&mut self, now: Nanos) -> Option<(Nanos, Key)> {
        if self.first()? > now {
            return None;
        }
        self.0.pop().map(|Reverse(first)| first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_comes_first_and_what_is_over_is_forgotten() {
        let key = |index| Key { index, generation: 0 };
        let mut instants = Instants::default();
        for index in 0..100_000 {
            instants.push(Nanos::from(100_000 - index), key(index as u32), 10, |key| key.index % 10_000 == 0);
        }
        assert!(instants.0.len() < 3 * SLACK, "{}", instants.0.len());
        assert_eq!(instants.pop_due(0), None);
        let mut last = 0;
        while let Some((at, _)) = instants.pop_due(Nanos::MAX) {
            assert!(at >= last);
            last = at;
        }
    }
}
