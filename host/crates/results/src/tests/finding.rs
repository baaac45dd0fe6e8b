//! Finding runs, and runs that cannot be read.

use super::*;
use crate::{ResultsError, Run};

/// A storage with runs of these ids.
fn storage_of(ids: &[&str]) -> (Scene, Vec<PathBuf>) {
    let scene = Scene::new();
    let dirs = ids.iter().map(|id| {
        let run = scene.run();
        let dir = run.dir().with_file_name(id);
        std::fs::rename(run.dir(), &dir).expect("renamed");
        dir
    });
    let dirs = dirs.collect();
    (scene, dirs)
}

const IDS: [&str; 3] = ["20261124-142240-fibonacci-x7k2", "20261124-150000-http-aaaa", "20261125-090000-http-bbbb"];

#[test]
fn a_run_is_found_by_id_beginning_path_and_as_the_latest() {
    let (scene, dirs) = storage_of(&IDS);
    let path = dirs[1].display().to_string();
    for (wanted, expected) in [(IDS[0], 0), ("20261125", 2), ("20261124-15", 1), (path.as_str(), 1), ("latest", 2)] {
        assert_eq!(scene.storage.find(wanted).expect(wanted), dirs[expected], "{wanted}");
        assert!(scene.storage.open(wanted).is_ok());
    }
}

#[test]
fn the_latest_of_one_second_is_told_by_the_files() {
    let (scene, dirs) = storage_of(&["20261124-142240-z-aaaa"]);
    // Made later, and sorted before it.
    std::thread::sleep(Duration::from_millis(2));
    let later = scene.run();
    let dir = dirs[0].with_file_name("20261124-142240-a-bbbb");
    std::fs::rename(later.dir(), &dir).expect("renamed");
    assert_eq!(scene.storage.find("latest").expect("there"), dir);
}

#[test]
fn what_is_not_found_is_said_with_what_there_is() {
    let (scene, dirs) = storage_of(&IDS);
    match scene.storage.find("http") {
        Err(ResultsError::NoSuchRun { there, .. }) => assert_eq!(there, [IDS[2], IDS[1], IDS[0]]),
        other => panic!("{other:?}"),
    }
    match scene.storage.find("20261124") {
        Err(ResultsError::Ambiguous { matches, .. }) => assert_eq!(matches, IDS[..2]),
        other => panic!("{other:?}"),
    }
    std::fs::create_dir(scene.path("empty")).expect("a directory");
    let empty = scene.path("empty").display().to_string();
    assert!(matches!(scene.storage.find(&empty), Err(ResultsError::NotARun { .. })));
    assert!(matches!(scene.storage.find("/no/such/place"), Err(ResultsError::Io { .. })));
    let nowhere = Storage::at(scene.path("nowhere"));
    assert!(matches!(nowhere.list(), Err(ResultsError::NoStorage { .. })));
    assert!(matches!(nowhere.find("latest"), Err(ResultsError::NoStorage { .. })));
    let none = Storage::at(scene.path("empty")).find("latest").expect_err("none");
    assert!(none.to_string().ends_with("it holds no runs"), "{none}");
    let file = dirs[0].join("run.json");
    assert!(matches!(Storage::at(&file).list(), Err(ResultsError::NotADirectory { .. })));
}

#[test]
fn broken_runs_are_listed_as_broken_and_the_others_all_the_same() {
    let (scene, dirs) = storage_of(&IDS);
    std::fs::write(dirs[0].join("run.json"), "{\n  \"format_version\": 2,\n  oops\n}").expect("written");
    let text = std::fs::read_to_string(dirs[1].join("run.json")).expect("text");
    std::fs::write(dirs[1].join("run.json"), text.replace("\"format_version\": 2", "\"format_version\": 7"))
        .expect("written");
    std::fs::create_dir(scene.path("storage/not-a-run")).expect("a directory");

    let list = scene.storage.list().expect("listed");
    assert_eq!(list.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), IDS);
    match &list[0].run {
        Err(ResultsError::BrokenRunFile { line, column, .. }) => assert_eq!((*line, *column), (3, 3)),
        other => panic!("{other:?}"),
    }
    match &list[1].run {
        Err(error @ ResultsError::UnknownVersion { found: 7, .. }) => assert!(error.hint().is_some()),
        other => panic!("{other:?}"),
    }
    assert_eq!(list[2].run.as_ref().expect("readable").labels["git"], "abc");
}

#[test]
fn a_list_shows_trials_without_reading_their_histograms() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 2000);
    let list = scene.storage.list().expect("listed");
    assert!(list[0].is_live);
    let listed = list[0].run.as_ref().expect("readable");
    let trial = &listed.trials[0];
    assert_eq!((trial.plan.test_case.as_str(), trial.summary.requests), ("fibonacci", 1000));
}

#[test]
fn any_damage_to_the_file_is_an_error_and_no_panic() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 100);
    let dir = run.dir().to_owned();
    let text = std::fs::read(dir.join("run.json")).expect("text");
    for cut in (0..text.len() - 1).step_by(97) {
        std::fs::write(dir.join("run.json"), &text[..cut]).expect("written");
        assert!(matches!(Run::open(&dir), Err(ResultsError::BrokenRunFile { .. })), "cut at {cut}");
    }
}
