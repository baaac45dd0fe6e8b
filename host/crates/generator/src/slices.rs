//! Slices of time as whoever watches a trial gets them: each thread tells of its own, and they are put together in order.

use std::collections::BTreeMap;

use model::{BacklogSlice, PhaseResult};

/// A thread with nothing to tell of a slice skips it: what is older than the newest by more than this is whole.
const PATIENCE: u64 = 2;

/// What happened in a slice of time.
pub(crate) trait Slice: Default {
    /// Adds what another thread saw of it.
    fn merge(&mut self, other: &Self);
}

impl Slice for PhaseResult {
    fn merge(&mut self, other: &Self) {
        Self::merge(self, other);
    }
}

impl Slice for BacklogSlice {
    fn merge(&mut self, other: &Self) {
        self.arrivals += other.arrivals;
        self.ends += other.ends;
    }
}

/// What a thread tells of a slice, with the slice's number.
pub(crate) enum Told {
    /// What ended in it.
    Phase(u64, Box<PhaseResult>),
    /// How much arrived and ended in it.
    Backlog(u64, BacklogSlice),
}

/// Slices that several threads see, put together.
pub(crate) struct Slices<T> {
    threads: u32,
    /// Number of the next that is given.
    next: u64,
    /// Number of the newest that was told of.
    newest: u64,
    /// Threads that told of it; what they told.
    pending: BTreeMap<u64, (u32, T)>,
}

impl<T: Slice> Slices<T> {
    pub(crate) fn new(threads: u32) -> Self {
        Self { threads, next: 0, newest: 0, pending: BTreeMap::new() }
    }

    /// Adds what a thread tells. What it tells too late counts for the next slice.
    pub(crate) fn add(&mut self, number: u64, told: &T) {
        let is_in_time = number >= self.next;
        self.newest = self.newest.max(number);
        let (threads, slice) = self.pending.entry(number.max(self.next)).or_default();
        *threads += u32::from(is_in_time);
        slice.merge(told);
    }

    /// The next slice, when it is whole; empty when nobody told of it.
    pub(crate) fn take(&mut self) -> Option<T> {
        let threads = self.pending.get(&self.next).map_or(0, |(threads, _)| *threads);
        if threads < self.threads && self.next + PATIENCE >= self.newest {
            return None;
        }
        let slice = self.pending.remove(&self.next).map(|(_, slice)| slice);
        self.next += 1;
        Some(slice.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_come_in_order_when_all_have_told_or_are_late() {
        let told = |arrivals| BacklogSlice { arrivals, ends: 0 };
        let mut slices = Slices::new(2);
        let mut taken = Vec::new();
        let mut add = |number, arrivals| {
            slices.add(number, &told(arrivals));
            while let Some(slice) = slices.take() {
                taken.push(slice.arrivals);
            }
            taken.clone()
        };
        assert!(add(0, 1).is_empty());
        assert!(add(1, 2).is_empty());
        assert_eq!(add(0, 10), [11]);
        // The other thread skips slice 1; nobody tells of slice 2.
        assert_eq!(add(4, 5), [11, 2]);
        assert_eq!(add(5, 6), [11, 2, 0]);
        // Late, but not lost.
        assert_eq!(add(1, 100), [11, 2, 0]);
        assert_eq!(add(6, 0), [11, 2, 0, 100]);
        assert_eq!(add(4, 50), [11, 2, 0, 100, 55]);
    }
}
