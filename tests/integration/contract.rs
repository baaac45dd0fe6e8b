//! Plugins of the released packages of the contract, in this command: what they were promised, from the outside.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::misbehaving::{Behaviour, Misbehaving};
use tests::{fixture, fixtures_dir};

use crate::command::{Place, Ran, assert_error};

/// One run of the kept test case, of iterations of two steps with a think time of 2.5 ms between.
fn run_kept(place: &Place) -> Ran {
    let server = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    let words = format!(
        "run --test-case test-case-0-1-0 --plugins {} --url {} --load 2 --rate 20/s --duration 1s --format json",
        fixtures_dir().display(),
        server.url()
    );
    let ran = place.run(&words);
    ran.assert_measured();
    ran
}

#[test]
fn a_kept_test_case_measures_what_it_measured() {
    let place = Place::new();
    let ran = run_kept(&place);
    let trial = &ran.json()["trials"][0];
    let (steady, summary) = (&trial["steady"], &trial["summary"]);
    assert_eq!(steady["counts"]["outcomes"], json!({ "success": 40 }), "two steps of 20 iterations");
    // One step lasted 12.5 ms by the server, the other 250.5 ms.
    let span = ["count", "mean_ns", "min_ns", "max_ns"].map(|name| summary["server_span"][name].as_f64());
    assert_eq!(span, [40.0, 131.5e6, 12.5e6, 250.5e6].map(Some));
    // What was thought between the steps is in the time of the iteration.
    assert!(summary["iteration_time"]["min_ns"].as_u64().expect("a number") >= 2_500_000, "{summary}");
    let names: Vec<_> = trial["metrics"].as_array().expect("metrics").iter().map(|metric| &metric["name"]).collect();
    assert_eq!(names, ["bytes", "depth"]);
    let sums = [0, 1].map(|metric| steady["metrics"][metric]["sum"].as_f64());
    assert_eq!(sums, [Some(80.0), Some(80.0)], "each body has two bytes, each iteration two steps");
    assert!(ran.stderr.contains("for your attention"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("\"mood\""), "what is for debugging is not shown: {}", ran.stderr);
}

#[test]
fn a_kept_analysis_reports_what_it_reported() {
    let place = Place::new();
    run_kept(&place);
    let words = format!("--plugins {} {}", fixtures_dir().display(), place.run_dir().display());
    let ran = place.run(&format!("analyze analysis-0-1-0 {words} --format json"));
    // A finding of a regression is in it.
    assert_eq!(ran.code, 12, "{ran:?}");
    let report = ran.json();
    let blocks = report["blocks"].as_array().expect("blocks");
    let tables = blocks.iter().filter_map(|block| block.get("table"));
    let answers: BTreeMap<&str, &Value> = tables
        .map(|table| {
            let values = table["columns"][0]["values"].as_object().and_then(|values| values.values().next());
            (table["caption"].as_str().expect("a caption"), values.expect("values"))
        })
        .collect();
    assert_eq!(answers.len(), 43, "{:?}", answers.keys());
    let said = |asked: &str, what: &str| assert!(answers[asked][0].to_string().contains(what), "{}", answers[asked]);
    said("describe-dataset", "source: Source::Run");
    said("describe-trial", "load: 2, is-closed-loop: false, users: 0, intended-rate: 20.0");
    said("manifest", "KeptTestCase");
    said("fault", "there is no dataset 99; there is one, number 0");
    said("read Column::Metric(\"cache-hits\")", "has no metric `cache-hits`: its test case has bytes, depth");
    assert_eq!(answers["count-outcomes steady"], &json!([40.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]));
    assert_eq!(answers["read Column::Status [] true"], &json!([200.0, 200.0, 200.0]));
    let span = answers["measure Quantity::ServerSpan"];
    assert_eq!([0, 1, 3, 4].map(|figure| &span[figure]), [40.0, 131.5e6, 12.5e6, 250.5e6].map(Value::from).each_ref());
    for format in ["text", "markdown", "csv"] {
        let ran = place.run(&format!("analyze analysis-0-1-0 {words} --format {format}"));
        assert_eq!(ran.code, 12, "{format}: {ran:?}");
    }
    let drawn = place.run(&format!("analyze analysis-0-1-0 {words} --out charts"));
    assert_eq!(drawn.code, 12, "{drawn:?}");
    let charts = std::fs::read_dir(place.path().join("charts")).expect("charts").count();
    assert_eq!(charts, 9, "all that are drawn, none of a kind that there is not");
}

#[test]
fn a_plugin_that_wants_a_newer_tester_is_told_what_it_wants() {
    let place = Place::new();
    let refused = |plugin: &str| {
        let directory = fixtures_dir().display();
        let mut ran = place.run(&format!("run --test-case {plugin} --plugins {directory} --url http://127.0.0.1:9"));
        ran.stderr = ran.stderr.replace(&*fixtures_dir().to_string_lossy(), "<fixtures>");
        ran
    };
    assert_error!(refused("newer"), &place, @"
    exit code 5
    error: plugin `newer` wants a newer cluster-tester: it imports `flush` of cluster-tester:plugin/log@0.1.9, cluster-tester:plugin/clock@0.1.9; this one speaks version 0.1.0
      component: <fixtures>/newer.wasm
      hint: install a newer cluster-tester, which has it, or build the plugin with this version's SDK or `wit/`, without what is newer
    ");
    assert_error!(refused("future"), &place, @"
    exit code 5
    error: plugin `future` exports `cluster-tester:plugin/test-case@0.2.0`; this tester speaks version 0.1.0
      component: <fixtures>/future.wasm
      hint: install a newer cluster-tester, which has it, or build the plugin with this version's SDK or `wit/`, without what is newer
    ");
    let inspected = place.run(&format!("plugin inspect {}", fixture("newer").display()));
    assert_eq!(inspected.code, 5, "{inspected:?}");
    let listed = place.run(&format!("plugin list --plugins {}", fixtures_dir().display()));
    assert!(listed.stdout.contains("wants a newer cluster-tester"), "{}", listed.stdout);
}
