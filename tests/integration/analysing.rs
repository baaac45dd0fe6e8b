//! Analyses, charts and reports, of runs and of the older tool's files.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tests::misbehaving::{Behaviour, Misbehaving};
use tests::{fixture, fixtures_dir};

use crate::command::{COMMAND, Place, Ran, Target, finish, run, wait_until};

/// Result files that the older tool wrote.
const K3S: &str = "k3s-FibonacciTestCase-20261123_082002_benchmark.json";
const K0S: &str = "k0s-FibonacciTestCase-20261123_082114_benchmark.json";
const SORT: &str = "k0s-BubbleSortTestCase-20261123_082114_benchmark.json";
const MEANS: &str = "20261123_081831_test_execution.json";

/// A storage directory with the older tool's files.
fn with_older_files() -> Place {
    let place = Place::new();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/ancestor");
    for name in [K3S, K0S, SORT, MEANS] {
        place.write(&format!("db/{name}"), std::fs::read(from.join(name)).expect("a fixture"));
    }
    place
}

/// All numbers and texts of the tables of a report, column by column.
fn tables(ran: &Ran) -> Vec<(String, Vec<Value>)> {
    assert_eq!(ran.code, 0, "{ran:?}");
    let report = ran.json();
    let blocks = report["blocks"].as_array().expect("blocks").clone();
    let columns = blocks.iter().filter_map(|block| block.get("table")).flat_map(|table| {
        table["columns"].as_array().expect("columns").iter().map(|column| {
            let values = column["values"].as_object().and_then(|values| values.values().next()).expect("values");
            (column["heading"].as_str().expect("a heading").to_owned(), values.as_array().expect("a list").clone())
        })
    });
    columns.collect()
}

fn pngs(place: &Place) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(place.path()).expect("a directory").map(|entry| entry.expect("an entry").path());
    let mut all: Vec<_> = entries.filter(|path| path.extension().is_some_and(|found| found == "png")).collect();
    all.sort();
    all
}

/// Width, height and pixels a metre, of a PNG.
fn size_of(png: &Path) -> (u32, u32, u32) {
    let bytes = std::fs::read(png).expect("a file");
    assert!(bytes.starts_with(b"\x89PNG"), "{}", png.display());
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    let density = bytes.windows(4).position(|window| window == b"pHYs").expect("a density") + 4;
    (number(16), number(20), number(density))
}

#[test]
fn the_older_tools_figures_come_out_to_its_printed_digits() {
    let place = with_older_files();
    // By its own formulas, worked out apart: mean, least and most of the server's spans, in seconds.
    let expected = [
        (
            K3S,
            [
                ("10", "0.0330", "0.0220", "0.0430"),
                ("9", "0.0929", "0.0140", "0.1450"),
                ("8", "0.0258", "0.0130", "0.0370"),
            ],
        ),
        (
            K0S,
            [
                ("10", "0.0380", "0.0380", "0.0380"),
                ("9", "0.0917", "0.0350", "0.1460"),
                ("8", "0.0593", "0.0220", "0.1040"),
            ],
        ),
        (
            SORT,
            [
                ("13", "0.0524", "0.0460", "0.0740"),
                ("12", "0.0180", "0.0110", "0.0320"),
                ("11", "0.0053", "0.0020", "0.0110"),
            ],
        ),
    ];
    for (file, trials) in expected {
        let printed = |analysis: &str| {
            let ran = place.run(&format!("data-analysis {analysis} --files {file}"));
            assert_eq!(ran.code, 0, "{ran:?}");
            ran.stdout
        };
        let [mean, least, most] = ["avg", "min", "max"].map(|which| printed(&format!("{which}-response-time")));
        for (load, of_mean, of_least, of_most) in trials {
            for (text, figure) in [(&mean, of_mean), (&least, of_least), (&most, of_most)] {
                let line = text.lines().any(|line| {
                    let words: Vec<&str> = line.split(|c: char| c.is_whitespace() || "│|".contains(c)).collect();
                    words.contains(&load) && words.contains(&figure)
                });
                assert!(line, "{file}, load {load}: {figure} in\n{text}");
            }
        }
    }
}

