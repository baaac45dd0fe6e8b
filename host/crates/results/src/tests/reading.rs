//! Samples and figures as others read them.

use proptest::prelude::*;

use super::*;
use crate::rows::SampleRows;
use crate::{ResultsError, Run, SampleFormat};

pub(super) fn samples_of(run: &Run, number: u32) -> Vec<Sample> {
    let mut samples = Vec::new();
    for batch in run.samples(number).expect("there") {
        let batch = batch.expect("whole");
        let rows = SampleRows::of(&batch).expect("columns of samples");
        samples.extend((0..rows.len()).map(|row| rows.sample(row).expect("a sample")));
    }
    samples
}

prop_compose! {
    fn any_sample()(
        numbers in (0..1u64 << 53, any::<u32>(), any::<u32>(), any::<u16>(), 0..11u8, 0..3u8),
        instants in prop::array::uniform3(any::<i64>()),
        optional in (any::<Option<i64>>(), any::<Option<i64>>(), prop::array::uniform2(prop::option::of(0..i64::MAX as u64)), any::<Option<u16>>(), any::<Option<u32>>()),
        bytes in (0..i64::MAX as u64, 0..i64::MAX as u64),
        span in prop::option::of((any::<bool>(), 0f64..2e12, 0f64..1e6)),
        metrics in prop::array::uniform2(prop::option::of(-1e12f64..1e12)),
    ) -> Sample {
        Sample {
            iteration: numbers.0,
            step: numbers.1,
            phase: crate::columns::phase_from_code(numbers.5).expect("a code"),
            outcome: Outcome::from_code(numbers.4).expect("a code"),
            failure_reason: optional.4,
            load: Load(numbers.2),
            origin: numbers.3,
            intended_start: instants[0],
            release: instants[1],
            sent: optional.0,
            first_byte: optional.1,
            end: instants[2],
            connect_ns: optional.2[0],
            tls_ns: optional.2[1],
            status: optional.3,
            bytes_sent: bytes.0,
            bytes_received: bytes.1,
            server_span: span.map(|(is_length, start_ms, ms)| match is_length {
                true => ServerSpan::Lasting { ms },
                false => ServerSpan::Between { start_ms, end_ms: start_ms + ms },
            }),
            metrics: (0..).zip(metrics).filter_map(|(index, value)| Some((index, value?))).collect(),
        }
    }
}

/// A length alone is kept to the nanosecond.
fn rounded(mut sample: Sample) -> Sample {
    if let Some(span @ ServerSpan::Lasting { .. }) = sample.server_span {
        sample.server_span = Some(ServerSpan::Lasting { ms: (span.nanos() as f64 + 0.5) / 1e6 });
    }
    sample
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_samples_come_back_as_they_were(samples in prop::collection::vec(any_sample(), 0..200)) {
        let scene = Scene::new();
        let mut run = scene.run();
        let trial = run.begin_trial(&plan(), &metrics(), &reasons()).expect("a trial");
        prop_assert_eq!(trial.sink().offer(samples.clone()), 0);
        run.finish_trial(trial, result(0)).expect("a record");
        let mut back = samples_of(&Run::open(run.dir()).expect("readable"), 1);
        let mut expected: Vec<Sample> = samples.into_iter().map(rounded).collect();
        for list in [&mut back, &mut expected] {
            list.sort_by_key(|sample| (sample.iteration, sample.step, sample.intended_start));
        }
        prop_assert_eq!(&back, &expected);
        for (a, b) in back.iter().zip(&expected) {
            prop_assert_eq!(a.server_span.map(ServerSpan::nanos), b.server_span.map(ServerSpan::nanos));
        }
    }
}

fn exported(run: &Run, format: SampleFormat) -> String {
    let mut out = Vec::new();
    run.export_samples(1, format, &mut out).expect("exported");
    String::from_utf8(out).expect("text")
}

