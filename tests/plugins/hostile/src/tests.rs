//! What of the hostile test case can be seen without a host that stops it.

use serde_json::{Value, json};

use super::*;

fn hostile(behaviour: &str) -> Result<Hostile, Fault> {
    Hostile::configure(cluster_tester_sdk::options::parse(&json!({ "behaviour": behaviour }).to_string())?)
}

fn built(behaviour: &str) -> Request {
    hostile(behaviour).expect("options that fit").build(&Context::of_load(1)).expect("a request")
}

fn read(behaviour: &str) -> Verdict {
    hostile(behaviour)
        .expect("options that fit")
        .read_step(&Context::of_load(1), &[], &Response::new(200, ""))
        .expect("readable")
}

fn outcome(behaviour: &str) -> Outcome {
    match read(behaviour) {
        Verdict::Done(outcome) => outcome,
        Verdict::Next(step) => panic!("one more step: {step:?}"),
    }
}

#[test]
fn every_behaviour_of_the_schema_is_one() {
    let schema: Value = serde_json::from_str(&Hostile::describe().identity.options_schema).expect("JSON");
    let names = schema["properties"]["behaviour"]["enum"].as_array().expect("a list");
    for name in names {
        let behaviour: Result<Behaviour, _> = serde_json::from_value(name.clone());
        assert!(behaviour.is_ok(), "{name}");
    }
    assert_eq!(names.len(), Behaviour::DeepLog as usize + 1);
    assert_eq!(schema["properties"]["token"]["writeOnly"], true);
}

#[test]
fn by_default_it_is_good() {
    let mut good = Hostile::configure(cluster_tester_sdk::options::parse("{}").expect("options that fit"))
        .expect("options that fit");
    let request = good.build(&Context::of_load(1)).expect("a request");
    assert_eq!((request.path.as_str(), request.headers.len(), request.body), ("/", 0, None));
    let outcome = outcome("good");
    assert!(outcome.failure.is_none());
    assert_eq!((outcome.metrics[0].index, outcome.metrics[0].value), (0, 1.0));
}

#[test]
fn other_options_are_taken() {
    let options = json!({ "count": 7, "token": "hunter2", "ratio": 0.5 }).to_string();
    assert!(cluster_tester_sdk::options::parse::<Options>(&options).is_ok());
}

#[test]
fn requests_break_the_rule_they_are_told_to() {
    assert_eq!(built("absolute-url").path, "http://elsewhere.example/");
    assert_eq!(built("path-without-slash").path, "items");
    assert!(built("path-with-control-character").path.contains("\r\n"));
    assert_eq!(built("huge-path").path.len(), 65 * KIB);
    assert_eq!(built("huge-body").body.expect("a body").len(), 17 * MIB);
    for (behaviour, name) in [
        ("forbidden-header", "host"),
        ("forbidden-hop-by-hop", "connection"),
        ("bad-header-name", "a b"),
        ("bad-header-value", "a"),
    ] {
        assert_eq!(built(behaviour).headers[0].name, name);
    }
}

#[test]
fn verdicts_break_the_rule_they_are_told_to() {
    assert_eq!(outcome("bad-reason").failure.expect("a failure").reason, UNDECLARED);
    assert!(outcome("bad-metric").metrics.iter().any(|metric| metric.index == UNDECLARED));
    assert!(outcome("nan-metric").metrics[0].value.is_nan());
    assert!(outcome("nan-server-span").server_span.is_some());
    for (behaviour, think_time, state) in
        [("negative-think-time", -1.0, 0), ("huge-state", 0.0, 65 * KIB), ("endless", 0.0, 0)]
    {
        let Verdict::Next(step) = read(behaviour) else { panic!("{behaviour} is over") };
        assert_eq!((step.think_time, step.state.len()), (think_time, state), "{behaviour}");
    }
}

#[test]
fn refusals_are_faults() {
    let Err(Fault::InvalidOption(option)) = hostile("refuse-option") else { panic!("taken") };
    assert_eq!(option.name, "behaviour");
    assert!(hostile("refuse-build").expect("options that fit").build(&Context::of_load(1)).is_err());
    let response = Response::new(200, "");
    assert!(hostile("refuse-read").expect("options that fit").read_step(&Context::of_load(1), &[], &response).is_err());
}

#[test]
#[should_panic(expected = "told to trap now and then")]
fn it_traps_in_every_tenth_iteration() {
    let mut sometimes = hostile("trap-sometimes").expect("options that fit");
    for iteration in 1..=10 {
        let context = Context { iteration, ..Context::of_load(1) };
        assert!(sometimes.read_step(&context, &[], &Response::new(200, "")).is_ok() && iteration < 10);
    }
}
