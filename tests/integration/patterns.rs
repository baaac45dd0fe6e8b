//! When requests are sent, as typed: stages, bursts, recordings, users, and the data that goes with each.

use std::time::{Duration, Instant};

use serde_json::Value;
use tests::misbehaving::{Behaviour, Misbehaving};

use crate::command::{Place, Ran};

fn good() -> Misbehaving {
    Misbehaving::start(Behaviour::Json("{}".to_owned()))
}

fn run(place: &Place, server: &Misbehaving, words: &str) -> Ran {
    place.run(&format!("run --test-case http --url {} {words}", server.url()))
}

fn trial(ran: &Ran) -> Value {
    ran.assert_measured();
    ran.json()["trials"][0].clone()
}

/// Arrivals at the server from `from` to `to`, counted from its first.
fn between(arrivals: &[Instant], from: f64, to: f64) -> usize {
    let within = from..to;
    arrivals.iter().filter(|at| within.contains(&at.duration_since(arrivals[0]).as_secs_f64())).count()
}

#[test]
fn stages_follow_each_other_and_the_time_measured_is_theirs() {
    let (place, server) = (Place::new(), good());
    let ran = run(&place, &server, "--stage 20/s:1s --stage 20/s..180/s:1s --stage 200/s:1s --format json");
    let trial = trial(&ran);
    assert_eq!(trial["plan"]["duration"], "3s");
    assert_eq!(trial["summary"]["load_model"], "open loop");
    let requests = server.requests();
    assert!((318..=322).contains(&requests), "20 + 100 + 200: {requests}");
    let arrivals = server.arrivals();
    let (first, last) = (between(&arrivals, 0.0, 0.95), between(&arrivals, 2.05, 3.0));
    assert!((18..=20).contains(&first) && (185..=192).contains(&last), "{first}, {last}");
}

#[test]
fn bursts_and_a_poisson_process_say_what_they_are() {
    let (place, server) = (Place::new(), good());
    let ran = run(&place, &server, "--rate 100/s --arrivals bursts:25 --duration 2s");
    ran.assert_measured();
    assert!(ran.stdout.starts_with("http, load 1, 100/s (open loop, bursts of 25) for 2s, "), "{}", ran.stdout);
    assert_eq!(server.requests(), 200);
    let ran = run(&place, &server, "--rate 100/s --arrivals poisson --seed 7 --duration 2s");
    ran.assert_measured();
    assert!(ran.stdout.starts_with("http, load 1, 100/s (open loop, Poisson) for 2s, "), "{}", ran.stdout);
}

#[test]
fn a_recording_is_sent_as_it_was_recorded() {
    let (place, server) = (Place::new(), good());
    place.write("starts.txt", "# at the gateway\n1700000000\n1700000000.5\n1700000000.5\n\n1700000001.25\n");
    let ran = run(&place, &server, "--replay starts.txt --format json");
    let trial = trial(&ran);
    assert_eq!(trial["summary"]["successes"], 4);
    let arrivals = &trial["plan"]["load_model"]["arrivals"];
    assert_eq!((&arrivals["from"], &arrivals["file"]), (&"replay".into(), &"starts.txt".into()), "{arrivals}");
    assert!(arrivals["digest"].as_str().is_some_and(|digest| digest.starts_with("sha256:")), "{arrivals}");
    let arrivals = server.arrivals();
    assert_eq!((between(&arrivals, 0.4, 0.7), between(&arrivals, 1.1, 1.5)), (2, 1));
    let cut = run(&place, &server, "--replay starts.txt --duration 1s");
    cut.assert_measured();
    assert!(cut.stdout.starts_with("http, load 1, replay of starts.txt (open loop) for 1s, "), "{}", cut.stdout);
    assert_eq!(server.requests(), 4 + 3);
}

#[test]
fn users_await_their_answers_and_the_summary_says_so() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::SlowAnswer(Duration::from_millis(50)));
    let ran = run(&place, &server, "--rate max --connections 4 --think-time 50ms --duration 2s");
    ran.assert_measured();
    let head = "http, load 1, max (closed loop, 4 users, think time 50ms) for 2s, ";
    assert!(ran.stdout.starts_with(head), "{}", ran.stdout);
    // Each of four users sends every 100 ms.
    let requests = server.requests();
    assert!((60..=84).contains(&requests), "{requests}");
    assert_eq!(server.connections(), 4);
    let saved = place.saved();
    assert_eq!(saved["trials"][0]["summary"]["load_model"], "closed loop");
    assert_eq!(saved["trials"][0]["summary"]["intended_rate"], Value::Null);
    let listed = place.run("results list").stdout;
    assert!(listed.contains("max (closed loop, 4 users, think time 50ms)"), "{listed}");
}

#[test]
fn a_feed_that_is_spent_leaves_iterations_without_a_row() {
    let (place, server) = (Place::new(), good());
    place.write("users.csv", "name,age\nada,36\nbob,\n");
    place.write("users.jsonl", "{\"name\": \"ada\"}\n{\"name\": \"bob\"}\n{\"name\": \"eve\"}\n");
    let ran = run(&place, &server, "--feed users.csv --rate 20/s --duration 1s --format json");
    let of_csv = trial(&ran);
    assert_eq!(of_csv["summary"]["successes"], 20, "rows come again");
    assert_eq!((&of_csv["plan"]["feed"]["rows"], &of_csv["plan"]["feed"]["mode"]), (&2.into(), &"cycle".into()));
    let ran = run(&place, &server, "--feed users.jsonl --feed-mode unique --rate 20/s --duration 1s --format json");
    let of_json = trial(&ran);
    let outcomes = &of_json["steady"]["counts"]["outcomes"];
    assert_eq!((&outcomes["success"], &outcomes["no-row"]), (&3.into(), &17.into()), "{outcomes}");
    assert_eq!(server.requests(), 23, "nothing is sent without a row");
}

#[test]
fn a_connection_for_each_request_is_shown_with_its_time() {
    let (place, server) = (Place::new(), good());
    let ran = run(&place, &server, "--rate 20/s --duration 1s --requests-per-connection 1");
    ran.assert_measured();
    assert!(server.connections() >= 20, "{}", server.connections());
    assert!(ran.stdout.contains("\n    connect "), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n  tester    "), "{}", ran.stdout);
}

#[test]
fn a_name_may_be_given_its_address() {
    let (place, server) = (Place::new(), good());
    let port = server.addr().port();
    let ran = place.run(&format!(
        "run --test-case http --url http://shop.invalid:{port} --resolve shop.invalid:{port}:127.0.0.1 --rate 20/s \
         --duration 1s"
    ));
    ran.assert_measured();
    assert_eq!(server.requests(), 20);
}
