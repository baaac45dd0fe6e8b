//! Do clusters differ, and by how much? Repetitions are compared on the logarithm of a figure; the answer is a ratio
//! with an interval and a sentence, which may be that it cannot be told yet. `docs/compare.md` has what is decided how.

mod blocks;
mod bootstrap;
mod cells;
mod charts;
mod cluster;
mod decision;
mod effect;
mod figure;
mod findings;
mod fisher;
mod holm;
mod limit;
mod mann_whitney;
mod plans;
mod power;
mod regression;
mod report;
mod sample;
mod settings;
#[cfg(test)]
mod simulation;
mod tables;
#[cfg(test)]
mod tests;
mod welch;
mod words;

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Analysis, Datasets, Description, Report};

pub use settings::Options;

/// The analysis.
#[derive(Debug, Clone, Copy)]
pub struct Compare;

impl Analysis for Compare {
    type Options = Options;

    fn describe() -> Description {
        Description::new("CompareAnalysis", "Whether clusters differ, by how much, and how sure that is.")
            .options_schema(include_str!("options.schema.json"))
            .datasets(2, 0)
    }

    fn analyse(options: Options, datasets: &Datasets) -> Result<Report, Fault> {
        let settings = settings::Settings::of(&options)?;
        report::of(datasets.all()?, &settings)
    }
}

cluster_tester_sdk::export_analysis!(Compare);
