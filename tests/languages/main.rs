//! Test cases and analyses in every language of the SDKs do what Rust's do (`make test-languages`).
//!
//! `LANGUAGES_DIR` is the directory of the components that `sdk/toolchains build` made, `TOOLCHAINS` that of the tools that
//! `sdk/toolchains install` put there.

#[path = "../integration/command.rs"]
#[allow(dead_code, unused_macros, unused_imports, reason = "shared with the integration tests, which use all of it")]
mod command;
mod recording;

use std::collections::BTreeMap;
use std::path::PathBuf;

use command::Place;
use recording::Recording;

/// Languages with an example test case, beside Rust.
const TEST_CASES: [&str; 4] = ["c", "js", "spidermonkey", "python"];
/// Languages with an example analysis.
const ANALYSES: [&str; 3] = ["rust", "js", "python"];
/// Columns of an exported run that do not depend on time.
const COLUMNS: [&str; 7] =
    ["outcome", "failure_reason", "load", "status", "server_start_ms", "server_end_ms", "server_ns"];

fn directory() -> PathBuf {
    std::env::var_os("LANGUAGES_DIR").expect("`make test-languages` names the components").into()
}

/// Every kind of answer that the examples tell apart.
fn answers() -> Vec<recording::Answer> {
    let number = |number: &str| {
        let span = r#""start":"2026-01-01T12:00:00.000Z","end":"2026-01-01T12:00:00.012345678Z""#;
        (200, format!("{{{span},\"fibonacci\":{number}}}"))
    };
    let odd_times = |start: &str, end: &str| {
        (
            200,
            format!(
                "{{\"start\":\"{start}\",\"end\":\"{end}\",\"fibonacci\":55, \"more\": [{{\"a\": [1e-3, null]}}]}}"
            ),
        )
    };
    vec![
        number("55"),
        number("54"),
        number("\"55\""),
        number("null"),
        odd_times("2026-03-01T00:00:00Z", "2026-03-01T00:00:00.1+00:00"),
        odd_times("2026-02-29T00:00:00Z", "2026-03-01T00:00:00Z"),
        odd_times("2026-01-01", "2026-01-01T12:00:00.012Z"),
        (503, "{}".to_owned()),
        (404, String::new()),
        (200, String::new()),
        (200, "{}".to_owned()),
        (200, "[]".to_owned()),
        (200, "<!doctype html><title>Welcome</title>".to_owned()),
        (200, format!("{{\"start\":\"{}", "x".repeat(100_000))),
    ]
}

/// What one language asked, and what it made of the answers: how often each row of [`COLUMNS`] came.
fn trial(server: &Recording, language: &str) -> (Vec<String>, BTreeMap<String, usize>) {
    let place = Place::new();
    let mut command = place.command(&format!(
        "run --seed 1 --test-case fibonacci-{language} --url {} --load 10 --rate 70/s --duration 2s --quiet",
        server.url()
    ));
    command.arg("--plugins").arg(directory());
    command::run(command).assert_measured();
    let exported = place.run("results export latest --format csv").stdout;
    let mut lines = exported.lines().map(|line| line.split(',').collect::<Vec<&str>>());
    let heading = lines.next().expect("a heading");
    let places = COLUMNS.map(|column| heading.iter().position(|name| *name == column).expect("a known column"));
    let mut rows = BTreeMap::new();
    for line in lines {
        *rows.entry(places.map(|place| line[place]).join(",")).or_default() += 1;
    }
    (server.take(), rows)
}

#[test]
fn every_language_sends_the_same_requests_and_judges_their_answers_alike() {
    let server = Recording::start(answers());
    let rust = trial(&server, "rust");
    assert_eq!((rust.0.len(), rust.1.len()), (140, 6), "{rust:?}");
    for language in TEST_CASES {
        let other = trial(&server, language);
        assert_eq!(other.0, rust.0, "requests of {language}");
        assert_eq!(other.1, rust.1, "outcomes of {language}");
    }
}

