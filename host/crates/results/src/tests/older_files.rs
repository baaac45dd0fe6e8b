//! The older tool's result files, written and read. `older/` has two of its real ones, a benchmark cut to its first trial.

use std::path::Path;

use jiff::tz::{TimeZone, offset};
use serde_json::Value;

use super::*;
use crate::ancestor::{AncestorFile, Benchmark, Export, TestExecution, read};
use crate::{ResultsError, Run};

const BENCHMARK: &str = include_str!("older/benchmark.json");
const TEST_EXECUTION: &str = include_str!("older/test_execution.json");

/// Steady state of the trials here, Unix time, nanoseconds.
const STEADY: i64 = 1_795_530_161_123_456_789;
/// When the files are saved: 2026-11-24T14:36:40Z.
const SAVED: i64 = 1_795_531_000;

fn second(n: i64) -> i64 {
    STEADY + n * 1_000_000_000
}

/// A run with one trial of the first `count` samples, and the hosts seen at 1 s, 2 s and 3 s of its steady state.
fn monitored(scene: &Scene, count: u64) -> Run {
    let mut run = scene.run();
    run.set_hosts(host_facts()).expect("saved");
    let log = run.resources().expect("a log");
    for n in 0..4 {
        for host in 0..3 {
            log.append(&[observation(host, second(n) + i64::from(host), 10.0 * n as f64 + f64::from(host))])
                .expect("written");
        }
    }
    trial(&mut run, count);
    Run::open(run.dir()).expect("readable")
}

fn export() -> Export {
    Export { cluster: "k0s".to_owned(), saved_unix_s: SAVED }
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("text")).expect("JSON")
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("a name")
}

fn benchmark(path: &Path) -> Benchmark {
    match read(path).expect("readable") {
        AncestorFile::Benchmark(benchmark) => benchmark,
        other => panic!("{other:?}"),
    }
}

fn test_execution(path: &Path) -> TestExecution {
    match read(path).expect("readable") {
        AncestorFile::TestExecution(execution) => execution,
        other => panic!("{other:?}"),
    }
}

/// Keys in their order, types, and the form of times: the same for two files of one shape.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => "null".into(),
        Value::Bool(_) => "bool".into(),
        Value::Number(number) if number.is_f64() => "float".into(),
        Value::Number(_) => "int".into(),
        Value::String(text) if text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('T') => {
            text.replace(|c: char| c.is_ascii_digit(), "d").into()
        }
        Value::String(_) => "text".into(),
        Value::Array(items) => {
            let mut shapes: Vec<Value> = items.iter().map(shape).collect();
            shapes.dedup();
            shapes.into()
        }
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), shape(value))).collect::<serde_json::Map<_, _>>().into()
        }
    }
}

/// Values are equal whatever the order of their keys; texts are not.
fn assert_same_shape(ours: &Value, theirs: &Value) {
    let [ours, theirs] = [ours, theirs].map(|value| serde_json::to_string_pretty(&shape(value)).expect("JSON"));
    assert_eq!(ours, theirs);
}

#[test]
fn a_benchmark_has_name_keys_types_and_times_of_the_older_tool() {
    let scene = Scene::new();
    // Without a failure: the real file has none.
    let run = monitored(&scene, 1049);
    let dir = scene.path("db");
    let paths = export().benchmarks_in(&TimeZone::UTC, &run, &[1], &dir).expect("written");
    assert_eq!(paths, [dir.join("k0s-FibonacciTestCase-20261124_143640_benchmark.json")]);
    assert_same_shape(&json(&paths[0]), &serde_json::from_str(BENCHMARK).expect("JSON"));
    assert_eq!(std::fs::read_dir(&dir).expect("a directory").count(), 1, "nothing else is left there");
}

#[test]
fn a_test_execution_has_name_keys_types_and_times_of_the_older_tool() {
    let scene = Scene::new();
    let run = monitored(&scene, 1049);
    let path = export().test_execution_in(&TimeZone::UTC, &run, 1, &scene.path("db")).expect("written");
    assert_eq!(file_name(&path), "20261124_143640_test_execution.json");
    assert_same_shape(&json(&path), &serde_json::from_str(TEST_EXECUTION).expect("JSON"));
}

