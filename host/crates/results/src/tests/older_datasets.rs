//! Files of the older tool as analyses see them. The figures here were computed from the files in Python, as that tool
//! computes what it prints.

use std::path::PathBuf;
use std::sync::Arc;

use model::dataset::{
    Column, Dataset, OutcomeSet, PhaseSet, Purpose, Quantity, ResourceFigure, Selection, Source, TrialValidity,
};

use super::*;
use crate::ancestor::Export;
use crate::{Run, open_dataset};

fn open(name: &str) -> Arc<dyn Dataset> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    open_dataset(&root.join("tests/fixtures/ancestor").join(name)).expect("a dataset")
}

const fn steady(trial: usize) -> Selection {
    Selection { trial, phases: PhaseSet::STEADY, outcomes: OutcomeSet::SUCCESS }
}

/// As the older tool prints a duration: mean, least, most; seconds.
fn printed(dataset: &dyn Dataset, trial: usize, quantity: Quantity) -> String {
    let figures = dataset.measure(steady(trial), quantity).expect("measured");
    [figures.mean, figures.least, figures.most].map(|nanos| format!("{:.4}", nanos / 1e9)).join(" ")
}

/// Load, requests, server's spans, response times, mean of `usr`, mean of `used` / 1024, of a trial.
type Printed = (u32, f64, &'static str, &'static str, f64, f64);

/// Files, and what is printed of their trials.
const BENCHMARKS: [(&str, [Printed; 3]); 3] = [
    (
        "k0s-BubbleSortTestCase-20261123_082114_benchmark.json",
        [
            (13, 16.0, "0.0524 0.0460 0.0740", "0.0826 0.0570 0.1511", 43.02, 622.316_406_25),
            (12, 32.0, "0.0180 0.0110 0.0320", "0.4571 0.1381 0.6358", 43.03, 599.908_203_125),
            (11, 28.0, "0.0053 0.0020 0.0110", "0.2803 0.0857 0.3511", 43.02, 575.179_687_5),
        ],
    ),
    (
        "k0s-FibonacciTestCase-20261123_082114_benchmark.json",
        [
            (10, 1.0, "0.0380 0.0380 0.0380", "0.0424 0.0424 0.0424", 43.04, 643.968_75),
            (9, 29.0, "0.0917 0.0350 0.1460", "0.4099 0.1599 0.5407", 43.035, 646.390_625),
            (8, 27.0, "0.0593 0.0220 0.1040", "0.3522 0.1590 0.4750", 43.035, 660.449_218_75),
        ],
    ),
    (
        "k3s-FibonacciTestCase-20261123_082002_benchmark.json",
        [
            (10, 4.0, "0.0330 0.0220 0.0430", "0.0372 0.0259 0.0465", 43.07, 655.535_156_25),
            (9, 27.0, "0.0929 0.0140 0.1450", "0.1990 0.0345 0.3701", 43.06, 655.398_437_5),
            (8, 28.0, "0.0258 0.0130 0.0370", "0.1708 0.1029 0.2625", 43.075, 655.181_640_625),
        ],
    ),
];

#[test]
fn every_figure_that_the_older_tool_printed_is_given_to_the_digit() {
    for (name, trials) in BENCHMARKS {
        let dataset = open(name);
        assert_eq!(dataset.facts().trials, 3);
        for (index, (load, requests, server, response, usr, used)) in trials.into_iter().enumerate() {
            let facts = dataset.trial(index).expect("a trial");
            assert_eq!((facts.load, facts.intended_rate, facts.goodput), (load, requests, requests), "{name}");
            let counts = dataset.count_outcomes(index, PhaseSet::STEADY).expect("counted");
            assert_eq!(counts[..3], [requests, 0.0, 0.0]);
            assert_eq!(printed(&*dataset, index, Quantity::ServerSpan), server, "{name}");
            assert_eq!(printed(&*dataset, index, Quantity::ResponseTime), response, "{name}");
            assert_eq!(dataset.resources(index, ResourceFigure::CpuUsr).expect("known"), [usr], "{name}");
            let memory = dataset.resources(index, ResourceFigure::MemoryUsed).expect("known");
            assert_eq!(memory.iter().map(|bytes| bytes / 1024.0 / 1024.0).collect::<Vec<_>>(), [used], "{name}");
        }
    }
}

