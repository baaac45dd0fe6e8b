//! Finding what a target carries, against real servers.

use serde_json::Value;

use crate::command::{Place, Ran, Target, run};

fn answer(ran: &Ran) -> Value {
    assert!([0, 10, 11].contains(&ran.code), "{ran:?}");
    ran.json()
}

/// A queue with one server that takes so long a request: it carries just as many a second.
fn queue(place: &Place, service_time: &str) -> Target {
    Target::start_with(place, &format!("--queue-servers 1 --queue-service-time {service_time}"))
}

const QUEUE: &str = "--test-case http --plugin-option path=/queue --threads 1";

#[test]
fn the_highest_rate_of_a_queue_lies_within_its_bounds() {
    let beside = Place::new();
    let target = queue(&beside, "2ms");
    let words = format!(
        "discover rate {QUEUE} --url {} --min-rate 50/s --max-rate 2000/s --duration 3s --width 3% --budget 40s \
         --rest-time 200ms --slo p99<20ms --format json",
        target.url
    );
    // Generous, and three times at most: a machine that is busy otherwise takes some of the queue's time.
    let is_near = |ran: &Ran| {
        let answer = answer(ran);
        let bound = |name: &str| answer[name].as_f64().unwrap_or(f64::NAN);
        (350.0..520.0).contains(&bound("lower")) && bound("upper") < 560.0 && bound("upper") > bound("lower")
    };
    let search = || {
        let place = Place::new();
        let ran = place.run(&words);
        (place, ran)
    };
    let (mut place, mut ran) = search();
    for _ in 0..2 {
        if !is_near(&ran) {
            (place, ran) = search();
        }
    }
    assert!(is_near(&ran), "{ran:?}");
    let answer = answer(&ran);
    let trials = answer["trials"].as_array().expect("trials");
    assert!(trials.len() > 3, "{ran:?}");
    let saved = place.saved();
    assert_eq!(saved["trials"].as_array().map(Vec::len), Some(trials.len()));
    assert_eq!(saved["searches"][0]["answer"]["lower"], answer["lower"]);
}

#[test]
fn a_rate_that_is_never_too_much_has_no_upper_bound() {
    let place = Place::new();
    let target = queue(&place, "1ms");
    let ran = place.run(&format!(
        "discover rate {QUEUE} --url {} --min-rate 50/s --max-rate 100/s --duration 1s --strategy classic \
         --format json",
        target.url
    ));
    let answer = answer(&ran);
    assert_eq!((answer["end"].as_str(), answer["upper"].as_f64()), (Some("upper-not-reached"), None), "{ran:?}");
    assert_eq!(answer["lower"].as_f64(), Some(100.0), "{ran:?}");
}

#[test]
fn a_target_that_is_too_slow_at_the_lowest_rate_has_no_lower_bound() {
    let place = Place::new();
    let target = queue(&place, "100ms");
    let ran = place.run(&format!(
        "discover rate {QUEUE} --url {} --min-rate 20/s --max-rate 100/s --duration 1s --rest-time 1s --slo p99<150ms",
        target.url
    ));
    assert_eq!(ran.code, 10, "{ran:?}");
    assert!(ran.stdout.contains("lower bound  none"), "{ran:?}");
}

#[test]
fn the_older_benchmark_runs_as_it_stands_and_leaves_its_files() {
    let place = Place::new();
    let target = Target::start(&place);
    place.write(
        "db/config.json",
        format!(r#"{{"app": {{"name": "k3s", "url": "{}"}}, "monitorServers": []}}"#, target.url),
    );
    let ran = place.run(
        "benchmark --test-cases bubble-sort --duration-per-test 1 --max-response-time 0.5 --max-n-loads-to-test 1 \
         --min-requests-per-second 5 --rest-time 0 --max-load 11 --max-rate 40/s --width 30% --strategy classic",
    );
    assert!([0, 11].contains(&ran.code), "{ran:?}");
    assert!(ran.stdout.contains("bubble-sort     11"), "{ran:?}");
    let older: Vec<_> = std::fs::read_dir(place.path().join("db"))
        .expect("db")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with("k3s-BubbleSortTestCase-") && name.ends_with("_benchmark.json"))
        .collect();
    assert_eq!(older.len(), 1, "{older:?}");
    let text = std::fs::read_to_string(place.path().join("db").join(&older[0])).expect("the older file");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(file["test_case_name"], "BubbleSortTestCase");
    let execution = &file["test_executions"][0];
    assert!(execution["results"].as_array().is_some_and(|results| !results.is_empty()), "{execution}");
    assert_eq!(execution["cluster_stats"].as_array().map(Vec::len), Some(0), "no host was monitored: {execution}");
}

#[test]
fn a_search_that_was_killed_goes_on_where_it_was() {
    let place = Place::new();
    let target = queue(&place, "2ms");
    let words = format!(
        "discover rate {QUEUE} --url {} --min-rate 50/s --max-rate 2000/s --duration 1s --width 5% --rest-time 0s \
         --strategy classic --slo p99<20ms --format json",
        target.url
    );
    let mut child = place.command(&words).spawn().expect("it starts");
    crate::command::wait_until("two trials are saved", || {
        let saved = place.run_dirs().first().and_then(|dir| std::fs::read(dir.join("run.json")).ok());
        let saved: Option<Value> = saved.and_then(|text| serde_json::from_slice(&text).ok());
        saved.is_some_and(|run| run["trials"].as_array().is_some_and(|trials| trials.len() >= 2))
    });
    child.kill().expect("killed");
    child.wait().expect("it ends");
    let id = place.run_dir().file_name().and_then(|name| name.to_str().map(str::to_owned)).expect("an id");
    let before: Value =
        serde_json::from_slice(&std::fs::read(place.run_dir().join("run.json")).expect("run.json")).expect("JSON");
    let resumed = place.run(&format!("discover rate --resume {id} --format json"));
    let answer = answer(&resumed);
    assert!(answer["lower"].as_f64().is_some_and(|lower| lower > 300.0), "{resumed:?}");
    let saved = place.saved();
    assert_eq!(saved["state"], "complete");
    let first = |run: &Value| run["trials"][0]["started_unix_ns"].clone();
    assert_eq!(first(&saved), first(&before), "what was measured is kept");
    let again = place.run(&format!("discover rate --resume {id}"));
    assert_eq!(again.code, 6, "a run that is complete is not resumed: {again:?}");
}

#[test]
fn flags_that_a_search_decides_itself_are_refused() {
    let place = Place::new();
    for (words, told) in [
        ("discover rate --url http://127.0.0.1:1 --test-case http --rate 5/s", "`run.rate` does not go with a search"),
        ("discover load --url http://127.0.0.1:1 --test-case http --load 5", "`run.load` does not go with a search"),
        ("discover rate --url http://127.0.0.1:1 --test-case http --min-rate 9/s --max-rate 5/s", "min-rate"),
        ("discover rate --url http://127.0.0.1:1 --test-case http --width 200%", "is not a share"),
        ("discover rate --url http://127.0.0.1:1 --test-case http --stage 5/s:1s", "`run.stages` does not go"),
    ] {
        let ran = run(place.command(words));
        assert!([2, 3].contains(&ran.code), "{ran:?}");
        assert!(ran.stderr.contains(told), "{told}: {ran:?}");
    }
    assert!(place.run_dirs().is_empty());
}
