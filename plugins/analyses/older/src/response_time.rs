//! Mean, shortest or longest of the server's own time and of the response time, trial by trial.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{
    Block, Dataset, Datasets, Finding, Quantity, Report, Severity, Statistics, Table, Trial, text,
};

use crate::before;
use crate::shown::{all_unknown, counted_from_sending, finding, flawed_trials, table_of};

/// Which figure of the times of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeFigure {
    /// Their mean.
    Mean,
    /// The shortest.
    Least,
    /// The longest.
    Most,
}

impl TimeFigure {
    fn word(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Least => "shortest",
            Self::Most => "longest",
        }
    }

    fn of(self, statistics: &Statistics) -> f64 {
        match self {
            Self::Mean => statistics.mean,
            Self::Least => statistics.least,
            Self::Most => statistics.most,
        }
    }
}

/// A table for each dataset: the figure of both times, and the server's own time as the older tool printed it.
///
/// # Errors
/// As the host says.
pub fn response_time(figure: TimeFigure, datasets: &Datasets) -> Result<Report, Fault> {
    let (mut findings, mut tables) = (Vec::new(), Vec::new());
    let all = datasets.all()?;
    for dataset in &all {
        let trials = dataset.main_trials()?;
        if trials.is_empty() {
            findings.push(finding(Severity::Caution, format!("{} has no trials.", dataset.facts.name)));
            continue;
        }
        findings.extend(flawed_trials(dataset, &trials));
        tables.push(Block::Table(table(figure, dataset, &trials, &mut findings)?));
    }
    findings.extend(counted_from_sending(&all));
    let word = figure.word();
    let mut report = Report::new(format!("{} response time", capitalised(word)));
    report.blocks.extend(findings.into_iter().map(Block::Finding));
    if !tables.is_empty() {
        report = report.text(format!(
            "The {word} of two times of each trial's successful requests, from exact values. Server's own time: how long \
             the application says it worked; the older tool called this the response time and printed it as in the last \
             column. Response time: from when a request was due to the last byte of its answer, waits included."
        ));
    }
    report.blocks.extend(tables);
    Ok(report)
}

fn table(figure: TimeFigure, dataset: &Dataset, trials: &[Trial], findings: &mut Vec<Finding>) -> Result<Table, Fault> {
    let (mut server, mut response, mut requests, mut failures) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut without_success = Vec::new();
    for trial in trials {
        server.push(figure.of(&trial.successes().measure(Quantity::ServerSpan)?));
        response.push(figure.of(&trial.successes().measure(Quantity::ResponseTime)?));
        let outcomes = trial.outcomes()?;
        let all: f64 = outcomes.iter().sum();
        if all > 0.0 && outcomes.first() == Some(&0.0) {
            without_success.push(trial.facts.number);
        }
        requests.push(all);
        failures.push(outcomes.iter().skip(1).sum());
    }
    let (name, word) = (&dataset.facts.name, figure.word());
    let is_without = without_success.len() == trials.len();
    if is_without {
        findings.push(finding(Severity::Caution, format!("{name} had no success, so there are no times of it.")));
    } else if !without_success.is_empty() {
        let which = if without_success.len() == 1 { "trial" } else { "trials" };
        let list = text::list(&without_success, text::NAMED);
        findings.push(finding(Severity::Caution, format!("{name}, {which} {list}: had no success.")));
    }
    for (what, values) in [("server's own time", &server), ("response time", &response)] {
        if all_unknown(values) && !is_without {
            findings.push(finding(Severity::Note, format!("{name} does not tell the {word} {what}.")));
        }
    }
    let before = server.iter().map(|nanos| before::seconds(*nanos)).collect();
    Ok(table_of(format!("{}: {word} times", dataset.facts.name), &trials.iter().collect::<Vec<_>>())
        .numbers("server's own time", "ns", server)
        .numbers("response time", "ns", response)
        .numbers("requests", "1", requests)
        .numbers("failures", "1", failures)
        .text("as before (s)", before))
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}
