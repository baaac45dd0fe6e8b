//! What the tester itself uses during the steady state, by the system's own accounts.

use std::time::Duration;

use model::{Clock, Nanos, TesterUsage};

/// How often whoever waits for an instant looks whether the trial is over, nanoseconds.
const LOOK_EVERY: Nanos = 20_000_000;

/// Before the end of the steady state, nanoseconds.
const MOMENT: Nanos = 5_000_000;

/// The system's accounts at one instant.
struct Accounts {
    at: Nanos,
    cpu_user_ns: u64,
    cpu_system_ns: u64,
    voluntary_switches: u64,
    involuntary_switches: u64,
    /// Of each generator thread, nanoseconds on a core.
    threads: Vec<Option<u64>>,
    /// Of the whole machine, ticks: given to others by its host, and all.
    machine: Option<(u64, u64)>,
}

/// Takes the accounts at the beginning and at the end of the steady state, which `threads` (ids by the system) make.
/// Returns early, with what there is, when `is_over`.
pub(crate) fn watch(
    clock: &dyn Clock,
    steady_start: Nanos,
    end: Nanos,
    threads: &[i32],
    is_over: impl Fn() -> bool,
) -> Option<TesterUsage> {
    sleep_until(clock, steady_start, &is_over);
    let before = Accounts::take(clock, threads)?;
    // A moment before the threads, whose accounts end with them.
    sleep_until(clock, end - MOMENT.min((end - steady_start) / 4), &is_over);
    let after = Accounts::take(clock, threads)?;
    let wall_ns = u64::try_from(after.at - before.at).ok().filter(|wall| *wall > 0)?;
    let busiest =
        after.threads.iter().zip(&before.threads).filter_map(|(after, before)| Some((*after)? - (*before)?)).max();
    let steal = after.machine.zip(before.machine).and_then(|(after, before)| {
        let all = after.1.checked_sub(before.1).filter(|all| *all > 0)?;
        Some(after.0.saturating_sub(before.0) as f64 / all as f64)
    });
    Some(TesterUsage {
        wall_ns,
        cpu_user_ns: after.cpu_user_ns.saturating_sub(before.cpu_user_ns),
        cpu_system_ns: after.cpu_system_ns.saturating_sub(before.cpu_system_ns),
        busiest_thread: busiest.unwrap_or(0) as f64 / wall_ns as f64,
        peak_resident_bytes: peak_resident_bytes().unwrap_or(0),
        voluntary_switches: after.voluntary_switches.saturating_sub(before.voluntary_switches),
        involuntary_switches: after.involuntary_switches.saturating_sub(before.involuntary_switches),
        steal,
    })
}

fn sleep_until(clock: &dyn Clock, at: Nanos, is_over: impl Fn() -> bool) {
    while !is_over() {
        let left = at - clock.now();
        if left <= 0 {
            return;
        }
        std::thread::sleep(Duration::from_nanos(left.min(LOOK_EVERY).unsigned_abs()));
    }
}

impl Accounts {
    fn take(clock: &dyn Clock, threads: &[i32]) -> Option<Self> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let (user, system) = cpu_ticks(&stat)?;
        let per_tick = 1_000_000_000 / rustix::param::clock_ticks_per_second().max(1);
        // The process's own file counts its first thread alone: add up those of all.
        let switches = |which: &str| {
            let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
            let status = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("status")).ok());
            status.filter_map(|status| field(&status, which)).sum()
        };
        Some(Self {
            at: clock.now(),
            cpu_user_ns: user * per_tick,
            cpu_system_ns: system * per_tick,
            voluntary_switches: switches("voluntary_ctxt_switches:"),
            involuntary_switches: switches("nonvoluntary_ctxt_switches:"),
            threads: threads.iter().map(|id| on_a_core(*id)).collect(),
            machine: std::fs::read_to_string("/proc/stat").ok().and_then(|text| steal_ticks(&text)),
        })
    }
}

/// Nanoseconds that a thread of this process was on a core.
fn on_a_core(thread: i32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/self/task/{thread}/schedstat")).ok()?;
    text.split_ascii_whitespace().next()?.parse().ok()
}

fn peak_resident_bytes() -> Option<u64> {
    Some(field(&std::fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")? * 1024)
}

/// A number behind its name in `/proc/…/status`.
fn field(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

/// User and system time in `/proc/…/stat`, ticks (proc(5), fields 14 and 15).
fn cpu_ticks(stat: &str) -> Option<(u64, u64)> {
    // The command's name stands in parentheses and may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Ticks given to others and all ticks, in `/proc/stat` (proc(5)); guest time stands within user time.
fn steal_ticks(stat: &str) -> Option<(u64, u64)> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let ticks: Vec<u64> = line.split_ascii_whitespace().map_while(|field| field.parse().ok()).collect();
    Some((*ticks.get(7)?, ticks.iter().take(8).sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_as_the_system_writes_them() {
        assert_eq!(cpu_ticks("7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 120 34 0 0"), Some((120, 34)));
        assert_eq!(field("Name:\tx\nVmHWM:\t  2048 kB\n", "VmHWM:"), Some(2048));
        assert_eq!(steal_ticks("cpu  10 0 20 60 5 0 1 4 9 0\ncpu0 1\n"), Some((4, 100)));
        assert_eq!(steal_ticks("intr 1"), None);
    }

    #[test]
    fn a_busy_thread_is_seen() {
        let clock = crate::clock::TrialClock::default();
        let usage = watch(&clock, 0, 30_000_000, &[rustix::thread::gettid().as_raw_nonzero().get()], || false);
        let usage = usage.expect("a Linux");
        assert!(usage.wall_ns >= 20_000_000 && usage.peak_resident_bytes > 0, "{usage:?}");
    }
}
