//! What a run says of itself, its trials, searches and hosts, as analyses see it.

use std::path::Path;

use model::dataset::{PhaseSet, Purpose, ResourceFigure, Source, SubjectKind, TrialValidity};
use model::{HostUse, SearchAnswer, SearchPlan, Strategy, Subject, TrialOrder, search::SearchEnd};

use super::*;
use crate::{Baseline, ResultsError, RunState, TrialExtras, open_dataset};

#[test]
fn a_run_says_what_it_is_and_what_it_searched_for() {
    let scene = Scene::new();
    let mut run = scene.run();
    run.set_hosts(host_facts()).expect("saved");
    let rate = |value| Rate::per_second(value).expect("in range");
    let plan_of_search = SearchPlan {
        test_case: "fibonacci".to_owned(),
        subject: Subject::Rate { load: Load(20), min: rate(1.0), max: rate(9.0) },
        slo: "p99 < 1s".to_owned(),
        strategy: Strategy::Classic,
        width: 0.1,
        duration: Span::from_secs(1),
        budget: None,
        max_trials: None,
    };
    run.begin_search(plan_of_search).expect("saved");
    let order = |purpose| TrialOrder {
        load: Load(20),
        pace: model::Pace::Open(rate(5.0)),
        duration: Span::from_secs(1),
        may_end_early: false,
        purpose,
    };
    let orders = [None, Some(model::Purpose::Steering), Some(model::Purpose::Confirmation)];
    for (closed, order) in [true, false, false].into_iter().zip(orders.map(|purpose| purpose.map(order))) {
        let think_time = Span::from_secs(0);
        let model = if closed { LoadModel::Closed { users: 2, think_time } } else { plan().load_model };
        let trial = run.begin_trial(&TrialPlan { load_model: model, ..plan() }, &[], &[]).expect("a trial");
        let extras = TrialExtras { order, ..TrialExtras::default() };
        let mut result = result(1_100);
        result.validity = if closed { Validity::GeneratorBound } else { Validity::Valid };
        result.validity_reasons = if closed {
            vec![model::Reason { cause: model::Cause::Cpu, message: "no time".to_owned() }]
        } else {
            vec![]
        };
        run.finish_trial_with(trial, result, extras).expect("a record");
    }
    let answer = SearchAnswer {
        lower: Some(5.0),
        upper: None,
        width: None,
        is_provisional: true,
        end: SearchEnd::UpperNotReached,
        without_failures: None,
        conditional_throughput: None,
        tester_limit: None,
        good_above_upper: Vec::new(),
        trials: vec![2],
        notes: vec!["a note".to_owned()],
    };
    run.end_search(answer).expect("saved");
    let dir = run.dir().to_owned();
    let id = run.id().to_owned();
    run.end(RunState::Complete).expect("saved");
    let dataset = open_dataset(&dir.join("run.json")).expect("a dataset");

    let facts = dataset.facts();
    assert_eq!((facts.name.as_str(), facts.id.as_str(), facts.source), (id.as_str(), id.as_str(), Source::Run));
    assert_eq!((facts.state.as_str(), facts.target.as_str(), facts.trials), ("complete", "http://localhost:1/", 3));
    assert!(facts.hosts[2].is_tester && facts.hosts[0].memory.is_nan() && facts.hosts[0].cores == 4);
    assert_eq!((facts.plugins.len(), facts.plugins[0].digest.len(), facts.is_cpu_since_boot), (1, 71, false));
    let trial = |index| dataset.trial(index).expect("a trial");
    let purposes = [0, 1, 2].map(|index| trial(index).purpose);
    assert_eq!(purposes, [Purpose::Plan, Purpose::Search, Purpose::Confirmation]);
    assert_eq!([0, 1].map(|index| trial(index).slo.as_str()), ["", "p99 < 1s"]);
    assert!(trial(0).is_closed_loop && trial(0).intended_rate.is_nan() && trial(1).intended_rate == 1000.0);
    assert_eq!([0, 1].map(|index| trial(index).users), [2, 0]);
    assert_eq!((trial(0).validity, trial(1).validity), (TrialValidity::GeneratorBound, TrialValidity::Valid));
    assert_eq!((trial(0).reasons.as_slice(), trial(1).reasons.len()), (["no time".to_owned()].as_slice(), 0));
    assert_eq!((trial(0).started, trial(0).steady_start, trial(0).steady_length), (1_795_530_160_123.456_8, 1e9, 1e10));
    assert!(trial(0).has_samples && dataset.trial(3).is_none());
    let search = &dataset.searches()[0];
    assert_eq!(
        (search.subject, search.held, search.lower, search.upper.is_nan()),
        (SubjectKind::Rate, 20.0, 5.0, true)
    );
    assert_eq!((search.trials.as_slice(), search.is_provisional), ([1, 2].as_slice(), true));
    assert!(dataset.manifest()["trials"][0]["steady"]["response_time"].get("hdr_v2").is_none());
    assert!(dataset.count_outcomes(3, PhaseSet::STEADY).expect_err("none").0.contains("has no trial 4"));
}