#[test]
fn every_test_case_describes_itself_alike_and_needs_no_wasi() {
    let place = Place::new();
    let inspect = |language: &str| {
        let path = directory().join(format!("fibonacci-{language}.wasm"));
        let ran = place.run(&format!("plugin inspect {} --format json", path.display()));
        assert_eq!(ran.code, 0, "{language}: {ran:?}");
        assert!(!ran.stdout.contains("wasi:"), "{language}: {}", ran.stdout);
        ran.json()["test_case"].clone()
    };
    let rust = inspect("rust");
    assert!(rust.is_object(), "{rust}");
    for language in TEST_CASES {
        assert_eq!(inspect(language), rust, "{language}");
    }
}

#[test]
fn a_new_project_in_every_language_builds_and_sends_its_request() {
    let tools = PathBuf::from(std::env::var_os("TOOLCHAINS").expect("`make test-languages` names the tools"));
    let path = std::env::var("PATH").expect("a PATH");
    let zig_cache = PathBuf::from(std::env::var_os("HOME").expect("a home")).join(".cache/zig");
    let server = Recording::start(vec![(200, "{\"count\":2}".to_owned())]);
    let place = Place::new();
    // One in Rust is as the shipped plugins are, but for crates that it takes from the network.
    for language in ["js", "python", "c"] {
        let cluster_tester = |words: String| {
            let mut command = place.command(&words);
            command.env("PATH", format!("{}:{path}", tools.join("bin").display()));
            command.env("VIRTUAL_ENV", tools.join("venv"));
            // Where the examples left zig's libc: it takes a minute or more to build.
            command.env("ZIG_GLOBAL_CACHE_DIR", &zig_cache);
            command::run(command)
        };
        let made = cluster_tester(format!("plugin new greet-{language} --lang {language}"));
        assert_eq!(made.code, 0, "{made:?}");
        if language == "js" {
            let packages = place.path().join("greet-js/cluster-tester/sdk/js/node_modules");
            std::os::unix::fs::symlink(tools.join("js/node_modules"), packages).expect("a link");
        }
        let built = cluster_tester(format!("plugin build greet-{language}"));
        assert_eq!(built.code, 0, "{built:?}");
        let file = format!("greet-{language}/greet-{language}.wasm");
        let tried = cluster_tester(format!("plugin test {file} --load 2 --url {}", server.url()));
        assert!(tried.stdout.contains("GET /greetings?n=2") && tried.stdout.contains("  outcome "), "{tried:?}");
        assert!(server.take().iter().all(|request| request.contains("/greetings?n=2")));
    }
}

#[test]
fn every_analysis_is_known_as_one() {
    let place = Place::new();
    for language in ANALYSES {
        let path = directory().join(format!("medians-{language}.wasm"));
        let ran = place.run(&format!("plugin inspect {} --format json", path.display()));
        assert_eq!(ran.code, 0, "{language}: {ran:?}");
        assert!(ran.stdout.contains("cluster-tester:plugin/dataset@0.1.0"), "{language}: {}", ran.stdout);
    }
}

#[test]
fn every_language_finds_the_same_medians() {
    let place = Place::new();
    let server = Recording::start(answers());
    let mut run = place
        .command(&format!("run --test-case fibonacci-rust --url {} --load 10 --rate 70/s --duration 2s", server.url()));
    run.arg("--plugins").arg(directory());
    command::run(run).assert_measured();
    let analyse = |language: &str| {
        let mut command = place.command(&format!("analyze medians-{language} latest --format json"));
        command.arg("--plugins").arg(directory());
        let ran = command::run(command);
        assert_eq!(ran.code, 0, "{language}: {ran:?}");
        ran.json()
    };
    let rust = analyse("rust");
    assert!(rust.is_object(), "{rust}");
    for language in ANALYSES {
        assert_eq!(analyse(language), rust, "{language}");
    }
}
