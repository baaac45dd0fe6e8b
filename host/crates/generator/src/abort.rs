//! Ends a trial as soon as what its plan names holds over a sliding window.

use std::collections::VecDeque;
use std::time::Duration;

use model::{Cause, Metric, PhaseResult, Reason, Slo};

use crate::recorder::SLICE;
use crate::slices::Slices;

/// What ends a trial early.
#[derive(Debug, Clone)]
pub struct AbortWhen {
    /// The trial ends when one of its conditions holds.
    pub conditions: Slo,
    /// Over the requests that ended within this time; whole seconds, at least one.
    pub window: Duration,
}

/// Holds the conditions against a window that slides with the slices.
pub(crate) struct AbortWatch<'a> {
    abort_when: &'a AbortWhen,
    metrics: &'a [Metric],
    slices: Slices<PhaseResult>,
    window: VecDeque<PhaseResult>,
}

impl<'a> AbortWatch<'a> {
    pub(crate) fn new(abort_when: &'a AbortWhen, metrics: &'a [Metric], threads: u32) -> Self {
        Self { abort_when, metrics, slices: Slices::new(threads), window: VecDeque::new() }
    }

    /// Takes what a thread saw of a slice. Gives why the trial is to end, when it is.
    pub(crate) fn add(&mut self, number: u64, slice: &PhaseResult) -> Option<Reason> {
        self.slices.add(number, slice);
        let length = self.abort_when.window.as_secs().max(1) as usize;
        while let Some(slice) = self.slices.take() {
            self.window.push_back(slice);
            if self.window.len() > length {
                self.window.pop_front();
            }
            if self.window.len() == length
                && let Some(condition) = self.condition()
            {
                let message = format!("ended early because `{condition}` held");
                return Some(Reason { cause: Cause::AbortWhen, message });
            }
        }
        None
    }

    /// The condition that holds over the window.
    fn condition(&self) -> Option<String> {
        let mut all = PhaseResult::new(0);
        self.window.iter().for_each(|slice| all.merge(slice));
        all.length_ns = SLICE.unsigned_abs() * self.window.len() as u64;
        all.span_ns = all.length_ns;
        let mut conditions = self.abort_when.conditions.conditions().iter();
        conditions.find(|condition| condition.holds(&all, self.metrics)).map(ToString::to_string)
    }
}
