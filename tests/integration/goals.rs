//! What must be held: conditions that are met, that are not, that end a run, and how a CI is told.

use std::time::Duration;

use serde_json::Value;
use tests::misbehaving::{Behaviour, Misbehaving};

use crate::command::{Place, Ran, run};

/// A run of a second against a server that answers after 20 ms.
fn slow_run(place: &Place, words: &str) -> Ran {
    let server = Misbehaving::start(Behaviour::SlowAnswer(Duration::from_millis(20)));
    let mut command = place.command(&format!("run --test-case http --url {} --rate 50/s --duration 1s", server.url()));
    // A condition has spaces in it.
    command.args(words.split('~').filter(|word| !word.is_empty()));
    run(command)
}

/// What Python's parser makes of a JUnit file: `name: passed`, or how else it ended and the message.
fn junit(place: &Place, file: &str) -> Vec<String> {
    const SCRIPT: &str = "\
import sys, xml.etree.ElementTree as tree
suites = tree.parse(sys.argv[1]).getroot()
suite, = suites.findall('testsuite')
cases = suite.findall('testcase')
assert int(suite.get('tests')) == len(cases)
for kind in ['failure', 'error']:
    assert int(suite.get(kind + 's')) == len(suite.findall('.//' + kind)), kind
for case in cases:
    ends = [end.tag + ': ' + end.get('message') for end in case]
    print(case.get('name') + ' => ' + (ends[0] if ends else 'passed'))
";
    let mut command = place.command_of("python3", "-c");
    command.arg(SCRIPT).arg(file);
    let ran = run(command);
    assert_eq!(ran.code, 0, "{ran:?}\n{}", std::fs::read_to_string(place.path().join(file)).unwrap_or_default());
    ran.stdout.lines().map(str::to_owned).collect()
}

fn is_valid(place: &Place) -> bool {
    place.saved()["trials"][0]["validity"] == "valid"
}

#[test]
fn an_slo_that_is_met_ends_well_and_says_so() {
    let place = Place::new();
    let ran = slow_run(&place, "--slo~p99 < 2s, errors < 1%~--junit~j.xml~--markdown~m.md");
    ran.assert_measured();
    assert!(ran.stdout.contains("\n  SLO met\n    met      p99 < 2s"), "{}", ran.stdout);
    let saved = place.saved();
    assert_eq!(saved["trials"][0]["plan"]["slo"], "p99 < 2s, errors < 1%");
    assert_eq!(saved["trials"][0]["slo"][0]["is_met"], true);
    let cases = junit(&place, "j.xml");
    assert_eq!(cases.len(), 3, "{cases:?}");
    assert!(cases[0].starts_with("the tester held 50/s (open loop) => "), "{cases:?}");
    if is_valid(&place) {
        assert!(cases.iter().all(|case| case.ends_with("=> passed")), "{cases:?}");
        let markdown = std::fs::read_to_string(place.path().join("m.md")).expect("written");
        assert!(markdown.starts_with("## Load test: http\n\n**Valid**, SLO met"), "{markdown}");
        assert!(markdown.contains("| `p99 < 2s` | met | "), "{markdown}");
        assert!(markdown.contains("| response time | "), "{markdown}");
    }
}

#[test]
fn an_slo_that_is_not_met_has_a_code_and_the_actual_value() {
    let place = Place::new();
    let ran = slow_run(&place, "--slo~p99 < 5ms, goodput > 1/s~--junit~j.xml~--markdown~m.md");
    assert!([10, 11].contains(&ran.code), "{ran:?}");
    assert!(ran.stdout.contains("\n  SLO NOT MET\n    NOT MET  p99 < 5ms"), "{}", ran.stdout);
    let verdicts = place.saved()["trials"][0]["slo"].clone();
    assert_eq!((&verdicts[0]["is_met"], &verdicts[1]["is_met"]), (&false.into(), &true.into()), "{verdicts}");
    let cases = junit(&place, "j.xml");
    assert!(cases[1].starts_with("p99 < 5ms => "), "{cases:?}");
    if ran.code == 10 {
        assert!(cases[1].contains("failure: p99 < 5ms is not met: it was "), "{cases:?}");
        // The server's 20 ms, and what a busy machine adds.
        let value = verdicts[0]["value"].as_f64().expect("nanoseconds");
        assert!(value >= 20e6, "{verdicts}");
        assert!(cases[2].ends_with("=> passed"), "{cases:?}");
        let markdown = std::fs::read_to_string(place.path().join("m.md")).expect("written");
        assert!(markdown.contains("**Valid**, **SLO NOT MET** (1 of 2 conditions)"), "{markdown}");
    }
}

