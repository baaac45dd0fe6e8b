//! What a person reads of a trial: its figures first, how far to trust them, and why requests failed.

use std::fmt::Write as _;

use model::{Outcome, TrialPlan, TrialResult, Validity};
use results::{Percentiles, RunFile, SamplesRecord, TrialRecord};

use crate::figure::{bytes, count, rate, time};

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
    for trial in &run.trials {
        text.push('\n');
        text.push_str(&of_trial(trial, &run.plan.target.urls));
    }
    if run.trials.is_empty() {
        text.push_str("  no trial has ended\n");
    }
    text
}

/// One trial.
pub(crate) fn of_trial(trial: &TrialRecord, urls: &[String]) -> String {
    let TrialRecord { plan, summary, result, .. } = trial;
    let mut text = head(plan, urls);
    let steady = &result.steady;
    let counts = &steady.counts;
    let intended = rate(summary.intended_rate);
    let _ =
        writeln!(text, "  offered   {} of {intended}   goodput {}", rate(summary.offered_rate), rate(summary.goodput));
    let failed = counts.failures();
    let share = failed as f64 * 100.0 / counts.scheduled.max(1) as f64;
    let _ = write!(
        text,
        "  requests  {}: {} good, {} failed",
        count(counts.scheduled),
        count(summary.successes),
        count(failed)
    );
    if failed > 0 {
        let _ = write!(text, " ({share:.2} %)");
    }
    let _ = writeln!(text, "   sent {}, received {}", bytes(steady.bytes_sent), bytes(steady.bytes_received));
    text.push('\n');
    let _ =
        writeln!(text, "  {:<22}{:>10}{:>10}{:>10}{:>10}{:>10}{:>10}", "", "mean", "p50", "p90", "p99", "p99.9", "max");
    if failed > 0 {
        text.push_str(&row("response time, all", &summary.response_time));
        text.push_str(&row("response time, good", &summary.response_time_of_successes));
    } else {
        text.push_str(&row("response time", &summary.response_time));
    }
    for (name, percentiles) in [
        ("service time", &summary.service_time),
        ("  to first byte", &summary.first_byte),
        ("  server's own", &summary.server_span),
        ("queue", &summary.queue),
        ("release lag", &summary.release_lag),
        ("test case, build", &summary.guest_build),
        ("test case, read", &summary.guest_read),
    ] {
        if percentiles.count > 0 {
            text.push_str(&row(name, percentiles));
        }
    }
    text.push_str(&verdict(result, &trial.samples));
    text
}

fn head(plan: &TrialPlan, urls: &[String]) -> String {
    let warm_up = if plan.warm_up.0.is_zero() { String::new() } else { format!(" after {} of warm-up", plan.warm_up) };
    let TrialPlan { test_case, load, rate, duration, .. } = plan;
    format!("{test_case}, load {load}, {rate} (open loop) for {duration}{warm_up}, {}\n", urls.join(" "))
}

fn row(name: &str, of: &Percentiles) -> String {
    // With members, a missing percentile is one that lies beyond every bound.
    let cell = |nanos: Option<f64>| match nanos {
        Some(nanos) => time(nanos),
        None if of.count > 0 => "unbounded".to_owned(),
        None => "–".to_owned(),
    };
    let at = |nanos: Option<u64>| cell(nanos.map(|nanos| nanos as f64));
    let mut text = format!("  {name:<22}{:>10}", cell(of.mean_ns));
    for nanos in [of.p50_ns, of.p90_ns, of.p99_ns, of.p99_9_ns, of.max_ns] {
        let _ = write!(text, "{:>10}", at(nanos));
    }
    text.push('\n');
    text
}

fn verdict(result: &TrialResult, samples: &SamplesRecord) -> String {
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
    if result.guest.on_plugin_threads {
        text.push_str("  note: the test case is called on plugin threads, being too slow for a generator thread\n");
    }
    match result.validity {
        Validity::Valid => {}
        Validity::GeneratorBound => {
            text.push_str("\n  NOT VALID: the tester could not hold this load; the figures are not the target's\n")
        }
        Validity::Interrupted => text.push_str("\n  interrupted: the figures are those of the time there was\n"),
    }
    for reason in &result.validity_reasons {
        let _ = writeln!(text, "    {reason}");
    }
    if !samples.complete {
        let cause = samples.cause.as_deref().unwrap_or("the writer could not keep up");
        let missing = if samples.lost > 0 { format!(", {} are missing", count(samples.lost)) } else { String::new() };
        let _ = writeln!(text, "\n  samples are incomplete{missing}: {cause}");
    }
    text
}

/// Whether not one request of the steady state was good, though some were due.
pub(crate) fn has_no_success(result: &TrialResult) -> bool {
    result.steady.counts.scheduled > 0 && result.steady.counts.of(Outcome::Success) == 0
}
