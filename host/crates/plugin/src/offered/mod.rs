//! The host's side of the interface `dataset`: each number is checked, and what is handed over is bounded, before a
//! dataset is asked. What is wrong is told to the guest as a sentence.

mod facts;

use std::sync::Arc;

use model::Quantile;
use model::dataset::{Column, Dataset, DatasetError, OutcomeSet, PhaseSet, Quantity, ResourceFigure, Selection};

use crate::bindings::dataset as wit;
use crate::budget::Budget;
use crate::catalog::nearest;
use crate::limits::AnalysisLimits;
use crate::request::shown;
use crate::surroundings::fnv;
use crate::wire::Fault;

/// Most probabilities of one call.
const PROBABILITIES: usize = 10_000;
/// Most rows of one call.
const ROWS: u32 = 65_536;
/// Most numbers of one answer.
const VALUES: usize = 4_000_000;
/// Largest manifest, bytes.
const MANIFEST: usize = 32 * 1024 * 1024;
/// Longest name of a metric, bytes.
const NAME: usize = 100;
/// Shortest window of time, nanoseconds.
const WIDTH: f64 = 1e6;
/// Most windows of a trial.
const WINDOWS: f64 = 1e6;

/// Datasets that are offered to one instance.
#[derive(Debug)]
pub(crate) struct Offered {
    datasets: Vec<Arc<dyn Dataset>>,
    budget: Budget,
}

/// What a function of the interface gives; the outer error is a trap.
type Answer<T> = wasmtime::Result<Result<T, Fault>>;

impl Offered {
    pub(crate) fn new(datasets: Vec<Arc<dyn Dataset>>, limits: AnalysisLimits) -> Self {
        Self { datasets, budget: Budget::new(limits) }
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// When the first trial of the first dataset began, milliseconds since the Unix epoch; 0 when that is not known. It
    /// is what the guest takes for now, so that a report does not depend on when it was made.
    pub(crate) fn began_unix_ms(&self) -> f64 {
        let first = self.datasets.first().and_then(|dataset| dataset.trial(0));
        first.map(|trial| trial.started).filter(|started| started.is_finite()).unwrap_or(0.0)
    }

    /// Seed of the guest's random numbers: the same for the same datasets.
    pub(crate) fn seed(&self) -> u64 {
        let ids = self.datasets.iter().map(|dataset| dataset.facts().id.as_str());
        u64::from(fnv(ids.collect::<Vec<_>>().join("\n").as_bytes()))
    }

    fn answer<T>(&self, work: impl FnOnce() -> Result<T, DatasetError>) -> Answer<T> {
        let done = self.budget.work(work)?;
        Ok(done.map_err(|DatasetError(why)| Fault::Failed(why)))
    }

    fn dataset(&self, number: u32) -> Result<&dyn Dataset, DatasetError> {
        let found = self.datasets.get(number as usize).map(|dataset| &**dataset);
        found.ok_or_else(|| wrong(format!("there is no dataset {number}; {}", counted(self.datasets.len()))))
    }

    /// A dataset, and the number of a trial that it has.
    fn trial(&self, dataset: u32, trial: u32) -> Result<(&dyn Dataset, usize), DatasetError> {
        let dataset = self.dataset(dataset)?;
        let number = trial as usize;
        if dataset.trial(number).is_none() {
            let facts = dataset.facts();
            let there_are = counted(facts.trials);
            return Err(wrong(format!("dataset `{}` has no trial {trial}; {there_are}", shown(&facts.name))));
        }
        Ok((dataset, number))
    }

    fn selected(&self, selection: wit::Selection) -> Result<(&dyn Dataset, Selection), DatasetError> {
        let (dataset, trial) = self.trial(selection.dataset, selection.trial)?;
        let [outcomes] = selection.outcomes.as_array();
        let outcomes = OutcomeSet(outcomes as u16 & OutcomeSet::ALL.0);
        Ok((dataset, Selection { trial, phases: phases(selection.phases), outcomes }))
    }
}

impl wit::Host for Offered {
    fn count(&mut self) -> wasmtime::Result<u32> {
        Ok(self.budget.work(|| self.datasets.len() as u32)?)
    }

    fn describe_dataset(&mut self, dataset: u32) -> Answer<wit::DatasetFacts> {
        self.answer(|| Ok(facts::of_dataset(self.dataset(dataset)?.facts())))
    }

    fn describe_trial(&mut self, dataset: u32, trial: u32) -> Answer<wit::TrialFacts> {
        self.answer(|| {
            let (dataset, number) = self.trial(dataset, trial)?;
            let found = dataset.trial(number).ok_or_else(|| wrong(format!("trial {number} is gone")))?;
            Ok(facts::of_trial(found))
        })
    }

    fn searches(&mut self, dataset: u32) -> Answer<Vec<wit::SearchFacts>> {
        self.answer(|| Ok(self.dataset(dataset)?.searches().iter().map(facts::of_search).collect()))
    }

