//! Plugins that were built against package 0.1.0 when it was released, and are not built against anything newer: every
//! function, field and case of it still means what it meant. The same plugins say that they are of a later version, too.

use http::{HeaderName, HeaderValue, Method};
use model::exchange::{Failure, Judgement, ServerSpan};
use model::report::{Block, Cells, Chart, Scale, Severity};

use super::analyses::{columns, runs};
use super::*;
use crate::{Level, PluginError, Problem};

/// Lines that each of them writes.
const TOLD: [(Level, &str); 2] = [(Level::Info, "for your information"), (Level::Warning, "for your attention")];

fn kept() -> TestCase {
    runtime().test_case(&fixture("test-case-0-1-0"), &[]).expect("it loads")
}

fn problem(result: Result<impl Sized, PluginError>) -> Problem {
    match result.err().expect("it cannot be used") {
        PluginError::Plugin { problem, .. } => problem,
        other => panic!("{other}"),
    }
}

fn done(verdict: Verdict) -> Judgement {
    let Verdict::Done(judgement) = verdict else { panic!("a step") };
    judgement
}

fn told(lines: &[(Level, String)]) -> Vec<(Level, &str)> {
    lines.iter().map(|(level, line)| (*level, line.as_str())).collect()
}

#[test]
fn a_kept_test_case_describes_itself_as_it_did() {
    let described = runtime().inspect(&fixture("test-case-0-1-0")).unwrap().test_case.unwrap();
    assert_eq!((described.name.as_str(), described.version.as_str()), ("KeptTestCase", "0.1.0"));
    assert_eq!(described.description, "Uses all that package 0.1.0 has.");
    assert!(described.options_schema.contains("What `configure` does."));
    assert_eq!((described.min_recommended_load, described.body_limit), (Load(7), 4));
    assert_eq!(described.response_headers, ["x-kept", "content-type"]);
    assert_eq!(described.failure_reasons, ["not there", "over capacity"]);
    let metrics: Vec<_> = described.metrics.iter().map(|m| (m.name.as_str(), m.unit.as_str(), m.kind)).collect();
    assert_eq!(metrics, [("bytes", "bytes", model::MetricKind::Counter), ("depth", "1", model::MetricKind::Gauge)]);
}

#[test]
fn a_kept_test_case_is_configured_and_refuses_as_it_did() {
    let open = |mood| problem(runtime().test_case(&fixture("test-case-0-1-0"), &[option("mood", mood)]));
    assert_eq!(open("refuse"), Problem::Option { option: "mood".into(), reason: "told to refuse".into() });
    let failed = open("fail");
    assert!(
        matches!(&failed, Problem::Call { call: "configure", what, .. } if what == "failed (told to fail)"),
        "{failed:?}"
    );
    let refused = |load| match kept().workload().unwrap().build(&context(load)).unwrap_err() {
        WorkloadError::Refused(why) => why,
        WorkloadError::Broken(why) => panic!("{why}"),
    };
    assert_eq!(refused(3), "told to fail");
    assert!(refused(4).contains("too late"), "{}", refused(4));
}

