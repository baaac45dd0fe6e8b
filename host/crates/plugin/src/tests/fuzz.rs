//! Damaged components go to the loader, and values that no guest of ours would return go to the checks. Neither may
//! panic, and what passes keeps to the contract. Seconds by default; `campaign_…` takes minutes, for `make soak`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use fastrand::Rng;
use model::exchange::HEADERS_OF_THE_HOST;
use model::report as ours;

use super::crafted::Crafted;
use super::dataset::Fake;
use super::*;
use crate::apart::Apart;
use crate::bindings::report as wit;
use crate::limits::AnalysisLimits;
use crate::text::Secrets;
use crate::verdict::Declared;
use crate::{PluginError, description, report, request, verdict, wire};

/// How long a campaign damages components.
const CAMPAIGN: Duration = Duration::from_secs(180);

/// Runs a case of each seed; one that panics is told by its seed.
pub(super) fn for_seeds(seeds: impl Iterator<Item = u64>, mut case: impl FnMut(&mut Rng)) {
    for seed in seeds {
        let outcome = catch_unwind(AssertUnwindSafe(|| case(&mut Rng::with_seed(seed))));
        assert!(outcome.is_ok(), "seed {seed} panics");
    }
}

/// Damages bytes: bits, lengths, pieces left out, doubled or moved, an early end.
fn damage(rng: &mut Rng, bytes: &mut Vec<u8>) {
    for _ in 0..rng.usize(1..=4) {
        // The first eight say what the file is; most damage is behind them.
        let at = if bytes.len() > 8 && rng.u8(..) > 8 { rng.usize(8..bytes.len()) } else { 0 };
        let length = rng.usize(1..64).min(bytes.len() - at);
        match rng.u8(..7) {
            0 => bytes[at] ^= 1 << rng.u8(..8),
            1 => bytes[at] = rng.u8(..),
            2 => bytes[at..at + length].fill(*rng.choice(&[0, 0x7f, 0x80, 0xff]).expect("four")),
            3 => bytes.truncate(at.max(1)),
            4 => drop(bytes.drain(at..at + length - usize::from(length == bytes.len()))),
            5 => {
                let piece = bytes[at..at + length].to_vec();
                let to = rng.usize(..bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => bytes[at..at + length].reverse(),
        }
    }
}

/// Opens and calls a damaged component as a run would. Whatever is wrong is told with its name.
fn open(runtime: &Runtime, entry: &Entry) {
    let told = |error: PluginError| {
        let message = error.to_string();
        assert!(message.starts_with("plugin `mine` ") && message.len() < 20_000, "{message}");
        assert!(!message.chars().any(|c| c.is_control() && c != '\n'), "{message:?}");
        let _ = error.hint();
    };
    if let Ok(inspection) = runtime.inspect(entry).map_err(told)
        && inspection.analysis.is_some()
        && let Ok(analysis) = runtime.open_analysis(entry, &[]).map_err(told)
        && let Ok(report) = analysis.run(vec![Arc::new(Fake::new("k3s"))]).map_err(told)
    {
        assert_drawable(&report);
    }
    if let Ok(test_case) = runtime.test_case(entry, &[]).map_err(told) {
        let Ok(mut workload) = test_case.workload() else { return };
        let _ = workload.build(&context(1));
        let _ = workload.read(&context(1), b"state", &answer(200, "an answer"));
    }
}

/// Runtimes with so little time that an endless start costs little.
pub(super) fn quick() -> Runtime {
    let short = Duration::from_millis(100);
    let limits = Limits { deadline: short, configure_deadline: short, ..Limits::default() };
    let analyses = AnalysisLimits { deadline: 2 * short, ..AnalysisLimits::default() };
    Runtime::with(&RuntimeConfig { cache_dir: None, limits, instances: 1 }, analyses).expect("a runtime")
}

fn damaged(components: &[Vec<u8>], seeds: impl Iterator<Item = u64>) {
    let (runtime, dir) = (quick(), tempfile::tempdir().unwrap());
    let path = dir.path().join("mine.wasm");
    for_seeds(seeds, |rng| {
        let mut bytes = rng.choice(components).expect("some").clone();
        damage(rng, &mut bytes);
        std::fs::write(&path, bytes).unwrap();
        open(&runtime, &file(&path));
    });
    // The runtime serves on.
    std::fs::write(&path, Crafted::default().component()).unwrap();
    runtime.test_case(&file(&path), &[]).unwrap().workload().unwrap().build(&context(1)).unwrap();
}

/// A text: short, long, of odd characters.
fn text(rng: &mut Rng) -> String {
    let length = *rng.choice(&[0, 1, 5, 99, 101, 1_000, 1_001, 70_000]).expect("some");
    match rng.u8(..4) {
        0 => "/".to_owned() + &"a".repeat(length.min(70_000)),
        1 => "\u{1b}[2J\r\n".repeat(length / 6 + 1),
        2 => (0..length.min(200)).map(|_| rng.char(..)).collect(),
        _ => rng
            .choice(&["GET", "host", "a: b", "http://x/", "/%", "/#", "ü", "{}", "\0", "..", "CONNECT", "x"])
            .unwrap()
            .to_string(),
    }
}

fn number(rng: &mut Rng) -> f64 {
    let odd = [0.0, -0.0, 1.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE, 2.6e9];
    if rng.bool() { *rng.choice(&odd).expect("some") } else { f64::from_bits(rng.u64(..)) }
}

fn index(rng: &mut Rng) -> u32 {
    if rng.u8(..8) == 0 { rng.u32(..) } else { rng.u32(..4) }
}

fn some<T>(rng: &mut Rng, make: impl Fn(&mut Rng) -> T) -> Option<T> {
    rng.bool().then(|| make(rng))
}

fn many<T>(rng: &mut Rng, make: impl Fn(&mut Rng) -> T) -> Vec<T> {
    (0..*rng.choice(&[0, 1, 1, 2, 3, 70]).expect("some")).map(|_| make(rng)).collect()
}

fn blob(rng: &mut Rng) -> Vec<u8> {
    let length = *rng.choice(&[0, 3, 65_536, 65_537]).expect("some");
    vec![rng.u8(..); length]
}

fn a_request(rng: &mut Rng) -> wire::Request {
    let method = if rng.bool() { wire::Method::Other(text(rng)) } else { wire::Method::Get };
    let header = |rng: &mut Rng| wire::RequestHeader { name: text(rng), value: text(rng).into_bytes() };
    wire::Request { method, path: text(rng), headers: many(rng, header), body: some(rng, blob) }
}

fn a_verdict(rng: &mut Rng) -> wire::Verdict {
    let outcome = wire::Outcome {
        failure: some(rng, |rng| wire::Failure { reason: index(rng), detail: some(rng, text) }),
        server_span: some(rng, |rng| match rng.bool() {
            true => wire::ServerSpan::Lasting(number(rng)),
            false => wire::ServerSpan::Between(wire::ServerInstants { start: number(rng), end: number(rng) }),
        }),
        metrics: many(rng, |rng| wire::MetricValue { index: index(rng), value: number(rng) }),
    };
    if rng.bool() {
        return wire::Verdict::Done(outcome);
    }
    let step = wire::Step { request: a_request(rng), state: blob(rng), think_time: number(rng), outcome };
    wire::Verdict::Next(Apart::new(step))
}

fn a_description(rng: &mut Rng) -> wire::Description {
    let [name, version, description, options_schema] = [(); 4].map(|()| text(rng));
    wire::Description {
        identity: wire::Identity { name, version, description, options_schema },
        min_recommended_load: rng.u32(..),
        response_headers: many(rng, text),
        body_limit: rng.u32(..),
        metrics: many(rng, |rng| wire::Metric { name: text(rng), unit: text(rng), kind: wire::MetricKind::Gauge }),
        failure_reasons: many(rng, text),
    }
}

fn a_table(rng: &mut Rng) -> wit::Table {
    let rows = rng.usize(..4);
    let column = |rng: &mut Rng| {
        let rows = if rng.u8(..16) == 0 { rows + 1 } else { rows };
        let values = match rng.u8(..3) {
            0 => wit::Cells::Text((0..rows).map(|_| text(rng)).collect()),
            _ => wit::Cells::Numbers((0..rows).map(|_| number(rng)).collect()),
        };
        wit::TableColumn { heading: text(rng), unit: text(rng), values }
    };
    wit::Table { caption: text(rng), columns: many(rng, column) }
}

fn an_axis(rng: &mut Rng) -> wit::Axis {
    wit::Axis { label: text(rng), unit: text(rng), scale: wit::Scale::Quantile }
}

fn a_report(rng: &mut Rng) -> wit::Report {
    let series = |rng: &mut Rng| wit::Series {
        name: text(rng),
        panel: index(rng),
        values: index(rng),
        band: some(rng, |rng| wit::Band { low: index(rng), high: index(rng) }),
        notes: some(rng, index),
        summary: many(rng, text),
    };
    let mark =
        |rng: &mut Rng| wit::Mark { is_vertical: rng.bool(), panel: index(rng), at: number(rng), label: text(rng) };
    let block = |rng: &mut Rng| match rng.u8(..4) {
        0 => wit::Block::Text(text(rng)),
        1 => wit::Block::Table(a_table(rng)),
        2 => wit::Block::Finding(wit::Finding { severity: wit::Severity::Note, message: text(rng) }),
        _ => wit::Block::Chart(wit::Chart {
            kind: text(rng),
            file_name: text(rng),
            title: text(rng),
            x: an_axis(rng),
            panels: many(rng, an_axis),
            data: a_table(rng),
            series: many(rng, series),
            marks: many(rng, mark),
        }),
    };
    wit::Report { title: text(rng), blocks: (0..rng.usize(..3)).map(|_| block(rng)).collect() }
}

/// What a request that may be sent keeps to.
pub(super) fn assert_sendable(request: &model::Request) {
    let path = request.path.as_str();
    assert!(path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic()), "{path:?}");
    for (name, value) in &request.headers {
        assert!(!HEADERS_OF_THE_HOST.contains(&name.as_str()), "{name}");
        assert!(!value.as_bytes().iter().any(|byte| b"\r\n\0".contains(byte)), "{value:?}");
    }
    assert_ne!(request.method, "CONNECT");
}

/// What a verdict that counts keeps to.
pub(super) fn assert_counts(verdict: &Verdict, declared: Declared) {
    let judgement = match verdict {
        Verdict::Done(judgement) => judgement,
        Verdict::Next(step) => {
            assert_sendable(&step.request);
            assert!(step.state.len() <= 64 << 10);
            &step.judgement
        }
    };
    let (reasons, metrics) = (declared.reasons as u32, declared.metrics as u32);
    assert!(judgement.metrics.iter().all(|(index, value)| *index < metrics && value.is_finite()));
    assert!(judgement.failure.as_ref().is_none_or(|failure| failure.reason < reasons));
    // What becomes of it is an integer, whatever the numbers were.
    let _ = judgement.server_span.as_ref().map(|span| span.nanos());
}

fn checked(seeds: impl Iterator<Item = u64>) {
    let declared = Declared { reasons: 3, metrics: 3 };
    let mut passed = [0_u64; 4];
    for_seeds(seeds, |rng| {
        if let Ok(request) = request::check(a_request(rng)) {
            assert_sendable(&request);
            passed[0] += 1;
        }
        if let Ok(verdict) = verdict::check(a_verdict(rng), declared) {
            assert_counts(&verdict, declared);
            passed[1] += 1;
        }
        passed[2] += u64::from(description::of_test_case(a_description(rng)).is_ok());
        if let Ok(report) = report::check(a_report(rng), &Secrets::default()) {
            assert_drawable(&report);
            passed[3] += 1;
        }
    });
    // Were all refused, little would have been tried.
    assert!(passed[0] > 0 && passed[1] > 0 && passed[3] > 0, "{passed:?}");
}

fn assert_drawable(report: &ours::Report) {
    for block in &report.blocks {
        let ours::Block::Chart(chart) = block else { continue };
        let columns = &chart.data.columns;
        assert!(columns.iter().all(|column| column.values.len() == chart.data.rows()));
        for series in &chart.series {
            assert!(series.panel < chart.panels.len());
            assert!(matches!(columns[series.values].values, ours::Cells::Numbers(_)));
        }
        assert!(!chart.file_name.contains(['/', '\\']) && !chart.file_name.starts_with('.'));
    }
}

#[test]
fn a_damaged_component_is_refused_or_contained() {
    damaged(&[Crafted::default().component()], 0..150);
}

#[test]
fn whatever_a_guest_returns_is_checked_without_a_panic() {
    checked(0..3_000);
}

/// Seeds for as long as a campaign lasts, from that of the environment or a new one.
pub(super) fn seeds_of_a_campaign() -> impl Iterator<Item = u64> {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    let begun = Instant::now();
    (0..).map(move |case: u64| seed.wrapping_add(case)).take_while(move |_| begun.elapsed() < CAMPAIGN)
}

#[test]
#[ignore = "minutes: `make soak`"]
fn campaign_of_damaged_components() {
    let mut components: Vec<Vec<u8>> = bundled::PLUGINS.iter().map(|plugin| plugin.component.to_vec()).collect();
    components.extend(["hostile", "sandboxed", "survey"].map(|name| std::fs::read(::tests::fixture(name)).unwrap()));
    // The small one is tried as often as all others together: it costs next to nothing.
    components.extend(vec![Crafted::default().component(); components.len()]);
    damaged(&components, seeds_of_a_campaign());
}

#[test]
#[ignore = "minutes: `make soak`"]
fn campaign_of_odd_values() {
    checked(seeds_of_a_campaign());
}