    fn manifest(&mut self, dataset: u32) -> Answer<String> {
        self.answer(|| {
            let dataset = self.dataset(dataset)?;
            let manifest = dataset.manifest().to_string();
            if manifest.len() > MANIFEST {
                let (name, size) = (shown(&dataset.facts().name), manifest.len());
                return Err(wrong(format!("the manifest of `{name}` has {size} bytes; at most {MANIFEST} are given")));
            }
            Ok(manifest)
        })
    }

    fn count_outcomes(&mut self, dataset: u32, trial: u32, wanted: wit::Phases) -> Answer<Vec<f64>> {
        self.answer(|| {
            let (dataset, trial) = self.trial(dataset, trial)?;
            Ok(dataset.count_outcomes(trial, phases(wanted))?.to_vec())
        })
    }

    fn measure(&mut self, selection: wit::Selection, quantity: wit::Quantity) -> Answer<wit::Statistics> {
        self.answer(|| {
            let (dataset, selection) = self.selected(selection)?;
            let figures = dataset.measure(selection, self::quantity(quantity))?;
            Ok(wit::Statistics {
                count: figures.count,
                mean: figures.mean,
                standard_deviation: figures.standard_deviation,
                least: figures.least,
                most: figures.most,
            })
        })
    }

    fn quantiles(
        &mut self,
        selection: wit::Selection,
        quantity: wit::Quantity,
        probabilities: Vec<f64>,
    ) -> Answer<Vec<f64>> {
        self.answer(|| {
            let (dataset, selection) = self.selected(selection)?;
            check_probabilities(&probabilities)?;
            let durations = dataset.durations(selection, self::quantity(quantity))?;
            let quantile = |probability: &f64| {
                let known = durations.as_ref();
                let quantile =
                    known.and_then(|known| known.finite.quantile_with_infinite(*probability, known.infinite));
                match quantile {
                    Some(Quantile::Finite(nanos)) => nanos as f64,
                    Some(Quantile::Unbounded) => f64::INFINITY,
                    None => f64::NAN,
                }
            };
            Ok(probabilities.iter().map(quantile).collect())
        })
    }

    fn count_durations(&mut self, selection: wit::Selection, quantity: wit::Quantity) -> Answer<wit::Histogram> {
        self.answer(|| {
            let (dataset, selection) = self.selected(selection)?;
            let Some(durations) = dataset.durations(selection, self::quantity(quantity))? else {
                let (name, trial) = (shown(&dataset.facts().name), selection.trial);
                return Err(wrong(format!("of trial {trial} of dataset `{name}` only means are known")));
            };
            let buckets = durations.finite.buckets().map(|(highest, count)| (highest as f64, count as f64));
            let (highest, counts) = buckets.unzip();
            Ok(wit::Histogram { highest, counts })
        })
    }

    fn over_time(
        &mut self,
        selection: wit::Selection,
        quantity: wit::Quantity,
        width: f64,
        probabilities: Vec<f64>,
    ) -> Answer<wit::Windows> {
        self.answer(|| {
            let (dataset, selection) = self.selected(selection)?;
            check_probabilities(&probabilities)?;
            if !(width.is_finite() && width >= WIDTH) {
                return Err(wrong(format!("windows of {width} ns; they are at least {WIDTH:.0} ns wide")));
            }
            // The drain is not known here; what it adds is seen when the windows are there.
            let trial = dataset.trial(selection.trial);
            let windows = trial.map_or(0.0, |trial| (trial.steady_start + trial.steady_length) / width);
            if windows > WINDOWS {
                return Err(wrong(format!("windows of {width} ns; at most {WINDOWS:.0} make a trial")));
            }
            check_values(windows as usize * probabilities.len())?;
            let windows = dataset.over_time(selection, self::quantity(quantity), width, &probabilities)?;
            check_values(windows.quantiles.len())?;
            Ok(wit::Windows { starts: windows.starts, counts: windows.counts, quantiles: windows.quantiles })
        })
    }

    fn read(&mut self, selection: wit::Selection, column: wit::Column, from: u32, most: u32) -> Answer<wit::Chunk> {
        self.answer(|| {
            let (dataset, selection) = self.selected(selection)?;
            let column = match column {
                wit::Column::IntendedStart => Column::IntendedStart,
                wit::Column::Quantity(quantity) => Column::Quantity(self::quantity(quantity)),
                wit::Column::Status => Column::Status,
                wit::Column::Outcome => Column::Outcome,
                wit::Column::Metric(name) if name.len() > NAME => {
                    return Err(wrong(format!("there is no metric `{}`", shown(&name))));
                }
                wit::Column::Metric(name) => Column::Metric(name),
            };
            let chunk = dataset.read(selection, &column, from.into(), most.min(ROWS) as usize)?;
            Ok(wit::Chunk { values: chunk.values, validity: chunk.validity, more: chunk.more })
        })
    }

    fn resources(&mut self, dataset: u32, trial: u32, name: String) -> Answer<Vec<f64>> {
        self.answer(|| {
            let (dataset, trial) = self.trial(dataset, trial)?;
            dataset.resources(trial, figure(&name)?)
        })
    }

