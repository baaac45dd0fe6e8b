//! A dataset whose answers tell what it was asked.

use std::time::Duration;

use model::Histogram;
use model::dataset::*;
use serde_json::{Value, json};

/// A made-up run of two trials, of which the first has samples.
#[derive(Debug)]
pub(super) struct Fake {
    facts: DatasetFacts,
    trials: Vec<TrialFacts>,
    searches: Vec<SearchFacts>,
    /// How long `manifest` takes.
    pub(super) stall: Duration,
}

pub(super) fn text(text: &str) -> String {
    text.to_owned()
}

impl Fake {
    pub(super) fn new(name: &str) -> Self {
        let host = |name: &str| HostEntry {
            name: text(name),
            is_tester: name == "tester",
            cpu_model: text("EPYC"),
            cores: 4,
            memory: 8e9,
            kernel: text("6.1"),
        };
        let trial = |number| TrialFacts {
            number,
            test_case: text("fibonacci"),
            load: 10,
            is_closed_loop: true,
            users: 12,
            intended_rate: 100.0,
            offered_rate: 99.5,
            goodput: f64::NAN,
            started: 1.8e12,
            steady_start: 1e9,
            steady_length: 30e9,
            validity: TrialValidity::GeneratorBound,
            reasons: vec![text("late")],
            purpose: Purpose::Confirmation,
            slo: text("p99 < 1 s"),
            has_samples: number == 1,
        };
        let facts = DatasetFacts {
            name: text(name),
            is_name_given: true,
            id: text("20261125"),
            source: Source::OlderBenchmark,
            created: text("2026-11-25T10:00:00Z"),
            state: text("complete"),
            target: text("http://localhost"),
            trials: 2,
            hosts: vec![host("node-1"), host("tester")],
            plugins: vec![PluginFacts { name: text("http"), version: text("1.2.0"), digest: text("sha256:00") }],
            is_cpu_since_boot: true,
        };
        let search = SearchFacts {
            test_case: text("fibonacci"),
            subject: SubjectKind::Load,
            held: 50.0,
            slo: text("p99 < 1 s"),
            lower: 20.0,
            upper: f64::INFINITY,
            is_provisional: true,
            notes: vec![text("cut short")],
            trials: vec![0, 1],
        };
        Self { facts, trials: vec![trial(1), trial(2)], searches: vec![search], stall: Duration::ZERO }
    }
}

/// A figure as a number.
fn code(figure: ResourceFigure) -> f64 {
    ResourceFigure::ALL.iter().position(|one| *one == figure).unwrap() as f64
}

impl Dataset for Fake {
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
        std::thread::sleep(self.stall);
        json!({ "id": self.facts.id })
    }

    fn count_outcomes(&self, trial: usize, phases: PhaseSet) -> Result<[f64; 11], DatasetError> {
        Ok(std::array::from_fn(|index| match index {
            0 => trial as f64,
            1 => phases.0.into(),
            _ => index as f64,
        }))
    }

    fn measure(&self, selection: Selection, quantity: Quantity) -> Result<Statistics, DatasetError> {
        Ok(Statistics {
            count: selection.trial as f64,
            mean: selection.phases.0.into(),
            standard_deviation: selection.outcomes.0.into(),
            least: quantity as u8 as f64,
            most: f64::INFINITY,
        })
    }

    fn durations(&self, selection: Selection, _: Quantity) -> Result<Option<Durations>, DatasetError> {
        if selection.trial > 0 {
            return Ok(None);
        }
        let mut finite = Histogram::new();
        [100, 200, 300].into_iter().for_each(|nanos| finite.record(nanos));
        Ok(Some(Durations { finite, infinite: (selection.outcomes == OutcomeSet::ALL).into() }))
    }

    fn over_time(&self, _: Selection, _: Quantity, width: f64, probabilities: &[f64]) -> Result<Windows, DatasetError> {
        Ok(Windows { starts: vec![0.0, width], counts: vec![2.0, 0.0], quantiles: vec![probabilities[0], f64::NAN] })
    }

    fn read(&self, _: Selection, column: &Column, from: u64, most: usize) -> Result<Chunk, DatasetError> {
        let whole = |values| Chunk { values, ..Chunk::default() };
        Ok(match column {
            Column::IntendedStart if from == 0 => Chunk { more: true, ..whole(vec![0.0, 1.0]) },
            Column::IntendedStart => whole(vec![from as f64]),
            Column::Status => whole(vec![most as f64]),
            Column::Outcome => Chunk { validity: vec![0b01], ..whole(vec![10.0, 0.0]) },
            Column::Quantity(quantity) => whole(vec![*quantity as u8 as f64]),
            Column::Metric(name) if name == "cache-hits" => whole(vec![7.0]),
            Column::Metric(name) => return Err(DatasetError(format!("no metric `{name}`"))),
        })
    }

    fn resources(&self, trial: usize, figure: ResourceFigure) -> Result<Vec<f64>, DatasetError> {
        Ok(vec![trial as f64, code(figure)])
    }

    fn idle_resources(&self, figure: ResourceFigure) -> Vec<f64> {
        vec![code(figure), f64::NAN]
    }

    fn resources_over_time(
        &self,
        trial: usize,
        host: usize,
        figure: ResourceFigure,
    ) -> Result<ResourceSeries, DatasetError> {
        Ok(ResourceSeries { at: vec![-1e9, 1e9], values: vec![(trial + host) as f64, code(figure)] })
    }
}
