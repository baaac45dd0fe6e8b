//! A trial over time: rate and goodput, response time, and what the hosts spent, one below the other.

mod charts;
mod choice;
mod report;
mod resources;
#[cfg(test)]
mod tests;
mod windows;

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Analysis, Datasets, Description, Report};
use serde::Deserialize;

/// Options. `options.schema.json` explains them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Options {
    dataset: String,
    trial: u32,
}

/// The analysis.
#[derive(Debug, Clone, Copy)]
pub struct Timeline;

impl Analysis for Timeline {
    type Options = Options;

    fn describe() -> Description {
        Description::new("TimelineAnalysis", "Rate, response time and what the hosts spent over the time of a trial.")
            .options_schema(include_str!("options.schema.json"))
    }

    fn analyse(options: Options, datasets: &Datasets) -> Result<Report, Fault> {
        report::of(&options, &datasets.all()?)
    }
}

cluster_tester_sdk::export_analysis!(Timeline);
