//! What the reader must know before any figure, worst first.

use cluster_tester_sdk::analysis::{Finding, Severity, Validity, text};

use crate::capacities::subject_in_words;
use crate::overview::{Overview, TrialFigures};

/// Different reasons given in one finding.
const MOST_REASONS: usize = 3;

/// Findings on all datasets, worst first.
pub(crate) fn of(overviews: &[Overview]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for overview in overviews {
        on_state(overview, &mut findings);
        on_validity(overview, &mut findings);
        on_requests(overview, &mut findings);
        on_searches(overview, &mut findings);
    }
    let named = |is_meant: fn(&Overview) -> bool| {
        let names: Vec<&str> = overviews.iter().filter(|one| is_meant(one)).map(Overview::name).collect();
        (!names.is_empty()).then(|| text::list(&names, text::NAMED))
    };
    let datasets = || overviews.iter().map(|overview| &overview.dataset);
    findings.extend(trials::since_boot(datasets()).map(|message| finding(Severity::Caution, message)));
    findings.extend(named(|overview| !overview.is_record_known).map(|names| {
        let message =
            format!("The whole record of {names} cannot be read: SLO verdicts and lost samples are not told.");
        finding(Severity::Caution, message)
    }));
    findings.extend(trials::counted_from_sending(datasets()).map(|message| finding(Severity::Note, message)));
    findings.extend(named(|overview| overview.trials.iter().any(is_unchecked)).map(|names| {
        let message =
            format!("Whether the tester held the load was not checked in {names}: the older tool did not check it.");
        finding(Severity::Note, message)
    }));
    findings.sort_by_key(|finding| match finding.severity {
        Severity::Regression => 0,
        Severity::Invalid => 1,
        Severity::Caution => 2,
        Severity::Note => 3,
    });
    findings
}

fn is_unchecked(trial: &TrialFigures) -> bool {
    trial.facts.validity == Validity::Unknown
}

fn finding(severity: Severity, message: String) -> Finding {
    Finding { severity, message }
}

fn on_state(overview: &Overview, findings: &mut Vec<Finding>) {
    let name = overview.name();
    if overview.trials.is_empty() {
        findings.push(finding(Severity::Invalid, format!("{name} has no trial that is over: there are no figures.")));
    }
    let what = match overview.dataset.facts.state.as_str() {
        "complete" => return,
        "interrupted" => "was interrupted: what was planned after that is missing",
        "recovered" => "was recovered after its writer was killed: what could not be saved is missing",
        "running" => "is still running, or its writer was killed: only the trials that are over are here",
        other => {
            findings.push(finding(Severity::Caution, format!("{name} is {other}, not complete.")));
            return;
        }
    };
    findings.push(finding(Severity::Caution, format!("{name} {what}.")));
}

/// Trials whose figures are not the target's: one finding a cause. Steps of a search may fail so; that is how it finds
/// the limit, and no figure stands on them.
fn on_validity(overview: &Overview, findings: &mut Vec<Finding>) {
    let bound = |is_main: bool| {
        let is_meant = move |trial: &TrialFigures| {
            trial.facts.validity == Validity::GeneratorBound && trial.facts.is_main() == is_main
        };
        group(overview, is_meant)
    };
    if let Some(Group { which, reasons }) = bound(true) {
        let message = format!("{which}: the tester could not hold the load, so the figures are its own{reasons}");
        findings.push(finding(Severity::Invalid, message));
    }
    if let Some(Group { which, reasons }) = bound(false) {
        let message = format!("{which} (of searches): the tester could not hold the load{reasons}");
        findings.push(finding(Severity::Caution, message));
    }
    if let Some(Group { which, reasons }) = group(overview, |trial| trial.facts.validity == Validity::Interrupted) {
        findings.push(finding(Severity::Caution, format!("{which}: ended before its time{reasons}")));
    }
}

fn on_requests(overview: &Overview, findings: &mut Vec<Finding>) {
    // A step of a search may go so far beyond the limit.
    for (is_main, severity, of) in [(true, Severity::Invalid, ""), (false, Severity::Caution, " (of searches)")] {
        let is_empty = move |trial: &TrialFigures| trial.requests() == 0.0 && trial.facts.is_main() == is_main;
        if let Some(Group { which, .. }) = group(overview, is_empty) {
            let message = format!("{which}{of}: not one request was due in the steady state.");
            findings.push(finding(severity, message));
        }
        let is_meant = move |trial: &TrialFigures| trial.is_without_success() && trial.facts.is_main() == is_main;
        if let Some(Group { which, .. }) = group(overview, is_meant) {
            findings.push(finding(severity, format!("{which}{of}: not one request succeeded.")));
        }
    }
    if let Some(Group { which, .. }) = group(overview, |trial| trial.record.lost > 0) {
        let lost: u64 = overview.trials.iter().map(|trial| trial.record.lost).sum();
        let message = format!(
            "{which}: {lost} requests are missing in the samples, so figures from them are not exact; percentiles have all."
        );
        findings.push(finding(Severity::Caution, message));
    }
}

fn on_searches(overview: &Overview, findings: &mut Vec<Finding>) {
    for search in &overview.searches {
        let about = format!("{}, {} of {}", overview.name(), subject_in_words(search), search.test_case);
        if search.is_provisional {
            let message = format!("{about}: the answer is provisional; the budget was spent before it was confirmed.");
            findings.push(finding(Severity::Caution, message));
        }
        findings.extend(search.notes.iter().map(|note| finding(Severity::Note, format!("{about}: {note}"))));
    }
}

/// Some trials of a dataset.
struct Group {
    /// Which, in words.
    which: String,
    /// The reasons that were given, as the end of a sentence.
    reasons: String,
}

/// None when there are none.
fn group(overview: &Overview, is_meant: impl Fn(&TrialFigures) -> bool) -> Option<Group> {
    let meant: Vec<&TrialFigures> = overview.trials.iter().filter(|trial| is_meant(trial)).collect();
    let numbers: Vec<u32> = meant.iter().map(|trial| trial.facts.number).collect();
    let mut reasons: Vec<&str> = Vec::new();
    for reason in meant.iter().flat_map(|trial| &trial.facts.reasons) {
        if reasons.len() < MOST_REASONS && !reasons.contains(&reason.as_str()) {
            reasons.push(reason);
        }
    }
    let which = match meant.as_slice() {
        [] => return None,
        [only] => format!("{}, trial {} ({})", overview.name(), only.facts.number, only.facts.label()),
        _ => format!("{}, trials {}", overview.name(), text::list(&numbers, text::NAMED)),
    };
    let reasons = match reasons.join("; ") {
        none if none.is_empty() => ".".to_owned(),
        some => format!(": {}.", some.trim_end_matches('.')),
    };
    Some(Group { which, reasons })
}
