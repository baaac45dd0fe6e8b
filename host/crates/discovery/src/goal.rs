//! What a trial must be for it to fix a bound, and how near the bounds must be.

use model::{SearchPlan, Span, Subject};

use crate::error::SearchError;
use crate::needs;

/// Requests by which a target that is overloaded by half the width falls behind within a trial: enough to be told from chance.
const FALLEN_BEHIND: f64 = 5.0;
/// Shortest trial that fixes a bound, seconds.
const SHORTEST: f64 = 1.0;
/// Shortest where the budget forbids that, seconds.
const SHORTEST_IN_HASTE: f64 = 0.2;
/// Fewest arrivals of a trial, however little time there is, as far as the plan's duration has them.
const FEWEST: f64 = 5.0;
/// Trials of final length that the duration sum is made of.
pub(crate) const TRIALS: f64 = 5.0;
/// Widest that bounds may be.
const WIDEST: f64 = 0.5;

/// What fixes a bound.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Goal {
    /// Final trial duration where enough arrives in it, seconds.
    usual: f64,
    /// Arrivals that it should have.
    arrivals: f64,
    /// Longest it gets for want of arrivals, seconds.
    longest: f64,
    /// The same if there were time, seconds.
    unhurried: f64,
    /// Trials of final length in the duration sum.
    trials: f64,
    /// The duration sum, however long the trials are, seconds.
    sum: Option<f64>,
    /// Relative width.
    width: f64,
}

impl Goal {
    /// One trial of the plan's duration fixes a bound.
    pub(crate) fn of_one_trial(plan: &SearchPlan) -> Self {
        let duration = plan.duration.0.as_secs_f64();
        Self {
            usual: duration,
            arrivals: 0.0,
            longest: duration,
            unhurried: duration,
            trials: 1.0,
            sum: None,
            width: plan.width,
        }
    }

    /// Several trials fix one, which have enough arrivals for the plan's SLO where the duration allows it.
    ///
    /// A rate is a result, so its trials may take longer together than the plan's duration. A load is searched for at a rate
    /// that the user chose: the duration is all that it gets, and one trial decides where it takes all of that.
    ///
    /// # Errors
    /// When the SLO cannot be read.
    pub(crate) fn of_many_trials(plan: &SearchPlan) -> Result<Self, SearchError> {
        let duration = plan.duration.0.as_secs_f64();
        Ok(Self {
            usual: (duration / TRIALS).max(SHORTEST),
            arrivals: needs::requests(&plan.slo.parse()?),
            longest: duration.max(SHORTEST),
            unhurried: duration.max(SHORTEST),
            trials: TRIALS,
            sum: matches!(plan.subject, Subject::Load { .. }).then_some(duration),
            width: plan.width,
        })
    }

    /// The same with trials of at most `seconds`, for want of time.
    pub(crate) fn in_haste(&self, seconds: f64) -> Self {
        let most = seconds.max(SHORTEST_IN_HASTE);
        Self { usual: self.usual.min(most), longest: self.longest.min(most), ..self.clone() }
    }

    /// One trial fixes a bound, whatever others say.
    pub(crate) fn is_of_one_trial(&self) -> bool {
        self.trials <= 1.0
    }

    /// Arrivals that a trial at `rate` should have.
    pub(crate) fn arrivals_needed(&self) -> f64 {
        self.arrivals
    }

    /// Length of the trials that fix a bound at `rate` arrivals a second, seconds.
    pub(crate) fn trial_at(&self, rate: f64) -> f64 {
        let for_width = if self.sum.is_none() { 2.0 * FALLEN_BEHIND / (self.width * rate) } else { 0.0 };
        let needed =
            if self.is_of_one_trial() { self.usual } else { self.usual.max(self.arrivals / rate).max(for_width) };
        // Tenths of seconds: a rate a little lower does not need trials of its own.
        let few = (FEWEST / rate).min(self.unhurried).max(1.0 / rate);
        ((needed * 10.0 - 1e-6).ceil() / 10.0).min(self.longest).max(few)
    }

    /// Their lengths add up to this when the bound is fixed at the latest that trials which agree allow, seconds.
    pub(crate) fn sum_at(&self, rate: f64) -> f64 {
        self.sum.unwrap_or_else(|| self.trials * self.trial_at(rate))
    }

    /// Length of a trial that only steers, seconds: a quarter, at least a second, and three requests beyond the quantile.
    pub(crate) fn steering_at(&self, rate: f64) -> f64 {
        let trial = self.trial_at(rate);
        (trial / 4.0).max(SHORTEST).max(0.3 * self.arrivals / rate).min(trial)
    }

    /// Relative width that trials at `rate` can tell: as asked, or wider.
    pub(crate) fn width_at(&self, rate: f64) -> f64 {
        if self.is_of_one_trial() {
            return self.width;
        }
        self.width.max(2.0 * FALLEN_BEHIND / (rate * self.trial_at(rate))).min(WIDEST.max(self.width))
    }
}

/// So many seconds, to the microsecond.
pub(crate) fn span(seconds: f64) -> Span {
    Span(std::time::Duration::from_micros((seconds.clamp(0.0, Span::MAX.as_secs_f64()) * 1e6).round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::tests::rate_plan;

    #[test]
    fn a_trial_is_long_enough_for_its_quantile_and_its_width() {
        let goal = |slo: &str, width| {
            let plan = SearchPlan { slo: slo.to_owned(), width, ..rate_plan(1.0, 1e6) };
            Goal::of_many_trials(&plan).expect("a plan")
        };
        // A fifth of 30 s.
        assert_eq!(goal("p99 < 50ms", 0.01).trial_at(1000.0), 6.0);
        // 1000 arrivals; 1 % / 2 of them is 5.
        assert_eq!(goal("p99 < 50ms", 0.01).trial_at(100.0), 10.0);
        assert_eq!(goal("p99.9 < 50ms", 0.01).trial_at(1000.0), 10.0);
        assert_eq!(goal("mean < 2s", 0.01).trial_at(100.0), 10.0);
        assert_eq!(goal("mean < 2s", 0.05).trial_at(100.0), 6.0);
    }

    #[test]
    fn where_the_duration_is_too_short_the_width_is_wider() {
        let goal = Goal::of_many_trials(&rate_plan(1.0, 1e6)).expect("a plan");
        assert_eq!((goal.trial_at(10.0), goal.sum_at(10.0)), (30.0, 150.0));
        assert!((goal.width_at(10.0) - 0.0333).abs() < 1e-3);
        assert_eq!(goal.width_at(1000.0), 0.01);
        let hasty = goal.in_haste(0.5);
        assert_eq!(hasty.trial_at(1000.0), 0.5);
        assert_eq!(hasty.width_at(1000.0), 0.02);
    }

    #[test]
    fn one_trial_is_as_long_as_the_plan_says() {
        let goal = Goal::of_one_trial(&rate_plan(1.0, 1e6));
        assert_eq!((goal.trial_at(0.1), goal.sum_at(0.1), goal.width_at(0.1)), (30.0, 30.0, 0.01));
    }
}
