//! MLRsearch for SLOs: many trials decide. A first guess in closed loop, short trials that steer, trials of final length that fix
//! the bounds, and a look at lower rates.

use model::{Load, Purpose, SearchEnd, SearchPlan, TrialOrder};

use super::narrowing::{Found, Narrowing};
use super::steering::Steering;
use super::sweep::{self, Look};
use super::{Next, Steps, View, first_guess, open};
use crate::goal::Goal;
use crate::grid::Grid;

/// Trials that are expected after the first guess, in lengths of a final trial and in number: they share what is left of
/// a budget.
const EXPECTED_LENGTHS: f64 = 13.0;
const EXPECTED_TRIALS: f64 = 24.0;

pub(crate) struct Mlrsearch {
    goal: Goal,
    grid: Grid,
    load: Load,
    stage: Stage,
    narrowing: Narrowing,
}

enum Stage {
    FirstGuess,
    Steering(Steering),
    Narrowing,
    Sweep,
}

impl Mlrsearch {
    /// From `min` to at most `max` a second.
    pub(crate) fn new(goal: Goal, load: Load, min: f64, max: f64, plan: &SearchPlan) -> Self {
        Self {
            goal,
            grid: Grid::new(min, max, plan.width),
            load,
            stage: Stage::FirstGuess,
            narrowing: Narrowing::default(),
        }
    }

    /// Steps that bounds near an index may be apart.
    fn steps(&self, index: usize) -> usize {
        self.grid.steps(self.goal.width_at(self.grid.rate(index)))
    }

    fn order(&self, index: usize, purpose: Purpose) -> TrialOrder {
        let rate = self.grid.rate(index);
        let seconds = if purpose == Purpose::Steering { self.goal.steering_at(rate) } else { self.goal.trial_at(rate) };
        open(self.load, self.grid.typed(index), seconds, purpose)
    }

    /// Where to steer from, after the first guess. Trials get as short as the budget wants them.
    fn start(&mut self, view: &View<'_>) -> Steering {
        let guess = first_guess::best(view).map_or(0, |rate| self.grid.index(rate));
        if let Some(budget) = view.plan.budget {
            let left = budget.0.as_secs_f64() - view.elapsed;
            let overhead = view.history.overhead().unwrap_or(0.0);
            self.goal = self.goal.in_haste((left - EXPECTED_TRIALS * overhead) / EXPECTED_LENGTHS);
        }
        Steering::new(guess, self.steps(guess))
    }

    /// Highest index that the tester can hold, as far as is known.
    fn last(&self, view: &View<'_>) -> usize {
        let limit = view.history.tester_limit().map(|limit| self.grid.index(limit).saturating_sub(1));
        limit.map_or(self.grid.last(), |limit| limit.min(self.grid.last()))
    }
}

/// What bounds mean that are near enough, or beyond which nothing may be tried.
fn end(found: Found) -> SearchEnd {
    match (found.lower, found.stop) {
        (_, Some(_)) if found.is_tester => SearchEnd::TesterLimit,
        (_, None) => SearchEnd::UpperNotReached,
        (None, Some(_)) => SearchEnd::NothingGood,
        (Some(_), Some(_)) => SearchEnd::Found,
    }
}

impl Steps for Mlrsearch {
    fn next(&mut self, view: &View<'_>) -> Next {
        loop {
            match &mut self.stage {
                Stage::FirstGuess => match first_guess::next(view, self.load, self.grid.rate(self.grid.last())) {
                    Some(order) => return Next::Measure(order),
                    None => self.stage = Stage::Steering(self.start(view)),
                },
                Stage::Steering(steering) => {
                    steering.learn(view);
                    let mut steering = steering.clone();
                    let next = steering.next(self.last(view));
                    self.stage = Stage::Steering(steering);
                    match next {
                        Some(index) => return Next::Measure(self.order(index, Purpose::Steering)),
                        None => {
                            self.narrowing = Narrowing::default();
                            self.stage = Stage::Narrowing;
                        }
                    }
                }
                Stage::Narrowing => {
                    let found = Found::of(view, &self.grid, &self.goal);
                    let tried = view.history.counting().last().map_or(0, |(rate, _)| self.grid.index(rate));
                    let steps = self.steps(found.lower.or(found.stop).unwrap_or(tried));
                    match self.narrowing.next(view, &self.grid, &self.goal, steps) {
                        Some(index) => return Next::Measure(self.order(index, Purpose::Bound)),
                        None => self.stage = Stage::Sweep,
                    }
                }
                Stage::Sweep => {
                    let found = Found::of(view, &self.grid, &self.goal);
                    let at = found.stop.unwrap_or_default();
                    let steps = self.narrowing.steps(self.steps(found.lower.unwrap_or(at)));
                    if !found.is_enough(steps, self.grid.last()) {
                        // A look found a bad rate below what was good.
                        self.stage = Stage::Steering(Steering::below(at, self.steps(at)));
                        continue;
                    }
                    let look = found
                        .lower
                        .map_or(Look::Over, |lower| sweep::next(view, &self.grid, &self.goal, self.grid.rate(lower)));
                    match look {
                        Look::At(index, purpose) => return Next::Measure(self.order(index, purpose)),
                        Look::Over => return Next::End(end(found)),
                    }
                }
            }
        }
    }

    fn goal(&self) -> &Goal {
        &self.goal
    }

    fn notes(&self, view: &View<'_>) -> Vec<String> {
        let Some(steps) = self.narrowing.blunt() else { return Vec::new() };
        let (one, other) = (self.grid.rate(0), self.grid.rate(steps));
        vec![format!(
            "trials of the same rate contradict each other, and over more than {:.1} %: the bounds are {:.1} % apart instead of {} %, because \
             nearer ones would be a matter of luck; longer trials (a longer duration) contradict each other less",
            (1.0 - one / other) * 100.0,
            (1.0 - one / other) * 100.0,
            view.plan.width * 100.0
        )]
    }

    fn left(&self, view: &View<'_>) -> (f64, f64) {
        // Before anything is known, the geometric middle.
        let middle = self.grid.rate(self.grid.last() / 2);
        let rate =
            view.history.counting().map(|(rate, _)| rate).last().or_else(|| first_guess::best(view)).unwrap_or(middle);
        let (trial, steer) = (self.goal.trial_at(rate), self.goal.steering_at(rate));
        let looks = 8.0;
        let (guesses, steers, finals, looks) = match &self.stage {
            Stage::FirstGuess => (first_guess::EXPECTED, 6.0, 9.0, looks),
            Stage::Steering(steering) => (0.0, steering.left(), 9.0, looks),
            Stage::Narrowing => (0.0, 0.0, self.narrowing.left(view, &self.grid, &self.goal), looks),
            Stage::Sweep => {
                let lower = Found::of(view, &self.grid, &self.goal).lower;
                let looks = lower.map_or(0.0, |lower| sweep::left(view, &self.grid, self.grid.rate(lower)));
                (0.0, 0.0, 0.0, looks)
            }
        };
        let seconds = guesses * first_guess::longest(view) + (steers + looks) * steer + finals * trial;
        (guesses + steers + finals + looks, seconds)
    }
}
