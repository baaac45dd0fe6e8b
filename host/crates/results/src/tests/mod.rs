//! Tests of whole runs, and what they share.

mod dataset_facts;
mod datasets;
mod finding;
mod hosts;
mod life;
mod older_datasets;
mod older_files;
mod reading;
mod recovering;
mod resuming;
mod searches;
mod sizes;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use model::plan::{ConnectionPlan, TargetPlan};
use model::resources::{CpuShares, Memory};
use model::{
    HostFacts, Load, LoadModel, Metric, MetricKind, Observation, Outcome, Phase, PhaseResult, PluginIdentity, Rate,
    ResourceSample, RunPlan, Sample, SampleSink, Seen, ServerSpan, Span, TrialPlan, TrialResult, Validity,
};
use tempfile::TempDir;

use crate::{RunHeader, RunWriter, Storage, Tester, TrialHeader};

/// 1 000/s, a warm-up of one second, ten of steady state.
pub(crate) fn plan() -> TrialPlan {
    TrialPlan {
        test_case: "fibonacci".to_owned(),
        options: serde_json::Map::new(),
        load: Load(20),
        load_model: LoadModel::constant(Rate::per_second(1000.0).expect("in range"), Span::from_secs(10)),
        warm_up: Span::from_secs(1),
        duration: Span::from_secs(10),
        timeout: Span(Duration::from_secs(30)),
        pacing: model::plan::Pacing::default(),
        threads: 1,
        plugin_threads: 0,
        connections: None,
        max_in_flight: 1000,
        feed: None,
        slo: None,
        abort_when: None,
        abort_window: Span::from_secs(10),
    }
}

pub(crate) fn metrics() -> Vec<Metric> {
    let metric =
        |name: &str, unit: &str| Metric { name: name.to_owned(), unit: unit.to_owned(), kind: MetricKind::Gauge };
    vec![metric("hops", "1"), metric("cpu-time", "ms")]
}

pub(crate) fn reasons() -> Vec<String> {
    vec!["wrong number".to_owned(), "late, \"very\"".to_owned()]
}

pub(crate) fn header() -> TrialHeader {
    TrialHeader {
        run_id: "20261124-142240-fibonacci-x7k2".to_owned(),
        number: 1,
        started_unix_ns: 1_795_530_160_000_000_000,
        plan: plan(),
        metrics: metrics(),
        failure_reasons: reasons(),
    }
}

fn run_header() -> RunHeader {
    RunHeader {
        name: None,
        labels: BTreeMap::from([("git".to_owned(), "abc".to_owned())]),
        command: Vec::new(),
        tester: Tester::this_machine("0.1.0"),
        plan: RunPlan {
            target: TargetPlan {
                name: None,
                urls: vec!["http://localhost:1/".to_owned()],
                headers: Vec::new(),
                connection: ConnectionPlan::default(),
            },
            trials: vec![plan(), plan()],
            seed: 1,
        },
        plugins: vec![PluginIdentity {
            name: "fibonacci".to_owned(),
            title: "FibonacciTestCase".to_owned(),
            version: "1.0.0".to_owned(),
            digest: format!("sha256:{}", "0".repeat(64)),
            origin: "bundled".to_owned(),
        }],
    }
}

