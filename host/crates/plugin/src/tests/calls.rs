//! What becomes of calls: good ones, bad ones, and those after a bad one.

use super::*;
use crate::Level;

fn broken(result: Result<impl Sized, WorkloadError>) -> String {
    match result.err().expect("the call fails") {
        WorkloadError::Broken(what) => what,
        WorkloadError::Refused(what) => panic!("refused: {what}"),
    }
}

fn refused(result: Result<impl Sized, WorkloadError>) -> String {
    match result.err().expect("the call fails") {
        WorkloadError::Refused(what) => what,
        WorkloadError::Broken(what) => panic!("broken: {what}"),
    }
}

#[test]
fn fibonacci_builds_its_request_and_reads_its_answer() {
    let test_case = runtime().test_case(&bundled("fibonacci"), &[]).unwrap();
    assert!(!test_case.needs_plugin_threads());
    let mut workload = test_case.workload().unwrap();
    let request = workload.build(&context(10)).unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str(), request.body.len()), ("GET", "/fibonacci/10", 0));
    let body = r#"{"start":"2026-01-01T12:00:00.000Z","end":"2026-01-01T12:00:00.250Z","fibonacci":55}"#;
    let Verdict::Done(judgement) = workload.read(&context(10), &[], &answer(200, body)).unwrap() else { panic!() };
    assert_eq!((judgement.failure, judgement.server_span.unwrap().nanos()), (None, 250_000_000));
    let Verdict::Done(judgement) = workload.read(&context(11), &[], &answer(200, body)).unwrap() else { panic!() };
    assert_eq!(judgement.failure.unwrap().reason, 1);
    assert!(refused(workload.read(&context(10), &[], &answer(200, "<html>"))).contains("JSON"));
}

#[test]
fn what_a_guest_must_not_return_is_told_with_its_name_and_the_call() {
    let runtime = runtime();
    for (behaviour, expected) in [
        ("absolute-url", "from `build-request` the path `http://elsewhere.example/`, which does not start with `/`"),
        ("path-without-slash", "the path `items`, which does not start"),
        ("path-with-control-character", "' ' must be percent-encoded"),
        ("huge-path", "a path of 66560 bytes; at most 65536 are allowed"),
        ("forbidden-header", "header `host`, which the tester sets"),
        ("forbidden-hop-by-hop", "header `connection`, which the tester sets"),
        ("bad-header-name", "header name `a b`, which is none"),
        ("bad-header-value", "a value of header `a` with a line break"),
        ("huge-body", "a body of 17825792 bytes; at most 16777216 are allowed"),
    ] {
        let test_case = hostile(&runtime, behaviour);
        let what = broken(test_case.workload().unwrap().build(&context(1)));
        assert!(what.starts_with("plugin `hostile` returned") && what.contains(expected), "{behaviour}: {what}");
    }
    for (behaviour, expected) in [
        ("bad-reason", "from `read-response` the reason of failure 9; it declared 1"),
        ("bad-metric", "2 values of metrics; it declared 1"),
        ("nan-metric", "NaN as value of metric 0"),
        ("nan-server-span", "a server span that is not finite"),
        ("negative-think-time", "a think time of -1 ms"),
        ("huge-state", "a state of 66560 bytes; at most 65536 are allowed"),
    ] {
        let test_case = hostile(&runtime, behaviour);
        let what = broken(test_case.workload().unwrap().read(&context(1), &[], &answer(200, "")));
        assert!(what.contains(expected), "{behaviour}: {what}");
    }
}

#[test]
fn a_limit_is_named_when_it_is_crossed() {
    let runtime = runtime();
    let build = |behaviour| broken(hostile(&runtime, behaviour).workload().unwrap().build(&context(1)));
    assert_eq!(build("loop-in-build"), "plugin `hostile` used up its 200 ms deadline in `build-request`");
    assert_eq!(build("allocate"), "plugin `hostile` used up its 64 MiB of memory in `build-request`");
    assert_eq!(
        build("trap-in-build"),
        "plugin `hostile` trapped (wasm `unreachable` instruction executed) in `build-request`"
    );
    let read = broken(hostile(&runtime, "loop-in-read").workload().unwrap().read(&context(1), &[], &answer(200, "")));
    assert_eq!(read, "plugin `hostile` used up its 200 ms deadline in `read-response`");
}

#[test]
fn a_refusal_is_no_damage() {
    let runtime = runtime();
    let refusing = hostile(&runtime, "refuse-build");
    assert_eq!(refused(refusing.workload().unwrap().build(&context(1))), "told to refuse in `build-request`");
    let mut workload = hostile(&runtime, "refuse-read").workload().unwrap();
    workload.build(&context(1)).unwrap();
    assert_eq!(refused(workload.read(&context(1), &[], &answer(200, ""))), "told to refuse in `read-response`");
}

