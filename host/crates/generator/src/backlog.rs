//! Counts arrivals and ends over the steady state, in slices of time: whether the target kept up.
//!
//! A sample is looked at once, when it is recorded, and goes by its instants alone: how late it is recorded, or on which
//! thread, changes nothing.

use model::{Backlog, BacklogSlice, Nanos, Outcome, Sample};

use crate::slices::Slice as _;

/// Length of the shortest slices, a power of two of nanoseconds (16.8 ms), so that a slice is found by a shift.
const SHORTEST: u32 = 24;
/// Most slices: each takes some 130 bytes of `run.json`.
const SLICES: u64 = 100;

/// The backlog of one thread's share. Threads that cover the same time have the same slices.
pub(crate) struct BacklogRecorder {
    steady_start: Nanos,
    /// What is counted of the steady state, nanoseconds.
    length: u64,
    /// A slice is 2^shift nanoseconds.
    shift: u32,
    at_start: u64,
    slices: Vec<BacklogSlice>,
}

impl BacklogRecorder {
    /// Of a steady state from `steady_start` to `end`.
    pub(crate) fn new(steady_start: Nanos, end: Nanos) -> Self {
        let length = u64::try_from(end - steady_start).unwrap_or(0);
        let mut shift = SHORTEST;
        while length.div_ceil(1 << shift) > SLICES {
            shift += 1;
        }
        let slices = vec![BacklogSlice::default(); length.div_ceil(1 << shift) as usize];
        Self { steady_start, length, shift, at_start: 0, slices }
    }

    /// Adds a request of any phase. Called once a request, on the thread that sends.
    #[inline]
    pub(crate) fn record(&mut self, sample: &Sample) {
        if let Some(slice) = self.slice_of(sample.intended_start) {
            slice.arrivals += 1;
        }
        if sample.outcome == Outcome::Dropped {
            return;
        }
        self.at_start += u64::from(sample.intended_start < self.steady_start && sample.end >= self.steady_start);
        if let Some(slice) = self.slice_of(sample.end) {
            slice.ends += 1;
        }
    }

    #[inline]
    fn slice_of(&mut self, at: Nanos) -> Option<&mut BacklogSlice> {
        let since_start = u64::try_from(at - self.steady_start).ok().filter(|since| *since < self.length)?;
        self.slices.get_mut((since_start >> self.shift) as usize)
    }

    /// The trial is over at `end`, before its time: what is not a whole slice by then is left out. Threads are cut at slightly
    /// different instants, and a slice of which only some saw the end would lack arrivals.
    pub(crate) fn cut(&mut self, end: Nanos) {
        let length = u64::try_from(end - self.steady_start).unwrap_or(0);
        if length < self.length {
            self.slices.truncate((length >> self.shift) as usize);
            self.length = (self.slices.len() as u64) << self.shift;
        }
    }

    /// What all threads saw: of a trial that was cut, the slices that are whole on all of them.
    pub(crate) fn merge(recorders: impl Iterator<Item = Self>) -> Backlog {
        let merged = recorders.reduce(|mut one, other| {
            one.at_start += other.at_start;
            one.slices.truncate(other.slices.len());
            one.slices.iter_mut().zip(&other.slices).for_each(|(to, from)| to.merge(from));
            one
        });
        merged.map_or_else(Backlog::default, |all| Backlog {
            at_start: all.at_start,
            slice_ns: 1 << all.shift,
            slices: all.slices,
        })
    }
}

#[cfg(test)]
mod tests {
    use model::{Load, Phase};
    use proptest::prelude::*;

    use super::*;

    const MS: Nanos = 1_000_000;

    fn sample(intended_start: Nanos, end: Nanos, outcome: Outcome) -> Sample {
        Sample {
            iteration: 0,
            step: 0,
            phase: Phase::Steady,
            outcome,
            failure_reason: None,
            load: Load(1),
            origin: 0,
            intended_start,
            release: intended_start,
            sent: None,
            first_byte: None,
            end,
            connect_ns: None,
            tls_ns: None,
            status: None,
            bytes_sent: 0,
            bytes_received: 0,
            server_span: None,
            metrics: Vec::new(),
        }
    }

    fn counts(backlog: &Backlog) -> Vec<(u64, u64)> {
        backlog.slices.iter().map(|slice| (slice.arrivals, slice.ends)).collect()
    }

