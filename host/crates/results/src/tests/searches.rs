//! Searches and the trials that they order.

use model::search::{BoundPair, SearchEnd};
use model::{Measurement, Pace, Purpose, SearchAnswer, SearchPlan, Strategy, Subject, TrialOrder};

use super::*;
use crate::{ResultsError, Run, RunState, TrialExtras};

fn rate(value: f64) -> Rate {
    Rate::per_second(value).expect("in range")
}

fn search_plan() -> SearchPlan {
    SearchPlan {
        test_case: "fibonacci".to_owned(),
        subject: Subject::Rate { load: Load(20), min: rate(1.0), max: rate(10_000.0) },
        slo: "mean < 2s, errors < 0.001%".to_owned(),
        strategy: Strategy::Mlrsearch,
        width: 0.01,
        duration: Span::from_secs(10),
        budget: Some(Span::from_secs(600)),
        max_trials: None,
    }
}

fn order(at: f64) -> TrialOrder {
    TrialOrder {
        load: Load(20),
        pace: Pace::Open(rate(at)),
        duration: Span::from_secs(1),
        may_end_early: true,
        purpose: Purpose::Bound,
    }
}

fn measurement(trial: u32, at: f64) -> Measurement {
    Measurement {
        trial,
        order: order(at),
        length: Span::from_secs(1),
        arrivals: at as u64,
        failures: 0,
        goodput: at,
        is_slo_met: true,
        backlog: model::Backlog::default(),
        validity: Validity::Valid,
        is_overloaded: false,
        elapsed: Span::from_secs(u64::from(trial)),
    }
}

fn answer(trials: Vec<u32>) -> SearchAnswer {
    SearchAnswer {
        lower: Some(990.0),
        upper: Some(1000.0),
        width: Some(0.01),
        is_provisional: false,
        end: SearchEnd::Found,
        without_failures: Some(BoundPair { lower: Some(500.0), upper: None }),
        conditional_throughput: Some(989.5),
        tester_limit: None,
        good_above_upper: Vec::new(),
        trials,
        notes: vec!["the budget forbade a width of 0.5 %".to_owned()],
    }
}

/// Runs a trial that was ordered.
fn ordered_trial(run: &mut RunWriter, at: f64) {
    let trial = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    let measurement = Some(measurement(trial.number(), at));
    run.finish_trial_with(trial, result(0), TrialExtras { measurement, ..TrialExtras::default() }).expect("a record");
}

#[test]
fn a_search_has_its_trials_and_its_answer_and_others_have_none() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 10);
    run.begin_search(search_plan()).expect("saved");
    ordered_trial(&mut run, 500.0);
    // One that was stopped: ordered, and not told.
    let stopped = run.begin_trial(&plan(), &[], &[]).expect("a trial");
    let extras = TrialExtras { order: Some(order(1000.0)), ..TrialExtras::default() };
    run.finish_trial_with(stopped, result(0), extras).expect("a record");
    assert_eq!(run.search().map(|search| search.trials.clone()), Some(vec![2, 3]));
    run.end_search(answer(vec![2])).expect("saved");
    assert_eq!(run.search(), None);
    ordered_trial(&mut run, 990.0);
    let dir = run.dir().to_owned();
    run.end(RunState::Complete).expect("saved");

    let run = Run::open(dir).expect("readable");
    let search = &run.file().searches[0];
    assert_eq!((&search.plan, &search.answer), (&search_plan(), &Some(answer(vec![2]))));
    assert_eq!(search.trials, [2, 3]);
    assert_eq!(run.trial(1).expect("there").extras, TrialExtras::default());
    let told = &run.trial(2).expect("there").extras;
    assert_eq!((&told.order, &told.measurement), (&Some(order(500.0)), &Some(measurement(2, 500.0))));
    assert_eq!(run.trial(3).expect("there").extras.measurement, None);
    // A confirmation after the answer belongs to no search.
    assert_eq!(run.trial(4).expect("there").extras.order, Some(order(990.0)));
}

#[test]
fn an_answer_without_a_search_is_refused() {
    let scene = Scene::new();
    let mut run = scene.run();
    assert!(matches!(run.end_search(answer(Vec::new())), Err(ResultsError::NoSearch { .. })));
    run.begin_search(search_plan()).expect("saved");
    run.end_search(answer(Vec::new())).expect("saved");
    assert!(matches!(run.end_search(answer(Vec::new())), Err(ResultsError::NoSearch { .. })));
}

#[test]
fn a_search_cut_off_goes_on_with_the_trials_it_had() {
    let scene = Scene::new();
    let mut run = scene.run();
    run.begin_search(search_plan()).expect("saved");
    ordered_trial(&mut run, 500.0);
    ordered_trial(&mut run, 600.0);
    let id = run.id().to_owned();
    let under_way = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    offer(&mut under_way.sink(), 0..2000);
    under_way.abandon();
    drop(run);

    let mut run = scene.storage.resume_run(&id).expect("resumed").run;
    let search = run.search().expect("under way").clone();
    assert_eq!((search.plan, search.trials), (search_plan(), vec![1, 2]));
    let told: Vec<_> = run.file().trials.iter().filter_map(|trial| trial.extras.measurement.clone()).collect();
    assert_eq!(told, [measurement(1, 500.0), measurement(2, 600.0)]);
    ordered_trial(&mut run, 550.0);
    run.end_search(answer(vec![1, 2, 4])).expect("saved");
    let file = run.end(RunState::Complete).expect("saved");
    assert_eq!(file.searches[0].trials, [1, 2, 4]);
    assert_eq!(file.trials.iter().map(|trial| trial.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
}
