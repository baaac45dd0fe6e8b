//! What a component costs, whatever language it is written in: start, calls, memory. The table of `docs/plugins.md`.
//!
//! `COMPONENTS` names files of test cases that speak for the Fibonacci number of load 10, separated by spaces; without
//! it there is nothing to do. `CALLS` is the number of calls over which memory is watched, 0 if not told.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, fs};

use model::{Context, Load, Response, Workload, WorkloadSource as _};
use plugin::{Catalog, Runtime, RuntimeConfig};

const ANSWER: &[u8] = br#"{"start":"2026-01-01T12:00:00.000Z","end":"2026-01-01T12:00:00.012Z","fibonacci":55}"#;
/// Calls that are timed, after as many that are not.
const TIMED: usize = 20_000;

#[expect(clippy::print_stdout, reason = "the table is what this is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let files = env::var("COMPONENTS").unwrap_or_default();
    let calls: u64 = env::var("CALLS").map_or(Ok(0), |calls| calls.parse())?;
    println!(
        "component | KiB | start ms | cached ms | fresh µs | build µs | p99 | read µs | p99 | both µs | most ms | MiB at 1/10, 2/10, … | faults"
    );
    for file in files.split_whitespace() {
        println!("{}", row(Path::new(file), calls)?);
    }
    Ok(())
}

fn row(file: &Path, calls: u64) -> Result<String, Box<dyn Error>> {
    // A catalog keeps what is built into the command, which lives for ever.
    let bytes: &'static [u8] = fs::read(file)?.leak();
    let cache = tempfile::tempdir()?;
    let catalog = Catalog::new([("it", bytes)], &[])?;
    let entry = catalog.find("it")?;
    let config = RuntimeConfig { cache_dir: Some(cache.path().to_owned()), ..RuntimeConfig::default() };
    let start = || -> Result<_, Box<dyn Error>> {
        let runtime = Runtime::new(&config)?;
        let begun = Instant::now();
        let test_case = runtime.test_case(entry, &[])?;
        Ok((begun.elapsed(), test_case))
    };
    let (cold, _) = start()?;
    let mut warm = Duration::MAX;
    for _ in 0..5 {
        warm = warm.min(start()?.0);
    }
    let (_, test_case) = start()?;
    let mut fresh = Vec::new();
    for _ in 0..200 {
        let begun = Instant::now();
        let workload = test_case.workload()?;
        fresh.push(begun.elapsed());
        drop(workload);
    }
    let mut workload = test_case.workload()?;
    let mut timed = Timed::default();
    for number in 0..2 * TIMED {
        timed.iterate(&mut *workload, number as u64)?;
        if number == TIMED {
            timed = Timed::default();
        }
    }
    let [mut build, mut read] = [timed.build, timed.read];
    let mut both: Vec<Duration> = build.iter().zip(&read).map(|(build, read)| *build + *read).collect();
    let most = *both.iter().max().expect("timed");
    let us = |durations: &mut [Duration], share: f64| quantile(durations, share).as_nanos() as f64 / 1e3;
    // A call may be cut off where other programs take the processor; a trial counts it as failed and goes on.
    let (mut seen, mut faults) = (Vec::new(), 0_u64);
    for tenth in 0..if calls == 0 { 0 } else { 10 } {
        for number in 0..calls / 10 {
            faults += u64::from(call(&mut *workload, tenth * calls / 10 + number).is_err());
        }
        seen.push(format!("{:.1}", resident()? as f64 / (1 << 20) as f64));
    }
    Ok(format!(
        "{} | {} | {:.0} | {:.1} | {:.0} | {:.2} | {:.1} | {:.2} | {:.1} | {:.2} | {:.1} | {} | {faults}",
        file.file_stem().unwrap_or_default().to_string_lossy(),
        bytes.len() / 1024,
        cold.as_secs_f64() * 1e3,
        warm.as_secs_f64() * 1e3,
        us(&mut fresh, 0.5),
        us(&mut build, 0.5),
        us(&mut build, 0.99),
        us(&mut read, 0.5),
        us(&mut read, 0.99),
        us(&mut both, 0.5),
        most.as_secs_f64() * 1e3,
        seen.join(", "),
    ))
}

/// Times of single calls.
#[derive(Default)]
struct Timed {
    build: Vec<Duration>,
    read: Vec<Duration>,
}

impl Timed {
    fn iterate(&mut self, workload: &mut dyn Workload, iteration: u64) -> Result<(), Box<dyn Error>> {
        let (context, response) = (context(iteration), response());
        let begun = Instant::now();
        let request = workload.build(&context)?;
        let built = Instant::now();
        let verdict = workload.read(&context, &[], &response)?;
        self.read.push(built.elapsed());
        self.build.push(built - begun);
        drop((request, verdict));
        Ok(())
    }
}

fn call(workload: &mut dyn Workload, iteration: u64) -> Result<(), Box<dyn Error>> {
    let context = context(iteration);
    workload.build(&context)?;
    workload.read(&context, &[], &response())?;
    Ok(())
}

fn context(iteration: u64) -> Context {
    Context { load: Load(10), iteration, seed: 3, intended_start_unix_ms: 1.7e12, row: None }
}

fn response() -> Response {
    Response { status: 200, headers: Vec::new(), body: ANSWER.to_vec().into(), body_length: ANSWER.len() as u64 }
}

/// Nearest rank.
fn quantile(durations: &mut [Duration], share: f64) -> Duration {
    let rank = ((durations.len() as f64 * share) as usize).min(durations.len() - 1);
    *durations.select_nth_unstable(rank).1
}

/// Resident memory of this process, bytes.
fn resident() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse::<u64>()? * 1024)
}
