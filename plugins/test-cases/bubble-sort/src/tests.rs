//! Bubble sort without a host.

use super::*;

#[test]
fn the_array_has_two_to_the_load_numbers() {
    for (load, path) in [(0, "/bubble-sort?n=1"), (10, "/bubble-sort?n=1024"), (31, "/bubble-sort?n=2147483648")] {
        assert_eq!(BubbleSort.build(&Context::of_load(load)).expect("a request").path, path);
    }
}

#[test]
fn a_load_above_31_is_refused_with_the_reason() {
    let Err(Fault::Failed(reason)) = BubbleSort.build(&Context::of_load(32)) else { panic!("built") };
    assert_eq!(reason, "load 32 is too large: it means an array of 2^32 numbers; use at most 31");
}

#[test]
fn an_answer_gives_the_servers_span() {
    let body = r#"{"start":"2026-11-23T08:21:09.388Z","end":"2026-11-23T08:21:10.388Z"}"#;
    let outcome = BubbleSort.read(&Context::of_load(10), &Response::new(200, body)).expect("readable");
    assert!(outcome.failure.is_none() && outcome.server_span.is_some());
}

#[test]
fn an_unexpected_status_is_a_failure_and_broken_json_unreadable() {
    let context = Context::of_load(10);
    let failure = BubbleSort.read(&context, &Response::new(404, "")).expect("readable").failure.expect("a failure");
    assert_eq!(BubbleSort::describe().failure_reasons[failure.reason as usize], "unexpected status");
    assert!(BubbleSort.read(&context, &Response::new(200, "[")).is_err());
}
