//! What is kept of the hosts.

use std::io::Write;

use model::HostUse;

use super::*;
use crate::{Baseline, ResourceLog, ResultsError, Run, RunFile, RunState, TrialExtras};

const SECOND: i64 = 1_000_000_000;

fn seen(run: &Run) -> Vec<Observation> {
    run.resources().expect("readable").map(|line| line.expect("whole")).collect()
}

fn host_use(host: u16) -> HostUse {
    let cpu = Some(CpuShares { usr: 12.5, idle: 87.5, ..CpuShares::default() });
    HostUse { host, samples: 10, gaps: 1, cpu, network: Some((1000.0, 2000.0)), ..HostUse::default() }
}

#[test]
fn hosts_baseline_and_what_a_trial_cost_them_are_in_the_file() {
    let scene = Scene::new();
    let mut run = scene.run();
    run.set_hosts(host_facts()).expect("saved");
    let baseline =
        Baseline { started_unix_ns: 5 * SECOND, length: Span::from_secs(30), hosts: vec![host_use(0), host_use(2)] };
    run.set_baseline(baseline.clone()).expect("saved");
    let trial = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    let extras = TrialExtras { hosts: vec![host_use(0), host_use(1)], ..TrialExtras::default() };
    run.finish_trial_with(trial, result(0), extras.clone()).expect("a record");
    let dir = run.dir().to_owned();
    run.end(RunState::Complete).expect("saved");

    let file = Run::open(dir).expect("readable").file().clone();
    assert_eq!((file.hosts, file.baseline), (host_facts(), Some(baseline)));
    assert_eq!(file.trials[0].extras, extras);
}

#[test]
fn a_file_from_before_hosts_were_monitored_is_still_read() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 10);
    let dir = run.dir().to_owned();
    let file = run.end(RunState::Complete).expect("saved");
    let mut value = serde_json::to_value(&file).expect("JSON");
    let object = value.as_object_mut().expect("an object");
    for key in ["hosts", "baseline", "searches", "resumed"] {
        assert!(object.shift_remove(key).is_some(), "{key}");
    }
    let record = object["trials"][0].as_object_mut().expect("an object");
    for key in ["hosts", "order", "measurement"] {
        assert!(record.shift_remove(key).is_some(), "{key}");
    }
    std::fs::write(dir.join("run.json"), value.to_string()).expect("written");
    assert_eq!(Run::open(&dir).expect("readable").file(), &file);
}

#[test]
fn what_is_seen_of_hosts_is_there_when_append_returns_and_from_any_thread() {
    let scene = Scene::new();
    let mut run = scene.run();
    let log = run.resources().expect("a log");
    let reader = Run::open(run.dir()).expect("readable");
    let gap = Observation { host: 1, due_unix_ns: SECOND, seen: Seen::Gap("no answer within 1 s".to_owned()) };
    let batch = [observation(0, SECOND, 10.0), gap];
    log.append(&batch).expect("written");
    assert_eq!(seen(&reader), batch);

    std::thread::scope(|scope| {
        for host in 0..4 {
            let log = run.resources().expect("the same log");
            scope.spawn(move || {
                (2..102).for_each(|second| log.append(&[observation(host, second * SECOND, 1.0)]).expect("written"));
            });
        }
    });
    let all = seen(&reader);
    assert_eq!(all.len(), 402);
    for host in 0..4 {
        let of_host = all[2..].iter().filter(|observation| observation.host == host);
        assert!(of_host.map(|observation| observation.due_unix_ns).eq((2..102).map(|second| second * SECOND)));
    }
    assert_eq!(std::fs::read_to_string(run.dir().join("resources.jsonl")).expect("text").lines().count(), 402);
}

#[test]
fn a_run_without_monitoring_has_nothing_to_read() {
    let scene = Scene::new();
    let run = scene.run();
    assert_eq!(seen(&Run::open(run.dir()).expect("readable")), []);
    assert!(!run.dir().join("resources.jsonl").exists());
}

