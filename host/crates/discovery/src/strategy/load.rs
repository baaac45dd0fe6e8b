//! The way to a load: one more at a time, until it is bad. Loads are few, and the work of one may be many times that of the
//! load before, so nothing is skipped: twice the load may keep a target busy for hours.
//!
//! Under MLRsearch several trials decide on each load, as they do on a rate, as far as the duration allows; classically, one does.

use model::{Load, Purpose, Rate, SearchEnd};

use super::{Next, Steps, View, open};
use crate::bounds::{self, Class};
use crate::goal::{Goal, TRIALS};

/// Loads that an estimate reckons with, when more may be tried.
const EXPECTED: f64 = 8.0;

pub(crate) struct UpByOne {
    goal: Goal,
    rate: Rate,
    max: Load,
    /// The load that is measured.
    at: Load,
    min: Load,
}

impl UpByOne {
    /// From `min` to at most `max`, at `rate` arrivals a second.
    pub(crate) fn new(goal: Goal, rate: Rate, min: Load, max: Load) -> Self {
        Self { goal, rate, max, at: min, min }
    }

    /// Trials that agree and fix a bound.
    fn trials_each(&self) -> f64 {
        (self.goal.sum_at(self.rate.get()) / self.goal.trial_at(self.rate.get()) / 2.0).ceil().min(TRIALS)
    }
}

impl Steps for UpByOne {
    fn next(&mut self, view: &View<'_>) -> Next {
        let rate = self.rate.get();
        loop {
            let load = f64::from(self.at.0);
            if view.history.tester_limit().is_some_and(|limit| load >= limit) {
                return Next::End(SearchEnd::TesterLimit);
            }
            match bounds::class_at(view.history, &self.goal, load, Some(rate), bounds::by_slo) {
                Class::Undecided => {
                    return Next::Measure(open(self.at, self.rate, self.goal.trial_at(rate), Purpose::Bound));
                }
                Class::Upper if self.at == self.min => return Next::End(SearchEnd::NothingGood),
                Class::Upper => return Next::End(SearchEnd::Found),
                Class::Lower if self.at >= self.max => return Next::End(SearchEnd::UpperNotReached),
                Class::Lower => self.at = Load(self.at.0 + 1),
            }
        }
    }

    fn goal(&self) -> &Goal {
        &self.goal
    }

    fn left(&self, _: &View<'_>) -> (f64, f64) {
        let loads = (f64::from(self.max.0 - self.at.0) + 1.0).min(EXPECTED);
        let trials = loads * self.trials_each();
        (trials, trials * self.goal.trial_at(self.rate.get()))
    }
}