#[test]
fn a_benchmark_says_what_the_run_says() {
    let scene = Scene::new();
    let run = monitored(&scene, 2000);
    let paths = export().benchmarks_in(&TimeZone::UTC, &run, &[1], &scene.path("db")).expect("written");
    let benchmark = benchmark(&paths[0]);
    assert_eq!(benchmark.test_case_name, "FibonacciTestCase");
    let execution = &benchmark.test_executions[0];
    assert_eq!((execution.request_per_second, execution.seconds_making_requests), (1000.0, 10.0));
    let case = &execution.test_case;
    assert_eq!((case.application_base_url.as_str(), case.min_recommended_load), ("http://localhost:1", 10));

    let steady: Vec<Sample> = (1000..2000).map(sample).collect();
    let good = steady.iter().filter(|sample| sample.outcome == Outcome::Success);
    assert_eq!(execution.results.len(), 980);
    for (result, sample) in execution.results.iter().zip(good) {
        let response_time = result.request_span.length_ns() - sample.response_time() as i64;
        let server_time =
            result.server_processing_span.expect("told").length_ns() - sample.server_span.expect("told").nanos() as i64;
        assert!(response_time.abs() < 1000 && server_time.abs() <= 1000, "{response_time} {server_time}");
        assert_eq!(result.load, 20);
        assert_eq!(
            result.request_span.start_ns,
            (1_795_530_160_123_456_789 + sample.intended_start) / 1000 * 1000,
            "from when it was due"
        );
    }
    assert_eq!(execution.errors.len(), 20);
    assert_eq!(
        (execution.errors[0].as_str(), execution.errors[1].as_str()),
        ("failed: wrong number", "failed: late, \"very\"")
    );
    let last = steady.iter().map(|sample| sample.end).max().expect("some");
    let span = execution.span_making_requests;
    assert_eq!((span.start_ns, span.end_ns), (STEADY / 1000 * 1000, (STEADY / 1000 + 10_000_000) * 1000));
    assert!(execution.total_span.end_ns >= span.end_ns && last < 12_000_000_000);
    assert_eq!(execution.zone_offset_ns(), Some(0));
}

#[test]
fn hosts_are_told_by_tick_without_the_tester_and_intervals_that_began_before() {
    let scene = Scene::new();
    let run = monitored(&scene, 1049);
    let export = export();
    let paths = export.benchmarks_in(&TimeZone::UTC, &run, &[1], &scene.path("db")).expect("written");
    let stats = &benchmark(&paths[0]).test_executions[0].cluster_stats;
    // The reading at 0 s is of the second before.
    let shares: Vec<Vec<f64>> =
        stats.iter().map(|tick| tick.servers.iter().map(|server| server.stats.usr).collect()).collect();
    assert_eq!(shares, [[10.0, 11.0], [20.0, 21.0], [30.0, 31.0]]);
    let server = &stats[0].servers[0];
    assert_eq!((server.host.as_str(), stats[0].servers[1].host.as_str()), ("10.0.0.1", "Server 2"));
    assert_eq!((server.memory.used, server.memory.buff_cache), (600_010.0, 540_492.0));
    let ping = server.ping.expect("asked");
    assert_eq!((ping.transmitted, ping.received, ping.avg), (1.0, 1.0, Some(0.4)));
    assert_eq!((server.at_ns, stats[0].at_ns), (second(1) / 1000 * 1000, (second(1) + 1) / 1000 * 1000));

    let path = export.test_execution_in(&TimeZone::UTC, &run, 1, &scene.path("db")).expect("written");
    let means = test_execution(&path).cluster_stats;
    assert_eq!(means.servers.iter().map(|server| server.stats.usr).collect::<Vec<_>>(), [20.0, 21.0]);
    assert_eq!((means.servers[0].memory.used, means.servers[0].stats.sys), (600_020.0, 2.5));
    assert_eq!(means.at_ns, second(1) / 1000 * 1000);
}

