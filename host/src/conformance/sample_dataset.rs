//! A made-up run, small and always the same, for an analysis to be tried on.

use model::dataset::{
    Chunk, Column, Dataset, DatasetError, DatasetFacts, Durations, HostEntry, PhaseSet, PluginFacts, Purpose, Quantity,
    ResourceFigure, ResourceSeries, SearchFacts, Selection, Source, Statistics, SubjectKind, TrialFacts, TrialValidity,
    Windows,
};
use model::histogram::nearest_rank;
use model::{Outcome, Phase};
use serde_json::{Value, json};

/// Requests of a trial.
const REQUESTS: usize = 400;
/// Nanoseconds between two arrivals: 100 a second.
const EVERY: f64 = 1e7;

/// A made-up run.
#[derive(Debug)]
pub(super) struct SampleDataset {
    facts: DatasetFacts,
    trials: Vec<TrialFacts>,
    searches: Vec<SearchFacts>,
    /// Every so many requests one fails; 1: all of them.
    failing: usize,
}

impl SampleDataset {
    /// Two trials of 4 s, in which one request in fifty fails, a search, and two hosts.
    pub(super) fn usual(name: &str) -> Self {
        let host = |name: &str, is_tester| HostEntry {
            name: name.to_owned(),
            is_tester,
            cpu_model: "made-up".to_owned(),
            cores: 4,
            memory: 8e9,
            kernel: "6.1".to_owned(),
        };
        let trial = |number: u32| TrialFacts {
            number,
            test_case: "fibonacci".to_owned(),
            load: if number == 1 { 1 } else { 10 },
            is_closed_loop: false,
            users: 0,
            intended_rate: 100.0,
            offered_rate: 100.0,
            goodput: 98.0,
            started: 1_795_521_600_000.0 + f64::from(number) * 10_000.0,
            steady_start: 0.0,
            steady_length: REQUESTS as f64 * EVERY,
            validity: TrialValidity::Valid,
            reasons: Vec::new(),
            purpose: Purpose::Plan,
            slo: "p99 < 50ms".to_owned(),
            has_samples: true,
        };
        let trials = vec![trial(1), trial(2)];
        let facts = DatasetFacts {
            name: name.to_owned(),
            is_name_given: false,
            id: format!("20261124-120000-{name}"),
            source: Source::Run,
            created: "2026-11-24T12:00:00Z".to_owned(),
            state: "complete".to_owned(),
            target: "http://127.0.0.1:8080".to_owned(),
            trials: trials.len(),
            hosts: vec![host("node-1", false), host("tester", true)],
            plugins: vec![PluginFacts {
                name: "fibonacci".to_owned(),
                version: "0.1.0".to_owned(),
                digest: format!("sha256:{}", "0".repeat(64)),
            }],
            is_cpu_since_boot: false,
        };
        let search = SearchFacts {
            test_case: "fibonacci".to_owned(),
            subject: SubjectKind::Rate,
            held: 1.0,
            slo: "p99 < 50ms".to_owned(),
            lower: 100.0,
            upper: 120.0,
            is_provisional: false,
            notes: Vec::new(),
            trials: vec![0, 1],
        };
        Self { facts, trials, searches: vec![search], failing: 50 }
    }

    /// No trial, no host, no search.
    pub(super) fn empty(name: &str) -> Self {
        let mut empty = Self::usual(name);
        (empty.facts.trials, empty.facts.hosts) = (0, Vec::new());
        (empty.trials, empty.searches) = (Vec::new(), Vec::new());
        empty
    }

    /// No request succeeded.
    pub(super) fn failed(name: &str) -> Self {
        let mut failed = Self { failing: 1, ..Self::usual(name) };
        failed.trials.iter_mut().for_each(|trial| trial.goodput = 0.0);
        failed
    }

