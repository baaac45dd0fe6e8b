//! Ends a trial as soon as what its plan names holds over a sliding window.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use model::{Metric, PhaseResult, Slo};

use crate::recorder::SLICE;
use crate::stop::Stop;

/// What ends a trial early.
#[derive(Debug, Clone)]
pub struct AbortWhen {
    /// The trial ends when one of its conditions holds.
    pub conditions: Slo,
    /// Over the requests that ended within this time; whole seconds, at least one.
    pub window: Duration,
}

/// Takes the slices of `threads` threads until they are done; throws `halt` when a condition holds. Gives that condition.
pub(crate) fn watch(
    abort_when: &AbortWhen,
    metrics: &[Metric],
    threads: u32,
    slices: &flume::Receiver<(u64, PhaseResult)>,
    halt: &Stop,
) -> Option<String> {
    let length = abort_when.window.as_secs().max(1) as usize;
    let mut pending: BTreeMap<u64, (u32, PhaseResult)> = BTreeMap::new();
    let mut window: VecDeque<PhaseResult> = VecDeque::new();
    for (number, slice) in slices {
        let (count, whole) = pending.entry(number).or_insert_with(|| (0, PhaseResult::new(SLICE as u64)));
        whole.merge(&slice);
        *count += 1;
        // A thread with nothing to tell of a second skips it: what is older than what all have told is complete.
        while let Some(first) = pending.first_entry()
            && (first.get().0 >= threads || *first.key() + 2 < number)
        {
            window.push_back(first.remove().1);
            if window.len() > length {
                window.pop_front();
            }
            if window.len() == length {
                let mut all = PhaseResult::new(0);
                window.iter().for_each(|slice| all.merge(slice));
                all.length_ns = (SLICE as u64) * length as u64;
                all.span_ns = all.length_ns;
                if let Some(condition) = abort_when.conditions.conditions().iter().find(|it| it.holds(&all, metrics)) {
                    halt.throw();
                    return Some(condition.to_string());
                }
            }
        }
    }
    None
}
