//! A run with one trial of as many requests as asked for, written as a run is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use model::plan::{ConnectionPlan, Pacing, TargetPlan};
use model::{
    Load, LoadModel, Outcome, Phase, PhaseResult, Rate, RunPlan, Sample, SampleSink, ServerSpan, Span, TrialPlan,
    TrialResult,
};
use results::{RunHeader, RunState, Storage, Tester};

/// Requests a second.
const RATE: u64 = 50_000;
/// Nanoseconds between two of them.
const APART: i64 = 1_000_000_000 / RATE as i64;
/// Requests of the warm-up, at most a tenth of all.
const WARM_UP: u64 = 5 * RATE;

/// SplitMix64: the same numbers each time.
fn noise(iteration: u64, salt: u64) -> u64 {
    let mut z =
        (iteration + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(salt.wrapping_mul(0xD1B5_4A32_D192_ED03));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A request: most take a fraction of a millisecond, few a hundred times as long; one in 128 fails.
fn sample(iteration: u64, warm_up: u64) -> Sample {
    let number = |salt: u64, below: u64| (noise(iteration, salt) % below) as i64;
    let intended_start = iteration as i64 * APART;
    let release = intended_start + 200 + number(1, 4_000);
    let sent = release + 1_000 + number(2, 9_000);
    let slow = if number(3, 100) == 0 { number(4, 40_000_000) } else { 0 };
    let first_byte = sent + 100_000 + number(5, 500_000) + slow;
    let end = first_byte + 300 + number(6, 30_000);
    let outcome = match number(7, 256) {
        0 => Outcome::Failed,
        1 => Outcome::TimedOut,
        _ => Outcome::Success,
    };
    Sample {
        iteration,
        step: 0,
        phase: if iteration < warm_up { Phase::WarmUp } else { Phase::Steady },
        outcome,
        failure_reason: None,
        load: Load(10),
        origin: 0,
        intended_start,
        release,
        sent: Some(sent),
        first_byte: (outcome != Outcome::TimedOut).then_some(first_byte),
        end,
        connect_ns: iteration.is_multiple_of(1_000).then_some(80_000),
        tls_ns: None,
        status: (outcome != Outcome::TimedOut).then_some(200),
        bytes_sent: 97,
        bytes_received: 231,
        server_span: (!iteration.is_multiple_of(4))
            .then_some(ServerSpan::Lasting { ms: (50_000 + number(8, 60_000)) as f64 / 1e6 }),
        metrics: Vec::new(),
    }
}

fn plan(count: u64, warm_up: u64) -> TrialPlan {
    let length = |requests: u64| Span(Duration::from_nanos(requests * APART as u64));
    let rate = Rate::per_second(RATE as f64).expect("in range");
    TrialPlan {
        test_case: "fibonacci".to_owned(),
        options: serde_json::Map::new(),
        load: Load(10),
        load_model: LoadModel::constant(rate, length(count - warm_up)),
        warm_up: length(warm_up),
        duration: length(count - warm_up),
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

/// Makes a run of `count` requests below `storage`, and says where it is.
pub(crate) fn make(storage: &Path, count: u64) -> PathBuf {
    let warm_up = WARM_UP.min(count / 10);
    let plan = plan(count, warm_up);
    let target = TargetPlan {
        name: None,
        urls: vec!["http://localhost:1/".to_owned()],
        headers: Vec::new(),
        connection: ConnectionPlan::default(),
    };
    let header = RunHeader {
        name: None,
        labels: BTreeMap::new(),
        command: Vec::new(),
        tester: Tester::this_machine("0.1.0"),
        plan: RunPlan { target, trials: vec![plan.clone()], seed: 1 },
        plugins: Vec::new(),
    };
    let mut run = Storage::at(storage).create_run("made", header).expect("a run");
    let trial = run.begin_trial(&plan, &[], &[]).expect("a trial");
    let mut sink = trial.sink();
    let nanos = |span: Span| span.0.as_nanos() as u64;
    let (mut before, mut steady) = (PhaseResult::new(nanos(plan.warm_up)), PhaseResult::new(nanos(plan.duration)));
    for start in (0..count).step_by(4096) {
        let samples: Vec<Sample> = (start..count.min(start + 4096)).map(|n| sample(n, warm_up)).collect();
        for sample in &samples {
            match sample.phase {
                Phase::WarmUp => before.record(sample, 0),
                _ => steady.record(sample, plan.warm_up.nanos()),
            }
        }
        // What is refused is offered again: the disk need not keep up here.
        while sink.offer(samples.clone()) > 0 {
            thread::sleep(Duration::from_millis(5));
        }
    }
    let started_unix_ns = 1_795_530_160_000_000_000;
    let result = TrialResult { started_unix_ns, warm_up: before, steady, ..TrialResult::default() };
    assert_eq!(run.finish_trial(trial, result).expect("a record").samples.rows, count);
    let dir = run.dir().to_owned();
    run.end(RunState::Complete).expect("saved");
    dir
}