#[test]
fn the_older_tools_host_figures_are_means_over_its_readings() {
    let place = with_older_files();
    let near = |values: &[Value], wanted: &[f64]| {
        values.len() == wanted.len()
            && values
                .iter()
                .zip(wanted)
                .all(|(value, wanted)| value.as_f64().is_some_and(|v| (v - wanted).abs() < 1e-9))
    };
    let cpu = tables(&place.run(&format!("data-analysis cpu-usage --files {K3S} --format json")));
    assert!(cpu.iter().any(|(_, values)| near(values, &[43.07, 43.06, 43.075])), "{cpu:?}");
    let ram = tables(&place.run(&format!("data-analysis ram-usage --files {K3S} --format json")));
    let mebibytes = [655.535_156_25, 655.398_437_5, 655.181_640_625];
    let is_it = |(_, values): &(String, Vec<Value>)| {
        near(values, &mebibytes) || near(values, &mebibytes.map(|mebibytes| mebibytes * 1024.0 * 1024.0))
    };
    assert!(ram.iter().any(is_it), "{ram:?}");
    let told = place.run(&format!("data-analysis cpu-usage --files {K3S}"));
    assert!(told.stdout.contains("since"), "shares since boot are told of: {}", told.stdout);
}

#[test]
fn the_older_compares_draw_where_the_older_tool_drew() {
    let place = with_older_files();
    for analysis in ["cpu-usage-compare", "ram-usage-compare", "response-time-compare"] {
        let ran = place.run(&format!(
            "data-analysis {analysis} --files {K3S} {K0S} --benchmark-names k3s k0s --load 9 --alias-hosts 127.0.0.1:node-1"
        ));
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let drawn = pngs(&place);
    for name in [
        "cpu_usage_comparison_load_9_files_k3s_k0s.png",
        "ram_usage_comparison_load_9_k3s_k0s.png",
        "response_time_load_9_k3s_k0s.png",
    ] {
        let path = place.path().join(name);
        assert!(drawn.contains(&path), "{name} in {drawn:?}");
        assert_eq!(size_of(&path), (3600, 2100, 11_811), "{name}");
    }
    // Without names, the files' own.
    let ran = place.run(&format!("data-analysis ram-usage-compare --files {K3S} --load 9"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(place.path().join(format!("ram_usage_comparison_load_9_{K3S}.png")).is_file(), "{:?}", pngs(&place));
    // A load that no file has; without one, the highest is compared.
    let ran = place.run(&format!("data-analysis ram-usage-compare --files {K3S}"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(place.path().join(format!("ram_usage_comparison_load_10_{K3S}.png")).is_file(), "{:?}", pngs(&place));
    let ran = place.run(&format!("data-analysis ram-usage-compare --files {K3S} --load 2"));
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.stderr.contains('8') && ran.stderr.contains("10"), "the loads there are: {}", ran.stderr);
}

#[test]
fn what_an_older_file_of_means_lacks_is_lacking() {
    let place = with_older_files();
    for analysis in
        ["summary", "avg-response-time", "min-response-time", "cpu-usage", "distribution", "where-time-goes"]
    {
        let ran = place.run(&format!("analyze {analysis} {MEANS}"));
        assert_eq!(ran.code, 0, "{analysis}: {ran:?}");
    }
    let mean = place.run(&format!("analyze avg-response-time {MEANS}")).stdout;
    assert!(mean.contains("0.0829"), "{mean}");
}

#[test]
fn every_shipped_analysis_works_on_a_run_and_the_report_has_no_gap() {
    let place = Place::new();
    let target = Target::start(&place);
    for rate in [50, 100, 200] {
        let run = format!("run --test-case fibonacci --load 5 --url {} --rate {rate}/s --duration 2s", target.url);
        place.run(&run).assert_measured();
    }
    let runs: Vec<String> = place.run_dirs().iter().map(|dir| dir.display().to_string()).collect();
    let listed = place.run("analyze --list --format json").json();
    let names: Vec<&str> = listed.as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(names.len() >= 15, "{names:?}");
    for name in &names {
        let load = if name.contains("usage-compare") || name.contains("time-compare") { "--option load=5" } else { "" };
        let ran = place.run(&format!("analyze {name} {} --out charts/{name} {load}", runs.join(" ")));
        assert_eq!(ran.code, 0, "{name}: {ran:?}");
        assert!(!ran.stdout.trim().is_empty() && !ran.stdout.contains("NaN"), "{name}: {}", ran.stdout);
        for format in ["json", "markdown", "csv"] {
            let ran = place.run(&format!("analyze {name} {} --format {format} {load}", runs.join(" ")));
            assert_eq!(ran.code, 0, "{name}: {ran:?}");
            // Runs of different rates have nothing to compare: no table.
            assert!(!ran.stdout.trim().is_empty() || (*name, format) == ("compare", "csv"), "{name} as {format}");
        }
    }
    let ran = place.run(&format!("report {} -o all.html", runs.join(" ")));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!ran.stderr.contains("is not in the report"), "{}", ran.stderr);
    let page = std::fs::read_to_string(place.path().join("all.html")).expect("a page");
    for word in ["<!doctype html", "<svg", "sha256:"] {
        assert!(page.to_lowercase().contains(word), "{word}");
    }
    for outside in ["src=\"http", "href=\"http", "@import", "url(http"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn a_regression_has_an_exit_code_of_its_own() {
    let place = Place::new();
    let (quick, slow) = (
        Target::start_with(&place, "--queue-servers 4 --queue-service-time 1ms"),
        Target::start_with(&place, "--queue-servers 4 --queue-service-time 40ms"),
    );
    let measure = |target: &Target, name: &str| {
        place
            .run(&format!(
                "run --test-case http --plugin-option path=/queue --url {} --rate 50/s --duration 2s --name {name}",
                target.url
            ))
            .assert_measured();
    };
    // One that a busy machine spoils is left out, so there are some to spare.
    for _ in 0..5 {
        measure(&quick, "before");
        measure(&slow, "after");
    }
    let of = |name: &str| {
        let dirs = place.run_dirs().into_iter().filter(|dir| dir.to_string_lossy().contains(name));
        dirs.map(|dir| dir.display().to_string()).collect::<Vec<_>>().join(" ")
    };
    let (before, after) = (of("before"), of("after"));
    let words = format!("analyze compare {before} {after}");
    let plain = place.run(&words);
    assert_eq!(plain.code, 0, "{plain:?}");
    let failed = place.run(&format!("{words} --fail-on-regression 50%p50"));
    assert_eq!(failed.code, 12, "{failed:?}");
    let better = place.run(&format!("analyze compare {after} {before} --fail-on-regression 50%p50"));
    assert_eq!(better.code, 0, "{better:?}");
    let wrong = place.run(&format!("{words} --fail-on-regression rather-slow"));
    assert_eq!(wrong.code, 5, "{wrong:?}");
    let senseless = place.run(&format!("analyze summary {before} --fail-on-regression 5%p99"));
    assert_eq!(senseless.code, 2, "{senseless:?}");
}

/// What the page of the only run says before its first table.
fn top_of_page(place: &Place) -> String {
    let ran = place.run(&format!("report {} -o page.html", place.run_dir().display()));
    assert_eq!(ran.code, 0, "{ran:?}");
    let page = std::fs::read_to_string(place.path().join("page.html")).expect("a page");
    page.split("<table").next().expect("the beginning").to_owned()
}

#[test]
fn a_page_says_at_its_top_that_nothing_succeeded() {
    let place = Place::new();
    let target = Target::start(&place);
    let ran = place.run(&format!(
        "run --test-case http --plugin-option path=/nosuch --url {} --rate 50/s --duration 1s",
        target.url
    ));
    assert!([11, 13].contains(&ran.code), "{ran:?}");
    let top = top_of_page(&place);
    let banner =
        top.split("What to know first").nth(1).and_then(|rest| rest.split("</section>").next()).expect("a banner");
    assert_eq!(banner.matches("not one request succeeded").count(), 1, "{banner}");
    // A page without the summary says it too, and one whose summary is not ours.
    let run = place.run_dir().display().to_string();
    let other = place.path().join("mine/summary.wasm");
    std::fs::create_dir(place.path().join("mine")).expect("a directory");
    std::fs::copy(fixture("survey"), other).expect("copied");
    for words in ["--analysis timeline", "--analysis summary --plugins mine"] {
        place.run(&format!("report {run} -o page.html {words}"));
        let page = std::fs::read_to_string(place.path().join("page.html")).expect("a page");
        assert!(page.contains("not one request succeeded"), "{words}");
    }
}

#[test]
fn a_page_says_at_its_top_that_the_tester_could_not_hold_the_load() {
    let place = Place::new();
    let target = Target::start(&place);
    // Milliseconds of work a request, three thousand times a second: no machine can.
    let ran = place.run(&format!(
        "run --plugins {} --test-case busy --plugin-option build_rounds=3000 --url {} --rate 3000/s --duration 1s",
        fixtures_dir().display(),
        target.url
    ));
    assert_eq!(ran.code, 11, "{ran:?}");
    assert!(top_of_page(&place).contains("the tester could not hold the load"));
}

#[test]
fn a_page_says_at_its_top_that_the_run_was_interrupted_or_has_no_trial() {
    let server = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    for (signal, said) in [("-INT", "was interrupted"), ("-KILL", "has no trial that is over")] {
        let place = Place::new();
        let before = server.requests();
        let words = format!("run --test-case http --url {} --rate 100/s --duration 5m", server.url());
        let child = place.command(&words).spawn().expect("started");
        wait_until("requests", || server.requests() > before + 50);
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill").success());
        finish(child);
        let top = top_of_page(&place);
        assert!(top.contains(said), "{signal}: {top}");
    }
}

#[test]
fn csv_is_read_by_another_program_and_a_terminal_gets_its_colours() {
    let place = with_older_files();
    let ran = place.run(&format!("analyze summary {K3S} --format csv"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("\r\n") && !ran.stdout.contains("\\u{"), "{}", ran.stdout);
    let words = format!("{COMMAND} analyze summary {K3S}");
    let mut terminal = place.command_of("script", "-qec");
    terminal.arg(words).arg("/dev/null").env("TERM", "xterm");
    let ran = run(terminal);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("\u{1b}[1m") && !ran.stdout.contains("\\u{"), "{}", ran.stdout);
}

#[test]
fn what_is_wrongly_asked_is_said_with_what_there_is() {
    let place = with_older_files();
    let cases = [
        ("analyze sumary latest", 5, "did you mean `summary`"),
        ("analyze fibonacci k3s.json", 6, "k3s.json"),
        (&*format!("analyze fibonacci {K3S}"), 5, "test case"),
        (&*format!("analyze compare {K3S}"), 2, "at least 2"),
        (&*format!("analyze summary {K3S} --name a --name b"), 2, "2 names for 1"),
        (&*format!("analyze cpu-usage {K3S} --alias-hosts 10.0.0.1:a"), 2, "127.0.0.1"),
        (&*format!("analyze summary {K3S} --option colour=red"), 5, "colour"),
        ("analyze summary nowhere", 6, "nowhere"),
        ("analyze summary", 2, "RUN"),
    ];
    for (words, code, said) in cases {
        let ran = place.run(words);
        assert_eq!(ran.code, code, "{words}: {ran:?}");
        assert!(ran.stderr.contains(said), "{words}: {}", ran.stderr);
    }
    place.write("db/other.json", "{\"a\": 1}");
    let ran = place.run("analyze summary other.json");
    assert_eq!(ran.code, 6, "{ran:?}");
    place.write("db/torn.json", "{\"test_executions\": [");
    let ran = place.run("analyze summary torn.json");
    assert_eq!(ran.code, 6, "{ran:?}");
    assert!(ran.stderr.contains("line 1"), "{}", ran.stderr);
}