/// The sample of an arrival of [`plan`], one in 50 a failure, with noise as a real target has.
pub(crate) fn sample(iteration: u64) -> Sample {
    let noise = |salt: u64, below: u64| {
        let mut z =
            (iteration + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(salt.wrapping_mul(0xD1B5_4A32_D192_ED03));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % below) as i64
    };
    let intended_start = iteration as i64 * 1_000_000;
    let release = intended_start + 1_000 + noise(1, 30_000);
    let sent = release + 2_000 + noise(2, 20_000);
    let first_byte = sent + 300_000 + noise(3, 400_000);
    let end = first_byte + 2_000 + noise(4, 5_000);
    let is_failure = iteration % 50 == 49;
    let server_start = 1_795_530_160_000.0 + (sent + 60_000) as f64 / 1e6;
    Sample {
        iteration,
        step: 0,
        phase: if intended_start < 1_000_000_000 { Phase::WarmUp } else { Phase::Steady },
        outcome: if is_failure { Outcome::Failed } else { Outcome::Success },
        failure_reason: is_failure.then_some((iteration / 50 % 2) as u32),
        load: Load(20),
        origin: 0,
        intended_start,
        release,
        sent: Some(sent),
        first_byte: Some(first_byte),
        end,
        connect_ns: (iteration < 10).then_some(150_000),
        tls_ns: (iteration < 10).then_some(600_000),
        status: Some(200),
        bytes_sent: 130,
        bytes_received: 310 + noise(5, 10) as u64,
        server_span: Some(ServerSpan::Between {
            start_ms: server_start,
            end_ms: server_start + noise(6, 300_000) as f64 / 1e6,
        }),
        metrics: vec![(0, noise(7, 8) as f64)],
    }
}

/// What a trial with the first `count` samples gives.
fn result(count: u64) -> TrialResult {
    let (mut warm_up, mut steady) = (PhaseResult::new(1_000_000_000), PhaseResult::new(10_000_000_000));
    (0..count).map(sample).for_each(|sample| match sample.phase {
        Phase::WarmUp => warm_up.record(&sample, 0),
        Phase::Steady => steady.record(&sample, 1_000_000_000),
        Phase::Drain => unreachable!("no sample of a plan of one step is due after the last arrival"),
    });
    for phase in [&mut warm_up, &mut steady] {
        phase.iteration_time = phase.response_time.clone();
    }
    TrialResult { started_unix_ns: 1_795_530_160_123_456_789, warm_up, steady, ..TrialResult::default() }
}

/// Two hosts of a cluster and the tester.
fn host_facts() -> Vec<HostFacts> {
    let host = |name: &str| HostFacts { name: name.to_owned(), cores: Some(4), ..HostFacts::default() };
    let first = HostFacts { address: Some("10.0.0.1".to_owned()), ..host("Server 1") };
    vec![first, host("Server 2"), HostFacts { is_tester: true, ..host("tester") }]
}

/// What a host spent in the second before `at_unix_ns`, `usr` per cent of it in user space.
fn observation(host: u16, at_unix_ns: i64, usr: f64) -> Observation {
    let sample = ResourceSample {
        at_unix_ns,
        round_trip_ns: 400_000 + u64::from(host),
        interval_ns: Some(1_000_000_000),
        cpu: Some(CpuShares { usr, sys: 2.5, idle: 97.5 - usr, ..CpuShares::default() }),
        memory: Memory {
            total: 24_684_092.0,
            used: 600_000.0 + usr,
            free: 23_000_000.0,
            shared: 8_856.0,
            buff_cache: 540_492.0,
            available: 24_084_092.0 - usr,
        },
        load_average: [0.5, 0.25, 0.125],
        ..ResourceSample::default()
    };
    // Hosts answer a little after the tick, each in its time.
    let due_unix_ns = at_unix_ns.div_euclid(1_000_000_000) * 1_000_000_000;
    Observation { host, due_unix_ns, seen: Seen::Sample(Box::new(sample)) }
}

pub(crate) struct Scene {
    directory: TempDir,
    storage: Storage,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().expect("temporary directory");
        let storage = Storage::at(directory.path().join("storage"));
        Self { directory, storage }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn run(&self) -> RunWriter {
        self.storage.create_run("fibonacci", run_header()).expect("a run")
    }
}

/// Runs a trial of `count` samples, to its end.
pub(crate) fn trial(run: &mut RunWriter, count: u64) {
    let trial = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
    offer(&mut trial.sink(), 0..count);
    run.finish_trial(trial, result(count)).expect("a record");
}

fn offer(sink: &mut impl SampleSink, iterations: std::ops::Range<u64>) {
    let samples: Vec<Sample> = iterations.map(sample).collect();
    for samples in samples.chunks(500) {
        while sink.offer(samples.to_vec()) > 0 {
            std::thread::yield_now();
        }
    }
}
