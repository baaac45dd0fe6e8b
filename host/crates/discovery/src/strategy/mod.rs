//! How the trials of a search are chosen. Each strategy is told all that was measured, and names the next trial or the end.

mod classic;
mod first_guess;
mod load;
mod mlrsearch;
mod narrowing;
mod steering;
mod sweep;

use model::{Load, Pace, Purpose, SearchEnd, SearchPlan, Strategy, Subject, TrialOrder};

use crate::error::SearchError;
use crate::goal::{Goal, span};
use crate::history::History;

/// What a strategy sees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) plan: &'a SearchPlan,
    pub(crate) history: &'a History,
    /// Since the search began, seconds.
    pub(crate) elapsed: f64,
}

/// What a strategy wants.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Next {
    Measure(TrialOrder),
    End(SearchEnd),
}

/// A way to choose trials.
pub(crate) trait Steps {
    /// Names the next trial. The one before, if it was asked for, is the last in the history.
    fn next(&mut self, view: &View<'_>) -> Next;

    /// What fixes a bound.
    fn goal(&self) -> &Goal;

    /// Trials and seconds of steady state that are still expected.
    fn left(&self, view: &View<'_>) -> (f64, f64);

    /// What a reader should know of how it went, in sentences.
    fn notes(&self, _: &View<'_>) -> Vec<String> {
        Vec::new()
    }
}

/// The strategy of a plan.
///
/// # Errors
/// When the plan makes no sense.
pub(crate) fn of(plan: &SearchPlan) -> Result<Box<dyn Steps>, SearchError> {
    if !(plan.width > 0.0 && plan.width < 1.0) {
        return Err(SearchError::Width(plan.width));
    }
    if plan.duration.0.is_zero() {
        return Err(SearchError::Duration(plan.duration));
    }
    let goal = match plan.strategy {
        Strategy::Classic => Goal::of_one_trial(plan),
        Strategy::Mlrsearch => Goal::of_many_trials(plan)?,
    };
    let (min, max) = match plan.subject {
        Subject::Rate { min, max, .. } => (min.get(), max.get()),
        Subject::Load { min, max, .. } => (f64::from(min.0), f64::from(max.0)),
    };
    if min > max {
        return Err(SearchError::Range { min, max });
    }
    Ok(match (plan.subject, plan.strategy) {
        (Subject::Load { rate, min, max }, _) => Box::new(load::UpByOne::new(goal, rate, min, max)),
        (Subject::Rate { load, .. }, Strategy::Classic) => Box::new(classic::Doubling::new(goal, load, min, max)),
        (Subject::Rate { load, .. }, Strategy::Mlrsearch) => {
            Box::new(mlrsearch::Mlrsearch::new(goal, load, min, max, plan))
        }
    })
}

/// An order of a trial in an open loop.
fn open(load: Load, rate: model::Rate, seconds: f64, purpose: Purpose) -> TrialOrder {
    TrialOrder { load, pace: Pace::Open(rate), duration: span(seconds), may_end_early: true, purpose }
}
