//! What is said of trials and datasets in every one of these analyses.

use cluster_tester_sdk::analysis::{Dataset, Finding, HostFacts, Severity, Table, Trial, text};
use trials::flaw;

/// A table with a row for each of `trials` and the columns that tell which one it is.
pub(crate) fn table_of(caption: impl Into<String>, trials: &[&Trial]) -> Table {
    let numbers = |of: fn(&Trial) -> f64| trials.iter().map(|trial| of(trial)).collect();
    let mut table = Table::new(caption).numbers("trial", "1", numbers(|trial| f64::from(trial.facts.number)));
    let test_cases: Vec<String> = trials.iter().map(|trial| trial.facts.test_case.clone()).collect();
    if test_cases.windows(2).any(|pair| pair[0] != pair[1]) {
        table = table.text("test case", test_cases);
    }
    table.numbers("load", "1", numbers(|trial| f64::from(trial.facts.load))).numbers(
        "rate",
        "/s",
        numbers(|trial| trial.facts.rate()),
    )
}

/// A finding.
pub(crate) fn finding(severity: Severity, message: String) -> Finding {
    Finding { severity, message }
}

/// What to call a host.
pub(crate) fn host_label(host: &HostFacts) -> String {
    if host.is_tester { format!("{} (tester)", host.name) } else { host.name.clone() }
}

/// Findings on trials whose figures are not the target's, one a dataset and cause.
pub(crate) fn flawed_trials(dataset: &Dataset, trials: &[Trial]) -> Vec<Finding> {
    let mut causes: Vec<(&str, Vec<u32>)> = Vec::new();
    for trial in trials {
        let Some(cause) = flaw(&trial.facts) else { continue };
        match causes.iter_mut().find(|(known, _)| *known == cause) {
            Some((_, numbers)) => numbers.push(trial.facts.number),
            None => causes.push((cause, vec![trial.facts.number])),
        }
    }
    let name = &dataset.facts.name;
    let words = |(cause, numbers): (&str, Vec<u32>)| {
        let list = text::list(&numbers, text::NAMED);
        let which = if numbers.len() == 1 { format!("trial {list}") } else { format!("each of the trials {list}") };
        finding(Severity::Caution, format!("{name}, {which}: {cause}."))
    };
    causes.into_iter().map(words).collect()
}

/// That response times of the older tool's files lack the wait before the sending, said once for all datasets.
pub fn counted_from_sending(datasets: &[Dataset]) -> Option<Finding> {
    trials::counted_from_sending(datasets).map(|message| finding(Severity::Note, message))
}

/// Nothing is known.
pub(crate) fn all_unknown(values: &[f64]) -> bool {
    values.iter().all(|value| value.is_nan())
}
