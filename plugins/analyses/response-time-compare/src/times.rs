//! One time of the requests of one trial: its shape and its figures.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Axis, Chart, Quantity, Statistics, Table, text};
use older_analyses::{Chosen, seconds};

/// Parts into which the probabilities from 0 to 1 are cut: enough for the shape of a violin.
const PARTS: u32 = 200;

/// Times of a dataset's trial.
#[derive(Debug)]
pub(crate) struct Times {
    /// Name of the dataset.
    pub(crate) name: String,
    /// Exact figures.
    pub(crate) statistics: Statistics,
    trial: u32,
    rate: f64,
    rate_in_words: String,
    /// Quantiles at [`probabilities`].
    quantiles: Vec<f64>,
}

impl Times {
    /// Of the successes.
    pub(crate) fn of(chosen: &Chosen, quantity: Quantity) -> Result<Self, Fault> {
        let successes = chosen.trial.successes();
        let facts = &chosen.trial.facts;
        // All NaN where only means are known.
        let mut quantiles = successes.quantiles(quantity, &probabilities())?;
        let statistics = successes.measure(quantity)?;
        // Exact ends, not those of buckets: the table beside has them.
        if let ([first, .., last], true) = (&mut quantiles[..], statistics.least.is_finite()) {
            let is_drawn = first.is_finite() && last.is_finite();
            (*first, *last) = if is_drawn { (statistics.least, statistics.most) } else { (*first, *last) };
        }
        let name = chosen.dataset.facts.name.clone();
        Ok(Self {
            name,
            statistics,
            trial: facts.number,
            rate: facts.rate(),
            rate_in_words: facts.rate_in_words(),
            quantiles,
        })
    }

    /// There is something to draw.
    pub(crate) fn has_shape(&self) -> bool {
        self.quantiles.iter().any(|quantile| quantile.is_finite())
    }

    fn count(&self) -> f64 {
        let Statistics { count, mean, .. } = self.statistics;
        if count == 0.0 && mean.is_nan() { f64::NAN } else { count }
    }

    fn median(&self) -> f64 {
        self.quantiles[PARTS as usize / 2]
    }
}

fn probabilities() -> Vec<f64> {
    (0..=PARTS).map(|part| f64::from(part) / f64::from(PARTS)).collect()
}

/// A violin for each that has a shape.
pub(crate) fn violins(title: &str, label: &str, times: &[Times]) -> Chart {
    let chart = Chart::violins(title, probabilities(), Axis::new(label, "ns"));
    times.iter().filter(|times| times.has_shape()).fold(chart, |chart, one| {
        let Statistics { mean, standard_deviation, .. } = one.statistics;
        chart.series(&one.name, one.quantiles.clone()).summary([
            format!("mean {}", text::duration(mean)),
            format!("median {}", text::duration(one.median())),
            format!("standard deviation {}", text::duration(standard_deviation)),
            format!("rate {}", one.rate_in_words),
        ])
    })
}

/// The figures; with the older tool's form of the mean where it is that of the older tool.
pub(crate) fn table(caption: &str, times: &[Times], has_before: bool) -> Table {
    let numbers = |of: fn(&Times) -> f64| times.iter().map(of).collect::<Vec<f64>>();
    let table = Table::new(caption)
        .text("dataset", times.iter().map(|one| one.name.clone()).collect())
        .numbers("trial", "1", numbers(|one| f64::from(one.trial)))
        .numbers("rate", "/s", numbers(|one| one.rate))
        // Not every success tells the server's own time; where none does, nothing is known.
        .numbers(if has_before { "told by" } else { "successes" }, "1", numbers(Times::count))
        .numbers("mean", "ns", numbers(|one| one.statistics.mean))
        .numbers("median", "ns", numbers(Times::median))
        .numbers("standard deviation", "ns", numbers(|one| one.statistics.standard_deviation))
        .numbers("shortest", "ns", numbers(|one| one.statistics.least))
        .numbers("longest", "ns", numbers(|one| one.statistics.most));
    if has_before {
        table.text("mean as before (s)", times.iter().map(|one| seconds(one.statistics.mean)).collect())
    } else {
        table
    }
}
