//! What a histogram costs: a duration, a merge, a percentile, and a metric's value.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use model::Histogram;
use model::metric_figures::MetricFigures;

/// Durations as a target gives them: around 2 ms, some ten times that.
fn durations() -> Vec<u64> {
    let next = |x: &u64| Some(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
    std::iter::successors(Some(1u64), next)
        .map(|x| (1_000_000 + (x >> 43)) * if x >> 60 == 0 { 10 } else { 1 })
        .take(4096)
        .collect()
}

fn histogram(criterion: &mut Criterion) {
    let durations = durations();
    let mut filled = Histogram::new();
    durations.iter().for_each(|&nanos| filled.record(nanos));
    let mut values = durations.iter().cycle();
    let mut into = Histogram::new();
    criterion.bench_function("histogram record", |bencher| {
        bencher.iter(|| into.record(black_box(*values.next().expect("a cycle"))));
    });
    criterion.bench_function("histogram merge", |bencher| bencher.iter(|| into.merge(black_box(&filled))));
    criterion.bench_function("histogram p99", |bencher| bencher.iter(|| black_box(&filled).quantile(0.99)));
    let mut figures = MetricFigures::default();
    criterion.bench_function("metric record", |bencher| {
        bencher.iter(|| figures.record(black_box(*values.next().expect("a cycle") as f64)));
    });
}

criterion_group!(benches, histogram);
criterion_main!(benches);
