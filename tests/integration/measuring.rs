//! Whether the figures are true: each of these servers does something that spoils the figures of a careless tool.

use std::time::Duration;

use serde_json::Value;
use tests::fixture;
use tests::misbehaving::{Behaviour, Misbehaving};

use crate::command::{Place, Ran, Target};

fn summary(ran: &Ran) -> Value {
    ran.json()["trials"][0]["summary"].clone()
}

fn nanos(summary: &Value, figure: &str, quantile: &str) -> u64 {
    summary[figure][quantile].as_u64().unwrap_or_else(|| panic!("{figure} {quantile}: {summary}"))
}

#[test]
fn response_time_counts_the_wait_when_the_target_stalls() {
    let place = Place::new();
    let freezes = Behaviour::Freezes { after: Duration::from_secs(3), length: Duration::from_secs(1) };
    let server = Misbehaving::start(freezes);
    let ran = place.run(&format!(
        "run --test-case http --url {} --rate 1000/s --duration 10s --connections 10 --format json",
        server.url()
    ));
    ran.assert_measured();
    let summary = summary(&ran);
    assert_eq!(summary["requests"], 10_000);
    // A tenth of all arrivals fell into the freeze; the worst waited all of it.
    let p99 = nanos(&summary, "response_time", "p99_ns");
    assert!((800_000_000..1_300_000_000).contains(&p99), "response time p99 {p99}");
    let service = nanos(&summary, "service_time", "p99_ns");
    assert!(service < 200_000_000, "service time p99 {service}: ten requests of ten thousand met the freeze");
    assert_eq!(server.requests(), 10_000, "nothing is sent beside the schedule");
}

#[test]
fn failures_make_the_tail_unbounded() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::Status(500));
    let ran =
        place.run(&format!("run --test-case http --url {} --rate 100/s --duration 1s --format json", server.url()));
    assert_eq!(ran.code, 13, "{ran:?}");
    let summary = summary(&ran);
    assert_eq!((&summary["successes"], &summary["response_time"]["p50_ns"]), (&0.into(), &Value::Null));
    assert_eq!(summary["goodput"], 0.0);
}

/// A target that answers after 5 ms, asked 1 000 times a second by a test case that spins for so many rounds in each of its two
/// calls. Gives the trial, and whether the tester could hold it.
fn asked_by_a_busy_plugin(place: &Place, target: &Target, rounds: u64, duration: &str) -> (Value, bool) {
    let ran = place.run(&format!(
        "run --test-case busy --plugins {} --url {} --rate 1000/s --duration {duration} --format json \
         --plugin-option path=/queue --plugin-option build_rounds={rounds} --plugin-option read_rounds={rounds}",
        fixture("busy").parent().expect("a directory").display(),
        target.url
    ));
    ran.assert_measured();
    (ran.json()["trials"][0].clone(), ran.code == 0)
}

#[test]
fn a_slow_plugin_stands_in_no_measured_interval() {
    let place = Place::new();
    let target = Target::start_with(&place, "--queue-servers 1000 --queue-service-time 5ms");
    let run = |rounds, duration| asked_by_a_busy_plugin(&place, &target, rounds, duration);
    let build = |trial: &Value| nanos(&trial["summary"], "guest_build", "p50_ns");
    // As many rounds as take 200 µs on this machine.
    let rounds = (100 * 200_000 / build(&run(100, "300ms").0).max(1)).max(1);
    // Shares by which p50 and p99 move. A p99 that the tester could not hold is no figure: a busy machine made it.
    let mut shifts: Vec<(f64, Option<f64>)> = Vec::new();
    // A guest inside the interval would add 4 % with each of its two calls, to all of them, so to p50. On a quiet machine p99 moves
    // by as little; where target, tester and plugin share two cores with others, they delay each other now and then.
    let is_good = |(p50, p99): &(f64, Option<f64>)| *p50 < 0.05 && p99.is_none_or(|p99| p99 < 0.25);
    while shifts.len() < 3 && !shifts.iter().any(|shift| is_good(shift) && shift.1.is_some()) {
        let ((quick, quick_is_valid), (slow, slow_is_valid)) = (run(0, "2s"), run(rounds, "2s"));
        assert_eq!((&slow["summary"]["successes"], &slow["guest"]["on_plugin_threads"]), (&2_000.into(), &true.into()));
        assert!((100_000..2_000_000).contains(&build(&slow)), "its cost is shown: {} ns", build(&slow));
        let shift = |quantile| {
            let of = |trial: &Value| nanos(&trial["summary"], "response_time", quantile) as f64;
            of(&slow) / of(&quick) - 1.0
        };
        shifts.push((shift("p50_ns"), (quick_is_valid && slow_is_valid).then(|| shift("p99_ns"))));
    }
    assert!(shifts.iter().any(is_good), "{shifts:?}");
}

#[test]
fn iterations_of_two_steps_are_kept_apart() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    let ran = place.run(&format!(
        "run --test-case two-step --plugins {} --url {} --rate 100/s --duration 2s --format json",
        tests::fixtures_dir().display(),
        server.url()
    ));
    ran.assert_measured();
    assert_eq!(server.requests(), 400);
    let counts = &ran.json()["trials"][0]["steady"]["counts"];
    assert_eq!((&counts["scheduled"], &counts["outcomes"]["success"]), (&400.into(), &400.into()), "{counts}");
}

#[test]
fn arrivals_beyond_the_cap_are_dropped_and_counted() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::Stalls);
    let ran = place.run(&format!(
        "run --test-case http --url {} --rate 100/s --duration 2s --max-in-flight 50 --timeout 10s --format json",
        server.url()
    ));
    assert_eq!(ran.code, 13, "{ran:?}");
    let counts = ran.json()["trials"][0]["steady"]["counts"].clone();
    assert_eq!(counts["scheduled"], 200, "{counts}");
    assert_eq!(counts["dropped"].as_u64().map(|dropped| dropped >= 100), Some(true), "{counts}");
}

#[test]
fn a_time_out_counts_from_the_intended_start() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::Stalls);
    let ran = place.run(&format!(
        "run --test-case http --url {} --rate 20/s --duration 1s --timeout 300ms --format json",
        server.url()
    ));
    assert_eq!(ran.code, 13, "{ran:?}");
    let run = ran.json();
    assert_eq!(run["trials"][0]["steady"]["counts"]["outcomes"]["timed-out"], 20, "{}", run["trials"][0]["steady"]);
}
