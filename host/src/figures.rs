//! Which figures of a trial a person is shown, in which order, and how each is written: the same on screen and in files.

use model::{Cause, TesterUsage};
use results::{Percentiles, TrialRecord};

use crate::figure::{bytes, count, rate, share, time};

/// Heads of the columns of [`cells`].
pub(crate) const COLUMNS: [&str; 6] = ["mean", "p50", "p90", "p99", "p99.9", "max"];

/// The times of a trial, each with its name; those that nothing was recorded of are left out.
pub(crate) fn times(trial: &TrialRecord) -> Vec<(&'static str, &Percentiles)> {
    let summary = &trial.summary;
    let has_failures = trial.result.steady.counts.failures() > 0;
    // Of a single request the iteration's time is the response time.
    let has_steps = summary.iteration_time.count < summary.successes;
    let all = [
        (if has_failures { "response time, all" } else { "response time" }, &summary.response_time, true),
        ("response time, good", &summary.response_time_of_successes, has_failures),
        ("iteration time", &summary.iteration_time, has_steps),
        ("service time", &summary.service_time, true),
        ("  to first byte", &summary.first_byte, true),
        ("  server's own", &summary.server_span, true),
        ("queue", &summary.queue, true),
        ("  connect", &summary.connect, true),
        ("  TLS", &summary.tls, true),
        ("release lag", &summary.release_lag, true),
        ("test case, build", &summary.guest_build, true),
        ("test case, read", &summary.guest_read, true),
    ];
    let shown = all.into_iter().enumerate().filter(|(index, (_, of, wanted))| *index == 0 || *wanted && of.count > 0);
    shown.map(|(_, (name, of, _))| (name, of)).collect()
}

/// A time's figures, under [`COLUMNS`].
pub(crate) fn cells(of: &Percentiles) -> [String; 6] {
    // With members, a missing percentile is one that lies beyond every bound.
    let cell = |nanos: Option<f64>| match nanos {
        Some(nanos) => time(nanos),
        None if of.count > 0 => "unbounded".to_owned(),
        None => "–".to_owned(),
    };
    let at = |nanos: Option<u64>| cell(nanos.map(|nanos| nanos as f64));
    [cell(of.mean_ns), at(of.p50_ns), at(of.p90_ns), at(of.p99_ns), at(of.p99_9_ns), at(of.max_ns)]
}

/// What was let go of what was asked for; in a closed loop nothing was.
pub(crate) fn offered(trial: &TrialRecord) -> String {
    let summary = &trial.summary;
    match summary.intended_rate {
        Some(intended) => format!("{} of {}", rate(summary.offered_rate), rate(intended)),
        None => rate(summary.offered_rate),
    }
}

/// How many requests there were, and how many of them were good.
pub(crate) fn requests(trial: &TrialRecord) -> String {
    let counts = &trial.result.steady.counts;
    let failed = counts.failures();
    let good = count(counts.scheduled - failed);
    let share = if failed == 0 { String::new() } else { format!(" ({})", share(failed, counts.scheduled)) };
    format!("{}: {good} good, {} failed{share}", count(counts.scheduled), count(failed))
}

/// Arrivals that were let go late; none when there are none.
pub(crate) fn late(trial: &TrialRecord) -> Option<String> {
    let late = trial.result.steady.late_releases;
    let noun = if late == 1 { "arrival" } else { "arrivals" };
    let share = share(late, trial.result.steady.release_lag.count());
    (late > 0).then(|| format!("{} {noun} more than 1 ms after they were due ({share})", count(late)))
}

/// What the tester itself used, in a line.
pub(crate) fn tester(usage: &TesterUsage) -> String {
    let wall = usage.wall_ns.max(1) as f64;
    let cores = (usage.cpu_user_ns + usage.cpu_system_ns) as f64 / wall;
    let mut text = format!(
        "{cores:.2} cores, busiest thread {:.0} %, {}, switches {} given and {} taken",
        usage.busiest_thread * 100.0,
        bytes(usage.peak_resident_bytes),
        count(usage.voluntary_switches),
        count(usage.involuntary_switches),
    );
    if let Some(steal) = usage.steal {
        text.push_str(&format!(", steal {:.1} %", steal * 100.0));
    }
    text
}

/// What was short, as it is said before the reason.
pub(crate) fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Cpu => "CPU",
        Cause::Steal => "steal",
        Cause::Descriptors => "descriptors",
        Cause::Guest => "test case",
        Cause::Spool => "samples",
        Cause::Stopped => "stopped",
        Cause::AbortWhen => "abort-when",
        Cause::Overloaded => "overloaded",
    }
}
