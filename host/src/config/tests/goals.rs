//! What must be held.

use super::*;

#[test]
fn conditions_are_kept_as_typed() {
    let file = "[run]\nslo = \"p99 < 50ms,  errors < 0.1%\"\nabort-when = \"errors > 10%\"\nabort-window = \"5s\"";
    let goal = run_of(file, &enough()).expect("a run").goal;
    assert_eq!(goal.slo.map(|slo| slo.text).as_deref(), Some("p99 < 50ms,  errors < 0.1%"));
    assert_eq!(goal.abort_when.map(|slo| slo.text).as_deref(), Some("errors > 10%"));
    assert_eq!(goal.abort_window.to_string(), "5s");
    let goal = run_of("", &enough()).expect("a run").goal;
    assert!(goal.slo.is_none() && goal.abort_when.is_none());
    assert_eq!(goal.abort_window.to_string(), "10s");
}

#[test]
fn a_window_needs_something_to_look_at() {
    let message = |file: &str| run_of(file, &enough()).expect_err("not valid").render(false);
    insta::assert_snapshot!(message("[run]\nabort-window = \"5s\""), @r"
    error: `run.abort-window` means nothing without `run.abort-when`
      where: cluster-tester.toml:2:16
      hint: give the condition with `--abort-when CONDITIONS`
    ");
    assert!(message("[run]\nabort-window = 0\nabort-when = \"errors > 1%\"").contains("`run.abort-window` is 0"));
}
