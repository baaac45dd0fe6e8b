//! Where the mean response time goes: late release, waiting for a connection, opening it, the way to the server and
//! back, the server itself, the answer's transfer. The parts are of exact means, so that they add up.

mod parts;
mod report;
#[cfg(test)]
mod tests;

use cluster_tester_sdk::analysis::{Analysis, Datasets, Description, Report};
use cluster_tester_sdk::{Fault, NoOptions};

/// The analysis.
#[derive(Debug, Clone, Copy)]
pub struct WhereTimeGoes;

impl Analysis for WhereTimeGoes {
    type Options = NoOptions;

    fn describe() -> Description {
        Description::new("WhereTimeGoesAnalysis", "What the mean response time is made of, trial by trial.")
    }

    fn analyse(_: NoOptions, datasets: &Datasets) -> Result<Report, Fault> {
        report::of(&datasets.all()?)
    }
}

cluster_tester_sdk::export_analysis!(WhereTimeGoes);
