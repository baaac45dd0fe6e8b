//! The older tool's way to a rate: doubled until it is bad, then bisected. One trial decides.

use model::{Load, Purpose, Rate, SearchEnd};

use super::{Next, Steps, View, open};
use crate::goal::Goal;
use crate::grid::rounded;
use crate::verdict::Verdict;

/// Significant digits of a rate.
const DIGITS: i32 = 6;

pub(crate) struct Doubling {
    goal: Goal,
    load: Load,
    min: f64,
    max: f64,
    /// Highest good one so far.
    good: Option<f64>,
    /// Lowest bad one, or that the tester could not hold.
    bad: Option<f64>,
    asked: Option<f64>,
}

impl Doubling {
    /// From `min` to at most `max` a second.
    pub(crate) fn new(goal: Goal, load: Load, min: f64, max: f64) -> Self {
        Self { goal, load, min, max, good: None, bad: None, asked: None }
    }

    /// The rate that is next, or the end.
    fn choose(&self, view: &View<'_>) -> Result<f64, SearchEnd> {
        match (self.good, self.bad) {
            (None, None) => Ok(self.min),
            (None, Some(bad)) if Some(bad) == view.history.tester_limit() => Err(SearchEnd::TesterLimit),
            (None, Some(_)) => Err(SearchEnd::NothingGood),
            (Some(good), None) if good >= self.max => Err(SearchEnd::UpperNotReached),
            (Some(good), None) => Ok((2.0 * good).min(self.max)),
            (Some(good), Some(bad)) => {
                let middle = rounded(f64::midpoint(good, bad), DIGITS);
                let is_near = (bad - good) / bad <= view.plan.width || middle <= good || middle >= bad;
                match is_near {
                    true if Some(bad) == view.history.tester_limit() => Err(SearchEnd::TesterLimit),
                    true => Err(SearchEnd::Found),
                    false => Ok(middle),
                }
            }
        }
    }
}

impl Steps for Doubling {
    fn next(&mut self, view: &View<'_>) -> Next {
        if let Some(asked) = self.asked.take() {
            match view.history.last().map(|trial| trial.verdict) {
                Some(Verdict::Good) => self.good = Some(asked),
                _ => self.bad = Some(asked),
            }
        }
        match self.choose(view) {
            Ok(rate) => {
                self.asked = Some(rate);
                let typed = Rate::per_second(rate).expect("between two rates");
                Next::Measure(open(self.load, typed, self.goal.trial_at(rate), Purpose::Bound))
            }
            Err(end) => Next::End(end),
        }
    }

    fn goal(&self) -> &Goal {
        &self.goal
    }

    fn left(&self, view: &View<'_>) -> (f64, f64) {
        let halvings = |wide: f64| (wide / view.plan.width).log2().ceil().max(0.0) + 1.0;
        let trials = match (self.good, self.bad) {
            (_, None) => {
                let from = self.good.unwrap_or(self.min);
                // Half of the doublings that there may be.
                ((self.max / from).log2() / 2.0).ceil() + halvings(0.5)
            }
            (good, Some(bad)) => halvings((bad - good.unwrap_or(0.0)) / bad),
        };
        (trials, trials * self.goal.trial_at(self.min))
    }
}
