//! Answers what is asked of a run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::Phase;
use model::dataset::{
    Chunk, Column, Dataset, DatasetError, DatasetFacts, Durations, OutcomeSet, PhaseSet, Quantity, ResourceFigure,
    ResourceSeries, SearchFacts, Selection, Statistics, TrialFacts, Windows,
};
use serde_json::Value;

use super::block::{Block, QUANTITIES, columns_of};
use super::cache::Recent;
use super::cursor::{Cursor, Position};
use super::scan::Wanted;
use super::series::SeriesReader;
use super::tally::PhaseTally;
use super::trial::Trial;
use super::{facts, over_time, stored};
use crate::dataset::dataset_error;
use crate::dataset::moments::Moments;
use crate::error::ResultsError;
use crate::run::Run;

/// Phases of trials whose sums are kept: half a megabyte each, at most.
const TALLIES: usize = 64;
/// Places in columns that are kept: a megabyte each, at most.
const CURSORS: usize = 16;

/// A run directory as a dataset.
#[derive(Debug)]
pub struct RunDataset {
    run: Run,
    facts: DatasetFacts,
    trials: Vec<TrialFacts>,
    searches: Vec<SearchFacts>,
    /// By trial and phase. Locked while samples are added up, so that nobody else adds up the same ones.
    tallies: Mutex<Recent<(usize, Phase), Arc<PhaseTally>>>,
    cursors: Mutex<Recent<Position, Cursor>>,
    series: Mutex<SeriesReader>,
}

impl RunDataset {
    /// Of a run that is open. Its samples are read when they are asked for.
    ///
    /// # Errors
    /// None so far: whatever is wrong with its samples is told when they are asked for.
    pub fn open(run: Run) -> Result<Self, ResultsError> {
        Ok(Self {
            facts: facts::of_run(run.file()),
            trials: facts::of_trials(&run),
            searches: facts::of_searches(run.file()),
            run,
            tallies: Mutex::new(Recent::new(TALLIES)),
            cursors: Mutex::new(Recent::new(CURSORS)),
            series: Mutex::new(SeriesReader::new()),
        })
    }

    /// What the samples of a phase add up to: all quantities of all outcomes, because reading is most of the work.
    fn tally(&self, trial: Trial<'_>, index: usize, phase: Phase) -> Result<Arc<PhaseTally>, DatasetError> {
        let mut tallies = lock(&self.tallies);
        if let Some(tally) = tallies.get(&(index, phase)) {
            return Ok(tally);
        }
        let mut columns: Vec<&str> = QUANTITIES.iter().flat_map(|quantity| columns_of(*quantity)).copied().collect();
        columns.sort_unstable();
        columns.dedup();
        let wanted = Wanted::of(PhaseSet(1 << phase.code()), OutcomeSet::ALL);
        let make = || (PhaseTally::default(), Vec::new());
        let parts = trial.samples()?.fold(&columns, &wanted, make, |(tally, durations), block: &Block| {
            tally.add(block, phase.code(), durations)
        });
        let mut tally = PhaseTally::default();
        parts.map_err(|error| trial.error(&error))?.iter().for_each(|(part, _)| tally.merge(part));
        tally.pack();
        let tally = Arc::new(tally);
        tallies.put((index, phase), Arc::clone(&tally));
        Ok(tally)
    }

    fn host_figures(&self, hosts: &[model::HostUse], figure: ResourceFigure) -> Vec<f64> {
        let of = |host: usize| hosts.iter().find(|one| usize::from(one.host) == host);
        (0..self.facts.hosts.len()).map(|host| of(host).map_or(f64::NAN, |one| figure.of_use(one))).collect()
    }

    /// Name of the column of a metric; empty for another column.
    fn metric_column(trial: Trial<'_>, column: &Column) -> Result<String, DatasetError> {
        let Column::Metric(name) = column else { return Ok(String::new()) };
        let metrics = &trial.record.metrics;
        match metrics.iter().find(|metric| metric.metric.name == *name) {
            Some(metric) => Ok(metric.column.clone()),
            None => {
                let names: Vec<&str> = metrics.iter().map(|metric| metric.metric.name.as_str()).collect();
                let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                Err(DatasetError(format!("{} has no metric `{name}`: its test case has {names}", trial.name())))
            }
        }
    }
}

