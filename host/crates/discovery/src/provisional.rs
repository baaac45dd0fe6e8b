//! Bounds for whoever has no more time: what most trials agree on, whatever their number and length.

use model::search::BoundPair;

use crate::history::History;
use crate::verdict::Verdict;

/// Fills in the bounds that are not fixed. They lie on both sides of the rate or load above which trials are rather bad and
/// below which they are rather good: where the fewest trials contradict that, at the lowest of such places.
pub(crate) fn completed(history: &History, fixed: BoundPair) -> BoundPair {
    let mut trials: Vec<(f64, bool)> =
        history.counting().map(|(value, trial)| (value, trial.verdict == Verdict::Good)).collect();
    trials.sort_by(|one, other| one.0.total_cmp(&other.0));
    let against = |from: f64| trials.iter().filter(|(at, is_good)| (*at < from) != *is_good).count();
    let splits = trials.iter().map(|(at, _)| *at).chain([f64::INFINITY]);
    let Some(split) = splits.min_by_key(|from| against(*from)) else { return fixed };
    let lower = trials.iter().rev().find(|(at, is_good)| *at < split && *is_good).map(|(at, _)| *at);
    let upper = trials.iter().find(|(at, is_good)| *at >= split && !is_good).map(|(at, _)| *at);
    let lower = fixed.lower.or(lower.filter(|lower| fixed.upper.is_none_or(|upper| *lower < upper)));
    let upper = fixed.upper.or(upper.filter(|upper| lower.is_none_or(|lower| lower < *upper)));
    BoundPair { lower, upper }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Backlog, Load, Measurement, Pace, Purpose, Rate, Span, Subject, TrialOrder, Validity};

    fn history(trials: &[(f64, bool)]) -> History {
        let rate = |rate: f64| Rate::per_second(rate).expect("a rate");
        let mut history = History::new(Subject::Rate { load: Load(1), min: rate(1.0), max: rate(1e6) }, 0.01);
        for &(at, is_good) in trials {
            let duration = Span::from_secs(1);
            let order = TrialOrder {
                load: Load(1),
                pace: Pace::Open(rate(at)),
                duration,
                may_end_early: true,
                purpose: Purpose::Steering,
            };
            history.push(Measurement {
                trial: 1,
                order,
                length: duration,
                arrivals: 100,
                failures: 0,
                goodput: at,
                is_slo_met: is_good,
                backlog: Backlog::default(),
                validity: Validity::Valid,
                is_overloaded: false,
                elapsed: duration,
            });
        }
        history
    }

    fn completed_of(trials: &[(f64, bool)], lower: Option<f64>, upper: Option<f64>) -> (Option<f64>, Option<f64>) {
        let pair = completed(&history(trials), BoundPair { lower, upper });
        (pair.lower, pair.upper)
    }

    #[test]
    fn most_trials_decide_where_the_bounds_lie() {
        let trials = [(100.0, true), (110.0, false), (105.0, true), (103.0, false), (104.0, true), (120.0, false)];
        assert_eq!(completed_of(&trials, None, None), (Some(105.0), Some(110.0)));
    }

    #[test]
    fn what_is_fixed_stays() {
        let trials = [(100.0, true), (110.0, false), (105.0, true)];
        assert_eq!(completed_of(&trials, Some(100.0), None), (Some(100.0), Some(110.0)));
        assert_eq!(completed_of(&trials, None, Some(104.0)), (None, Some(104.0)));
    }

    #[test]
    fn without_a_bad_trial_there_is_no_upper_bound_and_without_a_good_one_no_lower() {
        assert_eq!(completed_of(&[(100.0, true)], None, None), (Some(100.0), None));
        assert_eq!(completed_of(&[(100.0, false)], None, None), (None, Some(100.0)));
        assert_eq!(completed_of(&[], None, None), (None, None));
    }
}
