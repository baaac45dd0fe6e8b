//! Where to begin: how much a target answers when 1, 2, 4, … users each wait for their answer.
//!
//! A closed loop cannot overload a target for long, and finds the order of its capacity in a few seconds. It says
//! nothing of the SLO.

use model::{Load, Pace, Purpose, TrialOrder};

use super::View;
use crate::goal::span;

/// Longest of these trials, seconds.
const LONGEST: f64 = 2.0;
/// Share of a budget that one may take.
const OF_BUDGET: f64 = 1.0 / 40.0;
/// Good completions that make a shorter one as good, a quarter of the longest at least.
const ENOUGH: f64 = 200.0;
/// The target is busy when goodput grows by less than this from one to the next.
const GROWTH: f64 = 1.1;
/// Most users.
const MOST_USERS: u32 = 4096;

/// Trials that an estimate reckons with.
pub(crate) const EXPECTED: f64 = 5.0;

/// The trial that is next; none when goodput grows no more, or there is no need to know.
pub(crate) fn next(view: &View<'_>, load: Load, max: f64) -> Option<TrialOrder> {
    let trials: Vec<_> = view.history.closed_loops().collect();
    let order = |users: u32, seconds: f64| TrialOrder {
        load,
        pace: Pace::Closed(users),
        duration: span(seconds),
        may_end_early: false,
        purpose: Purpose::FirstGuess,
    };
    let Some(last) = trials.last() else { return Some(order(1, longest(view))) };
    let before = trials.len().checked_sub(2).map_or(0.0, |at| trials[at].goodput);
    let Pace::Closed(users) = last.order.pace else { return None };
    let is_valid = last.validity == model::Validity::Valid;
    let grows = last.goodput > before * GROWTH;
    let goes_on = is_valid && grows && last.goodput < max && users < MOST_USERS;
    let seconds = (ENOUGH / last.goodput).max(LONGEST / 4.0).min(longest(view));
    goes_on.then(|| order(users * 2, seconds))
}

/// Longest trial, seconds.
pub(crate) fn longest(view: &View<'_>) -> f64 {
    view.plan.budget.map_or(LONGEST, |budget| (budget.0.as_secs_f64() * OF_BUDGET).min(LONGEST))
}

/// Most that a target answered, a second; none when it answered nothing well.
pub(crate) fn best(view: &View<'_>) -> Option<f64> {
    view.history.closed_loops().map(|trial| trial.goodput).filter(|goodput| *goodput > 0.0).max_by(f64::total_cmp)
}
