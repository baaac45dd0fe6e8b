//! Made-up datasets for the unit tests of an analysis.
//!
//! Each request of a trial was due one period after the one before it, as its rate says. Quantities that were not given
//! are missing. Quantiles are exact (nearest rank).

use super::source::Source;
use super::{
    Chunk, Column, DatasetFacts, DatasetSource, Histogram, HostFacts, Outcomes, Phases, Purpose, Quantity,
    ResourceSeries, SearchFacts, Selection, Statistics, TrialFacts, Validity, Windows,
};
use crate::fault::Fault;

/// A made-up dataset.
#[derive(Debug, Clone)]
pub struct FakeDataset {
    /// What it is; `trials` is counted.
    pub facts: DatasetFacts,
    /// Its trials.
    pub trials: Vec<FakeTrial>,
    /// Its searches.
    pub searches: Vec<SearchFacts>,
    /// What each host spent at rest, by the figure's name.
    pub idle: Vec<(String, Vec<f64>)>,
    /// All that is known of it, as JSON.
    pub manifest: String,
}

/// A made-up trial.
#[derive(Debug, Clone)]
pub struct FakeTrial {
    /// What it is.
    pub facts: TrialFacts,
    /// Quantities of its successes, in order.
    pub quantities: Vec<(Quantity, Vec<f64>)>,
    /// How many requests did not succeed; they were due after the successes.
    pub failures: u32,
    /// What each host spent, by the figure's name.
    pub resources: Vec<(String, Vec<f64>)>,
    /// What hosts spent over time: host, figure, and the series.
    pub resource_series: Vec<(u32, String, ResourceSeries)>,
}

impl FakeDataset {
    /// A run without trials and hosts.
    pub fn new(name: &str) -> Self {
        let facts = DatasetFacts {
            name: name.to_owned(),
            is_name_given: false,
            id: name.to_owned(),
            source: DatasetSource::Run,
            created: "2026-11-25T10:00:00Z".to_owned(),
            state: "complete".to_owned(),
            target: "http://localhost:8080".to_owned(),
            trials: 0,
            hosts: Vec::new(),
            plugins: Vec::new(),
            is_cpu_since_boot: false,
        };
        Self { facts, trials: Vec::new(), searches: Vec::new(), idle: Vec::new(), manifest: "{}".to_owned() }
    }

    /// With a trial.
    #[must_use]
    pub fn trial(mut self, mut trial: FakeTrial) -> Self {
        self.facts.trials += 1;
        trial.facts.number = self.facts.trials;
        self.trials.push(trial);
        self
    }

    /// With a monitored host of 4 processors and 8 GiB.
    #[must_use]
    pub fn host(mut self, name: &str) -> Self {
        self.facts.hosts.push(HostFacts {
            name: name.to_owned(),
            is_tester: name == "tester",
            cpu_model: "made up".to_owned(),
            cores: 4,
            memory: 8.0 * 1024.0 * 1024.0 * 1024.0,
            kernel: "6.1".to_owned(),
        });
        self
    }

    /// With what each host spent at rest.
    #[must_use]
    pub fn idle(mut self, figure: &str, values: impl IntoIterator<Item = f64>) -> Self {
        self.idle.push((figure.to_owned(), values.into_iter().collect()));
        self
    }

    /// With all that is known of it, as JSON.
    #[must_use]
    pub fn manifest(mut self, json: &str) -> Self {
        json.clone_into(&mut self.manifest);
        self
    }

    /// With a search.
    #[must_use]
    pub fn search(mut self, search: SearchFacts) -> Self {
        self.searches.push(search);
        self
    }
}

impl FakeTrial {
    /// A valid trial of `rate` requests per second, without a request.
    pub fn new(load: u32, rate: f64) -> Self {
        let facts = TrialFacts {
            number: 0,
            test_case: "fibonacci".to_owned(),
            load,
            is_closed_loop: false,
            users: 0,
            intended_rate: rate,
            offered_rate: rate,
            goodput: rate,
            started: 1.79e12,
            steady_start: 0.0,
            steady_length: 0.0,
            validity: Validity::Valid,
            reasons: Vec::new(),
            purpose: Purpose::Plan,
            slo: String::new(),
            has_samples: true,
        };
        Self { facts, quantities: Vec::new(), failures: 0, resources: Vec::new(), resource_series: Vec::new() }
    }

    /// With the response times of its successes, nanoseconds.
    #[must_use]
    pub fn response_times(self, values: impl IntoIterator<Item = f64>) -> Self {
        self.quantity(Quantity::ResponseTime, values)
    }

    /// With any quantity of its successes, nanoseconds.
    #[must_use]
    pub fn quantity(mut self, quantity: Quantity, values: impl IntoIterator<Item = f64>) -> Self {
        self.quantities.push((quantity, values.into_iter().collect()));
        self.facts.steady_length = f64::from(self.requests()) * self.period();
        self
    }

