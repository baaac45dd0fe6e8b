//! Puts into words and figures what all trials say.

use model::search::BoundPair;
use model::{SearchAnswer, SearchEnd, Strategy, Subject};

use crate::bounds::{self, Class, Relevant};
use crate::goal::Goal;
use crate::history::{History, Judged};
use crate::provisional;
use crate::strategy::{Steps, View};
use crate::verdict::Verdict;

/// The bounds that are fixed so far.
pub(crate) fn bounds(steps: &dyn Steps, view: &View<'_>) -> BoundPair {
    let Relevant { lower, upper } = bounds::relevant(view.history, steps.goal(), rate(view), bounds::by_slo);
    BoundPair { lower, upper }
}

/// Lowest value of a bad trial, and the highest of a good one below it.
pub(crate) fn looking(view: &View<'_>) -> BoundPair {
    let of =
        |verdict| view.history.counting().filter(move |(_, trial)| trial.verdict == verdict).map(|(value, _)| value);
    let upper = of(Verdict::Bad).min_by(f64::total_cmp);
    let below = of(Verdict::Good).filter(|value| upper.is_none_or(|upper| *value < upper));
    BoundPair { lower: below.max_by(f64::total_cmp), upper }
}

/// Rate of the arrivals, where loads are searched for.
fn rate(view: &View<'_>) -> Option<f64> {
    match view.plan.subject {
        Subject::Load { rate, .. } => Some(rate.get()),
        Subject::Rate { .. } => None,
    }
}

/// The answer of a search that came to this end.
pub(crate) fn of(steps: &dyn Steps, view: &View<'_>, end: SearchEnd) -> SearchAnswer {
    let (history, goal) = (view.history, steps.goal());
    let fixed = bounds(steps, view);
    // Whoever has no more time is told where it looks like, and that it is no more than that.
    let is_cut_off = matches!(end, SearchEnd::BudgetSpent | SearchEnd::Stopped);
    let BoundPair { lower, upper } = if is_cut_off { provisional::completed(history, fixed) } else { fixed };
    let is_provisional = (lower, upper) != (fixed.lower, fixed.upper);
    let is_of_rates = rate(view).is_none();
    let width = lower.zip(upper).map(|(lower, upper)| (upper - lower) / upper);
    // Time that ran out when only a look at lower rates was left does not take back what was found.
    let is_near = lower.zip(upper).is_some_and(|(lower, upper)| match view.plan.subject {
        Subject::Rate { .. } => (upper - lower) / upper <= goal.width_at(lower),
        Subject::Load { .. } => upper - lower < 1.5,
    });
    let is_cut = is_near && !is_provisional && end == SearchEnd::BudgetSpent;
    let mut notes = steps.notes(view);
    if is_cut {
        notes.push("the budget was spent before lower rates were looked at once more".to_owned());
    }
    if is_provisional {
        let text = "the bounds are provisional: fewer or shorter trials agree on them than it takes to fix one; allow more time";
        notes.push(text.to_owned());
    }
    notes.extend(notes_on(steps, view, lower, width));
    SearchAnswer {
        lower,
        upper,
        width,
        is_provisional,
        end: if is_cut { SearchEnd::Found } else { end },
        without_failures: is_of_rates.then(|| {
            let Relevant { lower, upper } = bounds::relevant(history, goal, None, bounds::by_failures);
            BoundPair { lower, upper }
        }),
        conditional_throughput: lower
            .filter(|_| is_of_rates && fixed.lower.is_some())
            .and_then(|lower| conditional_throughput(history, goal, lower)),
        tester_limit: history.tester_limit().filter(|_| is_of_rates),
        good_above_upper: upper.map_or_else(Vec::new, |upper| good_above(view, goal, upper)),
        trials: history.trials().iter().map(|trial| trial.measurement.trial).collect(),
        notes,
    }
}

/// Rates or loads above the upper bound that are good all the same.
fn good_above(view: &View<'_>, goal: &Goal, upper: f64) -> Vec<f64> {
    let is_lower =
        |value: &f64| bounds::class_at(view.history, goal, *value, rate(view), bounds::by_slo) == Class::Lower;
    view.history.values().into_iter().filter(|value| *value > upper).filter(is_lower).collect()
}

/// Goodput of the trial, of those that fix the lower bound, at which half the duration sum is used up, the best first.
///
/// As draft-ietf-bmwg-mlrsearch has it for the exceed ratio 0.5 and trials that are missing to the duration sum taken for the
/// worst: what the target does at that rate in all but the worst half of the time.
fn conditional_throughput(history: &History, goal: &Goal, lower: f64) -> Option<f64> {
    let long = goal.trial_at(lower);
    let mut trials: Vec<&Judged> = history.at(lower).filter(|trial| trial.seconds() >= long - 1e-6).collect();
    trials.sort_by(|one, other| other.measurement.goodput.total_cmp(&one.measurement.goodput));
    let all: f64 = trials.iter().map(|trial| trial.seconds()).sum();
    let half = all.max(goal.sum_at(lower)) / 2.0;
    let mut used = 0.0;
    let at_half = trials.iter().find(|trial| {
        used += trial.seconds();
        used >= half - 1e-6
    });
    at_half.or(trials.last()).map(|trial| trial.measurement.goodput)
}

fn notes_on(steps: &dyn Steps, view: &View<'_>, lower: Option<f64>, width: Option<f64>) -> Vec<String> {
    let (history, goal) = (view.history, steps.goal());
    let mut notes = Vec::new();
    let cut =
        history.trials().iter().filter(|trial| trial.verdict == Verdict::CutShort && trial.value.is_some()).count();
    if cut > 0 {
        notes.push(format!(
            "{cut} trials were cut short, and repeated; a rate or load that kept ending so counts as bad"
        ));
    }
    if let (Some(limit), Subject::Load { rate, .. }) = (history.tester_limit(), view.plan.subject) {
        notes.push(format!("the tester could not hold {rate} at load {limit}"));
    }
    let Some(lower) = lower else { return notes };
    let rate = rate(view).unwrap_or(lower);
    let trial = goal.trial_at(rate);
    let told = goal.width_at(rate);
    if view.plan.strategy == Strategy::Mlrsearch {
        if rate * trial < goal.arrivals_needed() * 0.99 {
            notes.push(format!(
                "trials of {trial:.1} s at {rate}/s have {:.0} requests, and the SLO wants {:.0}: it is judged by fewer; allow more time",
                rate * trial,
                goal.arrivals_needed()
            ));
        }
        if width.is_some() && told > view.plan.width * 1.001 && matches!(view.plan.subject, Subject::Rate { .. }) {
            notes.push(format!(
                "trials of {trial:.1} s at {rate}/s cannot tell rates that are within {:.1} % of each other, so the bounds may be {:.1} % \
                 apart instead of {} %; allow more time",
                told * 50.0,
                told * 100.0,
                view.plan.width * 100.0
            ));
        }
    }
    notes
}