#[test]
fn a_benchmark_says_what_it_is_and_leaves_open_what_it_does_not_hold() {
    let name = BENCHMARKS[1].0;
    let dataset = open(name);
    let facts = dataset.facts();
    assert_eq!((facts.name.as_str(), facts.source, facts.state.as_str()), (name, Source::OlderBenchmark, "complete"));
    assert_eq!((facts.created.as_str(), facts.is_cpu_since_boot), ("2026-11-23T08:21:09.292Z", true));
    assert_eq!((facts.hosts.len(), facts.hosts[0].name.as_str(), facts.hosts[0].is_tester), (1, "127.0.0.1", false));
    let trial = dataset.trial(1).expect("a trial");
    assert_eq!((trial.number, trial.test_case.as_str(), trial.is_closed_loop), (2, "fibonacci", false));
    assert_eq!(trial.users, 0);
    assert_eq!((trial.validity, trial.purpose, trial.has_samples), (TrialValidity::Unknown, Purpose::Plan, true));
    assert_eq!((trial.steady_start, trial.steady_length), (0.0, 1e9));
    assert_eq!((dataset.searches().len(), dataset.manifest()), (0, serde_json::json!({})));
    for quantity in [Quantity::ServiceTime, Quantity::Queue, Quantity::Transfer] {
        let figures = dataset.measure(steady(1), quantity).expect("measured");
        assert!(figures.count == 0.0 && figures.mean.is_nan() && figures.most.is_nan());
        assert!(dataset.durations(steady(1), quantity).expect("read").expect("known").finite.is_empty());
    }
    let warm_up = Selection { phases: PhaseSet(1), ..steady(1) };
    assert_eq!(dataset.measure(warm_up, Quantity::ResponseTime).expect("measured").count, 0.0);
    assert!(dataset.idle_resources(ResourceFigure::CpuUsr)[0].is_nan());
    assert!(dataset.resources(1, ResourceFigure::NetworkSent).expect("known")[0].is_nan());
    assert!(dataset.measure(steady(3), Quantity::ResponseTime).expect_err("no trial").0.contains("has no trial 4"));
    assert!(dataset.trial(3).is_none());
}

#[test]
fn requests_of_a_benchmark_are_rows_and_windows() {
    let dataset = open(BENCHMARKS[1].0);
    let starts = dataset.read(steady(1), &Column::IntendedStart, 0, 100).expect("read");
    assert_eq!((starts.values.len(), starts.more, starts.values[0]), (29, false, 91_402_000.0));
    let times = dataset.read(steady(1), &Column::Quantity(Quantity::ResponseTime), 0, 2).expect("read");
    assert_eq!((times.values.len(), times.more, times.values[0]), (2, true, 288_663_000.0));
    let status = dataset.read(steady(1), &Column::Status, 27, 9).expect("read");
    assert_eq!((status.values.len(), status.validity.as_slice()), (2, [0].as_slice()));
    let durations = dataset.durations(steady(1), Quantity::ResponseTime).expect("read").expect("known");
    assert_eq!((durations.finite.count(), durations.infinite), (29, 0));
    let windows = dataset.over_time(steady(1), Quantity::ResponseTime, 5e8, &[0.0, 1.0]).expect("windows");
    assert_eq!(windows.counts.iter().sum::<f64>(), 29.0);
    let most = windows.quantiles.iter().copied().filter(|value| !value.is_nan()).fold(0.0, f64::max);
    assert_eq!(most, dataset.measure(steady(1), Quantity::ResponseTime).expect("measured").most);
    let usr = dataset.resources_over_time(1, 0, ResourceFigure::CpuUsr).expect("read");
    assert_eq!((usr.at[0], usr.values.as_slice()), (60_911_000.0, [43.03, 43.04].as_slice()));
    let error = dataset.read(steady(1), &Column::Metric("hops".to_owned()), 0, 1).expect_err("no metric");
    assert!(error.0.contains("no metric `hops`"), "{error}");
}

