//! Classifies rates or loads from all their trials, and finds the bounds among them.

use crate::goal::Goal;
use crate::history::{History, Judged};

/// A rate or load is undecided no longer than so many duration sums.
const MOST_SUMS: f64 = 6.0;
/// Contradictions near a rate or load that ask for more trials at it; further ones do not.
const MOST_CONTRADICTIONS: f64 = 4.0;

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

    /// What they say, with an exceed ratio of one half. `lead`: by how much the good must outweigh the bad, or the bad the good,
    /// seconds; after `most` seconds the majority decides, and half is not more than the exceed ratio.
    ///
    /// Good short trials cannot make a lower bound; they make up for bad short ones, and what bad short trials are left counts
    /// as bad (draft-ietf-bmwg-mlrsearch, load classification). The draft decides when the rest of the duration sum could
    /// change nothing: with a lead of half the sum, so after three of five trials that agree. So does this where all trials
    /// near agree.
    pub(crate) fn class(self, lead: f64, most: f64) -> Class {
        let bad = self.bad_long + (self.bad_short - self.good_short).max(0.0);
        let ahead = self.good_long - bad;
        let is_last = self.good_long + bad >= most - 1e-6;
        if ahead >= lead - 1e-6 || is_last && ahead >= 0.0 {
            Class::Lower
        } else if -ahead >= lead - 1e-6 || is_last {
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
///
/// Half a duration sum of lead decides, and one more trial's length of it for each contradiction near: three trials that
/// agree by luck fix a wrong bound in an eighth of all cases where the chance of a bad trial is one half, and where trials
/// contradict each other it is not far from that.
pub(crate) fn class_at(
    history: &History,
    goal: &Goal,
    value: f64,
    rate: Option<f64>,
    is_good: fn(&Judged) -> bool,
) -> Class {
    let arrivals = rate_at(value, rate);
    let (trial, sum) = (goal.trial_at(arrivals), goal.sum_at(arrivals));
    // A load is no neighbour of another.
    let near = if rate.is_some() { 0.0 } else { goal.width_at(arrivals) };
    let against = contradictions(history, value, near, trial, is_good).min(MOST_CONTRADICTIONS);
    let against = if goal.is_of_one_trial() { 0.0 } else { against };
    Tally::of(history.at(value), trial, is_good).class(sum / 2.0 + against * trial, MOST_SUMS * sum)
}

/// Long trials, of those at most a relative width `near` away, that would have to have gone otherwise for all rates below some
/// rate to be good and all others bad: at the fewest.
fn contradictions(history: &History, value: f64, near: f64, long: f64, is_good: fn(&Judged) -> bool) -> f64 {
    let is_near = |at: f64| (at.max(value) - at.min(value)) / at.max(value) <= near * 1.001;
    let mut trials: Vec<(f64, bool)> = history
        .counting()
        .filter(|(at, trial)| is_near(*at) && trial.seconds() >= long - 1e-6)
        .map(|(at, trial)| (at, is_good(trial)))
        .collect();
    trials.sort_by(|one, other| one.0.total_cmp(&other.0));
    let against = |from: f64| trials.iter().filter(|(at, is_good)| (*at < from) != *is_good).count();
    let splits = trials.iter().map(|(at, _)| *at).chain([f64::INFINITY]);
    splits.map(against).min().unwrap_or(0) as f64
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

    /// With trials of 6 s and a duration sum of 30 s.
    fn class(tally: Tally) -> Class {
        tally.class(15.0, 180.0)
    }

    #[test]
    fn three_trials_of_five_decide_when_they_agree() {
        assert_eq!(class(long(12.0, 0.0)), Class::Undecided);
        assert_eq!(class(long(18.0, 0.0)), Class::Lower);
        assert_eq!(class(long(0.0, 12.0)), Class::Undecided);
        assert_eq!(class(long(0.0, 18.0)), Class::Upper);
    }

    #[test]
    fn trials_that_contradict_each_other_ask_for_more() {
        assert_eq!(class(long(18.0, 6.0)), Class::Undecided);
        assert_eq!(class(long(24.0, 6.0)), Class::Lower);
        assert_eq!(class(long(84.0, 96.0)), Class::Upper);
        assert_eq!(class(long(90.0, 90.0)), Class::Lower, "half does not exceed the exceed ratio");
    }

    #[test]
    fn short_trials_never_make_a_lower_bound() {
        let short = |good, bad| Tally { good_short: good, bad_short: bad, ..Tally::default() };
        assert_eq!(class(short(1e9, 0.0)), Class::Undecided);
        assert_eq!(class(short(1e9, 20.0)), Class::Undecided);
        assert_eq!(class(short(1.0, 20.0)), Class::Upper);
    }
}
