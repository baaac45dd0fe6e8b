//! All trials of a search, and what each says.

use model::{Measurement, Pace, Purpose, Subject, TrialOrder};

use crate::verdict::{self, Verdict};

/// A trial and what it says.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    pub(crate) measurement: Measurement,
    pub(crate) verdict: Verdict,
    /// Nothing failed, and the rate was sustained.
    pub(crate) is_without_failures: bool,
    /// Rate or load; none of a closed loop, which searches for neither.
    pub(crate) value: Option<f64>,
}

/// All trials so far, first to last.
#[derive(Debug, Clone)]
pub(crate) struct History {
    subject: Subject,
    width: f64,
    trials: Vec<Judged>,
    tester_limit: Option<f64>,
}

impl Judged {
    /// It says something of its rate or load.
    pub(crate) fn counts(&self) -> bool {
        self.value.is_some() && matches!(self.verdict, Verdict::Good | Verdict::Bad)
    }

    /// As long as it was ordered, seconds: one that ended early is bad for all of it.
    pub(crate) fn seconds(&self) -> f64 {
        self.measurement.order.duration.0.as_secs_f64()
    }
}

impl History {
    pub(crate) fn new(subject: Subject, width: f64) -> Self {
        Self { subject, width, trials: Vec::new(), tester_limit: None }
    }

    pub(crate) fn trials(&self) -> &[Judged] {
        &self.trials
    }

    pub(crate) fn last(&self) -> Option<&Judged> {
        self.trials.last()
    }

    /// Rate or load of an order.
    pub(crate) fn value(&self, order: &TrialOrder) -> Option<f64> {
        match (self.subject, order.pace) {
            (Subject::Rate { .. }, Pace::Open(rate)) => Some(rate.get()),
            (Subject::Load { .. }, _) => Some(f64::from(order.load.0)),
            _ => None,
        }
    }

    /// Adds a trial, and judges it.
    pub(crate) fn push(&mut self, measurement: Measurement) -> Verdict {
        let verdict = verdict::judge(&measurement, self.width);
        let is_without_failures = verdict::is_without_failures(&measurement, self.width);
        let value = self.value(&measurement.order);
        self.trials.push(Judged { measurement, verdict, is_without_failures, value });
        verdict
    }

    /// The last trial is bad after all.
    pub(crate) fn condemn_last(&mut self) {
        if let Some(last) = self.trials.last_mut() {
            last.verdict = Verdict::Bad;
            last.is_without_failures = false;
        }
    }

    /// The tester cannot hold this rate, or this load's rate.
    pub(crate) fn limit_tester(&mut self, value: f64) {
        self.tester_limit = Some(self.tester_limit.map_or(value, |limit| limit.min(value)));
    }

    /// Lowest rate or load that the tester could not hold.
    pub(crate) fn tester_limit(&self) -> Option<f64> {
        self.tester_limit
    }

    /// Trials that count, of rates or loads.
    pub(crate) fn counting(&self) -> impl Iterator<Item = (f64, &Judged)> {
        self.trials.iter().filter(|trial| trial.counts()).filter_map(|trial| trial.value.map(|value| (value, trial)))
    }

    /// Trials that count at just this rate or load.
    pub(crate) fn at(&self, value: f64) -> impl Iterator<Item = &Judged> {
        self.counting().filter(move |(at, _)| *at == value).map(|(_, trial)| trial)
    }

    /// Rates or loads with trials that count, lowest first.
    pub(crate) fn values(&self) -> Vec<f64> {
        let mut values: Vec<f64> = self.counting().map(|(value, _)| value).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    }

    /// Time that a trial takes beside its steady state, seconds, by the mean of those so far: warm-up, drain and rest.
    pub(crate) fn overhead(&self) -> Option<f64> {
        let elapsed = self.last()?.measurement.elapsed.0.as_secs_f64();
        let measured: f64 = self.trials.iter().map(|trial| trial.measurement.length.0.as_secs_f64()).sum();
        Some(((elapsed - measured) / self.trials.len() as f64).max(0.0))
    }

    /// Goodput of the closed loops so far, with their number of connections.
    pub(crate) fn closed_loops(&self) -> impl Iterator<Item = &Measurement> {
        let closed = self.trials.iter().map(|trial| &trial.measurement);
        closed.filter(|measurement| measurement.order.purpose == Purpose::FirstGuess)
    }
}