#[test]
fn a_fresh_instance_follows_a_trap() {
    let runtime = runtime();
    let mut workload = hostile(&runtime, "trap-sometimes").workload().unwrap();
    for iteration in 0..35 {
        let context = Context { iteration, ..context(1) };
        workload.build(&context).unwrap();
        let read = workload.read(&context, &[], &answer(200, ""));
        assert_eq!(read.is_err(), iteration % 10 == 0, "{iteration}: {read:?}");
    }
}

#[test]
fn what_a_guest_logs_is_kept_up_to_a_limit() {
    let runtime = runtime();
    let test_case = hostile(&runtime, "deep-log");
    test_case.workload().unwrap().build(&context(1)).unwrap();
    let log = test_case.take_log();
    assert_eq!((log.lines.len(), log.more), (20, 99_980));
    let trapping = hostile(&runtime, "trap-in-build");
    assert!(trapping.workload().unwrap().build(&context(1)).is_err());
    assert_eq!(trapping.take_log().lines, [(Level::Warning, "about to trap in `build-request`".to_owned())]);
}

#[test]
fn a_step_follows_with_its_state_and_think_time_on_any_instance() {
    let test_case = runtime().test_case(&fixture("two-step"), &[option("think_ms", 7)]).unwrap();
    let (mut first, mut second) = (test_case.workload().unwrap(), test_case.workload().unwrap());
    assert_eq!(first.build(&context(1)).unwrap().method, "POST");
    let Verdict::Next(step) = first.read(&context(1), &[], &answer(200, "")).unwrap() else { panic!("a step") };
    assert_eq!((step.think_time_ns, step.request.method.as_str()), (7_000_000, "GET"));
    assert_eq!(step.judgement.metrics, [(0, 0.0), (1, 1.0)]);
    let Verdict::Done(judgement) = second.read(&context(1), &step.state, &answer(200, "xy")).unwrap() else { panic!() };
    assert_eq!((judgement.failure, judgement.metrics), (None, vec![(0, 2.0), (1, 2.0)]));
    let Verdict::Done(judgement) = second.read(&context(1), b"wrong", &answer(200, "")).unwrap() else { panic!() };
    assert_eq!(judgement.failure.unwrap().reason, 1);
    // The number that it draws is the call's, not the instance's.
    let Verdict::Next(again) = second.read(&context(1), &[], &answer(200, "")).unwrap() else { panic!("a step") };
    assert_eq!(again.state, step.state);
}

#[test]
fn wasi_is_an_empty_sandbox() {
    let test_case = runtime().test_case(&fixture("sandboxed"), &[]).unwrap();
    assert!(test_case.needs_plugin_threads());
    let path = |context: &Context| test_case.workload().unwrap().build(context).unwrap().path.to_string();
    let first = path(&context(1));
    assert!(first.starts_with("/?now=1800000000000&random=") && first.ends_with("&env=0"), "{first}");
    assert_eq!(path(&context(1)), first, "the same call sees the same world");
    assert_ne!(path(&Context { seed: 10, ..context(1) }), first);
}

#[test]
fn what_a_guest_wrote_before_a_trap_is_shown_with_it() {
    let test_case = runtime().test_case(&fixture("sandboxed"), &[option("panic", true)]).unwrap();
    let what = broken(test_case.workload().unwrap().build(&context(1)));
    assert!(what.contains("in `build-request`; it wrote:\nTraceback: something went wrong"), "{what}");
}

#[test]
fn a_chatty_guest_costs_no_memory_and_no_call() {
    let test_case = runtime().test_case(&fixture("sandboxed"), &[option("chatty", true)]).unwrap();
    let mut workload = test_case.workload().unwrap();
    (0..20).for_each(|_| drop(workload.build(&context(1)).unwrap()));
    let log = test_case.take_log();
    assert_eq!((log.lines.len(), log.lines[0].1.chars().count()), (20, 501));
}

#[test]
fn a_sandboxed_guest_can_be_called_within_a_runtime() {
    let test_case = runtime().test_case(&fixture("sandboxed"), &[]).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let path = runtime.block_on(async { test_case.workload().unwrap().build(&context(1)).unwrap().path });
    assert!(path.as_str().ends_with("&env=0"), "{path}");
}

#[test]
fn deadlines_hold_when_the_runtime_is_gone() {
    let test_case = hostile(&runtime(), "loop-in-build");
    let what = broken(test_case.workload().unwrap().build(&context(1)));
    assert!(what.contains("used up its 200 ms deadline"), "{what}");
}
