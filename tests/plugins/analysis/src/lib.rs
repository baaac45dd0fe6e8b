//! The smallest analysis: counts its datasets. Also what a run says when it is given one for a test case.

use cluster_tester_sdk::analysis::{Analysis, Datasets, Description, Report};
use cluster_tester_sdk::{Fault, NoOptions};

/// The analysis.
pub struct Count;

impl Analysis for Count {
    type Options = NoOptions;

    fn describe() -> Description {
        Description::new("CountAnalysis", "Counts its datasets.")
    }

    fn analyse(_: NoOptions, datasets: &Datasets) -> Result<Report, Fault> {
        Ok(report(datasets.all()?.len()))
    }
}

fn report(datasets: usize) -> Report {
    Report::new("Datasets").text(format!("There are {datasets}."))
}

cluster_tester_sdk::export_analysis!(Count);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_tells_how_many_there_are() {
        let report = report(3);
        assert_eq!((report.title.as_str(), report.blocks.len()), ("Datasets", 1));
    }
}