#[test]
fn a_tick_that_a_host_missed_is_left_out_and_late_hosts_are_awaited() {
    let scene = Scene::new();
    let mut run = scene.run();
    run.set_hosts(host_facts()).expect("saved");
    let log = run.resources().expect("a log");
    let gap = |host, n| Observation { host, due_unix_ns: second(n), seen: Seen::Gap("frozen".to_owned()) };
    log.append(&[observation(0, second(1), 1.0), observation(0, second(2), 2.0), gap(1, 2)]).expect("written");
    log.append(&[observation(1, second(1), 10.0), observation(1, second(3), 30.0)]).expect("written");
    log.append(&[observation(0, second(3), 3.0)]).expect("written");
    trial(&mut run, 1049);
    let run = Run::open(run.dir()).expect("readable");
    let paths = export().benchmarks_in(&TimeZone::UTC, &run, &[1], &scene.path("db")).expect("written");
    let stats = &benchmark(&paths[0]).test_executions[0].cluster_stats;
    let shares: Vec<Vec<f64>> =
        stats.iter().map(|tick| tick.servers.iter().map(|server| server.stats.usr).collect()).collect();
    assert_eq!(shares, [[1.0, 10.0], [3.0, 30.0]]);
}

#[test]
fn a_trial_shorter_than_the_interval_has_the_reading_that_lies_in_it() {
    let scene = Scene::new();
    let mut run = scene.run();
    run.set_hosts(host_facts()).expect("saved");
    let log = run.resources().expect("a log");
    log.append(&[observation(0, second(0) + 500_000_000, 5.0), observation(0, second(20), 9.0)]).expect("written");
    trial(&mut run, 1049);
    let run = Run::open(run.dir()).expect("readable");
    let paths = export().benchmarks_in(&TimeZone::UTC, &run, &[1], &scene.path("db")).expect("written");
    let stats = &benchmark(&paths[0]).test_executions[0].cluster_stats;
    assert_eq!(stats.iter().map(|tick| tick.servers[0].stats.usr).collect::<Vec<_>>(), [5.0]);
}

#[test]
fn a_test_execution_has_exact_means() {
    let scene = Scene::new();
    let run = monitored(&scene, 2000);
    let path = export().test_execution_in(&TimeZone::UTC, &run, 1, &scene.path("db")).expect("written");
    let execution = test_execution(&path);
    let good: Vec<Sample> = (1000..2000).map(sample).filter(|sample| sample.outcome == Outcome::Success).collect();
    let mean = |of: fn(&Sample) -> u64| good.iter().map(of).sum::<u64>() as f64 / good.len() as f64 / 1e9;
    // Within what reading a number as text may lose.
    let is_same = |told: Option<f64>, exact: f64| told.is_some_and(|told| (told / exact - 1.0).abs() < 1e-14);
    assert!(is_same(execution.avg_response_time, mean(Sample::response_time)));
    let server = mean(|sample| sample.server_span.map_or(0, ServerSpan::nanos));
    assert!(is_same(execution.avg_server_processing_time, server));
    assert_eq!((execution.test_case.as_str(), execution.load, execution.errors.len()), ("FibonacciTestCase", 20, 20));
}

#[test]
fn a_trial_without_a_success_has_no_mean_and_is_read_again() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 0);
    let run = Run::open(run.dir()).expect("readable");
    let path = export().test_execution_in(&TimeZone::UTC, &run, 1, &scene.path("db")).expect("written");
    let execution = test_execution(&path);
    assert_eq!((execution.avg_response_time, execution.avg_server_processing_time), (None, None));
    assert_eq!(execution.cluster_stats.servers, []);
}

#[test]
fn spans_and_names_are_by_the_local_clock_and_requests_by_utc() {
    let scene = Scene::new();
    let run = monitored(&scene, 1049);
    let zone = TimeZone::fixed(offset(-8));
    let paths = export().benchmarks_in(&zone, &run, &[1], &scene.path("db")).expect("written");
    assert_eq!(file_name(&paths[0]), "k0s-FibonacciTestCase-20261124_063640_benchmark.json");
    let value = &json(&paths[0])["test_executions"][0];
    assert_eq!(value["span_making_requests"]["start"], "2026-11-24T06:22:41.123456");
    assert_eq!(value["results"][0]["request_span"]["start"], "2026-11-24T14:22:41.123456+00:00");
    let execution = &benchmark(&paths[0]).test_executions[0];
    assert_eq!(execution.zone_offset_ns(), Some(-8 * 3600 * 1_000_000_000));
}