    /// A file of the older tool: figures alone, no samples and no hosts.
    pub(super) fn means(name: &str) -> Self {
        let mut means = Self::usual(name);
        (means.facts.source, means.facts.hosts, means.searches) = (Source::OlderExecution, Vec::new(), Vec::new());
        means.trials.iter_mut().for_each(|trial| trial.has_samples = false);
        means
    }

    fn outcome(&self, request: usize) -> Outcome {
        if request % self.failing == self.failing - 1 { Outcome::Failed } else { Outcome::Success }
    }

    /// Requests of a selection, by index. All are of the steady state.
    fn selected(&self, selection: Selection) -> Vec<usize> {
        if !selection.phases.has(Phase::Steady) || selection.trial >= self.trials.len() {
            return Vec::new();
        }
        (0..REQUESTS).filter(|request| selection.outcomes.has(self.outcome(*request))).collect()
    }

    /// A duration, nanoseconds; none where nothing was measured.
    fn duration(&self, trial: usize, request: usize, quantity: Quantity) -> Option<f64> {
        // Spread over 1 to 11 ms, with a hundredth of them ten times slower, and longer with the load.
        let spread = (request * 7_919 % 1_000) as f64 / 100.0;
        let slow = if request % 100 == 42 { 10.0 } else { 1.0 };
        let whole = ((1.0 + spread) * slow * (trial + 1) as f64 * 1e6).round();
        match quantity {
            Quantity::ResponseTime => Some(whole),
            Quantity::ServiceTime => Some(whole - 30e3),
            Quantity::Queue => Some(20e3),
            Quantity::ReleaseLag => Some(10e3),
            Quantity::FirstByte => Some((whole * 0.9).round()),
            Quantity::Connect => (request == 0).then_some(200e3),
            Quantity::Tls => None,
            Quantity::ServerSpan => Some((whole * 0.7).round()),
            Quantity::BeyondServer => Some((whole * 0.2).round()),
            Quantity::Transfer => Some((whole * 0.1).round()),
        }
    }

    fn durations_of(&self, selection: Selection, quantity: Quantity) -> Vec<f64> {
        self.selected(selection)
            .into_iter()
            .filter_map(|request| self.duration(selection.trial, request, quantity))
            .collect()
    }

    fn needs_samples(&self, trial: usize) -> Result<(), DatasetError> {
        match self.trials.get(trial) {
            Some(trial) if !trial.has_samples => {
                Err(DatasetError(format!("`{}` has means alone, and no samples", self.facts.name)))
            }
            _ => Ok(()),
        }
    }
}

