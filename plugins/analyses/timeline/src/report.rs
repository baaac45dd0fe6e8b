//! Puts the report together.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, Report, Severity, Table, Trial};
use trials::LoadPoint;

use crate::windows::OverTime;
use crate::{Options, charts, choice, resources};

const READING: &str = "Requests are counted in the window in which they were due, whenever their answer came. \
    Percentiles are over all requests of a window, and unbounded (at the upper edge) when more failed than they \
    leave out: p99 where windows hold a hundred requests, else p90. What moves at one time in two panels belongs together: a host that is busy, or runs out of memory, \
    when response times rise.";

/// The report on some datasets.
///
/// # Errors
/// When the options name what is not there, and as the host says.
pub(crate) fn of(options: &Options, datasets: &[Dataset]) -> Result<Report, Fault> {
    let choice::Choice { trials: chosen, all } = choice::choose(options, datasets)?;
    let mut report = Report::new("Trials over time");
    if chosen.is_empty() {
        return Ok(report.finding(Severity::Invalid, "There is no trial in the datasets: nothing to show."));
    }
    for dataset in datasets.iter().filter(|dataset| dataset.facts.trials == 0) {
        report = report.finding(Severity::Caution, format!("{} has no trial.", dataset.facts.name));
    }
    if all > chosen.len() {
        let sentence =
            format!("Trials of the first {} of {all} datasets are shown; option dataset has the others.", chosen.len());
        report = report.finding(Severity::Note, sentence);
    }
    if let Some(sentence) = trials::since_boot(chosen.iter().map(|(dataset, _)| *dataset)) {
        report = report.finding(Severity::Caution, sentence);
    }
    if let Some(sentence) = trials::counted_from_sending(chosen.iter().map(|(dataset, _)| *dataset)) {
        report = report.finding(Severity::Note, sentence);
    }
    let mut shown = Vec::new();
    for (dataset, trial) in &chosen {
        report = cautions(report, dataset, trial);
        match OverTime::of(trial) {
            Ok(windows) if windows.starts.is_empty() => {
                let sentence = format!("{} has no requests.", name(dataset, trial));
                report = report.finding(Severity::Caution, sentence);
            }
            Ok(windows) => shown.push((*dataset, trial, windows)),
            // Not every file keeps single requests; the other trials can be shown all the same.
            Err(fault) => {
                let why = match fault {
                    Fault::Failed(why) => why,
                    Fault::InvalidOption(option) => option.reason,
                };
                let why = why.trim_end_matches('.');
                let sentence = format!("{} cannot be shown over time: {why}.", name(dataset, trial));
                report = report.finding(Severity::Caution, sentence);
            }
        }
    }
    if shown.is_empty() {
        return Ok(report);
    }
    report = report.text(READING);
    for (dataset, trial, windows) in &shown {
        report = report.chart(charts::of(dataset, trial, windows, &name(dataset, trial))?);
    }
    Ok(report.table(extremes(&shown)))
}

fn name(dataset: &Dataset, trial: &Trial) -> String {
    let point = LoadPoint::of(&trial.facts);
    format!("{}, trial {}: {point}", dataset.facts.name, trial.facts.number)
}

fn cautions(mut report: Report, dataset: &Dataset, trial: &Trial) -> Report {
    let name = name(dataset, trial);
    if !trial.facts.has_figures() {
        let reasons: Vec<&str> = trial.facts.reasons.iter().map(|reason| reason.trim_end_matches('.')).collect();
        let why = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) };
        report = report.finding(Severity::Caution, format!("{name} is not valid{why}."));
    }
    let hosts = dataset.facts.hosts.len();
    if hosts > resources::MOST {
        let sentence = format!("Of {}, the first {} of {hosts} hosts are shown.", dataset.facts.name, resources::MOST);
        report = report.finding(Severity::Note, sentence);
    }
    report
}

/// The windows that stand out.
fn extremes(shown: &[(&Dataset, &Trial, OverTime)]) -> Table {
    let worst = |windows: &OverTime| {
        let known = windows.starts.iter().zip(&windows.high).filter(|(_, high)| !high.is_nan());
        // Of windows that are equally bad the first.
        known
            .rev()
            .max_by(|one, other| one.1.total_cmp(other.1))
            .map_or((f64::NAN, f64::NAN), |(start, high)| (*start, *high))
    };
    let unbounded = |windows: &OverTime| windows.high.iter().filter(|high| high.is_infinite()).count() as f64;
    let column = |of: &dyn Fn(&OverTime) -> f64| shown.iter().map(|(.., windows)| of(windows)).collect::<Vec<f64>>();
    let names = shown.iter().map(|(dataset, trial, _)| name(dataset, trial)).collect();
    let percentiles = shown.iter().map(|(.., windows)| windows.high_name.to_owned()).collect();
    Table::new("Windows of each trial, and the worst of them")
        .text("trial", names)
        .numbers("width of a window", "ns", column(&|windows| windows.width))
        .numbers("windows", "1", column(&|windows| windows.starts.len() as f64))
        .text("percentile", percentiles)
        .numbers("windows with it unbounded", "1", column(&unbounded))
        .numbers("highest of a window", "ns", column(&|windows| worst(windows).1))
        .numbers("in the window from", "ns", column(&|windows| worst(windows).0))
}
