//! A result file of the older tool as a dataset. What it does not hold is not known: nothing is made up.

mod facts;
mod figures;
mod requests;

use std::path::Path;

use model::dataset::{
    Chunk, Column, Dataset, DatasetError, DatasetFacts, Durations, OutcomeSet, PhaseSet, Quantity, ResourceFigure,
    ResourceSeries, SearchFacts, Selection, Source, Statistics, TrialFacts, Windows,
};
use model::{Histogram, Outcome};
use serde_json::Value;

use self::requests::Requests;
use super::moments::Moments;
use super::windows::{Band, WindowCounts, Windowing};
use crate::ancestor::{self, AncestorFile, ClusterStats};
use crate::error::ResultsError;

/// A result file of the older tool as a dataset.
///
/// Its requests are all of the steady state; those that failed left a text each and no times, so that they are counted,
/// and are no rows. A file of test execution has means alone.
#[derive(Debug)]
pub struct OlderDataset {
    facts: DatasetFacts,
    trials: Vec<OlderTrial>,
}

/// A trial of such a file.
#[derive(Debug)]
struct OlderTrial {
    facts: TrialFacts,
    /// Start of the trial by the clock of `stats`, nanoseconds.
    start_ns: i64,
    failures: usize,
    stats: Vec<ClusterStats>,
    requests: Requests,
}

impl OlderDataset {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is not there, is no such file, or is broken; with the place.
    pub fn open(path: &Path) -> Result<Self, ResultsError> {
        let trials = match ancestor::read(path)? {
            AncestorFile::Benchmark(benchmark) => {
                let facts = facts::of_benchmark(path, &benchmark);
                let executions = benchmark.test_executions.into_iter().enumerate();
                let trials = executions.map(|(index, execution)| OlderTrial {
                    facts: facts::of_execution(index, &execution),
                    start_ns: execution.span_making_requests.start_ns,
                    failures: execution.errors.len(),
                    requests: Requests::each(&execution),
                    stats: execution.cluster_stats,
                });
                Self { trials: trials.collect(), facts }
            }
            AncestorFile::TestExecution(execution) => {
                let trial = OlderTrial {
                    facts: facts::of_test_execution(&execution),
                    start_ns: execution.span_making_requests.start_ns,
                    failures: execution.errors.len(),
                    requests: Requests::means(&execution),
                    stats: vec![execution.cluster_stats.clone()],
                };
                Self { facts: facts::of_means(path, &execution), trials: vec![trial] }
            }
        };
        Ok(trials)
    }

    fn of(&self, trial: usize) -> Result<&OlderTrial, DatasetError> {
        self.trials.get(trial).ok_or_else(|| {
            let number = trial + 1;
            DatasetError(format!("`{}` has no trial {number}: it has {}, from 1", self.facts.id, self.trials.len()))
        })
    }

    /// Why requests cannot be looked at one by one.
    fn only_means(&self) -> DatasetError {
        let file = &self.facts.id;
        DatasetError(format!(
            "`{file}` has no requests, as a test execution of the older tool: only means; give a benchmark file for them"
        ))
    }
}

/// The requests that succeeded are among those selected.
fn has_successes(selection: Selection) -> bool {
    selection.phases.has(model::Phase::Steady) && selection.outcomes.has(Outcome::Success)
}

impl Dataset for OlderDataset {
    fn facts(&self) -> &DatasetFacts {
        &self.facts
    }

    fn trial(&self, trial: usize) -> Option<&TrialFacts> {
        self.trials.get(trial).map(|trial| &trial.facts)
    }

    fn searches(&self) -> &[SearchFacts] {
        &[]
    }

    fn manifest(&self) -> Value {
        Value::Object(serde_json::Map::new())
    }

    fn count_outcomes(&self, trial: usize, phases: PhaseSet) -> Result<[f64; 11], DatasetError> {
        let trial = self.of(trial)?;
        let mut counts = [0.0; Outcome::ALL.len()];
        if phases.has(model::Phase::Steady) {
            counts[Outcome::Success as usize] = trial.requests.count();
            counts[Outcome::Failed as usize] = trial.failures as f64;
        }
        Ok(counts)
    }

