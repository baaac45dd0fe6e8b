//! The first things that a newcomer does.

use tests::misbehaving::{Behaviour, Misbehaving};

use crate::command::{Place, Target};

#[test]
fn the_demo_finds_what_it_carries_and_says_where_its_figures_lie() {
    let place = Place::new();
    let ran = place.run("demo");
    ran.assert_measured();
    assert!(ran.stdout.contains("good rate") && ran.stdout.contains("fibonacci"), "{}", ran.stdout);
    assert!(ran.stderr.contains("saved in db/"), "{}", ran.stderr);
    let saved = place.saved();
    assert_eq!(saved["state"], "complete");
    let searches = saved["searches"].as_array().expect("searches");
    assert_eq!(searches.len(), 2, "a load, and a rate at it: {searches:?}");
    assert!(searches[1]["answer"]["lower"].as_f64() >= Some(20.0), "{searches:?}");
    let trials = saved["trials"].as_array().expect("trials");
    let last = trials.last().expect("a trial");
    assert_eq!(last["order"]["purpose"], "confirmation");
    assert!(last["summary"]["server_span"]["count"].as_u64() > Some(0), "{last}");
    assert!(trials.iter().all(|trial| trial["samples"]["complete"] == true));
    let id = saved["run_id"].as_str().expect("an id");
    let shown = place.run(&format!("results show {id}"));
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(shown.stdout.contains("highest rate at load"), "{}", shown.stdout);
    assert!(place.run("results list").stdout.contains(id));
}

#[test]
fn a_run_sends_exactly_its_schedule_and_keeps_name_and_labels() {
    let place = Place::new();
    let target = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    let ran = place.run(&format!(
        "run --test-case http --url {} --rate 200/s --duration 2s --warm-up 1s --name first --label cluster=k3s \
         --header x-trace:abc --format json",
        target.url()
    ));
    ran.assert_measured();
    let run = ran.json();
    assert_eq!((&run["name"], &run["labels"]["cluster"]), (&"first".into(), &"k3s".into()));
    let trial = &run["trials"][0];
    assert_eq!(trial["summary"]["requests"], 400, "{trial}");
    assert_eq!(target.requests(), 600, "warm-up and steady state, and nothing else");
    assert_eq!(run["plugins"][0]["name"], "http");
    assert_eq!(run["plugins"][0]["origin"], "bundled");
    assert!(run["plugins"][0]["digest"].as_str().is_some_and(|digest| digest.starts_with("sha256:")));
}

#[test]
fn the_older_flags_and_config_run_without_retyping() {
    let place = Place::new();
    let target = Target::start(&place);
    place.write(
        "db/config.json",
        format!(r#"{{"app": {{"name": "k3s", "url": "{}"}}, "monitorServers": []}}"#, target.url),
    );
    let ran =
        place.run("test-execution --test-cases bubble-sort --load 5 --requests-per-second 20 --duration-per-test 1");
    ran.assert_measured();
    assert_eq!(place.saved()["trials"][0]["summary"]["successes"], 20);
}

#[test]
fn several_urls_take_turns() {
    let place = Place::new();
    let (one, two) = (Target::start(&place), Target::start(&place));
    let ran = place.run(&format!(
        "run --test-case http --url {} --url {} --rate 100/s --duration 1s --format json",
        one.url, two.url
    ));
    ran.assert_measured();
    assert_eq!(ran.json()["trials"][0]["summary"]["successes"], 100);
}

#[test]
fn help_is_there_for_every_subcommand() {
    let place = Place::new();
    for words in [
        "--help",
        "run --help",
        "demo --help",
        "discover --help",
        "benchmark --help",
        "monitor --help",
        "target --help",
        "plugin --help",
        "check --help",
        "results --help",
        "config --help",
    ] {
        let ran = place.run(words);
        assert_eq!(ran.code, 0, "{words}: {ran:?}");
        assert!(ran.stdout.contains("Usage:"), "{words}");
    }
    assert!(place.run("--help").stdout.contains("Exit codes:"));
}