#[test]
fn a_test_execution_has_means_and_says_so_of_the_rest() {
    let dataset = open("20261123_081831_test_execution.json");
    assert_eq!((dataset.facts().source, dataset.facts().trials), (Source::OlderExecution, 1));
    assert_eq!(dataset.facts().created, "");
    let trial = dataset.trial(0).expect("a trial");
    assert_eq!((trial.load, trial.intended_rate, trial.has_samples), (10, 4.0, false));
    assert!(trial.started.is_nan() && trial.goodput.is_nan());
    let response = dataset.measure(steady(0), Quantity::ResponseTime).expect("measured");
    assert!(response.count.is_nan() && response.standard_deviation.is_nan() && response.least.is_nan());
    assert_eq!(format!("{:.4}", response.mean / 1e9), "0.1019");
    let server = dataset.measure(steady(0), Quantity::ServerSpan).expect("measured");
    assert_eq!(format!("{:.4}", server.mean / 1e9), "0.0829");
    assert_eq!(dataset.measure(steady(0), Quantity::Queue).expect("measured").count, 0.0);
    assert_eq!(dataset.durations(steady(0), Quantity::ResponseTime).expect("known to be unknown"), None);
    let counts = dataset.count_outcomes(0, PhaseSet::STEADY).expect("counted");
    assert!(counts[0].is_nan() && counts[1] == 0.0);
    assert_eq!(dataset.resources(0, ResourceFigure::CpuUsr).expect("known"), [43.438_333_333_333_33]);
    assert_eq!(dataset.resources(0, ResourceFigure::MemoryUsed).expect("known"), [593_367.333_333_333_4 * 1024.0]);
    for error in [
        dataset.over_time(steady(0), Quantity::ResponseTime, 1e9, &[0.5]).map(|_| ()),
        dataset.read(steady(0), &Column::Outcome, 0, 1).map(|_| ()),
    ] {
        assert!(error.expect_err("no requests").0.contains("only means"));
    }
}

#[test]
fn a_host_that_was_missed_counts_as_the_older_tool_counts_it() {
    let scene = Scene::new();
    let path = scene.path("x_benchmark.json");
    let mut file: serde_json::Value = serde_json::from_str(include_str!("older/benchmark.json")).expect("JSON");
    let execution = &mut file["test_executions"][0];
    let reading = execution["cluster_stats"][0].clone();
    let mut second = reading["servers"][0].clone();
    second["host"] = "second".into();
    second["stats"]["usr"] = 30.0.into();
    second["ping"] = serde_json::Value::Null;
    let mut both = reading.clone();
    both["servers"].as_array_mut().expect("a list").push(second);
    execution["cluster_stats"] = serde_json::json!([reading, both]);
    execution["errors"] = serde_json::json!(["late", "lost"]);
    execution["results"][0]["server_processing_span"] = serde_json::Value::Null;
    std::fs::write(&path, file.to_string()).expect("written");
    let dataset = open_dataset(&path).expect("a dataset");
    assert_eq!(dataset.resources(0, ResourceFigure::CpuUsr).expect("known"), [43.04, 15.0]);
    assert!(dataset.resources(0, ResourceFigure::RoundTripMean).expect("known")[1].is_nan());
    let all = Selection { outcomes: OutcomeSet::ALL, ..steady(0) };
    let durations = dataset.durations(all, Quantity::ResponseTime).expect("read").expect("known");
    assert_eq!((durations.finite.count(), durations.infinite), (1, 2));
    assert_eq!(dataset.count_outcomes(0, PhaseSet::STEADY).expect("counted")[1], 2.0);
    assert_eq!(dataset.measure(all, Quantity::ServerSpan).expect("measured").count, 0.0);
}

#[test]
fn a_run_and_what_is_exported_of_it_agree_to_the_microsecond() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 2_000);
    let run = Run::open(run.dir()).expect("readable");
    let export = Export { cluster: "k0s".to_owned(), saved_unix_s: 1_795_531_000 };
    let paths: Vec<PathBuf> = export.benchmarks(&run, &[1], &scene.path("db")).expect("written");
    let [ours, theirs] = [run.dir(), &*paths[0]].map(|path| open_dataset(path).expect("a dataset"));
    assert_eq!(ours.count_outcomes(0, PhaseSet::STEADY), theirs.count_outcomes(0, PhaseSet::STEADY));
    let figures = |dataset: &dyn Dataset, quantity| dataset.measure(steady(0), quantity).expect("measured");
    for quantity in [Quantity::ResponseTime, Quantity::ServerSpan] {
        let (ours, theirs) = (figures(&*ours, quantity), figures(&*theirs, quantity));
        assert_eq!(ours.count, theirs.count);
        for (ours, theirs) in [(ours.mean, theirs.mean), (ours.least, theirs.least), (ours.most, theirs.most)] {
            assert!((ours - theirs).abs() <= 1_000.0, "{ours} {theirs}");
        }
    }
}
