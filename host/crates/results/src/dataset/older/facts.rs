//! What a file of the older tool says of itself, in the terms of datasets.

use std::path::Path;

use jiff::Timestamp;
use model::dataset::{DatasetFacts, HostEntry, Purpose, Source, TrialFacts, TrialValidity};

use crate::ancestor::{Benchmark, ClusterStats, Execution, TestExecution, ours};

/// Bytes of a kilobyte.
const KILOBYTE: f64 = 1024.0;

/// Of a benchmark file.
pub(super) fn of_benchmark(path: &Path, benchmark: &Benchmark) -> DatasetFacts {
    let executions = &benchmark.test_executions;
    let target = executions.first().map(|execution| execution.test_case.application_base_url.clone());
    let started = executions.first().and_then(started_unix_ns).and_then(|nanos| {
        let time = Timestamp::from_nanosecond(i128::from(nanos)).ok()?;
        Some(crate::writer::rfc3339(time))
    });
    DatasetFacts {
        created: started.unwrap_or_default(),
        target: target.unwrap_or_default(),
        trials: executions.len(),
        hosts: hosts(executions.iter().flat_map(|execution| &execution.cluster_stats)),
        ..of_file(path, Source::OlderBenchmark)
    }
}

/// Of a file of a test execution. Its times are by the local clock of a machine whose zone it does not tell.
pub(super) fn of_means(path: &Path, execution: &TestExecution) -> DatasetFacts {
    DatasetFacts {
        trials: 1,
        hosts: hosts(std::iter::once(&execution.cluster_stats)),
        ..of_file(path, Source::OlderExecution)
    }
}

fn of_file(path: &Path, source: Source) -> DatasetFacts {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    DatasetFacts {
        id: name.clone(),
        name,
        is_name_given: false,
        source,
        created: String::new(),
        // It wrote its files once, at the end.
        state: "complete".to_owned(),
        target: String::new(),
        trials: 0,
        hosts: Vec::new(),
        plugins: Vec::new(),
        is_cpu_since_boot: true,
    }
}

/// The hosts that were seen, in the order in which they appear.
fn hosts<'a>(stats: impl Iterator<Item = &'a ClusterStats>) -> Vec<HostEntry> {
    let mut hosts: Vec<HostEntry> = Vec::new();
    for server in stats.flat_map(|reading| &reading.servers) {
        if hosts.iter().all(|known| known.name != server.host) {
            hosts.push(HostEntry {
                name: server.host.clone(),
                is_tester: false,
                cpu_model: String::new(),
                cores: 0,
                memory: server.memory.total * KILOBYTE,
                kernel: String::new(),
            });
        }
    }
    hosts
}

/// When it began, Unix time, nanoseconds; none when its zone cannot be told.
fn started_unix_ns(execution: &Execution) -> Option<i64> {
    Some(execution.span_making_requests.start_ns.saturating_sub(execution.zone_offset_ns()?))
}

/// Of a trial of a benchmark, by number from 0.
pub(super) fn of_execution(index: usize, execution: &Execution) -> TrialFacts {
    let successes = execution.results.len() as f64;
    TrialFacts {
        number: u32::try_from(index + 1).unwrap_or(u32::MAX),
        // Without a request that succeeded no load is told.
        load: execution.results.first().map_or(0, |result| result.load),
        goodput: successes / execution.seconds_making_requests,
        started: started_unix_ns(execution).map_or(f64::NAN, |nanos| nanos as f64 / 1e6),
        has_samples: true,
        ..of_any(&execution.test_case.name, execution.request_per_second, execution.seconds_making_requests)
    }
}

/// Of a test execution.
pub(super) fn of_test_execution(execution: &TestExecution) -> TrialFacts {
    TrialFacts {
        load: execution.load,
        ..of_any(&execution.test_case, execution.request_per_second, execution.seconds_making_requests)
    }
}

fn of_any(test_case: &str, rate: f64, seconds: f64) -> TrialFacts {
    TrialFacts {
        number: 1,
        test_case: ours(test_case),
        load: 0,
        is_closed_loop: false,
        users: 0,
        intended_rate: rate,
        offered_rate: rate,
        goodput: f64::NAN,
        started: f64::NAN,
        steady_start: 0.0,
        steady_length: seconds * 1e9,
        validity: TrialValidity::Unknown,
        reasons: Vec::new(),
        purpose: Purpose::Plan,
        slo: String::new(),
        has_samples: false,
    }
}
