//! Flags and files of a run that cannot be meant: each is refused with what, where and how to mend it.

use tests::misbehaving::{Behaviour, Misbehaving};

use crate::command::{Place, Ran, assert_error, run};

/// A run with these further words, separated by `~`, that must end before anything is sent.
fn refused(place: &Place, words: &str) -> Ran {
    let server = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    let mut command = place.command(&format!("run --test-case http --url {} --quiet", server.url()));
    command.args(words.split('~'));
    let ran = run(command);
    assert_eq!(server.requests(), 0, "{words}: {ran:?}");
    assert!(place.run_dirs().is_empty(), "{words}");
    ran
}

#[test]
fn values_that_cannot_be_read_are_told_with_how_they_are_written() {
    let place = Place::new();
    for (words, expected) in [
        ("--rate~fast", "or `max`"),
        ("--stage~100/s", "is not a stage"),
        ("--stage~100/s:0s", "takes no time"),
        ("--stage~fast:3s", "is not a rate"),
        ("--arrivals~random", "is not a spacing"),
        ("--arrivals~bursts:0", "send nothing"),
        ("--pacing~exact", "`exact` is not one of `precise` or `economical`"),
        ("--http~3", "`3` is not one of `auto`, `1.1`, `2`"),
        ("--feed-mode~once", "`once` is not one of `cycle` or `unique`"),
        ("--slo~p99 < 50", "at byte 6: expected a time with its unit"),
        ("--abort-when~errors", "at byte 6: expected `<`"),
        ("--streams~0", "is 0"),
        ("--requests-per-connection~0", "is 0"),
        ("--connect-timeout~0", "is 0"),
        ("--abort-window~0~--abort-when~errors > 1%", "is 0"),
        ("--abort-window~1500ms~--abort-when~errors > 1%", "not whole seconds"),
        ("--resolve~shop:443", "it has no address"),
    ] {
        let ran = refused(&place, words);
        assert_eq!(ran.code, 2, "{words}: {ran:?}");
        assert!(ran.stderr.contains(expected), "{words}: {}", ran.stderr);
    }
}

#[test]
fn flags_that_do_not_go_together() {
    let place = Place::new();
    for (words, expected) in [
        ("--stage~1/s:1s~--rate~5/s", "`run.stages` does not go with `run.rate`"),
        ("--stage~1/s:1s~--duration~5s", "`run.duration` does not go with `run.stages`"),
        ("--replay~a~--rate~5/s", "`run.replay` does not go with `run.rate`"),
        ("--replay~a~--stage~1/s:1s", "`run.replay` does not go with `run.stages`"),
        ("--rate~max~--arrivals~poisson", "`run.arrivals` does not go with `run.rate`"),
        ("--replay~a~--arrivals~poisson", "`run.arrivals` does not go with `run.replay`"),
        ("--think-time~1s", "`run.think-time` means nothing without `--rate max`"),
        ("--rate~max~--connections~9~--max-in-flight~5", "9 users need as many requests under way"),
        ("--feed-mode~unique", "`run.feed-mode` means nothing without `run.feed`"),
        ("--abort-window~5s", "`run.abort-window` means nothing without `run.abort-when`"),
        ("--cert~c.pem", "the key of the client certificate is missing"),
        ("--key~k.pem", "there is a client key, but no certificate"),
        ("--stage~0/s:5s", "the stages send nothing"),
    ] {
        let ran = refused(&place, words);
        assert_eq!(ran.code, 2, "{words}: {ran:?}");
        assert!(ran.stderr.starts_with(&format!("error: {expected}")), "{words}: {}", ran.stderr);
        assert!(ran.stderr.contains("\n  hint: "), "{words}: {}", ran.stderr);
    }
}

#[test]
fn recordings_that_cannot_be_replayed() {
    let place = Place::new();
    assert_error!(refused(&place, "--replay~nowhere.txt"), &place, @"
    exit code 3
    error: cannot read recording `nowhere.txt`: No such file or directory (os error 2)
    ");
    place.write("falls.txt", "0\n0.7\n0.5\n");
    assert_error!(refused(&place, "--replay~falls.txt"), &place, @"
    exit code 3
    error: recording `falls.txt` falls: 0.5 comes after 0.7
      where: falls.txt:3
      hint: put it in order: `sort -g falls.txt`
    ");
    place.write("short.txt", "0\n1\n");
    assert_error!(refused(&place, "--replay~short.txt~--warm-up~5s"), &place, @"
    exit code 3
    error: the warm-up of 5s takes the whole recording `short.txt`
      hint: the warm-up is the recording's beginning: shorten it, or leave it out
    ");
}

#[test]
fn feeds_that_give_no_rows() {
    let place = Place::new();
    assert_error!(refused(&place, "--feed~nowhere.csv"), &place, @"
    exit code 3
    error: cannot read feed `nowhere.csv`: No such file or directory (os error 2)
    ");
    place.write("empty.csv", "name\n");
    assert_error!(refused(&place, "--feed~empty.csv"), &place, @"
    exit code 3
    error: feed `empty.csv` has no rows
      hint: give a `.csv` with a head line and rows below it, or a `.jsonl` or `.ndjson` with an object a line
    ");
    place.write("list.jsonl", "{}\n[]\n");
    assert_error!(refused(&place, "--feed~list.jsonl"), &place, @"
    exit code 3
    error: feed `list.jsonl` has a row that is no object
      where: list.jsonl:2
      hint: write an object a line, as `{\"user\": \"ada\"}`
    ");
    place.write("feed.xlsx", "?");
    assert_eq!(refused(&place, "--feed~feed.xlsx").code, 3);
}

#[test]
fn certificates_that_cannot_be_used() {
    let place = Place::new();
    let ran = refused(&place, "--cacert~nowhere.pem");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("nowhere.pem") && ran.stderr.contains("No such file"), "{}", ran.stderr);
    place.write("text.pem", "hello");
    let ran = refused(&place, "--cacert~text.pem");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("text.pem") && ran.stderr.contains("BEGIN CERTIFICATE"), "{}", ran.stderr);
}

#[test]
fn a_metric_that_the_test_case_does_not_declare() {
    let place = Place::new();
    assert_error!(refused(&place, "--slo~p99 < 1s, metric speed mean > 5"), &place, @"
    exit code 2
    error: the test case has no metric `speed`: it declares none
      where: --slo
      hint: see its metrics with `cluster-tester plugin inspect http`
    ");
}

#[test]
fn check_finds_what_a_run_would() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    place.write("users.csv", "name\nada\n");
    place.write("falls.txt", "1\n0\n");
    let check = |words: &str| {
        let mut command = place.command(&format!("check --test-case http --url {}", server.url()));
        command.args(words.split('~'));
        run(command)
    };
    let ran = check("--feed~users.csv~--slo~p99 < 50ms~--rate~5/s");
    assert_eq!(ran.code, 0, "{ran:?}");
    let line = "  ok    trial: http, load 1, 5/s (open loop) for 30s; 1 row in users.csv; SLO p99 < 50ms\n";
    assert!(ran.stdout.contains(line), "{}", ran.stdout);
    let ran = check("--replay~falls.txt");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stdout.contains("  FAIL  trial: recording `falls.txt` falls"), "{}", ran.stdout);
    let ran = check("--cacert~nowhere.pem");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stdout.contains("  FAIL  target: "), "{}", ran.stdout);
    assert_eq!(server.requests(), 0, "nothing is sent");
}
