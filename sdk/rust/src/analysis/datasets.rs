//! Datasets, their trials and their samples, as an analysis walks over them.

use std::fmt;
use std::rc::Rc;

use super::fake::{Fake, FakeDataset};
use super::source::{Host, Source};
use super::{
    Column, DatasetFacts, Histogram, Outcomes, Phases, Quantity, ResourceSeries, SearchFacts, Selection, Statistics,
    TrialFacts, Windows,
};
use crate::fault::Fault;

/// Rows asked for at a time.
const ROWS: u32 = 65_536;

/// What an analysis works on.
#[derive(Clone)]
pub struct Datasets {
    source: Rc<dyn Source>,
}

impl fmt::Debug for Datasets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Datasets").field("count", &self.source.count()).finish()
    }
}

impl Datasets {
    /// Those that the host gives.
    #[must_use]
    pub fn host() -> Self {
        Self::of(Host)
    }

    /// Made-up ones, for a unit test.
    #[must_use]
    pub fn fake(datasets: impl IntoIterator<Item = FakeDataset>) -> Self {
        Self::of(Fake(datasets.into_iter().collect()))
    }

    /// Those of any source.
    #[must_use]
    pub fn of(source: impl Source + 'static) -> Self {
        Self { source: Rc::new(source) }
    }

    /// All of them, in the order named on the command line.
    ///
    /// # Errors
    /// As the host says.
    pub fn all(&self) -> Result<Vec<Dataset>, Fault> {
        let dataset = |index| {
            let facts = self.source.describe_dataset(index)?;
            Ok(Dataset { source: Rc::clone(&self.source), index, facts })
        };
        (0..self.source.count()).map(dataset).collect()
    }
}

/// A dataset.
#[derive(Clone)]
pub struct Dataset {
    source: Rc<dyn Source>,
    /// Its number, from 0.
    pub index: u32,
    /// What it is.
    pub facts: DatasetFacts,
}

impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dataset").field("index", &self.index).field("facts", &self.facts).finish_non_exhaustive()
    }
}

impl Dataset {
    /// Its trials, in order.
    ///
    /// # Errors
    /// As the host says.
    pub fn trials(&self) -> Result<Vec<Trial>, Fault> {
        let trial = |index| {
            let facts = self.source.describe_trial(self.index, index)?;
            Ok(Trial { source: Rc::clone(&self.source), dataset: self.index, index, facts })
        };
        (0..self.facts.trials).map(trial).collect()
    }

    /// Its trials that count: those made for their own sake or to confirm what a search found. Steps of searches are
    /// short, and some of them beyond what the target carries: they are given only where there is nothing else.
    ///
    /// # Errors
    /// As the host says.
    pub fn main_trials(&self) -> Result<Vec<Trial>, Fault> {
        let (main, steps): (Vec<_>, Vec<_>) = self.trials()?.into_iter().partition(|trial| trial.facts.is_main());
        Ok(if main.is_empty() { steps } else { main })
    }

    /// Its searches that came to an answer, in order.
    ///
    /// # Errors
    /// As the host says.
    pub fn searches(&self) -> Result<Vec<SearchFacts>, Fault> {
        self.source.searches(self.index)
    }

    /// All that is known of it.
    ///
    /// # Errors
    /// As the host says.
    pub fn manifest(&self) -> Result<serde_json::Value, Fault> {
        Ok(serde_json::from_str(&self.source.manifest(self.index)?)?)
    }

    /// What each host spent while nothing was asked of the target, such as `cpu.busy`; in the order of its hosts.
    ///
    /// # Errors
    /// When there is no such figure.
    pub fn idle_resources(&self, figure: &str) -> Result<Vec<f64>, Fault> {
        self.source.idle_resources(self.index, figure)
    }
}

/// A trial.
#[derive(Clone)]
pub struct Trial {
    source: Rc<dyn Source>,
    /// Its dataset's number, from 0.
    pub dataset: u32,
    /// Its number in the dataset, from 0.
    pub index: u32,
    /// What it is.
    pub facts: TrialFacts,
}

impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trial").field("index", &self.index).field("facts", &self.facts).finish_non_exhaustive()
    }
}

impl Trial {
    /// The successes of its steady state.
    #[must_use]
    pub fn successes(&self) -> Selected {
        self.select(Phases::STEADY, Outcomes::SUCCESS)
    }

