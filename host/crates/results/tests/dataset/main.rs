//! Runs as analyses see them, against another program that reads the same file, and at size (`make soak`).

mod made_run;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use model::dataset::{Column, Dataset, OutcomeSet, PhaseSet, Quantity, Selection};
use model::histogram::Quantile;
use rustix::time::{ClockId, clock_gettime};

const STEADY_SUCCESSES: Selection = Selection { trial: 0, phases: PhaseSet::STEADY, outcomes: OutcomeSet::SUCCESS };
const STEADY: Selection = Selection { outcomes: OutcomeSet::ALL, ..STEADY_SUCCESSES };

/// Quantities, and what they are in SQL.
const QUANTITIES: [(Quantity, &str); 10] = [
    (Quantity::ResponseTime, "end_ns - intended_start_ns"),
    (Quantity::ServiceTime, "end_ns - sent_ns"),
    (Quantity::Queue, "sent_ns - release_ns"),
    (Quantity::ReleaseLag, "release_ns - intended_start_ns"),
    (Quantity::FirstByte, "first_byte_ns - sent_ns"),
    (Quantity::Connect, "connect_ns"),
    (Quantity::Tls, "tls_ns"),
    (Quantity::ServerSpan, "server_ns"),
    (Quantity::BeyondServer, "greatest(0, first_byte_ns - sent_ns - server_ns) + 0 * server_ns + 0 * first_byte_ns"),
    (Quantity::Transfer, "end_ns - first_byte_ns"),
];
const PROBABILITIES: [f64; 6] = [0.0, 0.5, 0.9, 0.99, 0.999, 1.0];

fn open(dir: &Path) -> Arc<dyn Dataset> {
    results::open_dataset(dir).expect("a dataset")
}

/// What DuckDB answers, a row of numbers each; nan for null.
fn duckdb(sql: &str) -> Vec<Vec<f64>> {
    let python = concat!(env!("CARGO_TARGET_TMPDIR"), "/../parquet-reader/bin/python");
    let script = "import duckdb, sys\n\
                  duckdb.sql('set enable_progress_bar = false')\n\
                  for row in duckdb.sql(sys.argv[1]).fetchall(): print(*[float('nan' if v is None else v) for v in row])";
    let answer = Command::new(python).arg("-c").arg(script).arg(sql).output();
    let answer = answer.expect("DuckDB; `make test` installs it");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    let lines = String::from_utf8(answer.stdout).expect("text");
    lines.lines().map(|line| line.split(' ').map(|word| word.parse().expect("a number")).collect()).collect()
}

fn agrees(ours: f64, theirs: f64, within: f64) -> bool {
    ours.is_nan() && theirs.is_nan() || (ours - theirs).abs() <= within * theirs.abs()
}

/// Asserts that figures of all quantities are those that DuckDB finds in the same file.
fn compare_with_duckdb(dataset: &dyn Dataset, dir: &Path) {
    let file = dir.join("trials/0001/samples.parquet");
    for (selection, condition) in [(STEADY_SUCCESSES, "phase = 1 and outcome = 0"), (STEADY, "phase = 1")] {
        let figures =
            QUANTITIES.map(|(_, sql)| format!("count({sql}), avg({sql}), stddev_samp({sql}), min({sql}), max({sql})"));
        let sql = format!("select {} from '{}' where {condition}", figures.join(", "), file.display());
        for ((quantity, _), theirs) in QUANTITIES.iter().zip(duckdb(&sql)[0].chunks(5)) {
            let ours = dataset.measure(selection, *quantity).expect("measured");
            assert_eq!(ours.count, theirs[0], "{quantity:?}");
            assert!(agrees(ours.mean, theirs[1], 1e-12), "{quantity:?}: {ours:?}, {theirs:?}");
            assert!(agrees(ours.standard_deviation, theirs[2], 1e-6), "{quantity:?}: {ours:?}, {theirs:?}");
            assert!(agrees(ours.least, theirs[3], 0.0) && agrees(ours.most, theirs[4], 0.0), "{ours:?}, {theirs:?}");
        }
    }
    let quantiles = QUANTITIES.map(|(_, sql)| PROBABILITIES.map(|q| format!("quantile_disc({sql}, {q})")).join(", "));
    let sql = format!("select {} from '{}' where phase = 1 and outcome = 0", quantiles.join(", "), file.display());
    for ((quantity, _), theirs) in QUANTITIES.iter().zip(duckdb(&sql)[0].chunks(PROBABILITIES.len())) {
        let durations = dataset.durations(STEADY_SUCCESSES, *quantity).expect("read").expect("known");
        for (q, theirs) in PROBABILITIES.into_iter().zip(theirs.iter().copied()) {
            let ours = durations.finite.quantile(q).map_or(f64::NAN, |nanos| nanos as f64);
            // Three digits, as the histogram says.
            assert!(agrees(ours, theirs, 1e-3), "{quantity:?} at {q}: {ours}, {theirs}");
        }
    }
}

