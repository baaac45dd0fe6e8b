//! Real files of the older tool as made-up datasets.

use std::path::Path;

use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
use cluster_tester_sdk::analysis::{DatasetSource, Quantity, Validity};
use cluster_tester_sdk::time::parse_utc;
use serde_json::Value;

/// The benchmark files, by the names used in these tests.
pub(super) const FILES: [(&str, &str); 3] = [
    ("k0s-bubble", "k0s-BubbleSortTestCase-20261123_082114_benchmark.json"),
    ("k0s", "k0s-FibonacciTestCase-20261123_082114_benchmark.json"),
    ("k3s", "k3s-FibonacciTestCase-20261123_082002_benchmark.json"),
];

/// One of them.
pub(super) fn older_file(name: &str) -> FakeDataset {
    let (_, file) = FILES.iter().find(|(known, _)| *known == name).expect("a known file");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/ancestor").join(file);
    let text = std::fs::read_to_string(path).expect("the file");
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let executions = json["test_executions"].as_array().expect("executions");
    let mut dataset = executions.iter().map(trial).fold(FakeDataset::new(name).host("127.0.0.1"), FakeDataset::trial);
    dataset.facts.id = (*file).to_owned();
    dataset.facts.source = DatasetSource::OlderBenchmark;
    dataset.facts.is_cpu_since_boot = true;
    dataset.facts.hosts[0].cores = 0;
    dataset
}

fn trial(execution: &Value) -> FakeTrial {
    let results = execution["results"].as_array().expect("results");
    let spans = |of: &str| results.iter().map(|result| nanos(&result[of])).collect::<Vec<_>>();
    let stats = execution["cluster_stats"].as_array().expect("readings");
    let mean =
        |of: &dyn Fn(&Value) -> f64| stats.iter().map(|one| of(&one["servers"][0])).sum::<f64>() / stats.len() as f64;
    let load = results[0]["load"].as_u64().expect("a load") as u32;
    let mut trial = FakeTrial::new(load, execution["request_per_second"].as_f64().expect("a rate"))
        .quantity(Quantity::ServerSpan, spans("server_processing_span"))
        .response_times(spans("request_span"))
        .resources("cpu.usr", [mean(&|host| host["stats"]["usr"].as_f64().expect("usr"))])
        .resources("memory.used", [mean(&|host| host["memory"]["used"].as_f64().expect("used")) * 1024.0]);
    trial.facts.validity = Validity::Unknown;
    trial
}

/// Length of a span, whole microseconds as the files have them.
fn nanos(span: &Value) -> f64 {
    let instant = |end: &str| parse_utc(span[end].as_str().expect("an instant")).expect("a time");
    ((instant("end") - instant("start")) * 1e3).round() * 1e3
}
