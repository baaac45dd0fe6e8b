//! A run from its first moment to its end.

use super::*;
use crate::{FORMAT_VERSION, ResultsError, Run, RunFile, RunState, schema};

#[test]
fn a_run_is_there_from_its_first_moment_and_complete_at_its_end() {
    let scene = Scene::new();
    let mut run = scene.run();
    let dir = run.dir().to_owned();
    let first = Run::open(&dir).expect("readable at once");
    assert_eq!((first.file().state, first.file().format_version), (RunState::Running, FORMAT_VERSION));
    assert!(first.is_live());

    trial(&mut run, 11_000);
    assert_eq!(Run::open(&dir).expect("readable").file().trials.len(), 1);
    trial(&mut run, 2_000);
    let file = run.end(RunState::Complete).expect("saved");

    let again = Run::open(&dir).expect("readable");
    assert_eq!(again.file(), &file);
    assert!(!again.is_live());
    let record = again.trial(1).expect("there");
    assert_eq!((record.samples.rows, record.samples.lost, record.samples.complete), (11_000, 0, true));
    assert_eq!(record.result, result(11_000));
    assert_eq!(record.summary.requests, 10_000);
    assert_eq!(record.summary.failures, 200);
    assert!((record.summary.offered_rate - 1000.0).abs() < 1.0, "{}", record.summary.offered_rate);
    assert_eq!(record.summary.response_time.p99_ns, None);
    assert!(record.summary.response_time_of_successes.p99_ns.is_some_and(|p99| (600_000..900_000).contains(&p99)));
    let mut left: Vec<_> = walk(&dir);
    left.sort();
    assert_eq!(left, ["run.json", "trials/0001/samples.parquet", "trials/0002/samples.parquet"]);
}

fn walk(dir: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).expect("a directory") {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => open.push(path),
                false => found.push(path.strip_prefix(dir).expect("below").display().to_string()),
            }
        }
    }
    found
}

#[test]
fn several_threads_write_the_samples_of_one_trial() {
    let scene = Scene::new();
    let mut run = scene.run();
    let trial = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    std::thread::scope(|scope| {
        for part in 0..4 {
            let mut sink = trial.sink();
            scope.spawn(move || offer(&mut sink, part * 1000..(part + 1) * 1000));
        }
    });
    // A sink that outlives the trial neither keeps it from ending nor is believed.
    let mut late = trial.sink();
    let rows = run.finish_trial(trial, result(4000)).expect("a record").samples.rows;
    assert_eq!(rows, 4000);
    assert_eq!(late.offer(vec![sample(0)]), 1);
}

#[test]
fn a_trial_without_a_request_is_a_trial() {
    let scene = Scene::new();
    let mut run = scene.run();
    let trial = run.begin_trial(&plan(), &[], &[]).expect("a trial");
    let record = run.finish_trial(trial, result(0)).expect("a record").clone();
    assert_eq!((record.samples.rows, record.samples.complete), (0, true));
    assert_eq!(record.summary.response_time, crate::Percentiles::default());
    let dir = run.dir().to_owned();
    assert_eq!(Run::open(&dir).expect("readable").samples(1).expect("there").count(), 0);
}

