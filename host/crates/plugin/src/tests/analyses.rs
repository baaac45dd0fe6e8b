//! What becomes of analyses: good ones, and those that break the contract.

use std::sync::Arc;

use model::dataset::Dataset;
use model::report::{Block, Cells, Chart, Report};
use model::{AnalysisDescription, dataset::ResourceFigure};
use serde_json::Value;

use super::dataset::{Fake, text};
use super::*;
use crate::limits::AnalysisLimits;
use crate::{Analysis, Level, PluginError, Problem, World};

/// A runtime whose limits of analyses are soon reached, but that of time.
fn patient() -> Runtime {
    let analyses = AnalysisLimits { memory: 128 << 20, calls: 1_000, ..AnalysisLimits::default() };
    Runtime::with(&RuntimeConfig::default(), analyses).unwrap()
}

/// A runtime whose analyses have little time.
fn hasty() -> Runtime {
    let analyses = AnalysisLimits { deadline: Duration::from_millis(1_500), ..AnalysisLimits::default() };
    Runtime::with(&RuntimeConfig::default(), analyses).unwrap()
}

pub(super) fn runs(names: &[&str]) -> Vec<Arc<dyn Dataset>> {
    names.iter().map(|name| Arc::new(Fake::new(name)) as Arc<dyn Dataset>).collect()
}

fn acting(runtime: &Runtime, act: &str) -> Analysis {
    runtime.open_analysis(&fixture("hostile-analysis"), &[option("act", act)]).unwrap()
}

fn report(runtime: &Runtime, act: &str) -> Report {
    acting(runtime, act).run(runs(&["k3s"])).unwrap()
}

fn message(runtime: &Runtime, act: &str) -> String {
    let error = acting(runtime, act).run(runs(&["k3s"])).err().unwrap_or_else(|| panic!("`{act}` is let pass"));
    error.to_string().replace("plugin `hostile-analysis` ", "")
}

fn chart(report: &Report) -> &Chart {
    let found = report.blocks.iter().find_map(|block| match block {
        Block::Chart(chart) => Some(chart),
        _ => None,
    });
    found.expect("a chart")
}

/// The columns of a table, as text.
pub(super) fn columns(report: &Report, caption: &str) -> Vec<Vec<String>> {
    let found = report.blocks.iter().find_map(|block| match block {
        Block::Table(table) if table.caption == caption => Some(table),
        _ => None,
    });
    let table = found.unwrap_or_else(|| panic!("no table `{caption}`"));
    let cells = |values: &Cells| match values {
        Cells::Text(values) => values.clone(),
        Cells::Numbers(values) => values.iter().map(ToString::to_string).collect(),
    };
    table.columns.iter().map(|column| cells(&column.values)).collect()
}

#[test]
fn an_analysis_says_what_it_is() {
    let inspection = runtime().inspect(&fixture("survey")).unwrap();
    assert_eq!((inspection.shape.world, inspection.test_case), (World::Analysis, None));
    let AnalysisDescription { name, min_datasets, max_datasets, .. } = inspection.analysis.unwrap();
    assert_eq!((name.as_str(), min_datasets, max_datasets), ("SurveyAnalysis", 1, 2));
    let analysis = runtime().open_analysis(&fixture("survey"), &[]).unwrap();
    assert_eq!((analysis.identity().digest, analysis.identity().version), (inspection.digest, text("0.1.0")));
}

