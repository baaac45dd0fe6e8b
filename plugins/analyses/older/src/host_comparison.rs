//! What hosts spent at one load, dataset beside dataset.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Axis, Block, Chart, Datasets, HostFacts, Report, Severity, Table};

use crate::comparison::{Chosen, CompareOptions, Comparison};
use crate::file_name::file_name;
use crate::host_figure::HostFigure;
use crate::host_use::since_boot;
use crate::shown::{all_unknown, finding, host_label};

/// Groups of bars, one a host, with a bar for each dataset; and a table of what is behind them.
///
/// # Errors
/// When no dataset has a trial of the load.
pub fn compare_hosts(figure: HostFigure, options: &CompareOptions, datasets: &Datasets) -> Result<Report, Fault> {
    let mut comparison = Comparison::of(options, datasets)?;
    let title = format!("{} by host, load {}", figure.title, comparison.load);
    let bars = bars(figure, &title, &comparison)?;
    let table = table(figure, &mut comparison)?;
    let mut report = Report::new(&title);
    report.blocks.extend(since_boot(figure, &comparison.datasets).map(Block::Finding));
    report.blocks.extend(comparison.findings.into_iter().map(Block::Finding));
    report = report.text(format!("{} Inside each bar stands the rate of its trial.", figure.explanation));
    let head = format!("{}{}{}", figure.file_name, comparison.load, figure.before_names);
    if let Some(chart) = bars {
        report = report.chart(chart.file_name(file_name(&head, &comparison.datasets)));
    }
    Ok(report.table(table))
}

/// Hosts of the targets, each once, by name; the testers only where there are no others.
fn shown_hosts(chosen: &[Chosen]) -> Vec<&HostFacts> {
    let all: Vec<&HostFacts> = chosen.iter().flat_map(|one| &one.dataset.facts.hosts).collect();
    let has_targets = all.iter().any(|host| !host.is_tester);
    let mut shown: Vec<&HostFacts> = Vec::new();
    for host in all {
        if !(has_targets && host.is_tester) && shown.iter().all(|known| known.name != host.name) {
            shown.push(host);
        }
    }
    shown
}

/// None without hosts: there is nothing to draw.
fn bars(figure: HostFigure, title: &str, comparison: &Comparison) -> Result<Option<Chart>, Fault> {
    let hosts = shown_hosts(&comparison.chosen);
    if hosts.is_empty() {
        return Ok(None);
    }
    let labels = hosts.iter().map(|host| host_label(host)).collect();
    let y = Axis::new(format!("{} ({})", figure.title, figure.heading), figure.unit);
    let mut chart = Chart::bars(title, "host", labels, y);
    for Chosen { dataset, trial } in &comparison.chosen {
        let spent = trial.resources(figure.figure)?;
        let value = |host: &&HostFacts| {
            let place = dataset.facts.hosts.iter().position(|own| own.name == host.name);
            place.and_then(|place| spent.get(place)).copied().unwrap_or(f64::NAN)
        };
        let values: Vec<f64> = hosts.iter().map(value).collect();
        let rate = trial.facts.rate_in_words();
        let notes = values.iter().map(|value| if value.is_nan() { String::new() } else { rate.clone() }).collect();
        chart = chart.series(&dataset.facts.name, values).notes(notes);
    }
    Ok(Some(chart))
}

/// A row for each dataset and host. Adds what is lacking to the findings.
fn table(figure: HostFigure, comparison: &mut Comparison) -> Result<Table, Fault> {
    let (mut names, mut trials, mut rates, mut hosts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut values = Vec::new();
    let mut beside = vec![Vec::new(); figure.beside.len()];
    for Chosen { dataset, trial } in &comparison.chosen {
        for host in &dataset.facts.hosts {
            names.push(dataset.facts.name.clone());
            trials.push(f64::from(trial.facts.number));
            rates.push(trial.facts.rate());
            hosts.push(host_label(host));
        }
        let spent = trial.resources(figure.figure)?;
        if all_unknown(&spent) {
            let what = if spent.is_empty() {
                "has no monitored hosts".into()
            } else {
                format!("does not tell {}", figure.title)
            };
            comparison.findings.push(finding(Severity::Caution, format!("{} {what}.", dataset.facts.name)));
        }
        values.extend(spent);
        for ((name, ..), column) in figure.beside.iter().zip(&mut beside) {
            column.extend(trial.resources(name)?);
        }
    }
    let before = values.iter().map(|value| (figure.before)(*value)).collect();
    let mut table = Table::new(format!("{} by dataset and host", figure.title))
        .text("dataset", names)
        .numbers("trial", "1", trials)
        .numbers("rate", "/s", rates)
        .text("host", hosts)
        .numbers(figure.heading, figure.unit, values);
    for ((_, heading, unit), column) in figure.beside.iter().zip(beside) {
        table = if all_unknown(&column) { table } else { table.numbers(*heading, unit, column) };
    }
    Ok(table.text(figure.before_heading, before))
}
