//! Fibonacci without a host.

use cluster_tester_sdk::ServerSpan;

use super::*;

const ANSWER: &str =
    r#"{"start":"2026-11-23T08:21:09.388Z","end":"2026-11-23T08:21:09.401Z","fibonacci":55,"host":"node-1"}"#;

fn read(load: u32, response: Response) -> Result<Outcome, Fault> {
    Fibonacci.read(&Context::of_load(load), &response)
}

#[test]
fn the_load_is_the_index_asked_for() {
    let request = Fibonacci.build(&Context::of_load(12)).expect("a request");
    assert_eq!(request.path, "/fibonacci/12");
    assert!(request.headers.is_empty() && request.body.is_none());
}

#[test]
fn the_right_number_is_a_success_with_the_servers_span() {
    let outcome = read(10, Response::new(200, ANSWER)).expect("readable");
    assert!(outcome.failure.is_none());
    let Some(ServerSpan::Between(span)) = outcome.server_span else { panic!("no span") };
    assert_eq!(span.end - span.start, 13.0);
}

#[test]
fn numbers_are_checked_from_the_first_to_the_largest_that_fits() {
    for (load, number) in [(1, 1), (2, 1), (3, 2), (20, 6_765), (93, 12_200_160_415_121_876_738_u64)] {
        let answer = ANSWER.replace("55", &number.to_string());
        assert!(read(load, Response::new(200, answer)).expect("readable").failure.is_none(), "{load}");
    }
}

#[test]
fn a_wrong_number_is_a_failure_of_its_own_reason() {
    let outcome = read(11, Response::new(200, ANSWER)).expect("readable");
    let reason = outcome.failure.expect("a failure").reason as usize;
    assert_eq!(Fibonacci::describe().failure_reasons[reason], "wrong Fibonacci number");
    assert!(outcome.server_span.is_some());
}

#[test]
fn an_unexpected_status_is_a_failure_that_tells_it() {
    let failure = read(10, Response::new(503, "busy")).expect("readable").failure.expect("a failure");
    assert_eq!(Fibonacci::describe().failure_reasons[failure.reason as usize], "unexpected status");
    assert_eq!(failure.detail.expect("a detail"), "status 503, expected 200");
}

#[test]
fn an_answer_that_is_not_the_json_expected_is_unreadable() {
    for body in
        ["", "<html>", r#"{"start":"2026"#, r#"{"start":"now","end":"now","fibonacci":55}"#, r#"{"fibonacci":55}"#]
    {
        assert!(read(10, Response::new(200, body)).is_err(), "{body}");
    }
    let cut = Response { body_length: 70_000, ..Response::new(200, &ANSWER[..40]) };
    let Err(Fault::Failed(reason)) = read(10, cut) else { panic!("readable") };
    assert!(reason.starts_with("only 40 of the answer's 70000 bytes are within `body_limit`"), "{reason}");
}
