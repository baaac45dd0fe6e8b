//! What the next due time costs, by kind of arrivals.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use model::{ArrivalSchedule, Arrivals, Nanos, Spacing, Span, Stage};

fn schedule(from: f64, to: f64, spacing: Spacing) -> ArrivalSchedule {
    let stages = vec![Stage { from, to, length: Span::from_secs(3600) }];
    ArrivalSchedule::new(&Arrivals::Stages { stages, spacing }, Span::from_secs(0), 1)
}

fn walks(criterion: &mut Criterion) {
    let kinds = [
        ("constant", schedule(50_000.0, 50_000.0, Spacing::Even)),
        ("ramp", schedule(0.0, 100_000.0, Spacing::Even)),
        ("bursts", schedule(50_000.0, 50_000.0, Spacing::Bursts(50))),
        ("poisson", schedule(50_000.0, 50_000.0, Spacing::Poisson)),
        ("poisson ramp", schedule(0.0, 100_000.0, Spacing::Poisson)),
    ];
    let mut group = criterion.benchmark_group("walk");
    group.throughput(Throughput::Elements(1));
    for (name, schedule) in &kinds {
        group.bench_function(*name, |bencher| {
            let mut walk = schedule.walk(0, 1, Nanos::MAX);
            bencher.iter(|| {
                let next = walk.next();
                if next.is_none() {
                    walk = schedule.walk(0, 1, Nanos::MAX);
                }
                black_box(next)
            });
        });
    }
    group.bench_function("poisson, one thread of four", |bencher| {
        let mut walk = kinds[3].1.walk(0, 4, Nanos::MAX);
        bencher.iter(|| black_box(walk.next()));
    });
    group.finish();
}

criterion_group!(benches, walks);
criterion_main!(benches);
