//! How response time grows with the rate: percentiles of all trials of one test case and load, steps of searches among
//! them, against the rate offered; bounds of the searches, and the knee.

mod charts;
mod curve;
mod knee;
mod report;
#[cfg(test)]
mod tests;
mod work;

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Analysis, Datasets, Description, Report};
use serde::Deserialize;

/// Options. `options.schema.json` explains them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Options {
    test_case: String,
    load: u32,
}

/// The analysis.
#[derive(Debug, Clone, Copy)]
pub struct LatencyCurve;

impl Analysis for LatencyCurve {
    type Options = Options;

    fn describe() -> Description {
        Description::new(
            "LatencyCurveAnalysis",
            "Percentiles of the response time and goodput against the rate offered.",
        )
        .options_schema(include_str!("options.schema.json"))
    }

    fn analyse(options: Options, datasets: &Datasets) -> Result<Report, Fault> {
        report::of(&options, &datasets.all()?)
    }
}

cluster_tester_sdk::export_analysis!(LatencyCurve);