#[test]
fn figures_are_those_that_another_program_finds_in_the_same_file() {
    let storage = tempfile::tempdir().expect("temporary directory");
    let dir = made_run::make(storage.path(), 600_000);
    let dataset = open(&dir);
    compare_with_duckdb(&*dataset, &dir);
    let windows = dataset.over_time(STEADY, Quantity::ResponseTime, 1e9, &[0.5, 0.99]).expect("windows");
    let sql = format!(
        "with due as (select case outcome when 0 then end_ns - intended_start_ns else 1e18 end as t, (intended_start_ns - \
         {}) // 1000000000 as w from '{}' where phase = 1) select w, count(*), quantile_disc(t, 0.5), quantile_disc(t, \
         0.99) from due group by w order by w",
        dataset.trial(0).expect("a trial").steady_start,
        dir.join("trials/0001/samples.parquet").display()
    );
    let theirs = duckdb(&sql);
    assert_eq!(windows.counts, theirs.iter().map(|row| row[1]).collect::<Vec<_>>());
    let finite = |value: &f64| if *value == 1e18 { f64::INFINITY } else { *value };
    assert_eq!(windows.quantiles, theirs.iter().flat_map(|row| row[2..].iter().map(finite)).collect::<Vec<_>>());
}

/// Memory of this process, bytes: now, and at most since the peak was last forgotten.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").expect("a process");
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).expect("a line");
        line.split_whitespace().nth(1).expect("a number").parse::<u64>().expect("a number") * 1024
    };
    (of("VmRSS:"), of("VmHWM:"))
}

/// Processor time of this process, seconds.
fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Does something, says how long it took and how much memory at most, and asserts that this is little.
#[expect(clippy::print_stdout, reason = "what a campaign finds is looked at")]
fn told<T>(what: &str, work: impl FnOnce() -> T) -> T {
    // Forgets the peak: that of writing the run is no part of this.
    std::fs::write("/proc/self/clear_refs", "5").expect("a process may forget its own peak");
    let (begun, processor) = (Instant::now(), processor_time());
    let made = work();
    let (now, most) = memory();
    let (took, processor) = (begun.elapsed().as_secs_f64(), processor_time() - processor);
    let [now, most_mb] = [now, most].map(|bytes| bytes / 1_000_000);
    println!("{what}: {took:.2} s, {processor:.2} s of processors; at most {most_mb} MB, then {now} MB");
    assert!(most < 300_000_000, "{what}: {most} bytes");
    made
}

fn campaign(count: u64) -> (tempfile::TempDir, std::path::PathBuf) {
    let storage = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("temporary directory");
    let dir = made_run::make(storage.path(), count);
    let fresh = || told("opening it", || open(&dir));
    told("what a summary asks for", || {
        let dataset = fresh();
        for (quantity, _) in QUANTITIES {
            let measured = dataset.measure(STEADY_SUCCESSES, quantity).expect("measured");
            let durations = dataset.durations(STEADY, quantity).expect("read").expect("known");
            assert_eq!(measured.count, durations.finite.count() as f64);
        }
        let all = dataset.durations(STEADY, Quantity::ResponseTime).expect("read").expect("known");
        let counts = dataset.count_outcomes(0, PhaseSet::STEADY).expect("counted");
        assert_eq!((all.finite.count() as f64, all.infinite as f64), (counts[0], counts[1..].iter().sum::<f64>()));
        assert_eq!(all.finite.quantile_with_infinite(0.9999, all.infinite), Some(Quantile::Unbounded));
    });
    let dataset = fresh();
    told("response time, standard deviation", || {
        dataset.measure(STEADY_SUCCESSES, Quantity::ResponseTime).expect("measured")
    });
    told("the same once more", || dataset.measure(STEADY, Quantity::ServiceTime).expect("measured"));
    let length = dataset.trial(0).expect("a trial").steady_length;
    for windows in [20.0, 1_000.0, 100_000.0] {
        let width = length / windows;
        let got = told(&format!("{windows} windows of response time"), || {
            dataset.over_time(STEADY, Quantity::ResponseTime, width, &[0.5, 0.9, 0.99]).expect("windows")
        });
        let counts = dataset.count_outcomes(0, PhaseSet::STEADY).expect("counted");
        assert_eq!(got.counts.iter().sum::<f64>(), counts.iter().sum::<f64>());
    }
    told("two columns, read in turn", || {
        let columns = [Column::IntendedStart, Column::Quantity(Quantity::ServerSpan)];
        let mut from = 0;
        loop {
            let [starts, spans] =
                columns.each_ref().map(|column| dataset.read(STEADY, column, from, 65_536).expect("read"));
            assert_eq!((starts.values.len(), starts.more), (spans.values.len(), spans.more));
            from += starts.values.len() as u64;
            if !starts.more {
                break;
            }
        }
        let counts = dataset.count_outcomes(0, PhaseSet::STEADY).expect("counted");
        assert_eq!(from as f64, counts.iter().sum::<f64>());
    });
    (storage, dir)
}

#[test]
#[ignore = "takes a minute; `make soak` runs it"]
fn soak_ten_million_requests_are_measured_exactly_in_little_memory() {
    let (_storage, dir) = campaign(10_000_000);
    compare_with_duckdb(&*open(&dir), &dir);
}

#[test]
#[ignore = "takes minutes and four gigabytes of disk; `make soak` runs it"]
fn soak_a_hundred_million_requests_take_no_more_memory() {
    campaign(100_000_000);
}
