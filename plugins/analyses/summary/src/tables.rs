//! Tables with a row for each trial.

use cluster_tester_sdk::analysis::{Purpose, Table, Validity};

use crate::overview::{Overview, TrialFigures};

/// Names of the outcomes, in the order of their flags.
const OUTCOMES: [&str; 11] = [
    "success",
    "failed",
    "unreadable",
    "timed-out",
    "connect-failed",
    "connection-lost",
    "protocol-error",
    "dropped",
    "abandoned",
    "guest-fault",
    "no-row",
];

/// Rates asked for and reached, and the verdict.
pub(crate) fn rates(overview: &Overview) -> Table {
    let mut table = beginning(overview, "rates");
    let purposes: Vec<Purpose> = overview.trials.iter().map(|trial| trial.facts.purpose).collect();
    if purposes.iter().any(|purpose| *purpose != Purpose::Plan) {
        table =
            table.text("made for", purposes.into_iter().map(|purpose| purpose_in_words(purpose).to_owned()).collect());
    }
    table
        .numbers("intended rate", "/s", column(overview, |trial| trial.facts.intended_rate))
        .numbers("offered rate", "/s", column(overview, |trial| trial.facts.offered_rate))
        .numbers("goodput", "/s", column(overview, |trial| trial.facts.goodput))
        .numbers("failures", "%", column(overview, TrialFigures::failures))
        .text("verdict", overview.trials.iter().map(verdict).collect())
}

/// Response times.
pub(crate) fn response_times(overview: &Overview) -> Table {
    let [p50, p90, p99, p99_9] = [0, 1, 2, 3].map(|place| column(overview, |trial| trial.percentiles[place]));
    beginning(overview, "response time")
        .numbers("p50", "ns", p50)
        .numbers("p90", "ns", p90)
        .numbers("p99", "ns", p99)
        .numbers("p99.9", "ns", p99_9)
        .numbers("p99 of successes", "ns", column(overview, |trial| trial.p99_of_successes))
        .numbers("mean of successes", "ns", column(overview, |trial| trial.mean))
}

/// What became of the requests: the outcomes that occur.
pub(crate) fn outcomes(overview: &Overview) -> Table {
    let mut table = beginning(overview, "requests by what became of them");
    for (place, name) in OUTCOMES.into_iter().enumerate() {
        let counts = column(overview, |trial| trial.outcomes.get(place).copied().unwrap_or(f64::NAN));
        if place == 0 || counts.iter().any(|count| *count > 0.0) {
            table = table.numbers(name, "1", counts);
        }
    }
    table.numbers("all", "1", column(overview, TrialFigures::requests))
}

fn beginning(overview: &Overview, what: &str) -> Table {
    let table = Table::new(format!("{}: {what}", overview.name()))
        .numbers("trial", "1", column(overview, |trial| f64::from(trial.facts.number)))
        .text("test case", overview.trials.iter().map(|trial| trial.facts.test_case.clone()).collect());
    table.numbers("load", "1", column(overview, |trial| f64::from(trial.facts.load)))
}

fn column(overview: &Overview, of: impl Fn(&TrialFigures) -> f64) -> Vec<f64> {
    overview.trials.iter().map(of).collect()
}

fn purpose_in_words(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Plan => "plan",
        Purpose::Search => "search",
        Purpose::Confirmation => "confirmation",
    }
}

fn verdict(trial: &TrialFigures) -> String {
    let validity = match trial.facts.validity {
        Validity::Valid | Validity::Unknown if trial.is_without_success() => "no success",
        Validity::Valid => "valid",
        Validity::GeneratorBound => "generator-bound",
        Validity::Interrupted => "interrupted",
        Validity::Unknown => "not checked",
    };
    let slo = match trial.record.met_slo {
        Some(true) => ", SLO met",
        Some(false) => ", SLO missed",
        None => "",
    };
    format!("{validity}{slo}")
}