    /// All requests of its steady state; in quantiles, those that did not succeed count as infinite.
    #[must_use]
    pub fn all(&self) -> Selected {
        self.select(Phases::STEADY, Outcomes::all())
    }

    /// Any of its requests.
    #[must_use]
    pub fn select(&self, phases: Phases, outcomes: Outcomes) -> Selected {
        let selection = Selection { dataset: self.dataset, trial: self.index, phases, outcomes };
        Selected { source: Rc::clone(&self.source), selection }
    }

    /// Requests of the steady state by what became of them, in the order of the flags of [`Outcomes`].
    ///
    /// # Errors
    /// As the host says.
    pub fn outcomes(&self) -> Result<Vec<f64>, Fault> {
        self.source.count_outcomes(self.dataset, self.index, Phases::STEADY)
    }

    /// What each host spent over the steady state, such as `cpu.busy`; in the order of the dataset's hosts.
    ///
    /// # Errors
    /// When there is no such figure.
    pub fn resources(&self, figure: &str) -> Result<Vec<f64>, Fault> {
        self.source.resources(self.dataset, self.index, figure)
    }

    /// What a host spent over time.
    ///
    /// # Errors
    /// When there is no such host or figure.
    pub fn resources_over_time(&self, host: u32, figure: &str) -> Result<ResourceSeries, Fault> {
        self.source.resources_over_time(self.dataset, self.index, host, figure)
    }
}

/// Some requests of a trial.
#[derive(Clone)]
pub struct Selected {
    source: Rc<dyn Source>,
    selection: Selection,
}

impl fmt::Debug for Selected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.selection.fmt(f)
    }
}

impl Selected {
    /// Exact figures of a quantity.
    ///
    /// # Errors
    /// As the host says.
    pub fn measure(&self, quantity: Quantity) -> Result<Statistics, Fault> {
        self.source.measure(self.selection, quantity)
    }

    /// Quantiles, nanoseconds, for probabilities from 0 to 1.
    ///
    /// # Errors
    /// As the host says.
    pub fn quantiles(&self, quantity: Quantity, probabilities: &[f64]) -> Result<Vec<f64>, Fault> {
        self.source.quantiles(self.selection, quantity, probabilities)
    }

    /// All durations, in buckets.
    ///
    /// # Errors
    /// As the host says.
    pub fn histogram(&self, quantity: Quantity) -> Result<Histogram, Fault> {
        self.source.count_durations(self.selection, quantity)
    }

    /// Quantiles by windows of `width` nanoseconds.
    ///
    /// # Errors
    /// As the host says.
    pub fn over_time(&self, quantity: Quantity, width: f64, probabilities: &[f64]) -> Result<Windows, Fault> {
        self.source.over_time(self.selection, quantity, width, probabilities)
    }

    /// Hands over each value of a column; none where it is missing.
    ///
    /// # Errors
    /// As the host says.
    pub fn each(&self, column: &Column, mut take: impl FnMut(Option<f64>)) -> Result<(), Fault> {
        let mut from = 0;
        loop {
            let chunk = self.source.read(self.selection, column, from, ROWS)?;
            for (index, value) in chunk.values.iter().enumerate() {
                let is_there = chunk.validity.get(index / 8).is_none_or(|bits| bits & (1 << (index % 8)) != 0);
                take(is_there.then_some(*value));
            }
            from += chunk.values.len() as u32;
            if !chunk.more || chunk.values.is_empty() {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Purpose;
    use super::super::fake::FakeTrial;
    use super::*;

    fn main_trials(purposes: &[Purpose]) -> Vec<u32> {
        let trial = |purpose: &Purpose| {
            let mut trial = FakeTrial::new(10, 1.0);
            trial.facts.purpose = *purpose;
            trial
        };
        let run = purposes.iter().map(trial).fold(FakeDataset::new("run"), FakeDataset::trial);
        let datasets = Datasets::fake([run]).all().expect("datasets");
        datasets[0].main_trials().expect("trials").iter().map(|trial| trial.facts.number).collect()
    }

    #[test]
    fn steps_of_searches_count_only_where_there_is_nothing_else() {
        use Purpose::{Confirmation, Plan, Search};
        assert_eq!(main_trials(&[Search, Search, Confirmation, Plan]), [3, 4]);
        assert_eq!(main_trials(&[Search, Search]), [1, 2]);
    }
}