#[test]
fn a_file_that_is_there_is_never_replaced() {
    let scene = Scene::new();
    let run = monitored(&scene, 1049);
    let dir = scene.path("db");
    let names: Vec<String> = (0..3)
        .map(|_| export().test_execution_in(&TimeZone::UTC, &run, 1, &dir).expect("written"))
        .map(|path| file_name(&path).to_owned())
        .collect();
    let expected = ["20261124_143640", "20261124_143641", "20261124_143642"];
    assert_eq!(names, expected.map(|time| format!("{time}_test_execution.json")));
}

#[test]
fn each_test_case_has_a_file_of_its_own_with_its_trials_in_the_order_asked_for() {
    let scene = Scene::new();
    let mut run = scene.run();
    for (test_case, load) in [("fibonacci", 10), ("http-get", 1), ("fibonacci", 9)] {
        let plan = TrialPlan { test_case: test_case.to_owned(), load: Load(load), ..plan() };
        let trial = run.begin_trial(&plan, &metrics(), &reasons()).expect("a trial");
        let mut one = sample(1000);
        (one.load, one.server_span) = (Load(load), (load == 9).then_some(ServerSpan::Lasting { ms: 0.25 }));
        trial.sink().offer(vec![one]);
        run.finish_trial(trial, result(1001)).expect("a record");
    }
    let run = Run::open(run.dir()).expect("readable");
    let paths = export().benchmarks_in(&TimeZone::UTC, &run, &[3, 2, 1], &scene.path("db")).expect("written");
    let names: Vec<&str> = paths.iter().map(|path| file_name(path)).collect();
    assert_eq!(
        names,
        ["k0s-FibonacciTestCase-20261124_143640_benchmark.json", "k0s-HttpGetTestCase-20261124_143640_benchmark.json"]
    );
    let loads = |path: &Path| -> Vec<u32> {
        benchmark(path).test_executions.iter().map(|execution| execution.results[0].load).collect()
    };
    assert_eq!((loads(&paths[0]), loads(&paths[1])), (vec![9, 10], vec![1]));
    let spans: Vec<_> = benchmark(&paths[0])
        .test_executions
        .iter()
        .map(|execution| execution.results[0].server_processing_span.map(|span| span.length_ns()))
        .collect();
    assert_eq!(spans, [Some(250_000), None], "a length alone is a length, and nothing is made up");
    assert!(matches!(
        export().benchmarks(&run, &[1, 4], &scene.path("db")),
        Err(ResultsError::NoSuchTrial { trial: 4, .. })
    ));
    assert_eq!(std::fs::read_dir(scene.path("db")).expect("a directory").count(), 2, "nothing half is left");
}

#[test]
fn what_is_wrong_with_a_trial_is_said_first_among_its_errors() {
    let scene = Scene::new();
    let mut run = scene.run();
    let half = LoadModel::constant(Rate::per_second(12.5).expect("in range"), Span::from_secs(10));
    let plan = TrialPlan { load_model: half, ..plan() };
    let trial = run.begin_trial(&plan, &metrics(), &reasons()).expect("a trial");
    offer(&mut trial.sink(), 1000..1050);
    let mut result = result(1050);
    result.validity = Validity::Interrupted;
    result.steady.length_ns = 2_500_000_000;
    result.validity_reasons =
        vec![model::Reason { cause: model::Cause::Overloaded, message: "the target was overloaded".to_owned() }];
    run.finish_trial(trial, result).expect("a record");
    let run = Run::open(run.dir()).expect("readable");
    let paths = export().benchmarks_in(&TimeZone::UTC, &run, &[1], &scene.path("db")).expect("written");
    let execution = &benchmark(&paths[0]).test_executions[0];
    assert_eq!(execution.errors, ["ended before its time: the target was overloaded", "failed: wrong number"]);
    assert_eq!((execution.request_per_second, execution.seconds_making_requests), (12.5, 2.5));
}

