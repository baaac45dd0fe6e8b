//! Classifies rates or loads from all their trials, and finds the bounds among them.

use crate::goal::Goal;
use crate::history::{History, Judged};

/// A duration sum is undecided no longer than this many times itself.
const MOST_SUMS: f64 = 3.0;

/// What all trials at a rate or load say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Good.
    Lower,
    /// Bad.
    Upper,
    /// There are too few trials, or they contradict each other.
    Undecided,
}

/// Durations of the trials at a rate or load, seconds, as ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) good_long: f64,
    pub(crate) bad_long: f64,
    pub(crate) good_short: f64,
    pub(crate) bad_short: f64,
}

/// The highest good one below the lowest bad one, and that.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Relevant {
    pub(crate) lower: Option<f64>,
    pub(crate) upper: Option<f64>,
}

impl Tally {
    /// Adds up trials; those of at least `long` seconds are long. `is_good` says which count as good.
    pub(crate) fn of<'a>(
        trials: impl Iterator<Item = &'a Judged>,
        long: f64,
        is_good: impl Fn(&Judged) -> bool,
    ) -> Self {
        let mut tally = Self::default();
        for trial in trials {
            let sum = match (trial.seconds() >= long - 1e-6, is_good(trial)) {
                (true, true) => &mut tally.good_long,
                (true, false) => &mut tally.bad_long,
                (false, true) => &mut tally.good_short,
                (false, false) => &mut tally.bad_short,
            };
            *sum += trial.seconds();
        }
        tally
    }

    /// What they say, with an exceed ratio of one half and a duration sum of `sum` seconds.
    ///
    /// Good short trials cannot make a lower bound; they make up for bad short ones, and what bad short trials are left counts
    /// as bad (draft-ietf-bmwg-mlrsearch, appendix on load classification). The draft decides when the rest of the duration sum
    /// could change nothing, so after three of five trials that agree. Here the good must outweigh the bad, or the bad the good,
    /// by half the duration sum: the same where trials agree, and more trials where they do not. After three duration sums
    /// the majority decides, and half is not more than the exceed ratio.
    pub(crate) fn class(self, sum: f64) -> Class {
        let bad = self.bad_long + (self.bad_short - self.good_short).max(0.0);
        let lead = self.good_long - bad;
        let is_last = self.good_long + bad >= MOST_SUMS * sum - 1e-6;
        if lead >= sum / 2.0 || is_last && lead >= 0.0 {
            Class::Lower
        } else if -lead >= sum / 2.0 || is_last {
            Class::Upper
        } else {
            Class::Undecided
        }
    }
}

/// Rate of arrivals at a value: itself, or `rate` when loads are searched for.
fn rate_at(value: f64, rate: Option<f64>) -> f64 {
    rate.unwrap_or(value)
}

/// Judges by what the search is for: the SLO.
pub(crate) fn by_slo(trial: &Judged) -> bool {
    trial.verdict == crate::verdict::Verdict::Good
}

/// Judges by whether anything failed.
pub(crate) fn by_failures(trial: &Judged) -> bool {
    trial.is_without_failures
}

/// Classifies one rate or load. `rate`: of the arrivals, where loads are searched for.
pub(crate) fn class_at(
    history: &History,
    goal: &Goal,
    value: f64,
    rate: Option<f64>,
    is_good: fn(&Judged) -> bool,
) -> Class {
    let rate = rate_at(value, rate);
    Tally::of(history.at(value), goal.trial_at(rate), is_good).class(goal.sum_at(rate))
}

/// The bounds. What the tester could not hold is no bound, and nothing at it or above it is.
pub(crate) fn relevant(history: &History, goal: &Goal, rate: Option<f64>, is_good: fn(&Judged) -> bool) -> Relevant {
    let limit = history.tester_limit().unwrap_or(f64::INFINITY);
    let values = history.values();
    let mut relevant = Relevant::default();
    for value in values.into_iter().take_while(|value| *value < limit) {
        match class_at(history, goal, value, rate, is_good) {
            Class::Lower => relevant.lower = Some(value),
            Class::Upper => {
                relevant.upper = Some(value);
                break;
            }
            Class::Undecided => {}
        }
    }
    relevant
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn long(good: f64, bad: f64) -> Tally {
        Tally { good_long: good, bad_long: bad, good_short: 0.0, bad_short: 0.0 }
    }

    #[test]
    fn three_trials_of_five_decide_when_they_agree() {
        assert_eq!(long(12.0, 0.0).class(30.0), Class::Undecided);
        assert_eq!(long(18.0, 0.0).class(30.0), Class::Lower);
        assert_eq!(long(0.0, 12.0).class(30.0), Class::Undecided);
        assert_eq!(long(0.0, 18.0).class(30.0), Class::Upper);
    }

    #[test]
    fn trials_that_contradict_each_other_ask_for_more() {
        assert_eq!(long(18.0, 6.0).class(30.0), Class::Undecided);
        assert_eq!(long(24.0, 6.0).class(30.0), Class::Lower);
        assert_eq!(long(42.0, 48.0).class(30.0), Class::Upper);
        assert_eq!(long(45.0, 45.0).class(30.0), Class::Lower, "half does not exceed the exceed ratio");
    }

    #[test]
    fn short_trials_never_make_a_lower_bound() {
        assert_eq!(Tally { good_short: 1e9, ..Tally::default() }.class(30.0), Class::Undecided);
        assert_eq!(Tally { good_short: 1e9, bad_short: 20.0, ..Tally::default() }.class(30.0), Class::Undecided);
        assert_eq!(Tally { good_short: 1.0, bad_short: 20.0, ..Tally::default() }.class(30.0), Class::Upper);
    }

    #[test]
    fn one_trial_decides_when_it_is_as_long_as_the_sum() {
        assert_eq!(long(30.0, 0.0).class(30.0), Class::Lower);
        assert_eq!(long(0.0, 30.0).class(30.0), Class::Upper);
    }
}