#[test]
fn samples_are_exported_as_csv_and_json_lines() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 1100);
    let run = Run::open(run.dir()).expect("readable");

    let csv = exported(&run, SampleFormat::Csv);
    let mut lines = csv.lines();
    assert_eq!(
        lines.next(),
        Some(
            "iteration,step,phase,outcome,failure_reason,load,origin,intended_start_ns,release_ns,sent_ns,first_byte_ns,\
             end_ns,connect_ns,tls_ns,status,bytes_sent,bytes_received,server_start_ms,server_end_ms,server_ns,metric_hops [1],\
             metric_cpu_time [ms]"
        )
    );
    assert_eq!(csv.lines().count(), 1101);
    assert!(
        csv.lines().nth(50).is_some_and(|line| line.starts_with("49,0,warm-up,failed,wrong number,20,0,49000000,")),
        "{:?}",
        csv.lines().nth(50)
    );
    assert!(
        csv.lines().nth(100).is_some_and(|line| line.starts_with("99,0,warm-up,failed,\"late, \"\"very\"\"\",20,"))
    );

    let json = exported(&run, SampleFormat::JsonLines);
    let rows: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(rows.len(), 1100);
    assert_eq!((&rows[1099]["outcome"], &rows[1099]["failure_reason"]), (&"failed".into(), &"late, \"very\"".into()));
    assert_eq!(rows[1050]["phase"], "steady");
    assert_eq!(rows[1050]["sent_ns"], sample(1050).sent.expect("sent"));
    assert_eq!(rows[1050]["connect_ns"], serde_json::Value::Null);
}

#[test]
fn an_export_that_finds_no_taker_is_an_error() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 100);
    let run = Run::open(run.dir()).expect("readable");
    let mut full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    let error = run.export_samples(1, SampleFormat::Csv, &mut full).expect_err("full");
    assert!(matches!(error, ResultsError::Output(_)), "{error}");
    assert!(matches!(
        run.export_samples(2, SampleFormat::Csv, &mut Vec::new()),
        Err(ResultsError::NoSuchTrial { there: 1, .. })
    ));
}

#[test]
fn samples_that_are_gone_or_damaged_are_an_error() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 100);
    let file = run.dir().join("trials/0001/samples.parquet");
    let run = Run::open(run.dir()).expect("readable");
    let bytes = std::fs::read(&file).expect("bytes");
    for cut in [0, 3, 100, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&file, &bytes[..cut]).expect("written");
        assert!(matches!(run.samples(1), Err(ResultsError::Samples { .. })), "cut at {cut}");
    }
    std::fs::remove_file(&file).expect("removed");
    assert!(matches!(run.samples(1), Err(ResultsError::NoSamples { .. })));
    std::fs::remove_dir_all(run.dir().join("trials")).expect("removed");
    assert!(matches!(run.samples(1), Err(ResultsError::NoSamples { .. })));
}

#[test]
fn the_summary_has_every_figure_and_no_histogram_contents() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 2000);
    let all = serde_json::to_string(run.file()).expect("JSON");
    let lean = run.file().without_histograms();
    let text = lean.to_string();
    assert!(all.contains("hdr_v2") && !text.contains("hdr_v2"));
    assert_eq!(lean["trials"][0]["summary"]["requests"], 1000);
    assert_eq!(lean["trials"][0]["steady"]["response_time"]["count"], 980);
}

#[test]
fn the_parquet_file_tells_the_true_start_and_what_codes_mean() {
    let scene = Scene::new();
    let mut run = scene.run();
    trial(&mut run, 10);
    let run = Run::open(run.dir()).expect("readable");
    let header = run.samples(1).expect("there").header().clone();
    assert_eq!(header.started_unix_ns, result(0).started_unix_ns);
    let metadata = header.metadata();
    assert!(metadata["cluster-tester.outcomes"].contains("\"3\":\"timed-out\""));
    assert!(metadata["cluster-tester.units"].contains("\"metric_cpu_time\":\"ms\""));
}