    fn idle_resources(&mut self, dataset: u32, name: String) -> Answer<Vec<f64>> {
        self.answer(|| Ok(self.dataset(dataset)?.idle_resources(figure(&name)?)))
    }

    fn resources_over_time(
        &mut self,
        dataset: u32,
        trial: u32,
        host: u32,
        name: String,
    ) -> Answer<wit::ResourceSeries> {
        self.answer(|| {
            let (dataset, trial) = self.trial(dataset, trial)?;
            let facts = dataset.facts();
            if host as usize >= facts.hosts.len() {
                let there_are = counted(facts.hosts.len());
                return Err(wrong(format!("dataset `{}` has no host {host}; {there_are}", shown(&facts.name))));
            }
            let series = dataset.resources_over_time(trial, host as usize, figure(&name)?)?;
            check_values(series.at.len().max(series.values.len()))?;
            Ok(wit::ResourceSeries { at: series.at, values: series.values })
        })
    }
}

fn wrong(sentence: String) -> DatasetError {
    DatasetError(sentence)
}

/// How many there are, and how they are numbered.
fn counted(number: usize) -> String {
    match number {
        0 => "there are none".to_owned(),
        1 => "there is one, number 0".to_owned(),
        _ => format!("there are {number}, numbered from 0"),
    }
}

fn check_probabilities(probabilities: &[f64]) -> Result<(), DatasetError> {
    if probabilities.len() > PROBABILITIES {
        return Err(wrong(format!("{} probabilities; at most {PROBABILITIES} are allowed", probabilities.len())));
    }
    match probabilities.iter().find(|probability| !(0.0..=1.0).contains(*probability)) {
        Some(outside) => Err(wrong(format!("the probability {outside}; it is from 0 to 1"))),
        None => Ok(()),
    }
}

fn check_values(number: usize) -> Result<(), DatasetError> {
    if number > VALUES {
        return Err(wrong(format!("an answer of {number} numbers; at most {VALUES} are given at a time")));
    }
    Ok(())
}

fn figure(name: &str) -> Result<ResourceFigure, DatasetError> {
    ResourceFigure::of_name(name).ok_or_else(|| {
        let known: Vec<String> = ResourceFigure::ALL.iter().map(|figure| figure.name().to_owned()).collect();
        // What is longer than any name is like none of them, and looking would take long.
        let near = nearest(&name[..name.floor_char_boundary(NAME)], known.iter());
        let meant = match near {
            Some(near) => format!("; did you mean `{near}`?"),
            None => format!("; there are: {}", known.join(", ")),
        };
        wrong(format!("there is no figure `{}`{meant}", shown(name)))
    })
}

/// The flags are numbered as the codes are.
fn phases(wanted: wit::Phases) -> PhaseSet {
    let [bits] = wanted.as_array();
    PhaseSet(bits as u8 & 0b111)
}

fn quantity(quantity: wit::Quantity) -> Quantity {
    match quantity {
        wit::Quantity::ResponseTime => Quantity::ResponseTime,
        wit::Quantity::ServiceTime => Quantity::ServiceTime,
        wit::Quantity::Queue => Quantity::Queue,
        wit::Quantity::ReleaseLag => Quantity::ReleaseLag,
        wit::Quantity::FirstByte => Quantity::FirstByte,
        wit::Quantity::Connect => Quantity::Connect,
        wit::Quantity::Tls => Quantity::Tls,
        wit::Quantity::ServerSpan => Quantity::ServerSpan,
        wit::Quantity::BeyondServer => Quantity::BeyondServer,
        wit::Quantity::Transfer => Quantity::Transfer,
    }
}

#[cfg(test)]
mod tests {
    use model::{Outcome, Phase};

    use super::*;

    #[test]
    fn flags_are_numbered_as_codes_are() {
        for (flag, phase) in [
            (wit::Phases::WARM_UP, Phase::WarmUp),
            (wit::Phases::STEADY, Phase::Steady),
            (wit::Phases::DRAIN, Phase::Drain),
        ] {
            assert_eq!(phases(flag), PhaseSet(1 << phase.code()));
        }
        let flags = [wit::Outcomes::SUCCESS, wit::Outcomes::CONNECT_FAILED, wit::Outcomes::NO_ROW];
        let codes = [Outcome::Success, Outcome::ConnectFailed, Outcome::NoRow].map(|outcome| 1 << outcome.code());
        assert_eq!(flags.map(|flag| flag.as_array()[0]), codes);
    }

    #[test]
    fn a_figure_that_there_is_not_is_told_with_the_nearest() {
        assert_eq!(figure("cpu.busy"), Ok(ResourceFigure::CpuBusy));
        assert_eq!(figure("cpu.bsy"), Err(wrong("there is no figure `cpu.bsy`; did you mean `cpu.busy`?".to_owned())));
        let DatasetError(why) = figure(&"x".repeat(1_000_000)).unwrap_err();
        assert!(why.contains("x…`; there are: cpu.usr, ") && why.len() < 1_000, "{why}");
    }
}
