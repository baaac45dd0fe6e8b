//! What calls cost, against the limits that they have: a budget, in time and in memory.

use std::time::{Duration, Instant};

use model::{Context, Load, Workload as _, WorkloadError, WorkloadSource as _};
use plugin::{Probe, TestCase};
use serde_json::json;

use super::findings::{Findings, Mark};
use super::requests::context;
use super::{Subject, answers};
use crate::figure;

/// Calls before any is measured: caches are warm, and a runtime of its own has made its first collection.
const WARM_UP: u64 = 200;
/// Calls that are measured, at most.
const CALLS: u64 = 5_000;
/// Time that is spent on each kind of call.
const TIME: Duration = Duration::from_millis(700);
/// More than this share of a limit is worth a word.
const SHARE: f64 = 0.1;
/// Growth of memory while it is called, bytes, beyond which it is worth a word.
const GROWTH: u64 = 1 << 20;

pub(super) fn check(subject: &Subject<'_>, test_case: &TestCase, findings: &mut Findings) -> Result<(), WorkloadError> {
    let limits = test_case.limits();
    let begun = Instant::now();
    let mut probe = test_case.probe()?;
    budget("cost of start", &mut [begun.elapsed()], limits.configure_deadline, "an instance and `configure`", findings);
    let load = test_case.description().min_recommended_load.max(Load(1));
    let at = |iteration| context(subject, load, iteration);
    let response = answers::usual(subject, test_case);
    let begun = probe.memory();
    let mut built = measure(&mut probe, at, |probe, context| {
        let _ = std::hint::black_box(probe.build(context));
    });
    let mut read = measure(&mut probe, at, |probe, context| {
        let _ = std::hint::black_box(probe.read(context, &[], &response));
    });
    let (builds, reads) = (built.len(), read.len());
    budget("cost of request", &mut built, limits.deadline, &format!("`build-request`, {builds} calls"), findings);
    budget("cost of answer", &mut read, limits.deadline, &format!("`read-response`, {reads} calls"), findings);
    let each = middle(&built) + middle(&read);
    if let Some(finding) = findings.last() {
        finding.detail(format!(
            "both: a thread makes at most {} requests",
            figure::rate(1.0 / each.as_secs_f64().max(1e-9))
        ));
    }
    memory(begun, probe.memory(), limits.memory, findings);
    Ok(())
}

fn measure(probe: &mut Probe, at: impl Fn(u64) -> Context, call: impl Fn(&mut Probe, &Context)) -> Vec<Duration> {
    let deadline = Instant::now() + TIME;
    let mut times = Vec::new();
    for iteration in 0..WARM_UP + CALLS {
        let context = at(iteration);
        let begun = Instant::now();
        call(probe, &context);
        let now = Instant::now();
        if iteration >= WARM_UP || now > deadline {
            times.push(now - begun);
        }
        if now > deadline {
            break;
        }
    }
    times.sort_unstable();
    times
}

fn middle(sorted: &[Duration]) -> Duration {
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// Says what calls cost of what they may. The times are sorted.
pub(super) fn budget(
    check: &'static str,
    sorted: &mut [Duration],
    limit: Duration,
    what: &str,
    findings: &mut Findings,
) {
    let time = |time: Duration| figure::time(time.as_nanos() as f64);
    let middle = middle(sorted);
    let p99 = sorted.get((sorted.len() * 99).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default();
    let share = p99.as_secs_f64() / limit.as_secs_f64();
    let mark = if share > SHARE { Mark::Warning } else { Mark::Ok };
    let measured = if sorted.len() > 1 { format!("median {}, p99 {}", time(middle), time(p99)) } else { time(middle) };
    let finding = findings.add(mark, check, format!("{measured} of {} ({:.2} %): {what}", time(limit), share * 100.0));
    let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    finding.figures = Some(json!({ "median_ns": nanos(middle), "p99_ns": nanos(p99), "limit_ns": nanos(limit) }));
}

/// Says what memory an instance took of what it may.
fn memory(begun: Option<u64>, after: Option<u64>, limit: u64, findings: &mut Findings) {
    let Some(after) = after else { return };
    let grown = after.saturating_sub(begun.unwrap_or(after));
    let share = after as f64 / limit as f64;
    let mark = if share > 0.75 || grown > GROWTH { Mark::Warning } else { Mark::Ok };
    let (taken, most) = (figure::bytes(after), figure::bytes(limit));
    let finding = findings.add(mark, "memory", format!("{taken} of {most} ({:.1} %)", share * 100.0));
    finding.figures = Some(json!({ "taken_bytes": after, "grown_bytes": grown, "limit_bytes": limit }));
    if grown > GROWTH {
        finding.detail(format!(
            "it grew by {} while it was called: does it keep what it was given?",
            figure::bytes(grown)
        ));
    }
}
