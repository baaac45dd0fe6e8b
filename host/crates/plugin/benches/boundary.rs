//! What the WebAssembly boundary costs: building a request and reading its answer, for the shipped Fibonacci.
//!
//! The budget is 1 µs for both together, allocation and post-return included (issue of the foundation).

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use model::{Context, Load, Response, WorkloadSource as _};
use plugin::{Catalog, Runtime, RuntimeConfig};

const ANSWER: &[u8] = br#"{"start":"2026-01-01T12:00:00.000Z","end":"2026-01-01T12:00:00.012Z","fibonacci":55}"#;

fn boundary(criterion: &mut Criterion) {
    let runtime = Runtime::new(&RuntimeConfig::default()).expect("a runtime");
    let catalog = Catalog::new(bundled::PLUGINS.iter().map(|plugin| (plugin.name, plugin.component)), &[]);
    let catalog = catalog.expect("no directories");
    let entry = catalog.find("fibonacci").expect("shipped");
    let test_case = runtime.test_case(entry, &[]).expect("it loads");
    let mut workload = test_case.workload().expect("an instance");
    let context = Context { load: Load(10), iteration: 7, seed: 3, intended_start_unix_ms: 1.7e12, row: None };
    let answer =
        |headers| Response { status: 200, headers, body: Bytes::from_static(ANSWER), body_length: ANSWER.len() as u64 };
    let response = answer(Vec::new());
    let headers = (0..6).map(|n| {
        let name = http::HeaderName::from_bytes(format!("x-header-{n}").as_bytes()).expect("a name");
        (name, http::HeaderValue::from_static("application/json; charset=utf-8"))
    });
    let with_headers = answer(headers.collect());

    let mut group = criterion.benchmark_group("fibonacci");
    group.sample_size(50).measurement_time(Duration::from_secs(4));
    group.bench_function("build", |bencher| bencher.iter(|| workload.build(black_box(&context)).expect("built")));
    group.bench_function("read", |bencher| {
        bencher.iter(|| workload.read(black_box(&context), &[], black_box(&response)).expect("read"));
    });
    group.bench_function("read with six headers", |bencher| {
        bencher.iter(|| workload.read(black_box(&context), &[], black_box(&with_headers)).expect("read"));
    });
    group.bench_function("build and read", |bencher| {
        bencher.iter(|| {
            let request = workload.build(black_box(&context)).expect("built");
            let verdict = workload.read(black_box(&context), &[], black_box(&response)).expect("read");
            (request, verdict)
        });
    });
    group.bench_function("fresh instance, configured", |bencher| {
        bencher.iter(|| test_case.workload().expect("an instance"));
    });
    group.finish();
}

criterion_group!(benches, boundary);
criterion_main!(benches);
