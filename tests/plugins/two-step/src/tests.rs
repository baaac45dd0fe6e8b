//! The two steps without a host.

use cluster_tester_sdk::Method;

use super::*;

fn context() -> Context {
    Context { iteration: 41, seed: 7, ..Context::of_load(1) }
}

fn first_answer(test_case: &mut TwoStep) -> Step {
    let response = Response::new(200, "hello").with_header("content-type", "text/plain");
    match test_case.read_step(&context(), &[], &response).expect("readable") {
        Verdict::Next(step) => step,
        Verdict::Done(outcome) => panic!("no second step: {outcome:?}"),
    }
}

fn second_answer(test_case: &mut TwoStep, state: &[u8], status: u16) -> Outcome {
    match test_case.read_step(&context(), state, &Response::new(status, "")).expect("readable") {
        Verdict::Done(outcome) => outcome,
        Verdict::Next(step) => panic!("a third step: {step:?}"),
    }
}

fn reason(outcome: &Outcome) -> &'static str {
    let reasons = ["unexpected status", "wrong state"];
    reasons[outcome.failure.as_ref().expect("a failure").reason as usize]
}

#[test]
fn the_second_step_follows_the_first_after_the_think_time() {
    let mut test_case = TwoStep { second: "/page".into(), ..TwoStep::default() };
    let login = test_case.build(&context()).expect("a request");
    assert!(matches!(login.method, Method::Post));
    assert_eq!((login.path.as_str(), login.body.expect("a body")), ("/", b"user=41".to_vec()));
    let step = first_answer(&mut test_case);
    assert_eq!((step.request.path.as_str(), step.think_time), ("/page", 5.0));
    assert_eq!(step.request.headers[0].value, b"text/plain");
    let values: Vec<f64> = step.outcome.metrics.iter().map(|metric| metric.value).collect();
    assert_eq!(values, [5.0, 1.0]);
    let outcome = second_answer(&mut test_case, &step.state, 200);
    assert!(outcome.failure.is_none());
    assert_eq!(outcome.metrics[STEPS as usize].value, 2.0);
}

#[test]
fn a_state_that_is_not_this_iterations_fails() {
    let mut test_case = TwoStep::default();
    let state = first_answer(&mut test_case).state;
    for position in 0..state.len() {
        let mut wrong = state.clone();
        wrong[position] ^= 1;
        assert_eq!(reason(&second_answer(&mut test_case, &wrong, 200)), "wrong state", "{position}");
    }
    assert_eq!(reason(&second_answer(&mut test_case, &state[..15], 200)), "wrong state");
}

#[test]
fn either_step_fails_by_its_status() {
    let mut test_case = TwoStep::default();
    let state = first_answer(&mut test_case).state;
    assert_eq!(reason(&second_answer(&mut test_case, &[], 403)), "unexpected status");
    assert_eq!(reason(&second_answer(&mut test_case, &state, 500)), "unexpected status");
}