    /// With some requests that failed.
    #[must_use]
    pub fn failures(mut self, failures: u32) -> Self {
        self.failures = failures;
        self.facts.steady_length = f64::from(self.requests()) * self.period();
        self
    }

    /// With what each host spent.
    #[must_use]
    pub fn resources(mut self, figure: &str, values: impl IntoIterator<Item = f64>) -> Self {
        self.resources.push((figure.to_owned(), values.into_iter().collect()));
        self
    }

    fn period(&self) -> f64 {
        1e9 / self.facts.intended_rate
    }

    fn successes(&self) -> u32 {
        self.quantities.iter().map(|(_, values)| values.len() as u32).max().unwrap_or(0)
    }

    fn requests(&self) -> u32 {
        self.successes() + self.failures
    }

    fn values(&self, selection: Selection, quantity: Quantity) -> &[f64] {
        let is_wanted = selection.outcomes.contains(Outcomes::SUCCESS) && selection.phases.contains(Phases::STEADY);
        let found = self.quantities.iter().find(|(named, _)| *named == quantity);
        found.filter(|_| is_wanted).map_or(&[], |(_, values)| values)
    }

    fn infinite(&self, selection: Selection) -> u32 {
        if selection.outcomes.contains(Outcomes::FAILED) { self.failures } else { 0 }
    }
}

/// Quantiles of sorted values with infinite ones above them, by nearest rank.
fn quantiles(mut values: Vec<f64>, infinite: usize, probabilities: &[f64]) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values.extend(std::iter::repeat_n(f64::INFINITY, infinite));
    let rank = |probability: f64| (probability * values.len() as f64 * (1.0 - 1e-12)).ceil() as usize;
    probabilities.iter().map(|p| values.get(rank(*p).max(1) - 1).copied().unwrap_or(f64::NAN)).collect()
}

/// Made-up datasets as a source.
#[derive(Debug, Clone)]
pub(super) struct Fake(pub(super) Vec<FakeDataset>);

impl Fake {
    fn dataset(&self, dataset: u32) -> Result<&FakeDataset, Fault> {
        self.0.get(dataset as usize).ok_or_else(|| Fault::failed(format!("there is no dataset {dataset}")))
    }

    fn trial(&self, dataset: u32, trial: u32) -> Result<&FakeTrial, Fault> {
        let trials = &self.dataset(dataset)?.trials;
        trials.get(trial as usize).ok_or_else(|| Fault::failed(format!("there is no trial {trial}")))
    }

    fn of(&self, selection: Selection) -> Result<&FakeTrial, Fault> {
        self.trial(selection.dataset, selection.trial)
    }
}

fn figure(from: &[(String, Vec<f64>)], name: &str, hosts: usize) -> Vec<f64> {
    let found = from.iter().find(|(named, _)| named == name);
    found.map_or_else(|| vec![f64::NAN; hosts], |(_, values)| values.clone())
}

impl Source for Fake {
    fn count(&self) -> u32 {
        self.0.len() as u32
    }

    fn describe_dataset(&self, dataset: u32) -> Result<DatasetFacts, Fault> {
        self.dataset(dataset).map(|dataset| dataset.facts.clone())
    }

    fn describe_trial(&self, dataset: u32, trial: u32) -> Result<TrialFacts, Fault> {
        self.trial(dataset, trial).map(|trial| trial.facts.clone())
    }

    fn searches(&self, dataset: u32) -> Result<Vec<SearchFacts>, Fault> {
        self.dataset(dataset).map(|dataset| dataset.searches.clone())
    }

    fn manifest(&self, dataset: u32) -> Result<String, Fault> {
        self.dataset(dataset).map(|dataset| dataset.manifest.clone())
    }

    fn count_outcomes(&self, dataset: u32, trial: u32, phases: Phases) -> Result<Vec<f64>, Fault> {
        let trial = self.trial(dataset, trial)?;
        let mut counts = vec![0.0; 11];
        if phases.contains(Phases::STEADY) {
            (counts[0], counts[1]) = (f64::from(trial.successes()), f64::from(trial.failures));
        }
        Ok(counts)
    }

    fn measure(&self, selection: Selection, quantity: Quantity) -> Result<Statistics, Fault> {
        let values = self.of(selection)?.values(selection, quantity);
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let extreme = |choose: fn(f64, f64) -> f64| values.iter().copied().reduce(choose).unwrap_or(f64::NAN);
        let standard_deviation = (squares / (count - 1.0)).sqrt();
        Ok(Statistics { count, mean, standard_deviation, least: extreme(f64::min), most: extreme(f64::max) })
    }

    fn quantiles(&self, selection: Selection, quantity: Quantity, probabilities: &[f64]) -> Result<Vec<f64>, Fault> {
        let trial = self.of(selection)?;
        let infinite = trial.infinite(selection) as usize;
        Ok(quantiles(trial.values(selection, quantity).to_vec(), infinite, probabilities))
    }

