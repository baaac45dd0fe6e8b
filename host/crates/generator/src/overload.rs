//! Ends a trial whose target is plainly overloaded: what follows would only be a longer queue.

use model::{Backlog, BacklogSlice, Cause, Nanos, Reason};

use crate::shard::HAND_OVER_EVERY;
use crate::slices::Slices;

/// Slices that are looked at; what was before them is what was under way when they began. One minute.
const WINDOW: usize = 600;

/// Follows the backlog from trial start to the last arrival.
pub(crate) struct OverloadWatch {
    slices: Slices<BacklogSlice>,
    backlog: Backlog,
    /// Slices so far.
    count: u64,
    /// Slices up to the last arrival: in the drain nothing arrives that could be spared the target.
    most: u64,
}

impl OverloadWatch {
    /// Of a trial whose last arrival is due before `end`.
    pub(crate) fn new(end: Nanos, threads: u32) -> Self {
        let most = u64::try_from(end / HAND_OVER_EVERY).unwrap_or(0);
        let backlog = Backlog { at_start: 0, slice_ns: HAND_OVER_EVERY.unsigned_abs(), slices: Vec::new() };
        Self { slices: Slices::new(threads), backlog, count: 0, most }
    }

    /// Takes what a thread saw of a slice. Gives why the trial is to end, when it is.
    pub(crate) fn add(&mut self, number: u64, slice: BacklogSlice) -> Option<Reason> {
        self.slices.add(number, &slice);
        while self.count < self.most
            && let Some(slice) = self.slices.take()
        {
            self.count += 1;
            self.push(slice);
            if self.backlog.is_plainly_overloaded() {
                return Some(Reason { cause: Cause::Overloaded, message: self.message() });
            }
        }
        None
    }

    fn push(&mut self, slice: BacklogSlice) {
        let Backlog { slices, at_start, .. } = &mut self.backlog;
        slices.push(slice);
        if slices.len() > WINDOW {
            let first = slices.remove(0);
            *at_start = (*at_start + first.arrivals).saturating_sub(first.ends);
        }
    }

    fn message(&self) -> String {
        let Backlog { slices, at_start, .. } = &self.backlog;
        let (arrivals, ends) = (at_start + self.backlog.arrivals(), self.backlog.ends());
        let seconds = slices.len() as f64 * HAND_OVER_EVERY as f64 / 1e9;
        format!(
            "ended early because the target was plainly overloaded: of the {arrivals} requests that it had in {seconds:.1} s, \
             {ends} had ended"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(end: Nanos, slices: &[(u64, u64)]) -> Option<Reason> {
        let mut watch = OverloadWatch::new(end, 1);
        let mut numbered = slices.iter().zip(0..);
        numbered.find_map(|(&(arrivals, ends), number)| watch.add(number, BacklogSlice { arrivals, ends }))
    }

    #[test]
    fn it_is_told_in_words_how_little_was_answered() {
        let reason = reason(60 * 1_000_000_000, &[(1000, 10); 600]).expect("plainly overloaded");
        assert_eq!(reason.cause, Cause::Overloaded);
        let begin = "ended early because the target was plainly overloaded: of the ";
        assert!(reason.message.starts_with(begin) && reason.message.ends_with(" had ended"), "{}", reason.message);
    }

    #[test]
    fn a_target_that_keeps_up_is_left_alone_however_long_it_takes() {
        assert_eq!(reason(Nanos::MAX, &[(100, 100); 2_000]), None);
    }

    #[test]
    fn what_comes_after_the_last_arrival_is_not_looked_at() {
        let mut slices = vec![(100, 100); 2];
        slices.extend([(1000, 20); 50]);
        assert_eq!(reason(200_000_000, &slices), None);
        assert!(reason(60_000_000_000, &slices).is_some());
    }
}
