//! Runs whose writer was killed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::reading::samples_of;
use super::*;
use crate::{ResultsError, Run, RunState, recover};

/// A run left in the middle of its second trial, with `count` samples on disk.
fn left_in_the_middle(scene: &Scene, count: u64) -> PathBuf {
    let mut run = scene.run();
    trial(&mut run, 1500);
    let second = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    offer(&mut second.sink(), 0..count);
    // Ends the writing thread, and neither trial nor run.
    second.abandon();
    run.dir().to_owned()
}

#[test]
fn a_trial_cut_off_is_rebuilt_from_its_samples() {
    let scene = Scene::new();
    let dir = left_in_the_middle(&scene, 6000);
    let recovery = recover(&dir).expect("recovered");
    assert_eq!((recovery.trials.len(), recovery.trials[0].number, recovery.trials[0].rows), (1, 2, 6000));
    let run = Run::open(&dir).expect("readable");
    assert_eq!((run.file().state, run.file().trials.len()), (RunState::Recovered, 2));
    assert_eq!(run.trial(1).expect("there").result, result(1500));

    let record = run.trial(2).expect("there");
    let expected = result(6000);
    assert_eq!(record.result.validity, Validity::Interrupted);
    assert_eq!(record.result.steady.counts, expected.steady.counts);
    assert_eq!(record.result.steady.response_time, expected.steady.response_time);
    assert_eq!(record.result.warm_up.counts, expected.warm_up.counts);
    // Five seconds of the steady state were there, not ten.
    assert!((record.summary.offered_rate - 1000.0).abs() < 1.0, "{}", record.summary.offered_rate);
    assert_eq!(record.result.failures.iter().map(|failure| failure.count).sum::<u64>(), 120);
    assert_eq!(record.metrics[1].column, "metric_cpu_time");
    assert!(!record.samples.complete);
    assert_eq!(samples_of(&run, 2), (0..6000).map(sample).collect::<Vec<_>>());
    assert!(!dir.join("trials/0002/spool-0001.data").exists());
}

#[test]
fn recovering_twice_changes_nothing() {
    let scene = Scene::new();
    let dir = left_in_the_middle(&scene, 2000);
    recover(&dir).expect("recovered");
    let before = std::fs::read(dir.join("run.json")).expect("text");
    let again = recover(&dir).expect_err("nothing left");
    assert!(matches!(again, ResultsError::NothingToRecover { state: RunState::Recovered, .. }), "{again}");
    assert_eq!(std::fs::read(dir.join("run.json")).expect("text"), before);
}

#[test]
fn a_live_run_and_a_complete_one_are_refused_and_left_as_they_are() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 100);
    let dir = run.dir().to_owned();
    assert!(matches!(recover(&dir), Err(ResultsError::Live { .. })));
    run.end(RunState::Complete).expect("saved");
    assert!(matches!(recover(&dir), Err(ResultsError::NothingToRecover { state: RunState::Complete, .. })));
    assert!(!dir.join(".lock").exists());
    assert!(matches!(recover(&scene.path("nowhere")), Err(ResultsError::NotARun { .. })));
}

#[test]
fn a_crash_between_any_two_steps_of_finishing_a_trial_is_mended() {
    // After the Parquet file got its name, before run.json knew: both are there, then the file alone.
    for is_spool_there in [true, false] {
        let scene = Scene::new();
        let dir = left_in_the_middle(&scene, 2000);
        let second = dir.join("trials/0002");
        let spool = crate::spool::SpoolReader::open(&second).expect("readable").expect("there");
        let header = spool.header().clone();
        crate::parquet_file::write(&second, &header, spool).expect("written");
        std::fs::write(second.join("samples.parquet.partial"), "half of one").expect("written");
        if !is_spool_there {
            crate::spool::SpoolReader::delete(&second).expect("deleted");
        }
        let recovery = recover(&dir).expect("recovered");
        assert_eq!(recovery.trials[0].rows, 2000);
        assert_eq!(samples_of(&Run::open(&dir).expect("readable"), 2).len(), 2000);
        assert!(!second.join("spool-0001.data").exists());
    }
    // After run.json knew, before the spool was gone.
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 100);
    let dir = run.dir().to_owned();
    drop(run);
    std::fs::write(dir.join("trials/0001/spool-0001.data"), "left").expect("written");
    assert_eq!(recover(&dir).expect("recovered").trials, []);
    assert!(!dir.join("trials/0001/spool-0001.data").exists());
    assert_eq!(samples_of(&Run::open(&dir).expect("readable"), 1).len(), 100);
}

#[test]
fn a_run_killed_before_its_first_sample_is_recovered_as_empty() {
    let scene = Scene::new();
    let run = scene.run();
    let dir = run.dir().to_owned();
    drop(run);
    std::fs::create_dir_all(dir.join("trials/0001")).expect("a directory");
    let recovery = recover(&dir).expect("recovered");
    assert_eq!((recovery.trials.len(), recovery.notes.len()), (0, 1));
    assert_eq!(Run::open(&dir).expect("readable").file().state, RunState::Recovered);
}

/// Set for the child of the test below: the storage that it writes to.
const CHILD: &str = "RESULTS_TEST_CHILD";

#[test]
fn a_child_that_writes_until_it_is_killed() {
    let Some(storage) = std::env::var_os(CHILD) else { return };
    let mut run = Storage::at(storage).create_run("killed", run_header()).expect("a run");
    let trial = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    let mut sink = trial.sink();
    let mut offered = 0;
    loop {
        offer(&mut sink, offered..offered + 50);
        offered += 50;
        let line = format!("\noffered {offered}\n");
        std::io::stdout().write_all(line.as_bytes()).expect("the parent reads");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_process_killed_outright_loses_no_more_than_the_last_half_second() {
    for lives in [30, 700, 1300] {
        let scene = Scene::new();
        let storage = scene.path("storage");
        let (offered, killed) = write_and_be_killed(&storage, Duration::from_millis(lives));
        let dir = scene.storage.find("latest").expect("there");
        let listed = scene.storage.list().expect("listed");
        assert!(!listed[0].is_live, "the kernel gave the lock back");
        let recovery = recover(&dir).expect("recovered");
        let safe = offered.iter().filter(|(_, at)| killed.duration_since(*at) > Duration::from_millis(500));
        let safe = safe.map(|(count, _)| *count).max().unwrap_or(0);
        let rows = recovery.trials.first().map_or(0, |trial| trial.rows);
        let most = offered.last().map_or(0, |(count, _)| *count) + 50;
        assert!(rows >= safe && rows <= most, "{rows} of {safe} to {most} after {lives} ms");
        if rows > 0 {
            let run = Run::open(&dir).expect("readable");
            assert_eq!(samples_of(&run, 1), (0..rows).map(sample).collect::<Vec<_>>());
        }
    }
}

/// What the child said it had offered, and when it was killed.
fn write_and_be_killed(storage: &Path, lives: Duration) -> (Vec<(u64, Instant)>, Instant) {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "tests::recovering::a_child_that_writes_until_it_is_killed", "--nocapture"])
        .env(CHILD, storage)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut offered = Vec::new();
    let mut first = None;
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    for line in lines.map_while(Result::ok) {
        let Some(count) = line.strip_prefix("offered ").and_then(|count| count.parse().ok()) else { continue };
        offered.push((count, Instant::now()));
        if first.get_or_insert_with(Instant::now).elapsed() >= lives {
            break;
        }
    }
    let killed = Instant::now();
    child.kill().expect("killed");
    child.wait().expect("gone");
    (offered, killed)
}
