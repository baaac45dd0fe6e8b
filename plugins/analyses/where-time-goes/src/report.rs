//! Puts the report together.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Axis, Chart, Dataset, Quantity, Report, Severity, Table, Trial, text};
use trials::{LoadPoint, left_out};

use crate::parts::{NAMES, Parts};

/// Most trials that are shown with their percentiles, and in the chart.
const MOST: usize = 40;

const READING: &str = "Means of successes; each bar is the mean response time. Release lag is the tester's own \
    lateness. Waiting is for a free connection; connecting is opening one, TLS with it, spread over all requests. \
    Beyond the server is the way there and back and waits on it: the time until the first byte less the server's \
    own. Where the server does not tell its own time, the two are one part, until first byte.";

/// Quantities of the table of percentiles, in order of their time.
const QUANTITIES: [(Quantity, &str); 9] = [
    (Quantity::ResponseTime, "response time"),
    (Quantity::ReleaseLag, "release lag"),
    (Quantity::Queue, "queue"),
    (Quantity::Connect, "connect"),
    (Quantity::Tls, "TLS"),
    (Quantity::BeyondServer, "beyond the server"),
    (Quantity::ServerSpan, "server's own"),
    (Quantity::FirstByte, "first byte"),
    (Quantity::Transfer, "transfer"),
];

/// The report on some datasets.
///
/// # Errors
/// As the host says.
pub(crate) fn of(datasets: &[Dataset]) -> Result<Report, Fault> {
    let mut report = Report::new("Where time goes");
    let mut rows: Vec<(String, Trial, Parts)> = Vec::new();
    for dataset in datasets {
        let name = &dataset.facts.name;
        let trials = dataset.main_trials()?;
        if let Some(sentence) = left_out(name, &trials) {
            report = report.finding(Severity::Caution, sentence);
        }
        if !trials.iter().any(|trial| trial.facts.has_figures()) {
            report = report.finding(Severity::Caution, format!("{name} has no trial whose figures can be used."));
        }
        for trial in trials.into_iter().filter(|trial| trial.facts.has_figures()) {
            let label = label(datasets.len() > 1, name, &trial);
            // A run without samples must not cost those that have them.
            let parts = match Parts::of(&trial) {
                Ok(parts) => parts,
                Err(fault) => {
                    let why = match fault {
                        Fault::Failed(why) => why,
                        Fault::InvalidOption(option) => option.reason,
                    };
                    let sentence = format!("Trial {label} cannot be divided: {}.", why.trim_end_matches('.'));
                    report = report.finding(Severity::Caution, sentence);
                    continue;
                }
            };
            if parts.whole.is_nan() {
                report = report.finding(Severity::Caution, format!("Trial {label} has no success: nothing to divide."));
            } else {
                rows.push((label, trial, parts));
            }
        }
    }
    if rows.is_empty() {
        return Ok(report.finding(Severity::Invalid, "There is no trial to show."));
    }
    let too_long: Vec<String> = rows.iter().filter(|row| row.2.is_server_too_long).map(|row| row.0.clone()).collect();
    if !too_long.is_empty() {
        let sentence = format!(
            "The server's own time is longer than its answers took to come, in {}: its clock is too coarse, and its part \
             is cut.",
            text::list(&too_long, text::NAMED)
        );
        report = report.finding(Severity::Caution, sentence);
    }
    let told_by_some: Vec<String> = rows
        .iter()
        .filter(|(.., parts)| parts.told < 1.0)
        .map(|(label, _, parts)| format!("{label} ({})", text::per_cent(parts.told)))
        .collect();
    if !told_by_some.is_empty() {
        let sentence = format!(
            "Only some requests tell the server's own time, in {}: in the chart and the table of parts it is spread over all \
             successes, and what the others took is until first byte. The last table has its mean over those that tell it.",
            text::list(&told_by_some, text::NAMED)
        );
        report = report.finding(Severity::Note, sentence);
    }
    if rows.len() > MOST {
        let sentence = format!("The chart and the percentiles are of the first {MOST} of {} trials.", rows.len());
        report = report.finding(Severity::Note, sentence);
    }
    let shown = &rows[..rows.len().min(MOST)];
    Ok(report.text(READING).chart(chart(shown)).table(means(&rows)).table(percentiles(shown)))
}

fn label(has_several: bool, dataset: &str, trial: &Trial) -> String {
    let point = LoadPoint::of(&trial.facts);
    let number = trial.facts.number;
    if has_several { format!("{dataset} {number}: {point}") } else { format!("{number}: {point}") }
}

/// Parts that any trial has.
fn measured(rows: &[(String, Trial, Parts)]) -> impl Iterator<Item = (usize, &'static str, Vec<f64>)> {
    let of = |index: usize| rows.iter().map(|(.., parts)| parts.values[index]).collect::<Vec<f64>>();
    let columns: Vec<_> = NAMES.iter().enumerate().map(|(index, name)| (index, *name, of(index))).collect();
    columns.into_iter().filter(|(.., values)| values.iter().any(|value| !value.is_nan()))
}

/// All parts, so that each has its colour in every chart; those that are not measured are nothing high.
fn chart(rows: &[(String, Trial, Parts)]) -> Chart {
    let labels = rows.iter().map(|(label, ..)| label.clone()).collect();
    let axis = Axis::new("mean response time", "ns");
    let chart =
        Chart::stacked_bars("Where the mean response time goes", "trial", labels, axis).file_name("where-time-goes");
    NAMES.iter().enumerate().fold(chart, |chart, (index, name)| {
        let height = |parts: &Parts| if parts.values[index].is_nan() { 0.0 } else { parts.values[index] };
        chart.series(*name, rows.iter().map(|(.., parts)| height(parts)).collect())
    })
}

fn means(rows: &[(String, Trial, Parts)]) -> Table {
    let table = Table::new("Parts of the mean response time")
        .text("trial", rows.iter().map(|(label, ..)| label.clone()).collect())
        .numbers("response time", "ns", rows.iter().map(|(.., parts)| parts.whole).collect());
    measured(rows).fold(table, |table, (_, name, values)| table.numbers(name, "ns", values))
}

/// What was measured, each by itself: percentiles do not add up.
fn percentiles(rows: &[(String, Trial, Parts)]) -> Table {
    let (mut labels, mut names) = (Vec::new(), Vec::new());
    let (mut counts, mut means, mut medians, mut p99s) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (label, trial, _) in rows {
        for (quantity, name) in QUANTITIES {
            let successes = trial.successes();
            // What a file does not keep has no row.
            let Ok(statistics) = successes.measure(quantity) else { continue };
            if statistics.mean.is_nan() {
                continue;
            }
            let quantiles = successes.quantiles(quantity, &[0.5, 0.99]).unwrap_or_default();
            let quantile = |index: usize| quantiles.get(index).copied().unwrap_or(f64::NAN);
            labels.push(label.clone());
            names.push(name.to_owned());
            counts.push(statistics.count);
            means.push(statistics.mean);
            medians.push(quantile(0));
            p99s.push(quantile(1));
        }
    }
    Table::new("What was measured, of successes")
        .text("trial", labels)
        .text("quantity", names)
        .numbers("requests", "1", counts)
        .numbers("mean", "ns", means)
        .numbers("p50", "ns", medians)
        .numbers("p99", "ns", p99s)
}
