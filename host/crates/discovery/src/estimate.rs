//! How long a search takes, before its first trial.

use model::{SearchPlan, Span, Subject};

use crate::error::SearchError;
use crate::goal::{Goal, span};
use crate::history::History;
use crate::strategy::{self, View};

/// Estimates the time of the whole search, rests included. `overhead` is what a trial takes beside its steady state: warm-up,
/// drain and rest.
///
/// Rough, as nobody knows yet what the target carries: rates are taken to end in the geometric middle of what may be tried. Never
/// more than the plan's budget.
///
/// # Errors
/// When the plan makes no sense.
pub fn estimate(plan: &SearchPlan, overhead: Span) -> Result<Span, SearchError> {
    let steps = strategy::of(plan)?;
    let history = History::new(plan.subject, plan.width);
    let (trials, seconds) = steps.left(&View { plan, history: &history, elapsed: 0.0 });
    let trials = plan.max_trials.map_or(trials, |most| trials.min(f64::from(most)));
    let all = seconds + trials * overhead.0.as_secs_f64();
    Ok(plan.budget.map_or(span(all), |budget| budget.min(span(all))))
}

/// Length of the trials that fix a bound at `rate` arrivals a second, where no budget makes them shorter.
///
/// # Errors
/// When the plan makes no sense.
pub fn final_trial(plan: &SearchPlan, rate: f64) -> Result<Span, SearchError> {
    let goal = match plan.strategy {
        model::Strategy::Classic => Goal::of_one_trial(plan),
        model::Strategy::Mlrsearch => Goal::of_many_trials(plan)?,
    };
    let rate = if let Subject::Load { rate, .. } = plan.subject { rate.get() } else { rate };
    Ok(span(goal.trial_at(rate)))
}