#[test]
fn a_file_that_is_none_of_theirs_is_refused_with_its_place() {
    let scene = Scene::new();
    let path = scene.path("file.json");
    let refusal = |text: &str| {
        std::fs::write(&path, text).expect("written");
        read(&path).expect_err("refused")
    };
    let cut = refusal(&TEST_EXECUTION[..200]);
    assert!(matches!(cut, ResultsError::BrokenAncestor { .. }), "{cut}");
    let day = refusal(&TEST_EXECUTION.replacen("2026-11-23T08:18:27.853010", "yesterday", 1));
    let text = day.to_string();
    assert!(text.contains("invalid value: string \"yesterday\", expected a time such as"), "{text}");
    assert!(matches!(day, ResultsError::BrokenAncestor { line: 9, .. }), "{text}");
    let lacking = refusal(&BENCHMARK.replacen("\"host\"", "\"hots\"", 1));
    assert!(lacking.to_string().contains("missing field `host`"), "{lacking}");
    let other = refusal("{\"run_id\": 1}");
    assert!(matches!(other, ResultsError::NotAncestor { .. }), "{other}");
    for error in [cut, day, lacking, other] {
        assert!(error.hint().is_some(), "{error}");
    }
    assert!(matches!(read(&scene.path("nowhere.json")), Err(ResultsError::Io { .. })));
}

/// Load, requests, microseconds of the server's own time, and sum of the `usr` shares of each trial.
fn figures(path: &Path) -> Vec<(u32, usize, i64, f64)> {
    let executions = benchmark(path).test_executions;
    executions
        .iter()
        .map(|execution| {
            let spans = execution.results.iter().filter_map(|result| result.server_processing_span);
            let server_us = spans.map(|span| span.length_ns()).sum::<i64>() / 1000;
            let usr = execution.cluster_stats.iter().map(|stats| stats.servers[0].stats.usr).sum();
            (execution.results[0].load, execution.results.len(), server_us, usr)
        })
        .collect()
}

#[test]
fn real_files_are_read_to_the_last_digit() {
    let scene = Scene::new();
    let path = scene.path("benchmark.json");
    std::fs::write(&path, BENCHMARK).expect("written");
    assert_eq!(figures(&path), [(10, 1, 38_000, 43.04)]);
    std::fs::write(&path, TEST_EXECUTION).expect("written");
    let execution = test_execution(&path);
    assert!(execution.avg_response_time.is_some_and(|mean| (mean - 0.101_873_416_666_667).abs() < 1e-15));
    assert_eq!(execution.total_span.length_ns(), 3_000_682_000);
    let server = &execution.cluster_stats.servers[0];
    assert_eq!((server.host.as_str(), server.memory.total, server.stats.sys), ("127.0.0.1", 24_684_092.0, 7.46));
}

#[test]
fn all_real_files_beside_the_project_are_read() {
    // They lie beside the project where it is built and checked; a copy alone does without them.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let shared = std::env::var_os("CLUSTER_TESTER_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let dir = shared.join("fixtures/ancestor");
    if !dir.is_dir() {
        return;
    }
    let k0s = dir.join("k0s-FibonacciTestCase-20261123_082114_benchmark.json");
    assert_eq!(figures(&k0s), [(10, 1, 38_000, 43.04), (9, 29, 2_659_000, 86.07), (8, 27, 1_602_000, 86.07)]);
    let sort = dir.join("k0s-BubbleSortTestCase-20261123_082114_benchmark.json");
    assert_eq!(figures(&sort), [(13, 16, 838_000, 43.02), (12, 32, 576_000, 86.06), (11, 28, 149_000, 86.04)]);
    let k3s = dir.join("k3s-FibonacciTestCase-20261123_082002_benchmark.json");
    assert_eq!(figures(&k3s), [(10, 4, 132_000, 43.07), (9, 27, 2_509_000, 43.06), (8, 28, 723_000, 86.15)]);
    assert_same_shape(&json(&k0s)["test_executions"][0], &json(&sort)["test_executions"][0]);
    for execution in [&k0s, &sort, &k3s].into_iter().flat_map(|path| benchmark(path).test_executions) {
        assert_eq!(execution.zone_offset_ns(), Some(0), "that machine was in UTC");
    }
    let execution = test_execution(&dir.join("20261123_081831_test_execution.json"));
    assert_eq!((execution.load, execution.request_per_second), (10, 4.0));
}