    fn measure(&self, selection: Selection, quantity: Quantity) -> Result<Statistics, DatasetError> {
        let trial = self.of(selection.trial)?;
        if !has_successes(selection) {
            return Ok(Moments::default().statistics());
        }
        Ok(trial.requests.statistics(quantity))
    }

    fn durations(&self, selection: Selection, quantity: Quantity) -> Result<Option<Durations>, DatasetError> {
        let trial = self.of(selection.trial)?;
        let Some(requests) = trial.requests.all() else { return Ok(None) };
        let mut finite = Histogram::new();
        if has_successes(selection) {
            requests.iter().filter_map(|request| request.duration(quantity)).for_each(|nanos| finite.record(nanos));
        }
        finite.pack();
        Ok(Some(Durations { finite, infinite: trial.failures_in(selection.phases, selection.outcomes) }))
    }

    fn over_time(
        &self,
        selection: Selection,
        quantity: Quantity,
        width: f64,
        probabilities: &[f64],
    ) -> Result<Windows, DatasetError> {
        let trial = self.of(selection.trial)?;
        let Some(requests) = trial.requests.all() else { return Err(self.only_means()) };
        let requests = if has_successes(selection) { requests } else { &[] };
        let end = trial.facts.steady_length as i64;
        let windowing = Windowing::new(0, end, width)?;
        let mut counts = WindowCounts::new(windowing, end);
        for request in requests {
            let is_measured = request.duration(quantity).is_some();
            counts.add(request.intended_start, true, is_measured).map_err(DatasetError)?;
        }
        let mut quantiles = Vec::new();
        for windows in counts.bands() {
            let mut band = Band::of(&counts, windows);
            let measured = requests.iter().filter_map(|one| Some((one.intended_start, one.duration(quantity)?)));
            measured.for_each(|(due, nanos)| band.add(due, nanos));
            band.quantiles(probabilities, &mut quantiles);
        }
        Ok(counts.into_windows(quantiles))
    }

    fn read(&self, selection: Selection, column: &Column, from: u64, most: usize) -> Result<Chunk, DatasetError> {
        let trial = self.of(selection.trial)?;
        let Some(requests) = trial.requests.all() else { return Err(self.only_means()) };
        if let Column::Metric(name) = column {
            return Err(DatasetError(format!("`{}` has no metric `{name}`: the older tool had none", self.facts.id)));
        }
        let requests = if has_successes(selection) { requests } else { &[] };
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(requests.len());
        let to = from.saturating_add(most).min(requests.len());
        let values = || requests[from..to].iter().map(|request| request.number(column));
        let is_there: Vec<bool> = values().map(|value| value.is_some()).collect();
        Ok(Chunk {
            values: values().map(Option::unwrap_or_default).collect(),
            validity: if is_there.contains(&false) { crate::spool::bitmap(&is_there).collect() } else { Vec::new() },
            more: to < requests.len(),
        })
    }

    fn resources(&self, trial: usize, figure: ResourceFigure) -> Result<Vec<f64>, DatasetError> {
        let stats = &self.of(trial)?.stats;
        Ok(self.facts.hosts.iter().map(|host| figures::mean(stats, &host.name, figure)).collect())
    }

    fn idle_resources(&self, _: ResourceFigure) -> Vec<f64> {
        vec![f64::NAN; self.facts.hosts.len()]
    }

    fn resources_over_time(
        &self,
        trial: usize,
        host: usize,
        figure: ResourceFigure,
    ) -> Result<ResourceSeries, DatasetError> {
        let trial = self.of(trial)?;
        let Some(host) = self.facts.hosts.get(host) else { return Ok(ResourceSeries::default()) };
        // The mean of a whole trial belongs to no instant of it.
        let stats = if self.facts.source == Source::OlderExecution { &[] } else { trial.stats.as_slice() };
        Ok(figures::series(stats, &host.name, figure, trial.start_ns))
    }
}

impl OlderTrial {
    fn failures_in(&self, phases: PhaseSet, outcomes: OutcomeSet) -> u64 {
        let is_wanted = phases.has(model::Phase::Steady) && outcomes.has(Outcome::Failed);
        if is_wanted { self.failures as u64 } else { 0 }
    }
}
