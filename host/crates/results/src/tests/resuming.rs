//! Runs taken up again after a crash or an interruption.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::reading::samples_of;
use super::*;
use crate::{RecoveredTrial, ResultsError, Run, RunState};

/// A run left in its second trial, `count` samples of which are on disk.
fn left_in_the_middle(scene: &Scene, count: u64) -> String {
    let mut run = scene.run();
    trial(&mut run, 1500);
    let second = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    offer(&mut second.sink(), 0..count);
    second.abandon();
    run.id().to_owned()
}

#[test]
fn a_crash_loses_at_most_the_trial_under_way() {
    let scene = Scene::new();
    let id = left_in_the_middle(&scene, 2000);
    let resumed = scene.storage.resume_run(&id).expect("resumed");
    assert_eq!(resumed.recovery.trials, [RecoveredTrial { number: 2, rows: 2000, is_record_new: true }]);
    let mut run = resumed.run;
    assert_eq!((run.id(), run.file().state, run.file().ended.as_ref()), (id.as_str(), RunState::Running, None));
    assert!(Run::open(run.dir()).expect("readable").is_live());
    trial(&mut run, 3000);
    let dir = run.dir().to_owned();
    run.end(RunState::Complete).expect("saved");

    let run = Run::open(&dir).expect("readable");
    let file = run.file();
    assert_eq!((file.state, file.resumed.len()), (RunState::Complete, 1));
    let trials: Vec<_> = file.trials.iter().map(|trial| (trial.number, trial.result.validity)).collect();
    assert_eq!(trials, [(1, Validity::Valid), (2, Validity::Interrupted), (3, Validity::Valid)]);
    assert_eq!((&file.trials[0].result, &file.trials[2].result), (&result(1500), &result(3000)));
    for (number, count) in [(1, 1500), (2, 2000), (3, 3000)] {
        assert_eq!(samples_of(&run, number), (0..count).map(sample).collect::<Vec<_>>(), "trial {number}");
    }
    assert!(!dir.join(".lock").exists() && !dir.join(".reserve").exists());
}

#[test]
fn a_run_is_resumed_however_it_was_cut_off_and_however_often() {
    let scene = Scene::new();
    // Before the first sample of a trial, whose number is not used again.
    let id = left_in_the_middle(&scene, 0);
    let mut resumed = scene.storage.resume_run(&id).expect("resumed");
    // After a trial, in order.
    trial(&mut resumed.run, 10);
    resumed.run.end(RunState::Interrupted).expect("saved");
    // By recovery first.
    let mut resumed = scene.storage.resume_run("latest").expect("resumed");
    trial(&mut resumed.run, 20);
    let dir = resumed.run.dir().to_owned();
    drop(resumed);
    crate::recover(&dir).expect("recovered");
    let mut resumed = scene.storage.resume_run(&dir.display().to_string()).expect("resumed");
    trial(&mut resumed.run, 30);
    let file = resumed.run.end(RunState::Complete).expect("saved");
    assert_eq!((file.resumed.len(), file.state), (3, RunState::Complete));
    let rows: Vec<_> = file.trials.iter().map(|trial| (trial.number, trial.samples.rows)).collect();
    assert_eq!(
        rows.iter().filter(|(number, _)| *number != 2).copied().collect::<Vec<_>>(),
        [(1, 1500), (3, 10), (4, 20), (5, 30)]
    );
}

#[test]
fn two_runs_never_write_to_one_directory() {
    let scene = Scene::new();
    let run = scene.run();
    let id = run.id().to_owned();
    let refusal = scene.storage.resume_run(&id).err().expect("being written");
    assert!(matches!(refusal, ResultsError::Live { .. }), "{refusal}");
    assert!(refusal.hint().is_some());
    drop(run);
    // Of many that want it at once one gets it, and the others leave it alone.
    let storage = &scene.storage;
    let barrier = std::sync::Barrier::new(8);
    let runs: Vec<_> = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    storage.resume_run(&id)
                })
            })
            .collect();
        tries.into_iter().map(|one| one.join().expect("no panic")).collect()
    });
    let refused = runs.iter().filter(|run| matches!(run, Err(ResultsError::Live { .. }))).count();
    assert_eq!((refused, runs.iter().filter(|run| run.is_ok()).count()), (7, 1));
}