#[test]
fn every_function_of_the_datasets_gives_what_the_dataset_gave() {
    let analysis = runtime().open_analysis(&fixture("survey"), &[]).unwrap();
    let report = analysis.run(runs(&["k3s", "k8s"])).unwrap();
    let one = |caption: &str| columns(&report, caption).remove(0);
    assert_eq!(columns(&report, "count"), [["k3s", "k8s"], ["2", "2"]]);
    // Generated types are written with the names of the WIT.
    let facts = one("describe-dataset").remove(0);
    for part in [
        r#"name: "k3s", is-name-given: true, id: "20261125", source: Source::OlderBenchmark"#,
        r#"created: "2026-11-25T10:00:00Z", state: "complete", target: "http://localhost", trials: 2"#,
        r#"name: "node-1", is-tester: false, cpu-model: "EPYC", cores: 4, memory: 8000000000.0, kernel: "6.1""#,
        r#"name: "tester", is-tester: true"#,
        r#"name: "http", version: "1.2.0", digest: "sha256:00""#,
        "is-cpu-since-boot: true",
    ] {
        assert!(facts.contains(part), "{part} in {facts}");
    }
    let trial = one("describe-trial").remove(0);
    for part in [
        r#"number: 1, test-case: "fibonacci", load: 10, is-closed-loop: true, users: 12, intended-rate: 100.0"#,
        "offered-rate: 99.5, goodput: NaN, started: 1800000000000.0, steady-start: 1000000000.0",
        r#"validity: Validity::GeneratorBound, reasons: ["late"], purpose: Purpose::Confirmation, slo: "p99 < 1 s", has-samples: true"#,
    ] {
        assert!(trial.contains(part), "{part} in {trial}");
    }
    let search = one("searches").remove(0);
    assert!(search.contains("held: 50.0") && search.contains("lower: 20.0, upper: inf"), "{search}");
    assert!(search.contains(r#"is-provisional: true, notes: ["cut short"], trials: [0, 1]"#), "{search}");
    assert_eq!(one("manifest"), [r#"{"id":"20261125"}"#]);
    // Phases steady and drain, outcomes success and no-row, as the bits of their codes.
    for (code, name) in [(0, "response-time"), (3, "release-lag"), (8, "beyond-server"), (9, "transfer")] {
        assert_eq!(one(&format!("measure {name}")), ["0", "6", "1025", &code.to_string(), "inf"], "{name}");
    }
    assert_eq!(one("count-outcomes"), ["0", "2", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    assert_eq!(columns(&report, "quantiles")[1], ["200", "inf", "inf"]);
    assert_eq!(columns(&report, "count-durations"), [["100", "200", "300"], ["1", "1", "1"]]);
    let Cells::Numbers(quantiles) = &chart(&report).data.columns[1].values else { panic!("numbers") };
    assert!(quantiles[0] == 0.5 && quantiles[1].is_nan(), "{quantiles:?}");
    let reads: Vec<_> = ["intended-start", "status", "outcome", "server-span", "metric"]
        .map(|column| one(&format!("read {column}")).join(" "))
        .into();
    assert_eq!(reads, ["0 1 2", "65536", "10 NaN", "7", "7"]);
    let code = |figure: ResourceFigure| ResourceFigure::ALL.iter().position(|one| *one == figure).unwrap().to_string();
    assert_eq!(one("resources"), ["0", &code(ResourceFigure::MemoryUsed)]);
    assert_eq!(one("idle-resources"), [&code(ResourceFigure::CpuBusy), "NaN"]);
    let over_time = columns(&report, "resources-over-time");
    assert_eq!((over_time[0].join(" "), over_time[1].join(" ")), (text("-1000000000 1000000000"), text("0 0")));
    assert_eq!(analysis.take_log().lines, [(Level::Info, text("2 datasets"))]);
    // The same datasets give the same report, random numbers among it.
    assert_eq!(format!("{:?}", analysis.run(runs(&["k3s", "k8s"])).unwrap()), format!("{report:?}"));
}

#[test]
fn each_world_is_told_from_the_other() {
    let problem = |result: Result<Analysis, PluginError>| match result.err().unwrap() {
        PluginError::Plugin { problem, .. } => problem,
        other => panic!("{other}"),
    };
    assert_eq!(problem(runtime().open_analysis(&bundled("http"), &[])), Problem::TestCase);
    let opened = runtime().open_analysis(&fixture("hostile-analysis"), &[option("act", "nothing")]);
    assert!(matches!(problem(opened), Problem::Option { option, .. } if option == "act"));
    let opened = runtime().open_analysis(&fixture("survey"), &[option("act", "good")]);
    assert!(matches!(problem(opened), Problem::UnknownOption { .. }));
}

#[test]
fn too_few_or_too_many_datasets_are_refused() {
    let analysis = runtime().open_analysis(&fixture("survey"), &[]).unwrap();
    let refused = |names: &[&str]| analysis.run(runs(names)).unwrap_err().to_string();
    assert_eq!(refused(&[]), "plugin `survey` works on 1 to 2 datasets; 0 were given");
    assert_eq!(refused(&["a", "b", "c"]), "plugin `survey` works on 1 to 2 datasets; 3 were given");
}

#[test]
fn a_limit_of_an_analysis_is_named_when_it_is_crossed() {
    let runtime = patient();
    let spinning = acting(&hasty(), "loop").run(runs(&["k3s"])).unwrap_err();
    assert_eq!(spinning.to_string(), "plugin `hostile-analysis` used up its 1500 ms deadline in `analyse`");
    for (act, expected) in [
        ("memory", "used up its 128 MiB of memory in `analyse`"),
        ("ask", "used up its 1000 calls of `dataset` in `analyse`"),
        ("huge-report", "handed over more than 64 MiB in `analyse`"),
        ("trap", "trapped (wasm `unreachable` instruction executed) in `analyse`"),
    ] {
        let error = acting(&runtime, act).run(runs(&["k3s"])).unwrap_err();
        assert_eq!(error.to_string(), format!("plugin `hostile-analysis` {expected}"));
        assert!(error.origin().is_some_and(|origin| origin.ends_with("hostile-analysis.wasm")), "{error:?}");
        let is_limit = error.hint().unwrap().starts_with("give it fewer datasets");
        assert_eq!(is_limit, ["memory", "ask"].contains(&act), "{act}");
    }
    assert!(message(&runtime, "recursion").starts_with("trapped ("));
}

#[test]
fn what_an_analysis_logged_is_kept_whatever_became_of_it() {
    let runtime = patient();
    let analysis = acting(&runtime, "trap");
    assert!(analysis.run(runs(&["k3s"])).is_err());
    assert_eq!(analysis.take_log().lines, [(Level::Warning, text("about to trap in `analyse`"))]);
    let analysis = acting(&runtime, "log");
    analysis.run(runs(&["k3s"])).unwrap();
    let log = analysis.take_log();
    assert_eq!((log.lines.len(), log.more), (20, 99_980));
}

#[test]
fn a_refusal_is_the_analysis_own_sentence() {
    let runtime = patient();
    let error = acting(&runtime, "refuse").run(runs(&["k3s"])).unwrap_err();
    assert_eq!(error.to_string(), r"plugin `hostile-analysis` failed (told to refuse\u{1b}[2J) in `analyse`");
    assert_eq!(error.hint(), None);
    assert_eq!(message(&runtime, "refuse-option"), "refuses option `act`: told to refuse its option");
}

#[test]
fn what_there_is_not_is_told_and_costs_nothing() {
    let runtime = patient();
    for (act, expected) in [
        ("absent-dataset", "there is no dataset 9; there is one, number 0"),
        ("absent-trial", "dataset `k3s` has no trial 9; there are 2, numbered from 0"),
        ("absent-host", "dataset `k3s` has no host 9; there are 2, numbered from 0"),
        ("absent-figure", "there is no figure `cpu.user`; did you mean `cpu.usr`?"),
        ("bad-probability", "the probability NaN; it is from 0 to 1"),
        ("many-probabilities", "10001 probabilities; at most 10000 are allowed"),
        ("no-window", "windows of NaN ns; they are at least 1000000 ns wide"),
        ("many-windows", "an answer of 310000000 numbers; at most 4000000 are given at a time"),
    ] {
        assert_eq!(message(&runtime, act), format!("failed ({expected}) in `analyse`"));
    }
    assert!(message(&runtime, "narrow-window").contains("they are at least 1000000 ns wide"));
    assert!(message(&runtime, "absent-metric").starts_with("failed (there is no metric `xxx"));
}

#[test]
fn what_is_no_report_is_told_by_name() {
    let runtime = patient();
    for (act, expected) in [
        ("ragged", "the table `Figures`, whose column `b` has 1 values; its first column has 2"),
        ("many-rows", "the table `Many`, whose column `n` has 1000001 values; at most 1000000 are allowed"),
        ("many-columns", "the table `Many` with 201 columns; at most 200 are allowed"),
        ("many-blocks", "a report of 1001 parts; at most 1000 are allowed"),
        ("many-series", "the chart `Drawn`, which has 52 series; at most 50 are allowed"),
        ("huge-text", "a text of 66560 bytes; at most 65536 are allowed"),
        ("long-title", "a title of 1001 bytes; at most 1000 are allowed"),
        ("absent-column", "the chart `Drawn`, whose series `s` names column 7; there are 3, numbered from 0"),
        ("text-series", "the chart `Drawn`, whose series `s` names column 2, which holds no numbers"),
        ("number-notes", "the chart `Drawn`, whose series `s` names column 1, which holds no text"),
        ("absent-panel", "the chart `Drawn`, whose series is in panel 1; it has 1"),
        ("absent-panel-of-mark", "the chart `Drawn`, whose mark is in panel 1; it has 1"),
        ("no-panel", "the chart `Drawn`, which has no vertical axis"),
        ("no-column", "the chart `Drawn`, which has no column"),
    ] {
        assert_eq!(message(&runtime, act), format!("returned from `analyse` {expected}"));
    }
}

#[test]
fn odd_numbers_and_a_million_points_are_a_report() {
    let runtime = Runtime::new(&RuntimeConfig::default()).unwrap();
    assert_eq!(columns(&report(&runtime, "nan"), "Odd"), [["NaN", "inf", "-inf", "-0"]]);
    assert_eq!(chart(&report(&runtime, "million")).data.rows(), 1_000_000);
    assert_eq!(chart(&report(&runtime, "unknown-kind")).kind, "hologram");
    assert_eq!(report(&runtime, "good").title, "Good");
}

#[test]
fn no_text_of_a_report_speaks_to_a_terminal() {
    fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::String(text) => found.push(text),
            Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
            Value::Object(object) => object.values().for_each(|value| texts(value, found)),
            _ => {}
        }
    }
    let runtime = patient();
    let report = serde_json::to_value(report(&runtime, "escapes")).unwrap();
    let mut found = Vec::new();
    texts(&report, &mut found);
    let spoiled = found.iter().filter(|text| text.contains("script")).count();
    assert!(spoiled >= 20, "{found:?}");
    assert!(!found.iter().any(|text| text.chars().any(|c| c.is_control() && c != '\n')), "{found:?}");
    assert!(!report["title"].as_str().unwrap().contains('\n'));
    let changed = self::report(&runtime, "bad-file-name");
    assert_eq!(chart(&changed).file_name, r"-..-etc-C--passwd-n");
}

#[test]
fn a_secret_stands_in_no_report_and_no_message() {
    let runtime = patient();
    let given = [option("act", "tell"), option("token", "hunter2")];
    let analysis = runtime.open_analysis(&fixture("hostile-analysis"), &given).unwrap();
    assert_eq!(analysis.options()["token"], model::plan::REDACTED);
    let report = analysis.run(runs(&["k3s"])).unwrap();
    assert_eq!(report.blocks, [Block::Text(text(model::plan::REDACTED))]);
}

#[test]
fn an_analysis_with_wasi_sees_an_empty_sandbox_and_keeps_its_limits() {
    let open = |options: &[GivenOption]| hasty().open_analysis(&fixture("sandboxed-analysis"), options).unwrap();
    let analysis = open(&[]);
    let seen = analysis.run(runs(&["k3s"])).unwrap();
    let Block::Text(first) = &seen.blocks[0] else { panic!("text") };
    assert!(first.starts_with("now=1800000000 random=") && first.ends_with(" env=0 datasets=1"), "{first}");
    assert_eq!(analysis.run(runs(&["k3s"])).unwrap(), seen, "the same datasets, the same world");
    assert_eq!(analysis.take_log().lines[0], (Level::Info, text("Traceback: something went wrong")));
    for (what, expected) in [("panic", "trapped ("), ("spin", "used up its 1500 ms deadline in `analyse`")] {
        let error = open(&[option(what, true)]).run(runs(&["k3s"])).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(error.wrote(), Some("Traceback: something went wrong"));
    }
}

#[test]
fn what_the_host_works_is_not_the_guests_time() {
    // Epochs pass by the clock alone, so this one waits.
    let mut slow = Fake::new("slow");
    slow.stall = Duration::from_secs(2);
    let analysis = hasty().open_analysis(&fixture("survey"), &[]).unwrap();
    assert_eq!(analysis.run(vec![Arc::new(slow)]).unwrap().title, "Survey");
}