    #[test]
    fn slices_are_neither_many_nor_short() {
        for seconds in [1, 3, 4, 10, 60, 3_600, 30 * 86_400] {
            let recorder = BacklogRecorder::new(5 * MS, 5 * MS + seconds * 1000 * MS);
            let backlog = BacklogRecorder::merge(std::iter::once(recorder));
            let count = backlog.slices.len() as u64;
            assert!(backlog.slice_ns >= 10_000_000 && count <= SLICES && (count >= 50 || seconds < 1), "{seconds} s");
            let covered = count * backlog.slice_ns;
            assert!(
                covered >= seconds as u64 * 1_000_000_000
                    && covered - backlog.slice_ns < seconds as u64 * 1_000_000_000
            );
        }
        assert_eq!(BacklogRecorder::merge(std::iter::once(BacklogRecorder::new(0, 0))).slices, []);
    }

    #[test]
    fn what_came_before_the_steady_state_and_ended_in_it_was_under_way_at_its_start() {
        let mut recorder = BacklogRecorder::new(100 * MS, 150 * MS);
        for (intended_start, end, outcome) in [
            (10, 99, Outcome::Success),
            (20, 100, Outcome::Success),
            (30, 149, Outcome::TimedOut),
            (40, 40, Outcome::Dropped),
            (50, 500, Outcome::Abandoned),
            (100, 120, Outcome::Failed),
            (149, 150, Outcome::Success),
            (145, 145, Outcome::Dropped),
            (150, 151, Outcome::Success),
        ] {
            recorder.record(&sample(intended_start * MS, end * MS, outcome));
        }
        let backlog = BacklogRecorder::merge(std::iter::once(recorder));
        assert_eq!(backlog.at_start, 3);
        // Slices of 16.8 ms: to 116.8, 133.6 and 150 ms.
        assert_eq!(counts(&backlog), [(1, 1), (0, 1), (2, 1)]);
        assert_eq!(backlog.in_flight().collect::<Vec<_>>(), [3, 2, 3]);
    }

    #[test]
    fn a_trial_that_was_cut_has_the_slices_that_are_whole() {
        let filled = |cut: Option<Nanos>| {
            let mut recorder = BacklogRecorder::new(0, 100 * MS);
            (0..60).for_each(|at| recorder.record(&sample(at * MS, (at + 2) * MS, Outcome::Success)));
            if let Some(cut) = cut {
                recorder.cut(cut * MS);
            }
            // Recorded only when the trial is over.
            recorder.record(&sample(5 * MS, 70 * MS, Outcome::Abandoned));
            recorder
        };
        let backlog = BacklogRecorder::merge([filled(Some(60)), filled(Some(51)), filled(None)].into_iter());
        assert_eq!(counts(&backlog), [(54, 45), (51, 51), (51, 51)]);
        // At its end it is too late to cut anything.
        assert_eq!(BacklogRecorder::merge(std::iter::once(filled(Some(100)))).slices.len(), 6);
        assert_eq!(BacklogRecorder::merge(std::iter::once(filled(Some(-5)))).slices, []);
    }

    proptest! {
        #[test]
        fn what_several_threads_saw_is_what_one_would_have_seen(
            requests in prop::collection::vec((0i64..5_000, 0i64..4_000, 0usize..Outcome::ALL.len(), 0usize..4), 0..200),
            warm_up in 0i64..1_000, steady in 0i64..4_000,
        ) {
            let (start, end) = (warm_up * MS, (warm_up + steady) * MS);
            let new = || BacklogRecorder::new(start, end);
            let mut threads = [new(), new(), new(), new()];
            let mut alone = new();
            let (mut arrivals, mut ends, mut under_way) = (0, 0, 0);
            for (intended_start, time, outcome, thread) in requests {
                let outcome = Outcome::ALL[outcome];
                let time = if outcome == Outcome::Dropped { 0 } else { time };
                let sample = sample(intended_start * MS, (intended_start + time) * MS, outcome);
                threads[thread].record(&sample);
                alone.record(&sample);
                let is_dropped = outcome == Outcome::Dropped;
                arrivals += u64::from((start..end).contains(&sample.intended_start));
                ends += u64::from((start..end).contains(&sample.end) && !is_dropped);
                under_way += u64::from(sample.intended_start < end && sample.end >= end && !is_dropped);
                under_way += u64::from((start..end).contains(&sample.intended_start) && is_dropped);
            }
            let alone = BacklogRecorder::merge(std::iter::once(alone));
            let together = BacklogRecorder::merge(threads.into_iter());
            prop_assert_eq!(&together, &alone);
            prop_assert_eq!((alone.arrivals(), alone.ends()), (arrivals, ends));
            if steady > 0 {
                prop_assert_eq!(alone.in_flight().last(), Some(under_way));
            }
        }
    }
}