#[test]
fn what_hosts_spent_is_told_in_the_order_of_the_hosts() {
    let scene = Scene::new();
    let mut run = scene.run();
    run.set_hosts(host_facts()).expect("saved");
    let spent = |host, usr| {
        let cpu = Some(CpuShares { usr, ..CpuShares::default() });
        HostUse { host, cpu, memory_peak: Some(2.0), ..HostUse::default() }
    };
    let idle = Baseline { started_unix_ns: 0, length: Span::from_secs(1), hosts: vec![spent(2, 1.5)] };
    run.set_baseline(idle).expect("saved");
    let log = run.resources().expect("a log");
    let started = result(0).started_unix_ns;
    for second in -10..20 {
        for host in 0..3 {
            let at = started + second * 1_000_000_000 + i64::from(host);
            log.append(&[observation(host, at, second as f64)]).expect("written");
        }
    }
    let gap = Observation { host: 0, due_unix_ns: started, seen: Seen::Gap("frozen".to_owned()) };
    log.append(&[gap]).expect("written");
    let extras = TrialExtras { hosts: vec![spent(1, 25.0), spent(0, 12.5)], ..TrialExtras::default() };
    let trial = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    run.finish_trial_with(trial, result(0), extras).expect("a record");
    let dataset = open_dataset(run.dir()).expect("a dataset");

    let usr = dataset.resources(0, ResourceFigure::CpuUsr).expect("known");
    assert!(usr[..2] == [12.5, 25.0] && usr[2].is_nan(), "{usr:?}");
    let idle = dataset.idle_resources(ResourceFigure::MemoryPeak);
    assert!(idle[0].is_nan() && idle[1].is_nan() && idle[2] == 2048.0, "{idle:?}");
    let series = dataset.resources_over_time(0, 1, ResourceFigure::CpuUsr).expect("read");
    // From five seconds before the trial to its eleventh.
    assert_eq!(series.values, (-5..11).map(f64::from).collect::<Vec<_>>());
    assert_eq!(series.at, (-5..11).map(|second| f64::from(second) * 1e9 + 1.0).collect::<Vec<_>>());
    let memory = dataset.resources_over_time(0, 0, ResourceFigure::MemoryTotal).expect("read");
    assert_eq!(memory.values[0], 24_684_092.0 * 1024.0);
    assert!(dataset.resources_over_time(0, 7, ResourceFigure::CpuUsr).expect("read").at.is_empty());
}

#[test]
fn what_is_no_dataset_is_refused_and_named() {
    let scene = Scene::new();
    let refusal = |path: &Path| open_dataset(path).expect_err("no dataset");
    let file = scene.path("other.json");
    std::fs::write(&file, "{}").expect("written");
    for path in [scene.path(""), file] {
        let error = refusal(&path);
        assert!(matches!(error, ResultsError::NotADataset { .. }), "{error}");
        assert!(error.to_string().contains("neither a run directory") && error.hint().is_some());
    }
    assert!(matches!(refusal(&scene.path("nowhere")), ResultsError::Io { .. }));
}