#[test]
fn failures_count_as_infinite_in_an_slo() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::Status(503));
    let mut command = place.command(&format!("run --test-case http --url {} --rate 50/s --duration 1s", server.url()));
    command.args(["--slo", "p50 < 10s", "--junit", "j.xml"]);
    let ran = run(command);
    // That nothing succeeded says more than that an SLO was not met.
    assert!([11, 13].contains(&ran.code), "{ran:?}");
    assert_eq!(place.saved()["trials"][0]["slo"][0]["is_met"], false);
    let cases = junit(&place, "j.xml");
    assert!(cases.iter().any(|case| case.starts_with("a request succeeds => failure: not one")), "{cases:?}");
}

#[test]
fn a_condition_ends_the_run_before_its_time() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::SlowAnswer(Duration::from_millis(20)));
    let mut command = place.command(&format!("run --test-case http --url {} --rate 50/s --duration 5m", server.url()));
    command.args(["--abort-when", "p50 > 10ms", "--abort-window", "1s", "--junit", "j.xml", "--markdown", "m.md"]);
    let ran = run(command);
    assert!([10, 11].contains(&ran.code), "{ran:?}");
    let saved = place.saved();
    let trial = &saved["trials"][0];
    assert_eq!(trial["validity_reasons"][0]["cause"], "abort-when", "{trial}");
    assert_eq!(trial["plan"]["abort_window"], "1s");
    assert!(server.requests() < 1_000, "{}", server.requests());
    assert!(ran.stdout.contains("abort-when: ended early because `p50 > 10ms` held"), "{}", ran.stdout);
    let cases = junit(&place, "j.xml");
    let not_ended = cases.iter().find(|case| case.starts_with("not ended by: p50 > 10ms => "));
    assert!(not_ended.is_some_and(|case| case.contains("failure: ")), "{cases:?}");
    if ran.code == 10 {
        let markdown = std::fs::read_to_string(place.path().join("m.md")).expect("written");
        assert!(markdown.contains("**ABORTED**"), "{markdown}");
    }
}

#[test]
fn a_condition_that_never_holds_ends_nothing() {
    let place = Place::new();
    let ran = slow_run(&place, "--abort-when~errors > 10%~--abort-window~1s~--junit~j.xml");
    ran.assert_measured();
    assert_eq!(place.saved()["trials"][0]["summary"]["requests"], 50);
    let cases = junit(&place, "j.xml");
    assert_eq!(cases[1], "not ended by: errors > 10% => passed");
}

#[test]
fn a_ci_is_told_of_a_run_that_could_not_begin() {
    let place = Place::new();
    let ran = place.run("run --test-case http --url http://127.0.0.1:1 --duration 1s --junit j.xml --markdown m.md");
    assert_eq!(ran.code, 4, "{ran:?}");
    let cases = junit(&place, "j.xml");
    assert!(cases[0].starts_with("the run begins and ends => error: cannot connect to 127.0.0.1:1"), "{cases:?}");
    let markdown = std::fs::read_to_string(place.path().join("m.md")).expect("written");
    assert!(markdown.contains("**FAILED:** cannot connect to 127.0.0.1:1"), "{markdown}");
    assert!(place.run_dirs().is_empty());
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_anything_is_sent() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    for (words, expected) in [
        ("--junit nowhere/j.xml", "error: there is no directory `nowhere`\n  wanted for: nowhere/j.xml\n"),
        ("--markdown .", "error: cannot write `.`: is a directory\n"),
    ] {
        let ran = place.run(&format!("run --test-case http --url {} --duration 1s {words}", server.url()));
        assert_eq!(ran.code, 6, "{ran:?}");
        assert!(ran.stderr.starts_with(expected), "{}", ran.stderr);
    }
    assert_eq!(server.requests(), 0);
    assert!(place.run_dirs().is_empty());
}

#[test]
fn a_report_replaces_an_older_one_whole() {
    let place = Place::new();
    place.write("j.xml", "x".repeat(100_000));
    let ran = slow_run(&place, "--junit~j.xml~--name~a <b> & \"c\"");
    ran.assert_measured();
    assert_eq!(junit(&place, "j.xml").len(), 1);
    let left: Vec<_> =
        std::fs::read_dir(place.path()).expect("a directory").flatten().map(|one| one.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("partial")), "{left:?}");
}

#[test]
fn a_saved_run_shows_its_verdict_again() {
    let place = Place::new();
    slow_run(&place, "--slo~p99 < 5ms");
    let shown = place.run("results show latest");
    assert!(shown.stdout.contains("NOT MET  p99 < 5ms"), "{}", shown.stdout);
    let json: Value = place.run("results show latest --format json").json();
    assert_eq!(json["trials"][0]["slo"][0]["condition"], "p99 < 5ms");
}
