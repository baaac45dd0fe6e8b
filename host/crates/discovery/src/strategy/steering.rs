//! Finds a good and a bad rate near each other in short trials: away from a start by steps that double, then by halves.
//!
//! A short trial may be wrong near the threshold. So this stops two widths apart, and what it found is a hint.

use super::View;
use crate::verdict::Verdict;

#[derive(Debug, Clone)]
pub(crate) struct Steering {
    start: usize,
    /// Steps to the next when all were good, or all bad.
    stride: usize,
    /// Distance that is near enough.
    near: usize,
    good: Option<usize>,
    bad: Option<usize>,
    asked: Option<usize>,
}

impl Steering {
    /// From `start`; `steps` are a width.
    pub(crate) fn new(start: usize, steps: usize) -> Self {
        Self { start, stride: 2 * steps, near: 2 * steps, good: None, bad: None, asked: None }
    }

    /// Below what is known to be bad.
    pub(crate) fn below(bad: usize, steps: usize) -> Self {
        Self { bad: Some(bad), ..Self::new(bad, steps) }
    }

    /// Takes the verdict on what was asked for.
    pub(crate) fn learn(&mut self, view: &View<'_>) {
        let Some(asked) = self.asked.take() else { return };
        match view.history.last().map(|trial| trial.verdict) {
            Some(Verdict::Good) => self.good = Some(asked),
            _ => self.bad = Some(asked),
        }
    }

    /// The index that is next, at most `last`; none when they are near.
    pub(crate) fn next(&mut self, last: usize) -> Option<usize> {
        let next = match (self.good, self.bad) {
            (None, None) => Some(self.start.min(last)),
            (Some(good), None) => (good < last).then(|| (good + self.stride).min(last)),
            (None, Some(bad)) => (bad > 0).then(|| bad.saturating_sub(self.stride)),
            (Some(good), Some(bad)) => (bad.saturating_sub(good) > self.near).then(|| usize::midpoint(good, bad)),
        };
        if self.good.is_some() != self.bad.is_some() {
            self.stride *= 2;
        }
        self.asked = next;
        next
    }

    /// Trials that are still to be expected.
    pub(crate) fn left(&self) -> f64 {
        match (self.good, self.bad) {
            (None, None) => 6.0,
            (Some(good), Some(bad)) => {
                (bad.saturating_sub(good).max(1) as f64 / self.near as f64).log2().ceil().max(0.0)
            }
            _ => 4.0,
        }
    }
}
