//! Names the moments in which a trial was slow: windows of time whose p99 is far above that of the window in the middle.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{
    Analysis, Axis, Chart, Datasets, Description, Quantity, Report, Severity, Table, Trial,
};

/// Options, as the schema has them.
#[derive(serde::Deserialize)]
pub struct Options {
    window: f64,
    factor: f64,
}

/// The analysis.
pub struct SlowWindows;

impl Analysis for SlowWindows {
    type Options = Options;

    fn describe() -> Description {
        Description::new("SlowWindowsAnalysis", "Names the moments in which a trial was slow.")
            .options_schema(include_str!("options.schema.json"))
    }

    fn analyse(options: Options, datasets: &Datasets) -> Result<Report, Fault> {
        let mut report = Report::new("Slow moments")
            .text(format!("Slow is a window whose p99 is above {} times that of the window in the middle.", options.factor));
        for dataset in datasets.all()? {
            for trial in dataset.trials()? {
                report = add(report, &dataset.facts.name, &trial, &options)?;
            }
        }
        Ok(report)
    }
}

fn add(report: Report, dataset: &str, trial: &Trial, options: &Options) -> Result<Report, Fault> {
    let windows = trial.successes().over_time(Quantity::ResponseTime, options.window * 1e9, &[0.99])?;
    let limit = options.factor * middle(&windows.quantiles);
    let slow = |(_, p99): &(&f64, &f64)| **p99 > limit;
    let found: Vec<(f64, f64)> =
        windows.starts.iter().zip(&windows.quantiles).filter(slow).map(|(start, p99)| (*start, *p99)).collect();
    let title = format!("{dataset}, trial {}", trial.facts.number);
    if found.is_empty() {
        return Ok(report.finding(Severity::Note, format!("{title}: no window was slow.")));
    }
    let (starts, p99s) = found.into_iter().unzip();
    let chart = Chart::lines(&title, Axis::new("time", "ns"), windows.starts, Axis::new("response time, p99", "ns"))
        .series("p99", windows.quantiles)
        .horizontal_mark(limit, "slow above");
    let table = Table::new(format!("{title}: slow windows")).numbers("from", "ns", starts).numbers("p99", "ns", p99s);
    Ok(report.chart(chart).table(table))
}

/// The value in the middle of those that are there.
fn middle(values: &[f64]) -> f64 {
    let mut there: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    there.sort_by(f64::total_cmp);
    there.get(there.len() / 2).copied().unwrap_or(f64::NAN)
}

cluster_tester_sdk::export_analysis!(SlowWindows);

#[cfg(test)]
mod tests {
    use super::*;
    use cluster_tester_sdk::analysis::Block;
    use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};

    #[test]
    fn a_second_that_was_slow_is_named() {
        // Ten seconds at 100/s; the fourth takes 50 ms instead of 1 ms.
        let times = (0..1_000).map(|index| if (300..400).contains(&index) { 50e6 } else { 1e6 });
        let run = FakeDataset::new("k3s").trial(FakeTrial::new(10, 100.0).response_times(times));
        let options = Options { window: 1.0, factor: 2.0 };
        let report = SlowWindows::analyse(options, &Datasets::fake([run])).expect("a report");
        let table = report.blocks.iter().find_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        });
        let starts = &table.expect("a table").columns[0].values;
        assert!(matches!(starts, cluster_tester_sdk::analysis::Cells::Numbers(starts) if *starts == [3e9]));
    }
}