#[test]
fn a_kept_test_case_builds_the_requests_it_built() {
    let test_case = kept();
    let mut workload = test_case.workload().unwrap();
    let row = Some(r#"{"a":1}"#.to_owned());
    let methods = (0..8).map(|iteration| {
        let built = workload.build(&Context { iteration, row: row.clone(), ..context(1) }).unwrap();
        let path = format!("/kept?load=1&iteration={iteration}&seed=9&start=1800000000000&row=7");
        assert_eq!(built.path.as_str(), path);
        let has_body = [Method::POST, Method::PUT, Method::PATCH].contains(&built.method);
        assert_eq!(&built.body[..], if has_body { &b"body"[..] } else { b"" }, "{}", built.method);
        assert_eq!((built.headers[0].0.as_str(), built.headers[0].1.as_bytes()), ("x-kept", &b"yes"[..]));
        built.method.to_string()
    });
    let methods: Vec<String> = methods.collect();
    assert_eq!(methods, ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "REPORT"]);
    let lines = test_case.take_log().lines;
    assert_eq!(told(&lines), [&[(Level::Debug, r#"{"mood":"good"}"#)][..], &TOLD].concat());
    assert!(workload.build(&context(1)).unwrap().path.as_str().ends_with("&row=none"));
}

#[test]
fn a_kept_test_case_draws_the_numbers_it_drew() {
    let draws = |context: &Context| {
        let built = kept().workload().unwrap().build(context).unwrap();
        built.headers[1].1.to_str().unwrap().to_owned()
    };
    // By the seed and the index alone; a figure of a run could not be had again if they changed.
    assert_eq!(draws(&context(1)), "[2500506125, 48665348]");
    assert_eq!(draws(&context(1)), draws(&context(9)));
    assert_ne!(draws(&context(1)), draws(&Context { seed: 10, ..context(1) }));
}

#[test]
fn a_kept_test_case_judges_as_it_did() {
    let mut workload = kept().workload().unwrap();
    let given = |status, body: &'static str| Response { body_length: 6, ..answer(status, body) };
    let single = done(workload.read(&context(1), &[], &given(200, "body")).unwrap());
    assert_eq!((single.failure, single.metrics), (None, vec![(0, 6.0), (1, 4.0)]));
    assert_eq!(single.server_span, Some(ServerSpan::Lasting { ms: 12.5 }));

    let Verdict::Next(step) = workload.read(&context(2), &[], &given(200, "body")).unwrap() else { panic!("done") };
    assert_eq!((step.think_time_ns, &step.state[..]), (2_500_000, &[0, 255, 7][..]));
    assert_eq!((step.request.method.as_str(), step.request.path.as_str()), ("GET", "/second"));
    assert_eq!(step.judgement.metrics, [(0, 6.0), (1, 4.0)]);
    let last = done(workload.read(&context(2), &step.state, &given(200, "")).unwrap());
    assert_eq!(last.server_span, Some(ServerSpan::Between { start_ms: 1_000.0, end_ms: 1_250.5 }));
    assert_eq!((last.failure, last.metrics), (None, vec![(0, 6.0), (1, 2.0)]));

    let missing = done(workload.read(&context(1), &[], &given(404, "")).unwrap());
    assert_eq!(missing, Judgement { failure: Some(Failure { reason: 0, detail: None }), ..Judgement::default() });
    let header = |name, value| (HeaderName::from_static(name), HeaderValue::from_static(value));
    let headers = vec![header("x-kept", "a"), header("content-type", "b")];
    let busy = done(workload.read(&context(1), &[], &Response { headers, ..given(503, "") }).unwrap());
    let detail = Some("x-kept=a; content-type=b".to_owned());
    assert_eq!((busy.failure, busy.metrics), (Some(Failure { reason: 1, detail }), vec![(0, 6.0)]));
    let unreadable = workload.read(&context(1), &[], &given(500, "")).unwrap_err();
    assert!(matches!(unreadable, WorkloadError::Refused(why) if why == "status 500"));
}

#[test]
fn a_kept_analysis_says_what_it_is_and_refuses_as_it_did() {
    let described = runtime().inspect(&fixture("analysis-0-1-0")).unwrap().analysis.unwrap();
    assert_eq!((described.name.as_str(), described.min_datasets, described.max_datasets), ("KeptAnalysis", 1, 3));
    let run = |mood| {
        let analysis = runtime().open_analysis(&fixture("analysis-0-1-0"), &[option("mood", mood)]).unwrap();
        problem(analysis.run(runs(&["k3s"])))
    };
    assert_eq!(run("refuse"), Problem::Option { option: "mood".into(), reason: "told to refuse".into() });
    assert!(matches!(run("fail"), Problem::Call { what, .. } if what == "failed (told to fail)"));
}

#[test]
fn a_kept_analysis_is_told_what_it_was() {
    let analysis = runtime().open_analysis(&fixture("analysis-0-1-0"), &[]).unwrap();
    let report = analysis.run(runs(&["k3s"])).unwrap();
    let lines = analysis.take_log().lines;
    assert_eq!(told(&lines), [&[(Level::Debug, r#"{"mood":"good"}"#)][..], &TOLD].concat());
    let tables = report.blocks.iter().filter_map(|block| match block {
        Block::Table(table) => Some(format!("{}: {}", table.caption, columns(&report, &table.caption)[0].join(" "))),
        _ => None,
    });
    insta::assert_snapshot!(tables.collect::<Vec<_>>().join("\n"), @r#"
    count: 1
    describe-dataset: DatasetFacts { name: "k3s", is-name-given: true, id: "20261125", source: Source::OlderBenchmark, created: "2026-11-25T10:00:00Z", state: "complete", target: "http://localhost", trials: 2, hosts: [HostFacts { name: "node-1", is-tester: false, cpu-model: "EPYC", cores: 4, memory: 8000000000.0, kernel: "6.1" }, HostFacts { name: "tester", is-tester: true, cpu-model: "EPYC", cores: 4, memory: 8000000000.0, kernel: "6.1" }], plugins: [PluginFacts { name: "http", version: "1.2.0", digest: "sha256:00" }], is-cpu-since-boot: true }
    describe-trial: TrialFacts { number: 1, test-case: "fibonacci", load: 10, is-closed-loop: true, users: 12, intended-rate: 100.0, offered-rate: 99.5, goodput: NaN, started: 1800000000000.0, steady-start: 1000000000.0, steady-length: 30000000000.0, validity: Validity::GeneratorBound, reasons: ["late"], purpose: Purpose::Confirmation, slo: "p99 < 1 s", has-samples: true }
    searches: SearchFacts { test-case: "fibonacci", subject: Subject::Load, held: 50.0, slo: "p99 < 1 s", lower: 20.0, upper: inf, is-provisional: true, notes: ["cut short"], trials: [0, 1] }
    manifest: {"id":"20261125"}
    fault: Some(Fault::Failed("there is no dataset 99; there is one, number 0"))
    count-outcomes warm-up: 0 1 2 3 4 5 6 7 8 9 10
    count-outcomes steady: 0 2 2 3 4 5 6 7 8 9 10
    count-outcomes drain: 0 4 2 3 4 5 6 7 8 9 10
    measure Quantity::ResponseTime: 0 7 2047 0 inf
    measure Quantity::ServiceTime: 0 7 2047 1 inf
    measure Quantity::Queue: 0 7 2047 2 inf
    measure Quantity::ReleaseLag: 0 7 2047 3 inf
    measure Quantity::FirstByte: 0 7 2047 4 inf
    measure Quantity::Connect: 0 7 2047 5 inf
    measure Quantity::Tls: 0 7 2047 6 inf
    measure Quantity::ServerSpan: 0 7 2047 7 inf
    measure Quantity::BeyondServer: 0 7 2047 8 inf
    measure Quantity::Transfer: 0 7 2047 9 inf
    quantiles: 200 300 300
    count-durations highest: 100 200 300
    count-durations counts: 1 1 1
    over-time starts: 0 1000000000
    over-time counts: 2 0
    over-time quantiles: 0.5 NaN
    read Column::IntendedStart [] true: 0 1
    read Column::Quantity(Quantity::ServiceTime) [] false: 1
    read Column::Status [] false: 3
    read Column::Outcome [1] false: 10 0
    read Column::Metric("cache-hits") [] false: 7
    resources cpu.busy: 0 10
    idle-resources cpu.busy: 10 NaN
    resources memory.peak: 0 17
    idle-resources memory.peak: 17 NaN
    resources network.received: 0 18
    idle-resources network.received: 18 NaN
    resources pressure.io: 0 24
    idle-resources pressure.io: 24 NaN
    resources temperature.peak: 0 25
    idle-resources temperature.peak: 25 NaN
    resources round-trip.mean: 0 26
    idle-resources round-trip.mean: 26 NaN
    resources-over-time at: -1000000000 1000000000
    resources-over-time values: 0 0
    "#);
}

#[test]
fn what_a_kept_analysis_draws_comes_whole() {
    let report = runtime().open_analysis(&fixture("analysis-0-1-0"), &[]).unwrap().run(runs(&["k3s"])).unwrap();
    assert_eq!(report.title, "Kept");
    assert!(matches!(&report.blocks[0], Block::Heading(heading) if heading == "Kept"));
    assert!(matches!(&report.blocks[1], Block::Text(text) if text.starts_with('[')));
    let severities = report.blocks[2..6].iter().map(|block| match block {
        Block::Finding(finding) => finding.severity,
        other => panic!("{other:?}"),
    });
    let expected = [Severity::Note, Severity::Caution, Severity::Invalid, Severity::Regression];
    assert_eq!(severities.collect::<Vec<_>>(), expected);
    let charts: Vec<&Chart> = report
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Chart(chart) => Some(chart),
            _ => None,
        })
        .collect();
    let kinds: Vec<&str> = charts.iter().map(|chart| chart.kind.as_str()).collect();
    let known = ["bars", "stacked-bars", "lines", "scatter", "histogram", "box", "violin", "heat-map", "lines"];
    assert_eq!(kinds, [&known[..], &["sundial"]].concat());
    let lines = charts[2];
    assert_eq!((lines.file_name.as_str(), lines.title.as_str()), ("kept-lines-logarithmic", "Kept lines"));
    assert_eq!((lines.x.label.as_str(), lines.x.unit.as_str(), lines.x.scale), ("x", "ns", Scale::Logarithmic));
    assert_eq!(lines.panels.iter().map(|axis| axis.scale).collect::<Vec<_>>(), [Scale::Linear, Scale::Logarithmic]);
    assert_eq!(charts[8].x.scale, Scale::Quantile);
    let [whole, bare] = &lines.series[..] else { panic!("{:?}", lines.series) };
    let band = whole.band.as_ref().map(|band| (band.low, band.high));
    assert_eq!((whole.panel, whole.values, band, whole.notes), (0, 1, Some((2, 3)), Some(4)));
    assert_eq!((whole.summary.as_slice(), bare.panel, bare.notes), (&["median 20 ns".to_owned()][..], 1, None));
    assert!(bare.band.is_none() && matches!(&lines.data.columns[4].values, Cells::Text(notes) if notes[0] == "a"));
    let marks: Vec<_> = lines.marks.iter().map(|m| (m.is_vertical, m.panel, m.at, m.label.as_str())).collect();
    assert_eq!(marks, [(true, 0, 2.0, "here"), (false, 0, 15.0, "here")]);
}

/// A component of package 0.1.0 that says of another version; all have names of one length.
fn of_version(name: &str, version: &str, dir: &tempfile::TempDir) -> Entry {
    let (was, is) = (b"@0.1.0", format!("@{version}").into_bytes());
    let mut bytes = std::fs::read(::tests::fixture(name)).unwrap();
    for at in 0..bytes.len() - was.len() {
        if bytes[at..].starts_with(was) {
            bytes[at..at + was.len()].copy_from_slice(&is);
        }
    }
    let path = dir.path().join(format!("{name}.wasm"));
    std::fs::write(&path, bytes).unwrap();
    file(path)
}

#[test]
fn a_plugin_of_a_later_compatible_package_works_if_it_wants_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let runtime = runtime();
    let test_case = runtime.test_case(&of_version("test-case-0-1-0", "0.1.9", &dir), &[]).unwrap();
    let mut workload = test_case.workload().unwrap();
    assert_eq!(
        workload.build(&context(1)).unwrap().headers,
        kept().workload().unwrap().build(&context(1)).unwrap().headers
    );
    assert!(done(workload.read(&context(1), &[], &answer(200, "")).unwrap()).failure.is_none());
    let analysis = runtime.open_analysis(&of_version("analysis-0-1-0", "0.1.9", &dir), &[]).unwrap();
    let expected = runtime.open_analysis(&fixture("analysis-0-1-0"), &[]).unwrap().run(runs(&["k3s"])).unwrap();
    assert_eq!(format!("{:?}", analysis.run(runs(&["k3s"])).unwrap()), format!("{expected:?}"));
}

#[test]
fn a_plugin_of_an_incompatible_package_is_told_as_such() {
    let dir = tempfile::tempdir().unwrap();
    for version in ["0.2.0", "1.0.0", "0.0.9"] {
        let found = problem(runtime().inspect(&of_version("test-case-0-1-0", version, &dir)));
        assert_eq!(found, Problem::Version { found: format!("cluster-tester:plugin/test-case@{version}") });
    }
}

#[test]
fn a_plugin_of_a_draft_is_told_as_such() {
    // Of this version by name, but not by its types.
    let drafted = r#"(component
        (import "cluster-tester:plugin/random@0.1.0" (instance (export "next" (func (result u64)))))
        (instance $nothing)
        (export "cluster-tester:plugin/test-case@0.1.0" (instance $nothing)))"#;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("drafted.wasm");
    std::fs::write(&path, wat::parse_str(drafted).unwrap()).unwrap();
    let error = runtime().inspect(&file(&path)).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("plugin `mine` was built against something else than version 0.1.0 of the contract"),
        "{text}"
    );
    assert!(error.hint().unwrap().starts_with("a draft of it"), "{:?}", error.hint());
}