impl Dataset for SampleDataset {
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
        json!({})
    }

    fn count_outcomes(&self, trial: usize, phases: PhaseSet) -> Result<[f64; 11], DatasetError> {
        let mut counts = [0.0; 11];
        if phases.has(Phase::Steady) && trial < self.trials.len() {
            (0..REQUESTS).for_each(|request| counts[usize::from(self.outcome(request).code())] += 1.0);
        }
        Ok(counts)
    }

    fn measure(&self, selection: Selection, quantity: Quantity) -> Result<Statistics, DatasetError> {
        let values = self.durations_of(selection, quantity);
        let count = values.len() as f64;
        if values.is_empty() {
            return Ok(Statistics { count: 0.0, ..Statistics::UNKNOWN });
        }
        let mean = values.iter().sum::<f64>() / count;
        if !self.trials[selection.trial].has_samples {
            return Ok(Statistics { count, mean, ..Statistics::UNKNOWN });
        }
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Ok(Statistics {
            count,
            mean,
            standard_deviation: (squares / (count - 1.0)).sqrt(),
            least: values.iter().copied().fold(f64::INFINITY, f64::min),
            most: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }

    fn durations(&self, selection: Selection, quantity: Quantity) -> Result<Option<Durations>, DatasetError> {
        if self.needs_samples(selection.trial).is_err() {
            return Ok(None);
        }
        let mut durations = Durations::default();
        for request in self.selected(selection) {
            match self.outcome(request) {
                Outcome::Success => {
                    if let Some(value) = self.duration(selection.trial, request, quantity) {
                        durations.finite.record(value as u64);
                    }
                }
                _ => durations.infinite += 1,
            }
        }
        Ok(Some(durations))
    }

    fn over_time(
        &self,
        selection: Selection,
        quantity: Quantity,
        width: f64,
        probabilities: &[f64],
    ) -> Result<Windows, DatasetError> {
        self.needs_samples(selection.trial)?;
        let length = REQUESTS as f64 * EVERY;
        if width.is_nan() || width < (length / 1e6).max(1e6) {
            return Err(DatasetError("the windows are too narrow".to_owned()));
        }
        let mut windows = Windows::default();
        let selected = self.selected(selection);
        for index in 0..(length / width).ceil() as usize {
            let start = index as f64 * width;
            let is_within = |request: &&usize| (start..start + width).contains(&(**request as f64 * EVERY));
            let mut values: Vec<f64> = selected
                .iter()
                .filter(is_within)
                .map(|request| match self.outcome(*request) {
                    Outcome::Success => self.duration(selection.trial, *request, quantity).unwrap_or(f64::NAN),
                    _ => f64::INFINITY,
                })
                .filter(|value| !value.is_nan())
                .collect();
            values.sort_unstable_by(f64::total_cmp);
            windows.starts.push(start);
            windows.counts.push(values.len() as f64);
            windows.quantiles.extend(probabilities.iter().map(|q| {
                let rank = nearest_rank(*q, values.len() as u64) as usize;
                values.get(rank - 1).copied().unwrap_or(f64::NAN)
            }));
        }
        Ok(windows)
    }

    fn read(&self, selection: Selection, column: &Column, from: u64, most: usize) -> Result<Chunk, DatasetError> {
        self.needs_samples(selection.trial)?;
        let selected = self.selected(selection);
        let from = usize::try_from(from).unwrap_or(usize::MAX).min(selected.len());
        let until = from.saturating_add(most).min(selected.len());
        let mut chunk = Chunk { more: until < selected.len(), ..Chunk::default() };
        let mut is_there = Vec::new();
        for request in &selected[from..until] {
            let value = match column {
                Column::IntendedStart => Some(*request as f64 * EVERY),
                Column::Quantity(quantity) => self.duration(selection.trial, *request, *quantity),
                Column::Status => Some(if self.outcome(*request) == Outcome::Success { 200.0 } else { 503.0 }),
                Column::Outcome => Some(self.outcome(*request).code().into()),
                Column::Metric(name) => return Err(DatasetError(format!("there is no metric `{name}`"))),
            };
            is_there.push(value.is_some());
            chunk.values.push(value.unwrap_or(0.0));
        }
        if is_there.contains(&false) {
            let byte = |bits: &[bool]| bits.iter().enumerate().fold(0, |byte, (bit, is)| byte | (u8::from(*is) << bit));
            chunk.validity = is_there.chunks(8).map(byte).collect();
        }
        Ok(chunk)
    }

    fn resources(&self, trial: usize, _: ResourceFigure) -> Result<Vec<f64>, DatasetError> {
        Ok(self.facts.hosts.iter().map(|_| 20.0 * (trial + 1) as f64).collect())
    }

    fn idle_resources(&self, _: ResourceFigure) -> Vec<f64> {
        self.facts.hosts.iter().map(|_| 2.0).collect()
    }

    fn resources_over_time(
        &self,
        trial: usize,
        host: usize,
        _: ResourceFigure,
    ) -> Result<ResourceSeries, DatasetError> {
        let at: Vec<f64> = (-1..5).map(|second| f64::from(second) * 1e9).collect();
        let values = at.iter().map(|at| 20.0 * (trial + host + 1) as f64 + at / 1e9).collect();
        Ok(ResourceSeries { at, values })
    }
}