#[test]
fn a_torn_last_line_is_passed_over_and_the_next_writer_takes_it_away() {
    let scene = Scene::new();
    let mut run = scene.run();
    run.resources().expect("a log").append(&[observation(0, SECOND, 10.0)]).expect("written");
    let path = run.dir().join("resources.jsonl");
    let whole = std::fs::read(&path).expect("bytes");
    let second = serde_json::to_string(&observation(0, 2 * SECOND, 20.0)).expect("JSON");
    for cut in 1..second.len() {
        std::fs::write(&path, [&whole, &second.as_bytes()[..cut]].concat()).expect("written");
        assert_eq!(seen(&Run::open(run.dir()).expect("readable")).len(), 1, "cut at {cut}");
    }
    // Nothing of it was lost but its end of line.
    std::fs::write(&path, [&whole, second.as_bytes()].concat()).expect("written");
    assert_eq!(seen(&Run::open(run.dir()).expect("readable")).len(), 2);

    std::fs::write(&path, [&whole, &second.as_bytes()[..40]].concat()).expect("written");
    let log = ResourceLog::open(run.dir()).expect("opened again");
    log.append(&[observation(0, 3 * SECOND, 30.0)]).expect("written");
    let expected = [observation(0, SECOND, 10.0), observation(0, 3 * SECOND, 30.0)];
    assert_eq!(seen(&Run::open(run.dir()).expect("readable")), expected);
    // A line that is longer than what is looked through at a time, and no whole one before it.
    std::fs::write(&path, vec![b'x'; 200_000]).expect("written");
    ResourceLog::open(run.dir()).expect("opened again");
    assert_eq!(std::fs::metadata(&path).expect("there").len(), 0);
}

#[test]
fn a_broken_line_is_told_by_its_number_and_the_others_are_read() {
    let scene = Scene::new();
    let mut run = scene.run();
    let log = run.resources().expect("a log");
    log.append(&[observation(0, SECOND, 10.0)]).expect("written");
    let path = run.dir().join("resources.jsonl");
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).expect("there");
    file.write_all(b"{\"host\": oops}\n").expect("written");
    log.append(&[observation(0, 2 * SECOND, 20.0)]).expect("written");

    let lines: Vec<_> = Run::open(run.dir()).expect("readable").resources().expect("readable").collect();
    assert_eq!(lines.len(), 3);
    let error = lines[1].as_ref().expect_err("broken");
    assert!(matches!(error, ResultsError::BrokenResources { line: 2, .. }), "{error}");
    assert!(error.to_string().ends_with("resources.jsonl` is broken at line 2: expected value"), "{error}");
    assert!(error.hint().is_some());
    assert_eq!(lines[2].as_ref().expect("whole"), &observation(0, 2 * SECOND, 20.0));
}

#[test]
fn recovery_and_resumption_keep_what_was_seen_and_the_hosts_keep_their_places() {
    let scene = Scene::new();
    let mut run = scene.run();
    run.set_hosts(host_facts()).expect("saved");
    run.resources().expect("a log").append(&[observation(1, SECOND, 10.0)]).expect("written");
    let (id, dir) = (run.id().to_owned(), run.dir().to_owned());
    drop(run);
    crate::recover(&dir).expect("recovered");
    assert_eq!(seen(&Run::open(&dir).expect("readable")), [observation(1, SECOND, 10.0)]);

    let mut run = scene.storage.resume_run(&id).expect("resumed").run;
    let mut others = host_facts();
    others.swap(0, 1);
    let error = run.set_hosts(others).expect_err("other hosts");
    assert!(matches!(error, ResultsError::OtherHosts { .. }), "{error}");
    assert!(error.to_string().contains("Server 2, Server 1, tester"), "{error}");
    let mut more = host_facts();
    more.push(HostFacts { name: "Server 3".to_owned(), ..HostFacts::default() });
    run.set_hosts(more).expect("one more is no harm");
    run.resources().expect("a log").append(&[observation(3, 2 * SECOND, 10.0)]).expect("written");
    let file: RunFile = run.end(RunState::Complete).expect("saved");
    assert_eq!(file.hosts.len(), 4);
    assert_eq!(seen(&Run::open(&dir).expect("readable")).len(), 2);
}

#[test]
fn a_figure_that_is_no_number_never_makes_a_run_unreadable() {
    let scene = Scene::new();
    let mut run = scene.run();
    let broken = HostUse { cpu: Some(CpuShares { usr: f64::NAN, ..CpuShares::default() }), ..host_use(0) };
    let baseline = Baseline { started_unix_ns: 0, length: Span::from_secs(1), hosts: vec![broken.clone()] };
    let refusal = run.set_baseline(baseline).expect_err("refused");
    assert!(matches!(refusal, ResultsError::NotANumber { what: "the baseline", .. }), "{refusal}");
    let trial = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    let extras = TrialExtras { hosts: vec![host_use(1), broken], ..TrialExtras::default() };
    run.finish_trial_with(trial, result(0), extras).expect("the trial is saved");
    let again = Run::open(run.dir()).expect("readable");
    assert_eq!((again.file(), &again.file().baseline), (run.file(), &None));
    let record = again.trial(1).expect("there");
    assert_eq!(record.extras, TrialExtras::default());
    assert!(record.result.notes[0].starts_with("what monitoring and discovery say of a trial"), "{record:?}");
}
