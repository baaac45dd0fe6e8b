//! Fixes the bounds in trials of final length: a good and a bad rate, one width apart, around where the threshold seems to be.
//!
//! Which two rates those are is an estimate's choice, renewed after each trial; whether they are bounds is decided by
//! their own trials alone.

use super::View;
use crate::bounds::{self, Class};
use crate::goal::Goal;
use crate::grid::Grid;
use crate::threshold::{self, Estimate, Hint};

/// How far beyond all trials the threshold may lie, in widths.
const BEYOND: usize = 3;
/// A threshold that is blunter than so many widths cannot be told to one of them: five in twelve trials may be bad at one bound, and
/// seven in twelve at the other.
const BLUNT: f64 = 8.0;
/// Share of a blunt threshold's spread that the bounds are apart then: a quarter of the trials is bad at the lower one.
const OF_SPREAD: f64 = 0.5;

/// Bounds by index, and the pair that is being measured.
#[derive(Debug, Clone, Default)]
pub(crate) struct Narrowing {
    pair: Option<(usize, usize)>,
    /// Steps that the bounds are apart where the threshold is blunt; 0 where it is not.
    blunt: usize,
}

/// Where the bounds are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub(crate) lower: Option<usize>,
    /// Lowest that is bad, or that the tester could not hold.
    pub(crate) stop: Option<usize>,
    /// The tester could not hold it.
    pub(crate) is_tester: bool,
}

impl Found {
    /// From all trials so far.
    pub(crate) fn of(view: &View<'_>, grid: &Grid, goal: &Goal) -> Self {
        let relevant = bounds::relevant(view.history, goal, None, bounds::by_slo);
        let stop = relevant.upper.or(view.history.tester_limit());
        let (lower, stop) = (relevant.lower.map(|lower| grid.index(lower)), stop.map(|stop| grid.index(stop)));
        Self { lower, stop, is_tester: stop.is_some() && relevant.upper.is_none() }
    }

    /// They are within `steps`, or there is nothing further to try.
    pub(crate) fn is_enough(self, steps: usize, last: usize) -> bool {
        match (self.lower, self.stop) {
            (Some(lower), Some(stop)) => stop - lower <= steps,
            (Some(lower), None) => lower == last,
            (None, Some(stop)) => stop == 0,
            (None, None) => false,
        }
    }
}

impl Narrowing {
    /// Steps that the bounds may be apart, if it were `steps` for a sharp threshold.
    pub(crate) fn steps(&self, steps: usize) -> usize {
        steps.max(self.blunt)
    }

    /// Steps that a blunt threshold sets the bounds apart; none where it is sharp.
    pub(crate) fn blunt(&self) -> Option<usize> {
        (self.blunt > 0).then_some(self.blunt)
    }

    /// The index that is next; none when the bounds are near enough.
    pub(crate) fn next(&mut self, view: &View<'_>, grid: &Grid, goal: &Goal, steps: usize) -> Option<usize> {
        let found = Found::of(view, grid, goal);
        let estimate = estimated(view, grid, goal, steps, found);
        if estimate.surely >= BLUNT * steps as f64 {
            self.blunt = self.blunt.max((estimate.spread * OF_SPREAD) as usize);
        }
        let steps = self.steps(steps);
        if found.is_enough(steps, grid.last()) {
            return None;
        }
        let highest = found.stop.unwrap_or(grid.last());
        let (low, high) = self.around(estimate.index, found, highest, steps);
        self.pair = Some((low, high));
        let count = |index: usize| view.history.at(grid.rate(index)).count();
        let is_open = |index: &usize| {
            let class = bounds::class_at(view.history, goal, grid.rate(*index), None, bounds::by_slo);
            class == Class::Undecided && view.history.tester_limit().is_none_or(|limit| grid.rate(*index) < limit)
        };
        [low, high].into_iter().filter(is_open).min_by_key(|index| count(*index))
    }

    /// A pair one width apart around the estimate, between what is fixed. The last one stays while the estimate is well within.
    fn around(&self, estimate: f64, found: Found, highest: usize, steps: usize) -> (usize, usize) {
        let lowest = found.lower.unwrap_or(0);
        let is_within = |(low, high): &(usize, usize)| {
            let middle = (low + high) as f64 / 2.0;
            *low >= lowest && *high <= highest && (estimate - middle).abs() <= (steps as f64 / 4.0).max(1.0)
        };
        self.pair.filter(is_within).unwrap_or_else(|| {
            let low = (estimate - steps as f64 / 2.0).round().max(0.0) as usize;
            let low = low.min(highest.saturating_sub(steps)).max(lowest);
            (low, (low + steps).min(highest))
        })
    }

    /// Trials of final length that are still to be expected.
    pub(crate) fn left(&self, view: &View<'_>, grid: &Grid, goal: &Goal) -> f64 {
        let Some((low, high)) = self.pair else { return 9.0 };
        let missing = |index: usize| {
            let rate = grid.rate(index);
            match bounds::class_at(view.history, goal, rate, None, bounds::by_slo) {
                Class::Undecided => {
                    let count = view.history.at(rate).filter(|trial| trial.seconds() >= goal.trial_at(rate) - 1e-6);
                    (3.0 - count.count() as f64).max(1.0)
                }
                _ => 0.0,
            }
        };
        missing(low) + missing(high)
    }
}

/// The threshold, as far as all trials tell.
fn estimated(view: &View<'_>, grid: &Grid, goal: &Goal, steps: usize, found: Found) -> Estimate {
    let mut hints: Vec<Hint> = view
        .history
        .counting()
        // What a target does above what it cannot do says nothing of where that begins.
        .filter(|(rate, _)| found.stop.is_none_or(|stop| grid.index(*rate) <= stop + steps))
        .map(|(rate, trial)| Hint {
            at: grid.index(rate),
            is_bad: !bounds::by_slo(trial),
            weight: (trial.seconds() / goal.trial_at(rate)).min(1.0).powf(0.25),
        })
        .collect();
    // What the tester cannot hold, it cannot search.
    hints.extend(view.history.tester_limit().map(|limit| Hint { at: grid.index(limit), is_bad: true, weight: 3.0 }));
    let beyond = BEYOND * steps;
    let tried = || hints.iter().map(|hint| hint.at);
    let first = found.lower.unwrap_or_else(|| tried().min().unwrap_or(0).saturating_sub(beyond));
    let last = found.stop.unwrap_or_else(|| (tried().max().unwrap_or(0) + beyond).min(grid.last()));
    threshold::estimate(&hints, first.min(last), last, steps)
}
