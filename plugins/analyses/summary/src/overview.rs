//! A dataset with the figures of all its trials.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, DatasetSource, Quantity, Report, SearchFacts, Trial, TrialFacts, text};

use crate::record::{Record, records};
use crate::{capacities, chart, tables};

/// Percentiles shown of the response time over all requests.
const PROBABILITIES: [f64; 4] = [0.5, 0.9, 0.99, 0.999];

/// A dataset with the figures of all its trials.
#[derive(Debug)]
pub(crate) struct Overview {
    pub(crate) dataset: Dataset,
    pub(crate) trials: Vec<TrialFigures>,
    pub(crate) searches: Vec<SearchFacts>,
    /// The run's own file told of lost samples and SLOs.
    pub(crate) is_record_known: bool,
}

/// Figures of the steady state of a trial. Times are nanoseconds.
#[derive(Debug)]
pub(crate) struct TrialFigures {
    pub(crate) facts: TrialFacts,
    pub(crate) record: Record,
    /// Requests by what became of them.
    pub(crate) outcomes: Vec<f64>,
    /// Percentiles 50, 90, 99 and 99.9 of the response time over all requests.
    pub(crate) percentiles: [f64; 4],
    /// 99th percentile of the response time of successes.
    pub(crate) p99_of_successes: f64,
    /// Mean response time of successes.
    pub(crate) mean: f64,
}

impl TrialFigures {
    fn of(trial: &Trial, record: Record) -> Result<Self, Fault> {
        let mut percentiles = [f64::NAN; 4];
        let known = trial.all().quantiles(Quantity::ResponseTime, &PROBABILITIES)?;
        percentiles.iter_mut().zip(known).for_each(|(place, value)| *place = value);
        let successes = trial.successes();
        let p99 = successes.quantiles(Quantity::ResponseTime, &[0.99])?;
        Ok(Self {
            facts: trial.facts.clone(),
            record,
            outcomes: trial.outcomes()?,
            percentiles,
            p99_of_successes: p99.first().copied().unwrap_or(f64::NAN),
            mean: successes.measure(Quantity::ResponseTime)?.mean,
        })
    }

    /// Requests that were due.
    pub(crate) fn requests(&self) -> f64 {
        self.outcomes.iter().sum()
    }

    /// There were requests, and not one of them succeeded.
    pub(crate) fn is_without_success(&self) -> bool {
        self.requests() > 0.0 && self.outcomes.first() == Some(&0.0)
    }

    /// Requests that did not succeed, per cent of all; NaN without requests.
    pub(crate) fn failures(&self) -> f64 {
        100.0 * self.outcomes.iter().skip(1).sum::<f64>() / self.requests()
    }
}

impl Overview {
    pub(crate) fn of(dataset: Dataset) -> Result<Self, Fault> {
        // One too large to be given says nothing, as one of an older file.
        let records = records(&dataset);
        let is_record_known = records.is_ok();
        let records = records.unwrap_or_default();
        let record = |trial: &Trial| records.get(&trial.facts.number).copied().unwrap_or_default();
        let trials =
            dataset.trials()?.iter().map(|trial| TrialFigures::of(trial, record(trial))).collect::<Result<_, _>>()?;
        let searches = dataset.searches()?;
        Ok(Self { dataset, trials, searches, is_record_known })
    }

    /// Name of the dataset.
    pub(crate) fn name(&self) -> &str {
        &self.dataset.facts.name
    }

    /// Adds a section on it.
    pub(crate) fn add_to(&self, report: Report) -> Report {
        let mut report = report.heading(self.name()).text(self.introduction());
        for table in capacities::tables(self) {
            report = report.table(table);
        }
        if self.trials.is_empty() {
            return report;
        }
        report = report.table(tables::rates(self)).table(tables::response_times(self));
        if let Some(chart) = chart::percentiles(self) {
            report = report.chart(chart);
        }
        report.table(tables::outcomes(self))
    }

    fn introduction(&self) -> String {
        let facts = &self.dataset.facts;
        let what = match facts.source {
            DatasetSource::Run => "Run",
            DatasetSource::OlderBenchmark => "Benchmark of the older tool",
            DatasetSource::OlderExecution => "Test execution of the older tool, as means",
        };
        let mut words = format!("{what} {}", facts.id);
        for (before, value) in [("begun", &facts.created), ("against", &facts.target)] {
            if !value.is_empty() {
                words += &format!(", {before} {value}");
            }
        }
        let trials = text::count(facts.trials as usize, "trial", "trials");
        words + &format!(", {trials}, {}.", facts.state)
    }
}
