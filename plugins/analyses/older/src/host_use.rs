//! What each host spent in each trial.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Block, Dataset, Datasets, Finding, Report, Severity, Table, Trial, text};

use crate::host_figure::HostFigure;
use crate::shown::{all_unknown, finding, flawed_trials, host_label, table_of};

/// A table for each dataset, with a row for each trial and host.
///
/// # Errors
/// As the host says.
pub fn host_use(figure: HostFigure, datasets: &Datasets) -> Result<Report, Fault> {
    let all = datasets.all()?;
    let mut findings: Vec<Finding> = since_boot(figure, &all).into_iter().collect();
    let mut tables = Vec::new();
    for dataset in &all {
        let (name, trials) = (&dataset.facts.name, dataset.main_trials()?);
        if trials.is_empty() || dataset.facts.hosts.is_empty() {
            let what = if trials.is_empty() { "has no trials" } else { "has no monitored hosts" };
            findings.push(finding(Severity::Caution, format!("{name} {what}.")));
            continue;
        }
        findings.extend(flawed_trials(dataset, &trials));
        tables.push(Block::Table(table(figure, dataset, &trials, &mut findings)?));
    }
    let mut report = Report::new(figure.title);
    report.blocks.extend(findings.into_iter().map(Block::Finding));
    if !tables.is_empty() {
        report = report.text(figure.explanation);
    }
    report.blocks.extend(tables);
    Ok(report)
}

/// That shares may be means since the hosts were started, said once for all datasets.
pub(crate) fn since_boot(figure: HostFigure, datasets: &[Dataset]) -> Option<Finding> {
    let message = trials::since_boot(datasets).filter(|_| figure.is_since_boot)?;
    Some(finding(Severity::Caution, message))
}

fn table(figure: HostFigure, dataset: &Dataset, trials: &[Trial], findings: &mut Vec<Finding>) -> Result<Table, Fault> {
    let hosts = &dataset.facts.hosts;
    let column = |name: &str| -> Result<Vec<f64>, Fault> {
        let mut values = Vec::new();
        for trial in trials {
            values.extend(trial.resources(name)?);
        }
        Ok(values)
    };
    let rows: Vec<&Trial> = trials.iter().flat_map(|trial| hosts.iter().map(move |_| trial)).collect();
    let labels = trials.iter().flat_map(|_| hosts.iter().map(host_label)).collect();
    let values = column(figure.figure)?;
    let before = values.iter().map(|value| (figure.before)(*value)).collect();
    let mut lacking = if all_unknown(&values) { vec![figure.heading] } else { Vec::new() };
    let mut table = table_of(format!("{}: {} by trial and host", dataset.facts.name, figure.title), &rows)
        .text("host", labels)
        .numbers(figure.heading, figure.unit, values);
    for (name, heading, unit) in figure.beside {
        let values = column(name)?;
        if all_unknown(&values) {
            lacking.push(heading);
        } else {
            table = table.numbers(*heading, unit, values);
        }
    }
    if !lacking.is_empty() {
        let (is, list) = (if lacking.len() == 1 { "is" } else { "are" }, text::list(&lacking, text::NAMED));
        let message = format!("{}, {}: {list} {is} not known.", dataset.facts.name, figure.title);
        findings.push(finding(Severity::Note, message));
    }
    Ok(table.text(figure.before_heading, before))
}
