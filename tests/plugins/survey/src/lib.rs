//! Asks for everything that there is, and puts what it got into tables, one a function of the interface `dataset`. The
//! columns are those of the first trial of the first dataset and of its first host.

use cluster_tester_sdk::analysis::Axis;
use cluster_tester_sdk::analysis::{
    Analysis, Chart, Column, Dataset, Datasets, Description, Outcomes, Phases, Quantity, Report, Selected, Severity,
    Table, Trial,
};
use cluster_tester_sdk::{Fault, NoOptions, log, random};

/// Probabilities of its quantiles.
const PROBABILITIES: [f64; 3] = [0.5, 0.99, 1.0];
/// Width of its windows, nanoseconds.
const WIDTH: f64 = 1e9;
/// Quantities that have a table each, by their names in the WIT.
const QUANTITIES: [(&str, Quantity); 10] = [
    ("response-time", Quantity::ResponseTime),
    ("service-time", Quantity::ServiceTime),
    ("queue", Quantity::Queue),
    ("release-lag", Quantity::ReleaseLag),
    ("first-byte", Quantity::FirstByte),
    ("connect", Quantity::Connect),
    ("tls", Quantity::Tls),
    ("server-span", Quantity::ServerSpan),
    ("beyond-server", Quantity::BeyondServer),
    ("transfer", Quantity::Transfer),
];

/// The analysis.
pub struct Survey;

impl Analysis for Survey {
    type Options = NoOptions;

    fn describe() -> Description {
        Description::new("SurveyAnalysis", "Asks for everything that there is.").datasets(1, 2)
    }

    fn analyse(_: NoOptions, datasets: &Datasets) -> Result<Report, Fault> {
        let all = datasets.all()?;
        log::info(&format!("{} datasets", all.len()));
        let names = all.iter().map(|dataset| dataset.facts.name.clone()).collect();
        let counts = all.iter().map(|dataset| f64::from(dataset.facts.trials)).collect();
        let mut report = Report::new("Survey")
            .finding(Severity::Note, "Everything was asked for.")
            .heading("Datasets")
            .text(format!("A number drawn: {}", random::next()))
            .table(Table::new("count").text("dataset", names).numbers("trials", "1", counts));
        let first = all.first().ok_or("no dataset")?;
        report = of_dataset(report, first)?;
        match first.trials()?.first() {
            Some(trial) => of_trial(report, trial),
            None => Ok(report),
        }
    }
}

fn of_dataset(report: Report, dataset: &Dataset) -> Result<Report, Fault> {
    let searches = dataset.searches()?.iter().map(|search| format!("{search:?}")).collect();
    let manifest = vec![serde_json::to_string(&dataset.manifest()?)?];
    Ok(report
        .table(Table::new("describe-dataset").text("facts", vec![format!("{:?}", dataset.facts)]))
        .table(Table::new("searches").text("facts", searches))
        .table(Table::new("manifest").text("json", manifest))
        .table(Table::new("idle-resources").numbers("cpu.busy", "%", dataset.idle_resources("cpu.busy")?)))
}

fn of_trial(mut report: Report, trial: &Trial) -> Result<Report, Fault> {
    report = report
        .table(Table::new("describe-trial").text("facts", vec![format!("{:?}", trial.facts)]))
        .table(Table::new("count-outcomes").numbers("requests", "1", trial.outcomes()?))
        .table(Table::new("resources").numbers("memory.used", "bytes", trial.resources("memory.used")?));
    let series = trial.resources_over_time(0, "cpu.usr")?;
    report = report.table(Table::new("resources-over-time").numbers("at", "ns", series.at).numbers(
        "cpu.usr",
        "%",
        series.values,
    ));
    let some = trial.select(Phases::STEADY | Phases::DRAIN, Outcomes::SUCCESS | Outcomes::NO_ROW);
    for (name, quantity) in QUANTITIES {
        let figures = some.measure(quantity)?;
        let values = vec![figures.count, figures.mean, figures.standard_deviation, figures.least, figures.most];
        report = report.table(Table::new(format!("measure {name}")).numbers("figures", "ns", values));
    }
    let quantity = Quantity::ResponseTime;
    let quantiles = trial.all().quantiles(quantity, &PROBABILITIES)?;
    let histogram = some.histogram(quantity)?;
    let windows = some.over_time(quantity, WIDTH, &PROBABILITIES[..1])?;
    let chart = Chart::lines("over-time", Axis::new("time", "ns"), windows.starts, Axis::new("response time", "ns"));
    report = report
        .table(Table::new("quantiles").numbers("p", "1", PROBABILITIES.to_vec()).numbers("value", "ns", quantiles))
        .table(Table::new("count-durations").numbers("highest", "ns", histogram.highest).numbers(
            "requests",
            "1",
            histogram.counts,
        ))
        .chart(chart.series("p50", windows.quantiles).panel(Axis::new("due", "1")).series("requests", windows.counts));
    for (name, column) in [
        ("intended-start", Column::IntendedStart),
        ("server-span", Column::Quantity(Quantity::ServerSpan)),
        ("status", Column::Status),
        ("outcome", Column::Outcome),
        ("metric", Column::Metric("cache-hits".to_owned())),
    ] {
        report = report.table(Table::new(format!("read {name}")).numbers("values", "", rows(&some, &column)?));
    }
    Ok(report)
}

/// The rows of a column; NaN where one is missing.
fn rows(selected: &Selected, column: &Column) -> Result<Vec<f64>, Fault> {
    let mut rows = Vec::new();
    selected.each(column, |value| rows.push(value.unwrap_or(f64::NAN)))?;
    Ok(rows)
}

cluster_tester_sdk::export_analysis!(Survey);

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::analysis::Block;
    use cluster_tester_sdk::analysis::fake::FakeDataset;

    use super::*;

    #[test]
    fn a_dataset_without_trials_is_surveyed_too() {
        let report = Survey::analyse(NoOptions {}, &Datasets::fake([FakeDataset::new("k3s")])).expect("a report");
        let tables = report.blocks.iter().filter(|block| matches!(block, Block::Table(_))).count();
        assert_eq!(tables, 5);
    }
}
