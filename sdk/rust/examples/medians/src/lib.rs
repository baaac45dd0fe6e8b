//! Median response time of each trial, as a table and as bars.

use cluster_tester_sdk::analysis::{Analysis, Axis, Chart, Datasets, Description, Quantity, Report, Table};
use cluster_tester_sdk::{Fault, NoOptions};

/// The analysis.
pub struct Medians;

impl Analysis for Medians {
    type Options = NoOptions;

    fn describe() -> Description {
        Description::new("MediansAnalysis", "Median response time of each trial.")
    }

    fn analyse(_: NoOptions, datasets: &Datasets) -> Result<Report, Fault> {
        let mut report = Report::new("Median response times");
        for dataset in datasets.all()? {
            let name = &*dataset.facts.name;
            let (mut numbers, mut medians) = (Vec::new(), Vec::new());
            for trial in dataset.trials()? {
                numbers.push(trial.facts.number.to_string());
                medians.extend(trial.successes().quantiles(Quantity::ResponseTime, &[0.5])?);
            }
            let bars = Chart::bars(name, "trial", numbers.clone(), Axis::new("median response time", "ns"));
            let table = Table::new("Medians").text("trial", numbers).numbers("median", "ns", medians.clone());
            report = report.heading(name).table(table).chart(bars.series("median", medians));
        }
        Ok(report)
    }
}

cluster_tester_sdk::export_analysis!(Medians);

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::analysis::Block;
    use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};

    use super::*;

    #[test]
    fn each_trial_has_its_median() {
        let trial = |times| FakeTrial::new(10, 100.0).response_times(times);
        let run = FakeDataset::new("k3s").trial(trial([3e6, 1e6, 2e6])).trial(trial([7e6, 9e6, 8e6]));
        let report = Medians::analyse(NoOptions {}, &Datasets::fake([run])).expect("a report");
        let [Block::Heading(name), Block::Table(table), Block::Chart(chart)] = report.blocks.as_slice() else {
            panic!("{report:?}")
        };
        assert_eq!((name.as_str(), chart.series[0].name.as_str()), ("k3s", "median"));
        assert!(format!("{:?}", table.columns[1].values).contains("[2000000.0, 8000000.0]"), "{table:?}");
    }
}
