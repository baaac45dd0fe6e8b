//! Whether the figures are true: each of these servers does something that spoils the figures of a careless tool.

use std::time::Duration;

use serde_json::Value;
use tests::fixture;
use tests::misbehaving::{Behaviour, Misbehaving};

use crate::command::{Place, Ran};

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

#[test]
fn a_slow_plugin_stands_in_no_measured_interval() {
    let place = Place::new();
    let server = Misbehaving::start(Behaviour::SlowAnswer(Duration::from_millis(5)));
    let run = |rounds: u32| {
        let ran = place.run(&format!(
            "run --test-case busy --plugins {} --url {} --rate 100/s --duration 3s --format json --storage db{rounds} \
             --plugin-option build_rounds={rounds} --plugin-option read_rounds={rounds}",
            fixture("busy").parent().expect("a directory").display(),
            server.url()
        ));
        ran.assert_measured();
        ran.json()["trials"][0].clone()
    };
    let (quick, slow) = (run(0), run(1_000));
    let build = slow["summary"]["guest_build"]["p50_ns"].as_u64().expect("guest time is reported");
    assert!(build > 200_000, "a million rounds take their time: {build} ns");
    assert_eq!(slow["guest"]["on_plugin_threads"], true);
    assert_eq!(slow["summary"]["successes"], 300);
    let p50 = |trial: &Value| nanos(&trial["summary"], "response_time", "p50_ns");
    let (quick, slow) = (p50(&quick), p50(&slow));
    // A guest inside the interval would add its cost of more than 0.2 ms twice; the machine's own noise is below that.
    assert!(slow < quick + build, "{slow} ns against {quick} ns");
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
