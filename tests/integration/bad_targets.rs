//! Targets that are not there, or do not answer as they should.

use std::net::TcpListener;

use tests::misbehaving::{Behaviour, Misbehaving};

use crate::command::{Place, Ran, assert_error};

fn run(place: &Place, test_case: &str, url: &str) -> Ran {
    place.run(&format!(
        "run --test-case {test_case} --load 3 --url {url} --rate 20/s --duration 1s --timeout 2s --quiet"
    ))
}

#[test]
fn a_host_that_nobody_knows() {
    let place = Place::new();
    let ran = run(&place, "http", "http://no-such-host.invalid");
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.stderr.starts_with("error: cannot connect to no-such-host.invalid:80: "), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: is the host's name right"), "{}", ran.stderr);
    assert!(place.run_dirs().is_empty());
}

#[test]
fn a_port_where_nobody_listens() {
    let place = Place::new();
    // Bound and let go: nobody else gets it within the test.
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("bound").port();
    let ran = run(&place, "http", &format!("http://127.0.0.1:{port}"));
    assert_error!(ran, &place, @"
    exit code 4
    error: cannot connect to 127.0.0.1:<port>: connection refused
      hint: is the target running? nothing was sent; check the URL with `cluster-tester check`
    ");
    assert!(place.run_dirs().is_empty(), "nothing was measured, so nothing is saved");
}

/// Runs against a server and gives the outcome that every request had.
fn outcome_of_all(behaviour: Behaviour, test_case: &str) -> (i32, String, String) {
    let place = Place::new();
    let server = Misbehaving::start(behaviour);
    let ran = run(&place, test_case, &server.url());
    let trial = &place.saved()["trials"][0];
    let outcomes = trial["steady"]["counts"]["outcomes"].as_object().expect("counts by outcome").clone();
    let outcome = outcomes.iter().find(|(_, count)| **count == 20).map(|(name, _)| name.clone());
    let message = trial["failures"][0]["message"].as_str().unwrap_or_default().to_owned();
    (ran.code, outcome.unwrap_or_else(|| panic!("{outcomes:?}")), message)
}

#[test]
fn whatever_a_target_does_is_an_outcome_with_a_message() {
    for (behaviour, test_case, outcome, message) in [
        (Behaviour::NotHttp, "http", "protocol-error", "not HTTP"),
        (Behaviour::CutOff, "http", "connection-lost", "connection lost"),
        (Behaviour::ClosesAtOnce, "http", "connection-lost", "connection lost"),
        (Behaviour::Resets, "http", "connection-lost", "connection lost"),
        (Behaviour::Html, "fibonacci", "unreadable", "JSON"),
        (Behaviour::Json("{\"start\": 1}".to_owned()), "fibonacci", "unreadable", "invalid type"),
        (Behaviour::Status(503), "fibonacci", "failed", "unexpected status"),
    ] {
        let label = format!("{behaviour:?}");
        let (code, found, said) = outcome_of_all(behaviour, test_case);
        assert_eq!((code, found.as_str()), (13, outcome), "{label}: {said}");
        assert!(said.contains(message), "{label}: {said}");
    }
}

#[test]
fn what_a_person_reads_when_nothing_succeeds() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::NotHttp);
    let ran = run(&place, "http", &server.url());
    assert!(ran.stdout.contains("20 × protocol-error: answer is not HTTP"), "{}", ran.stdout);
    assert!(ran.stdout.contains("unbounded"), "{}", ran.stdout);
}
