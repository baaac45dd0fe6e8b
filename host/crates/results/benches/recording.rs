//! What keeping a sample costs, in processor time and bytes.
//!
//! Three stages: what the generator thread pays to hand samples over, what the thread that writes pays while the trial
//! runs, and what the Parquet file costs at its end. The budget is 0.5 µs for all of it: 5 % of a core at 100 000/s.
//! Samples come at 400 000/s, in the order in which requests end, as from a Fibonacci target that tells its times to the
//! millisecond, as the demo's does, or as exactly as the column can hold them.

use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use model::plan::{ConnectionPlan, Pacing, TargetPlan};
use model::{
    Load, LoadModel, Outcome, Phase, PhaseResult, Rate, RunPlan, Sample, SampleSink, ServerSpan, Span, TrialPlan,
    TrialResult,
};
use results::{RunHeader, Storage, Tester};
use rustix::time::{ClockId, clock_gettime};

/// Samples of a trial.
const SAMPLES: u64 = 1_000_000;
/// Samples handed over at a time, as the generator does.
const BATCH: usize = 512;
/// Batches that come together.
const TOGETHER: usize = 4;
/// How far apart those are.
const APART: Duration = Duration::from_millis(5);

#[derive(Clone, Copy)]
enum Scenario {
    Constant,
    Poisson,
    ClosedLoop,
    ExactTimes,
}

impl Scenario {
    const ALL: [(Self, &'static str); 4] = [
        (Self::Constant, "open loop, 50 000/s, even"),
        (Self::Poisson, "open loop, 50 000/s, Poisson"),
        (Self::ClosedLoop, "closed loop, 50 users"),
        (Self::ExactTimes, "open loop, 50 000/s, even, exact server times"),
    ];
}

/// SplitMix64: the same samples each time.
struct Noise(u64);

impl Noise {
    /// From 0 to below 1.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) as f64 / 2f64.powi(64)
    }

    /// Exponentially distributed around `mean`, nanoseconds.
    fn around(&mut self, mean: f64) -> i64 {
        (-mean * (1.0 - self.unit()).ln()) as i64
    }
}

fn samples(scenario: Scenario) -> Vec<Sample> {
    let mut noise = Noise(7);
    let mut users = vec![0i64; 50];
    let mut next = 0;
    let mut samples: Vec<Sample> = (0..SAMPLES)
        .map(|iteration| {
            let user = users.iter().enumerate().min_by_key(|(_, free)| **free).map_or(0, |(user, _)| user);
            let intended_start = match scenario {
                Scenario::Constant | Scenario::ExactTimes => iteration as i64 * 20_000,
                Scenario::Poisson => next,
                Scenario::ClosedLoop => users[user],
            };
            next += noise.around(20_000.0);
            let release = intended_start + 500 + noise.around(1_500.0);
            let sent = release + 3_000 + noise.around(3_000.0);
            let first_byte = sent + 80_000 + noise.around(60_000.0);
            let end = first_byte + 300 + noise.around(300.0);
            users[user] = end + 1_000;
            let start_ms = 1_795_530_160_000.0 + (sent + 30_000 + noise.around(5_000.0)) as f64 / 1e6;
            let end_ms = start_ms + (first_byte - sent - 60_000) as f64 / 1e6;
            let told = |ms: f64| if matches!(scenario, Scenario::ExactTimes) { ms } else { ms.floor() };
            Sample {
                iteration,
                step: 0,
                phase: if iteration < SAMPLES / 20 { Phase::WarmUp } else { Phase::Steady },
                outcome: Outcome::Success,
                failure_reason: None,
                load: Load(10),
                origin: 0,
                intended_start,
                release,
                sent: Some(sent),
                first_byte: Some(first_byte),
                end,
                connect_ns: (iteration < 50).then_some(80_000),
                tls_ns: None,
                status: Some(200),
                bytes_sent: 97,
                bytes_received: 231 + iteration % 2,
                server_span: Some(ServerSpan::Between { start_ms: told(start_ms), end_ms: told(end_ms) }),
                metrics: Vec::new(),
            }
        })
        .collect();
    samples.sort_by_key(|sample| sample.end);
    samples
}