    fn count_durations(&self, selection: Selection, quantity: Quantity) -> Result<Histogram, Fault> {
        let mut values = self.of(selection)?.values(selection, quantity).to_vec();
        values.sort_by(f64::total_cmp);
        let mut histogram = Histogram { highest: Vec::new(), counts: Vec::new() };
        for value in values {
            match (histogram.highest.last(), histogram.counts.last_mut()) {
                (Some(last), Some(count)) if *last == value => *count += 1.0,
                _ => {
                    histogram.highest.push(value);
                    histogram.counts.push(1.0);
                }
            }
        }
        Ok(histogram)
    }

    fn over_time(
        &self,
        selection: Selection,
        quantity: Quantity,
        width: f64,
        probabilities: &[f64],
    ) -> Result<Windows, Fault> {
        let trial = self.of(selection)?;
        let due: Vec<f64> = (0..trial.requests()).map(|index| f64::from(index) * trial.period()).collect();
        let values = trial.values(selection, quantity);
        let first_failure = trial.successes() as usize;
        let mut windows = Windows { starts: Vec::new(), counts: Vec::new(), quantiles: Vec::new() };
        let number = due.last().map_or(0, |last| (last / width) as usize + 1);
        for window in 0..number {
            let within = |at: &f64| (*at / width) as usize == window;
            let members = due.iter().enumerate().filter(|(_, at)| within(at)).map(|(index, _)| index);
            let (good, bad): (Vec<usize>, Vec<usize>) = members.partition(|index| *index < first_failure);
            let bad = if trial.infinite(selection) > 0 { bad.len() } else { 0 };
            let good: Vec<f64> = good.iter().filter_map(|index| values.get(*index).copied()).collect();
            windows.starts.push(window as f64 * width);
            windows.counts.push((good.len() + bad) as f64);
            windows.quantiles.extend(quantiles(good, bad, probabilities));
        }
        Ok(windows)
    }

    fn read(&self, selection: Selection, column: &Column, from: u32, most: u32) -> Result<Chunk, Fault> {
        let trial = self.of(selection)?;
        let all: Vec<f64> = match column {
            Column::Quantity(quantity) => trial.values(selection, *quantity).to_vec(),
            Column::IntendedStart => (0..trial.successes()).map(|index| f64::from(index) * trial.period()).collect(),
            _ => return Err(Fault::failed("made-up datasets have no such column")),
        };
        let values: Vec<f64> = all.iter().copied().skip(from as usize).take(most as usize).collect();
        let more = from as usize + values.len() < all.len();
        Ok(Chunk { values, validity: Vec::new(), more })
    }

    fn resources(&self, dataset: u32, trial: u32, name: &str) -> Result<Vec<f64>, Fault> {
        let hosts = self.dataset(dataset)?.facts.hosts.len();
        Ok(figure(&self.trial(dataset, trial)?.resources, name, hosts))
    }

    fn idle_resources(&self, dataset: u32, name: &str) -> Result<Vec<f64>, Fault> {
        let dataset = self.dataset(dataset)?;
        Ok(figure(&dataset.idle, name, dataset.facts.hosts.len()))
    }

    fn resources_over_time(&self, dataset: u32, trial: u32, host: u32, name: &str) -> Result<ResourceSeries, Fault> {
        let series = &self.trial(dataset, trial)?.resource_series;
        let found = series.iter().find(|(of, figure, _)| *of == host && figure == name);
        Ok(found.map_or(ResourceSeries { at: Vec::new(), values: Vec::new() }, |(_, _, series)| series.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Datasets;
    use super::*;

    #[test]
    fn a_made_up_trial_answers_as_a_host_would() {
        let trial = FakeTrial::new(10, 100.0).response_times((1..=20).map(f64::from)).failures(1);
        let datasets = Datasets::fake([FakeDataset::new("k3s").host("node-1").trial(trial)]).all().expect("datasets");
        let trials = datasets[0].trials().expect("trials");
        let trial = &trials[0];
        let successes = trial.successes();
        assert_eq!(successes.quantiles(Quantity::ResponseTime, &[0.5, 1.0]).expect("quantiles"), [10.0, 20.0]);
        let over_all = trial.all().quantiles(Quantity::ResponseTime, &[0.5, 0.99]).expect("quantiles");
        assert_eq!(over_all, [11.0, f64::INFINITY]);
        assert_eq!(successes.measure(Quantity::ResponseTime).expect("figures").mean, 10.5);
        assert_eq!(trial.outcomes().expect("counts")[..2], [20.0, 1.0]);
        let windows = successes.over_time(Quantity::ResponseTime, 1e8, &[1.0]).expect("windows");
        assert_eq!((windows.counts, windows.quantiles[..2].to_vec()), (vec![10.0, 10.0, 0.0], vec![10.0, 20.0]));
        assert!(trial.resources("cpu.busy").expect("hosts")[0].is_nan());
        let mut read = Vec::new();
        successes.each(&Column::Quantity(Quantity::ResponseTime), |value| read.push(value)).expect("rows");
        assert_eq!((read.len(), read[19]), (20, Some(20.0)));
    }
}
