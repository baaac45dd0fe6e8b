//! What it costs to add a request to the figures of its phase: once a request, on the thread that sends.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use model::{Load, Outcome, Phase, PhaseResult, Sample, ServerSpan, Steadiness};

fn sample(n: u64, server_span: Option<ServerSpan>, metrics: Vec<(u32, f64)>) -> Sample {
    // Scattered as a target's times are, so that the histograms' places are not all in the nearest cache.
    let noise = (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 44) as i64;
    let due = n as i64 * 20_000;
    Sample {
        iteration: n,
        step: 0,
        phase: Phase::Steady,
        outcome: if n.is_multiple_of(200) { Outcome::TimedOut } else { Outcome::Success },
        failure_reason: None,
        load: Load(10),
        origin: 0,
        intended_start: due,
        release: due + (noise & 0x3FFF),
        sent: Some(due + (noise & 0x3FFF) + 5_000 + (noise & 0xFFF)),
        first_byte: Some(due + 1_000_000 + noise),
        end: due + 1_010_000 + noise,
        connect_ns: None,
        tls_ns: None,
        status: Some(200),
        bytes_sent: 120,
        bytes_received: 300,
        server_span,
        metrics,
    }
}

fn record(criterion: &mut Criterion) {
    let span = Some(ServerSpan::Lasting { ms: 0.8 });
    let kinds = [
        ("record", (0..4096).map(|n| sample(n, None, Vec::new())).collect::<Vec<_>>()),
        ("record with server span", (0..4096).map(|n| sample(n, span, Vec::new())).collect()),
        ("record with two metrics", (0..4096).map(|n| sample(n, None, vec![(0, n as f64), (1, 0.5)])).collect()),
    ];
    for (name, samples) in &kinds {
        let mut phase = PhaseResult::new(60_000_000_000);
        let mut samples = samples.iter().cycle();
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| phase.record(black_box(samples.next().expect("a cycle")), 0));
        });
    }
    let mut steadiness = Steadiness::new();
    let mut at = 0;
    criterion.bench_function("steadiness record", |bencher| {
        bencher.iter(|| {
            at += 20_000;
            steadiness.record(black_box(at), black_box(1_000_000), true);
        });
    });
}

criterion_group!(benches, record);
criterion_main!(benches);