fn plan() -> TrialPlan {
    TrialPlan {
        test_case: "fibonacci".to_owned(),
        options: serde_json::Map::new(),
        load: Load(10),
        load_model: LoadModel::constant(Rate::per_second(50_000.0).expect("in range"), Span::from_secs(20)),
        warm_up: Span::from_secs(1),
        duration: Span::from_secs(19),
        timeout: Span::from_secs(30),
        pacing: Pacing::default(),
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

fn header() -> RunHeader {
    let target = TargetPlan {
        name: None,
        urls: vec!["http://localhost:1/".to_owned()],
        headers: Vec::new(),
        connection: ConnectionPlan::default(),
    };
    RunHeader {
        name: None,
        labels: std::collections::BTreeMap::new(),
        command: Vec::new(),
        tester: Tester::this_machine("0.1.0"),
        plan: RunPlan { target, trials: vec![plan()], seed: 1 },
        plugins: Vec::new(),
    }
}

fn result() -> TrialResult {
    TrialResult {
        started_unix_ns: 1_795_530_160_000_000_000,
        warm_up: PhaseResult::new(1_000_000_000),
        steady: PhaseResult::new(19_000_000_000),
        ..TrialResult::default()
    }
}

/// What all samples of a trial cost.
#[derive(Clone, Copy)]
struct Cost {
    /// On the generator thread.
    offer: Duration,
    /// On the thread that writes.
    spool: Duration,
    /// After the trial.
    parquet: Duration,
    spool_bytes: u64,
    parquet_bytes: u64,
}

fn cpu(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

fn sizes(dir: &Path, beginning: &str) -> u64 {
    let entries = std::fs::read_dir(dir).expect("a trial's directory").flatten();
    let ours = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(beginning));
    ours.map(|entry| entry.metadata().expect("there").len()).sum()
}

fn record(samples: &[Sample]) -> Cost {
    let directory = tempfile::tempdir().expect("temporary directory");
    let mut run = Storage::at(directory.path()).create_run("bench", header()).expect("a run");
    let trial = run.begin_trial(&plan(), &[], &[]).expect("a trial");
    let mut sink = trial.sink();
    let (all, own) = (cpu(ClockId::ProcessCPUTime), cpu(ClockId::ThreadCPUTime));
    let mut offer = Duration::ZERO;
    let mut due = Instant::now();
    for together in samples.chunks(BATCH * TOGETHER) {
        for batch in together.chunks(BATCH) {
            let batch = batch.to_vec();
            let before = cpu(ClockId::ThreadCPUTime);
            assert_eq!(sink.offer(batch), 0, "the writer did not keep up");
            offer += cpu(ClockId::ThreadCPUTime) - before;
        }
        due += APART;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    // Longer than anything waits.
    std::thread::sleep(Duration::from_millis(300));
    let spool = cpu(ClockId::ProcessCPUTime) - all - (cpu(ClockId::ThreadCPUTime) - own);
    let dir = run.dir().join("trials/0001");
    let spool_bytes = sizes(&dir, "spool");
    let before = cpu(ClockId::ProcessCPUTime);
    let rows = run.finish_trial(trial, result()).expect("a record").samples.rows;
    let parquet = cpu(ClockId::ProcessCPUTime) - before;
    assert_eq!(rows, samples.len() as u64);
    Cost { offer, spool, parquet, spool_bytes, parquet_bytes: sizes(&dir, "samples") }
}

#[expect(clippy::print_stderr, reason = "criterion has no place for bytes")]
fn recording(criterion: &mut Criterion) {
    for (scenario, name) in Scenario::ALL {
        let samples = samples(scenario);
        let cost = record(&samples);
        let nanos = |time: Duration| time.as_nanos() as f64 / SAMPLES as f64;
        let bytes = |bytes: u64| bytes as f64 / SAMPLES as f64;
        eprintln!(
            "{name}: offer {:.0} ns, spool {:.0} ns, Parquet {:.0} ns, in all {:.0} ns a sample; spool {:.1}, Parquet {:.1} bytes a sample",
            nanos(cost.offer),
            nanos(cost.spool),
            nanos(cost.parquet),
            nanos(cost.offer + cost.spool + cost.parquet),
            bytes(cost.spool_bytes),
            bytes(cost.parquet_bytes),
        );
        let mut group = criterion.benchmark_group("processor time of a million samples");
        group.sample_size(10).sampling_mode(SamplingMode::Flat).throughput(Throughput::Elements(SAMPLES));
        group.warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(35));
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter_custom(|iterations| {
                let costs = (0..iterations).map(|_| record(&samples));
                costs.map(|cost| cost.offer + cost.spool + cost.parquet).sum()
            });
        });
        group.finish();
    }
}

criterion_group!(benches, recording);
criterion_main!(benches);
