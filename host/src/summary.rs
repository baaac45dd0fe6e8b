//! What a person reads of a trial: its figures first, how far to trust them, and why requests failed.

use std::fmt::Write as _;

use model::{HostFacts, Measurement, TrialResult, Validity};
use results::{RunFile, SamplesRecord, SearchRecord, TrialRecord};

use crate::figure::{bytes, count, rate};
use crate::{answer, figures, hosts_spent, load_model, verdict};

/// Messages of failures shown; the rest is in `run.json`.
const FAILURES_SHOWN: usize = 5;

/// A whole run.
pub(crate) fn of_run(run: &RunFile) -> String {
    let mut text = format!("run {}", run.run_id);
    if let Some(name) = &run.name {
        let _ = write!(text, " “{name}”");
    }
    let _ = writeln!(text, ", {}, begun {}", run.state, run.created);
    for (key, value) in &run.labels {
        let _ = writeln!(text, "  {key} = {value}");
    }
    let tester = &run.tester;
    let _ = writeln!(
        text,
        "  tester  {}, {} cores, {}, cluster-tester {}",
        tester.host_name, tester.cores, tester.os, tester.version
    );
    for plugin in &run.plugins {
        let digest = plugin.digest.get(..19).unwrap_or(&plugin.digest);
        let _ = writeln!(text, "  plugin  {} {} ({}, {digest}…)", plugin.name, plugin.version, plugin.origin);
    }
    if let Some(baseline) = &run.baseline {
        let hosts = hosts_spent::table(&baseline.hosts, &run.hosts);
        let _ = write!(text, "\nat rest, for {}\n{hosts}", baseline.length);
    }
    run.searches.iter().for_each(|search| text.push_str(&of_search(search, run)));
    // Those of a search have a line each there.
    let is_searched = |trial: &TrialRecord| run.searches.iter().any(|search| search.trials.contains(&trial.number));
    for trial in run.trials.iter().filter(|trial| !is_searched(trial)) {
        text.push('\n');
        text.push_str(&of_trial(trial, &run.plan.target.urls, &run.hosts));
    }
    if run.trials.is_empty() {
        text.push_str("  no trial has ended\n");
    }
    text
}

/// A search with its answer and a line for each of its trials.
fn of_search(search: &SearchRecord, run: &RunFile) -> String {
    let SearchRecord { plan, answer, trials } = search;
    let found = answer.as_ref().map(|answer| answer::text(plan, answer));
    let mut text = format!("\n{}", found.unwrap_or_else(|| format!("{}\n  not over\n", answer::title(plan))));
    for trial in run.trials.iter().filter(|trial| trials.contains(&trial.number)) {
        if let Some(measurement) = &trial.extras.measurement {
            let measurement = Measurement { backlog: trial.result.backlog.clone(), ..measurement.clone() };
            let _ = writeln!(text, "{}", answer::trial(plan, &measurement, &trial.result));
        }
    }
    text
}

/// One trial. `hosts` are those of its run.
pub(crate) fn of_trial(trial: &TrialRecord, urls: &[String], hosts: &[HostFacts]) -> String {
    let TrialRecord { plan, summary, result, .. } = trial;
    let mut text = format!("{}, {}\n", load_model::of_trial(plan), urls.join(" "));
    let _ = writeln!(text, "  offered   {}   goodput {}", figures::offered(trial), rate(summary.goodput));
    let (sent, received) = (bytes(result.steady.bytes_sent), bytes(result.steady.bytes_received));
    let _ = writeln!(text, "  requests  {}   sent {sent}, received {received}", figures::requests(trial));
    if let Some(late) = figures::late(trial) {
        let _ = writeln!(text, "  late      {late}");
    }
    let _ = write!(text, "\n  {:<22}", "");
    for column in figures::COLUMNS {
        let _ = write!(text, "{column:>10}");
    }
    text.push('\n');
    for (name, of) in figures::times(trial) {
        let _ = write!(text, "  {name:<22}");
        for cell in figures::cells(of) {
            let _ = write!(text, "{cell:>10}");
        }
        text.push('\n');
    }
    if let Some(usage) = &result.tester {
        let _ = writeln!(text, "\n  tester    {}", figures::tester(usage));
    }
    let spent = hosts_spent::table(&trial.extras.hosts, hosts);
    if !spent.is_empty() {
        let _ = write!(text, "\n{spent}");
    }
    text.push_str(&failures(result));
    text.push_str(&slo(result));
    text.push_str(&validity(result, &trial.samples));
    text
}

fn failures(result: &TrialResult) -> String {
    let mut text = String::new();
    if !result.failures.is_empty() {
        text.push_str("\n  failures\n");
    }
    for failure in result.failures.iter().take(FAILURES_SHOWN) {
        let _ = writeln!(text, "  {:>9} × {}: {}", count(failure.count), failure.outcome, failure.message);
    }
    if result.failures.len() > FAILURES_SHOWN {
        let _ = writeln!(text, "  {:>9}   more kinds in run.json", result.failures.len() - FAILURES_SHOWN);
    }
    text
}

fn slo(result: &TrialResult) -> String {
    if result.slo.is_empty() {
        return String::new();
    }
    let mut text = format!("\n  SLO {}\n", verdict::word(verdict::meets_slo(result)));
    let width = result.slo.iter().map(|one| one.condition.chars().count()).max().unwrap_or(0);
    for one in &result.slo {
        let actual = verdict::actual(one);
        let _ = writeln!(text, "    {:<7}  {:<width$}  {actual}", verdict::word(one.is_met), one.condition);
    }
    text
}

fn validity(result: &TrialResult, samples: &SamplesRecord) -> String {
    let mut text = String::new();
    let on_plugin_threads = "the test case is called on plugin threads, being too slow for a generator thread";
    let of_guest = result.guest.on_plugin_threads.then_some(on_plugin_threads);
    let notes: Vec<_> = of_guest.into_iter().chain(result.notes.iter().map(String::as_str)).collect();
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        let _ = writeln!(text, "  note: {note}");
    }
    match result.validity {
        Validity::Valid => {}
        Validity::GeneratorBound => {
            text.push_str("\n  NOT VALID: the tester could not hold this load; the figures are not the target's\n")
        }
        Validity::Interrupted => text.push_str("\n  interrupted: the figures are those of the time there was\n"),
    }
    for reason in &result.validity_reasons {
        let _ = writeln!(text, "    {}: {}", figures::cause(reason.cause), reason.message);
    }
    if !samples.complete {
        let cause = samples.cause.as_deref().unwrap_or("the writer could not keep up");
        let missing = if samples.lost > 0 { format!(", {} are missing", count(samples.lost)) } else { String::new() };
        let _ = writeln!(text, "\n  samples are incomplete{missing}: {cause}");
    }
    text
}
