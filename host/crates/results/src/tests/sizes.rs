//! What a sample costs on disk.

use super::*;

/// Bytes a sample in the spool and as Parquet.
fn sizes(samples: &[Sample]) -> (f64, f64) {
    let scene = Scene::new();
    let mut run = scene.run();
    let trial = run.begin_trial(&plan(), &metrics()[..1], &reasons()).expect("a trial");
    let mut sink = trial.sink();
    for samples in samples.chunks(500) {
        while sink.offer(samples.to_vec()) > 0 {
            std::thread::yield_now();
        }
    }
    let dir = run.dir().join("trials/0001");
    let header = trial.abandon();
    let size = |name: &str| std::fs::metadata(dir.join(name)).expect("there").len() as f64 / samples.len() as f64;
    let spool = size("spool-0001.data") + size("spool-0001.index");
    let batches = crate::spool::SpoolReader::open(&dir).expect("readable").expect("there");
    crate::parquet_file::write(&dir, &header, batches).expect("written");
    (spool, size("samples.parquet"))
}

#[test]
fn a_sample_takes_at_most_64_bytes_in_the_spool_and_16_as_parquet() {
    let exact: Vec<Sample> = (0..200_000).map(sample).collect();
    let (spool, parquet) = sizes(&exact);
    assert!(spool <= 64.0, "{spool} bytes a sample in the spool");
    // The server's times are told as exactly as the columns can hold them, which no server does.
    assert!(parquet <= 17.0, "{parquet} bytes a sample as Parquet");

    let told = |sample: &Sample| match sample.server_span {
        Some(ServerSpan::Between { start_ms, end_ms }) => {
            Some(ServerSpan::Between { start_ms: start_ms.floor(), end_ms: end_ms.floor() })
        }
        other => other,
    };
    let to_the_millisecond: Vec<Sample> =
        exact.iter().map(|sample| Sample { server_span: told(sample), ..sample.clone() }).collect();
    let (_, parquet) = sizes(&to_the_millisecond);
    assert!(parquet <= 16.0, "{parquet} bytes a sample as Parquet");
}