#[test]
fn samples_that_find_no_room_as_parquet_stay_in_the_spool_and_are_recovered() {
    let scene = Scene::new();
    let mut run = scene.run();
    let dir = run.dir().to_owned();
    let trial = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    offer(&mut trial.sink(), 0..3000);
    // Something in the way of the file stands for a disk that is full.
    let way = dir.join("trials/0001/samples.parquet.partial");
    std::fs::create_dir(&way).expect("a directory");
    let record = run.finish_trial(trial, result(3000)).expect("figures are saved all the same").clone();
    assert_eq!((&record.samples.path, record.samples.rows, record.samples.complete), (&None, 3000, false));
    assert!(
        record.samples.cause.as_deref().is_some_and(|cause| cause.contains("the spool is kept")),
        "{:?}",
        record.samples
    );
    let file = run.end(RunState::Complete).expect("saved");
    assert_eq!(file.trials[0].result.steady, result(3000).steady);
    let rows = |run: &Run| run.samples(1).expect("there").map(|batch| batch.expect("whole").num_rows()).sum::<usize>();
    assert_eq!(rows(&Run::open(&dir).expect("readable")), 3000);

    std::fs::remove_dir(&way).expect("out of the way");
    let recovery = crate::recover(&dir).expect("recovered");
    assert_eq!((recovery.trials.len(), recovery.trials[0].rows, recovery.trials[0].is_record_new), (1, 3000, false));
    let run = Run::open(&dir).expect("readable");
    assert_eq!((run.file().state, rows(&run)), (RunState::Complete, 3000));
    assert!(run.trial(1).expect("there").samples.complete);
    assert!(matches!(crate::recover(&dir), Err(ResultsError::NothingToRecover { .. })));
}

#[test]
fn secrets_do_not_reach_the_file() {
    let scene = Scene::new();
    let mut header = run_header();
    let value = model::plan::MaybeSecret::secret("hunter2");
    header.plan.target.headers.push(model::plan::HeaderPlan { name: "authorization".to_owned(), value });
    let run = scene.storage.create_run("x", header).expect("a run");
    let text = std::fs::read_to_string(run.dir().join("run.json")).expect("text");
    assert!(text.contains("(redacted)") && !text.contains("hunter2"));
}

#[test]
fn runs_never_share_a_directory() {
    let scene = Scene::new();
    let runs: Vec<RunWriter> = (0..50).map(|_| scene.run()).collect();
    let ids: std::collections::BTreeSet<&str> = runs.iter().map(RunWriter::id).collect();
    assert_eq!(ids.len(), 50);
}

#[test]
fn a_storage_that_takes_no_runs_says_so_and_how_to_mend_it() {
    let scene = Scene::new();
    std::fs::write(scene.path("file"), "").expect("a file");
    for path in ["file", "file/below"] {
        let error = Storage::at(scene.path(path)).create_run("x", run_header()).err().expect("refused");
        assert!(matches!(error, ResultsError::NotADirectory { .. }), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("--storage")));
        assert!(Storage::at(scene.path(path)).check_writable().is_err());
    }
    let denied = ResultsError::writing(&scene.path("x"), std::io::ErrorKind::PermissionDenied.into());
    assert!(matches!(denied, ResultsError::NotWritable { .. }), "{denied}");
    let full = std::io::Error::from_raw_os_error(rustix::io::Errno::FBIG.raw_os_error());
    let full = ResultsError::writing(&scene.path("x"), full);
    assert!(matches!(full, ResultsError::DiskFull { .. }), "{full}");
    assert!(scene.storage.check_writable().is_ok());
}

#[test]
fn the_committed_schema_is_that_of_the_code() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/run.schema.json");
    let now = format!("{}\n", serde_json::to_string_pretty(&schema()).expect("JSON"));
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &now).expect("docs can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == now,
        "docs/run.schema.json is not that of the code: `UPDATE_SCHEMA=1 cargo test --release -p results` rewrites it"
    );
}

#[test]
fn the_schema_names_every_key_of_a_run() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 10);
    let file: RunFile = run.end(RunState::Interrupted).expect("saved");
    let value = serde_json::to_value(&file).expect("JSON");
    let schema = schema();
    let known = |definition: &serde_json::Value, value: &serde_json::Value| {
        for key in value.as_object().expect("an object").keys() {
            assert!(definition["properties"].get(key).is_some(), "`{key}` is not in the schema");
        }
    };
    known(&schema, &value);
    known(&schema["$defs"]["TrialRecord"], &value["trials"][0]);
    known(&schema["$defs"]["Summary"], &value["trials"][0]["summary"]);
}