#[test]
fn a_lock_whose_file_is_taken_away_is_no_lock() {
    // Each of them removes its lock at its end, while the others try to take it: never do two hold it.
    let scene = Scene::new();
    let dir = scene.path("locked");
    std::fs::create_dir(&dir).expect("a directory");
    let holders = std::sync::atomic::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..5000 {
                    let Some(lock) = crate::lock::RunLock::take(&dir).expect("taken or not") else { continue };
                    assert_eq!(holders.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0, "two hold it");
                    std::thread::yield_now();
                    holders.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    lock.remove();
                }
            });
        }
    });
}

#[test]
fn a_complete_run_and_one_that_is_none_are_refused() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 10);
    let (id, dir) = (run.id().to_owned(), run.dir().to_owned());
    run.end(RunState::Complete).expect("saved");
    let before = std::fs::read(dir.join("run.json")).expect("text");
    let refusal = scene.storage.resume_run(&id).err().expect("complete");
    assert!(matches!(refusal, ResultsError::AlreadyComplete { .. }), "{refusal}");
    assert!(refusal.hint().is_some());
    assert_eq!(std::fs::read(dir.join("run.json")).expect("text"), before);
    assert!(!dir.join(".lock").exists());
    assert!(matches!(scene.storage.resume_run("nothing"), Err(ResultsError::NoSuchRun { .. })));
}

/// Set for the child of the test below: the storage that it writes to.
const CHILD: &str = "RESULTS_TEST_RESUMED_CHILD";

#[test]
fn a_child_that_monitors_and_measures_until_it_is_killed() {
    let Some(storage) = std::env::var_os(CHILD) else { return };
    let mut run = Storage::at(storage).create_run("killed", run_header()).expect("a run");
    run.set_hosts(host_facts()).expect("saved");
    let log = run.resources().expect("a log");
    trial(&mut run, 1500);
    let second = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    let mut sink = second.sink();
    for n in 0.. {
        offer(&mut sink, n * 10..(n + 1) * 10);
        let second = i64::try_from(n).expect("killed before") * 1_000_000_000;
        log.append(&[observation(0, second, 1.0), observation(1, second, 2.0)]).expect("written");
        std::io::stdout().write_all(format!("\nlogged {}\n", 2 * (n + 1)).as_bytes()).expect("the parent reads");
    }
}

#[test]
fn a_process_killed_outright_loses_the_trial_under_way_and_no_line_that_was_logged() {
    let scene = Scene::new();
    let storage = scene.path("storage");
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "tests::resuming::a_child_that_monitors_and_measures_until_it_is_killed", "--nocapture"])
        .env(CHILD, &storage)
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let began = Instant::now();
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let mut logged = 0;
    // Long enough for some samples of the trial under way to be on disk. The pipe stays open until the child is gone.
    while logged == 0 || began.elapsed() < Duration::from_millis(900) {
        let line = lines.next().expect("the child goes on");
        logged = line.strip_prefix("logged ").and_then(|count| count.parse().ok()).unwrap_or(logged);
    }
    child.kill().expect("killed");
    child.wait().expect("gone");

    let mut run = scene.storage.resume_run("latest").expect("resumed").run;
    let seen: Vec<_> = Run::open(run.dir()).expect("readable").resources().expect("readable").collect();
    assert!(seen.len() >= logged, "{} of {logged}", seen.len());
    assert!(seen.iter().all(Result::is_ok));
    assert_eq!(run.file().trials[0].result, result(1500));
    let second = &run.file().trials[1];
    assert_eq!((second.number, second.result.validity), (2, Validity::Interrupted));
    assert!(second.samples.rows > 0);
    let log = run.resources().expect("a log");
    log.append(&[observation(0, 0, 1.0)]).expect("written");
    trial(&mut run, 100);
    let file = run.end(RunState::Complete).expect("saved");
    assert_eq!(file.trials.iter().map(|trial| trial.number).collect::<Vec<_>>(), [1, 2, 3]);
}