impl Dataset for RunDataset {
    fn facts(&self) -> &DatasetFacts {
        &self.facts
    }

    fn trial(&self, trial: usize) -> Option<&TrialFacts> {
        self.trials.get(trial)
    }

    fn searches(&self) -> &[SearchFacts] {
        &self.searches
    }

    fn manifest(&self) -> Value {
        self.run.file().without_histograms()
    }

    fn count_outcomes(&self, trial: usize, phases: PhaseSet) -> Result<[f64; 11], DatasetError> {
        Ok(Trial::of(&self.run, trial)?.counts(phases).map(|count| count as f64))
    }

    fn measure(&self, selection: Selection, quantity: Quantity) -> Result<Statistics, DatasetError> {
        let Selection { phases, outcomes, trial: index } = selection;
        let trial = Trial::of(&self.run, index)?;
        let mut moments = Moments::default();
        for (phase, _) in trial.phases(phases) {
            match self.tally(trial, index, phase) {
                Ok(tally) => tally.moments_of(quantity, outcomes, &mut moments),
                // Without samples there is no spread, but the rest may be known.
                Err(error) => {
                    let stored = stored::durations(trial, phases, outcomes, quantity);
                    return stored.map(|all| stored::statistics(&all)).ok_or(error);
                }
            }
        }
        Ok(moments.statistics())
    }

    fn durations(&self, selection: Selection, quantity: Quantity) -> Result<Option<Durations>, DatasetError> {
        let Selection { phases, outcomes, trial: index } = selection;
        let trial = Trial::of(&self.run, index)?;
        let infinite = trial.failures(phases, outcomes);
        let good = OutcomeSet(outcomes.0 & OutcomeSet::SUCCESS.0);
        if let Some(finite) = stored::durations(trial, phases, good, quantity) {
            return Ok(Some(Durations { finite, infinite }));
        }
        let mut finite = model::Histogram::new();
        for (phase, _) in trial.phases(phases).filter(|_| good == OutcomeSet::SUCCESS) {
            finite.merge(self.tally(trial, index, phase)?.successes(quantity));
        }
        Ok(Some(Durations { finite, infinite }))
    }

    fn over_time(
        &self,
        selection: Selection,
        quantity: Quantity,
        width: f64,
        probabilities: &[f64],
    ) -> Result<Windows, DatasetError> {
        over_time::windows(Trial::of(&self.run, selection.trial)?, selection, quantity, width, probabilities)
    }

    fn read(&self, selection: Selection, column: &Column, from: u64, most: usize) -> Result<Chunk, DatasetError> {
        let trial = Trial::of(&self.run, selection.trial)?;
        let mut position = Position { selection, column: column.clone(), next: from };
        // Not locked while reading: others may read other columns meanwhile.
        let kept = lock(&self.cursors).take(&position);
        let mut cursor = match kept {
            Some(cursor) => cursor,
            None => {
                let metric = Self::metric_column(trial, column)?;
                let opened = Cursor::open(trial.samples()?, selection, column, metric, from);
                opened.map_err(|error| trial.error(&error))?
            }
        };
        let chunk = cursor.read(most).map_err(|error| trial.error(&error))?;
        if chunk.more {
            position.next = from + chunk.values.len() as u64;
            lock(&self.cursors).put(position, cursor);
        }
        Ok(chunk)
    }

    fn resources(&self, trial: usize, figure: ResourceFigure) -> Result<Vec<f64>, DatasetError> {
        Ok(self.host_figures(&Trial::of(&self.run, trial)?.record.extras.hosts, figure))
    }

    fn idle_resources(&self, figure: ResourceFigure) -> Vec<f64> {
        let baseline = self.run.file().baseline.as_ref();
        self.host_figures(baseline.map(|baseline| baseline.hosts.as_slice()).unwrap_or_default(), figure)
    }

    fn resources_over_time(
        &self,
        trial: usize,
        host: usize,
        figure: ResourceFigure,
    ) -> Result<ResourceSeries, DatasetError> {
        Trial::of(&self.run, trial)?;
        lock(&self.series).series(&self.run, trial, host, figure).map_err(|error| dataset_error(&error))
    }
}

/// Whoever panicked left nothing half done: caches are changed whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
