//! The fixture plugins are what they are said to be.

use std::fs;

use plugin_builder::{Surface, surface};

use super::*;

const TEST_CASE: &str = "cluster-tester:plugin/test-case@0.1.0";

fn surface_of(name: &str) -> Surface {
    let component = fs::read(fixture(name)).expect("a file");
    let mut surface = surface(&component).expect("a component");
    surface.imports.sort();
    surface
}

#[test]
fn test_cases_see_nothing_but_the_host() {
    for (name, imports) in [
        ("busy", &[][..]),
        ("hostile", &["cluster-tester:plugin/log@0.1.0"]),
        ("stuck", &[]),
        ("two-step", &["cluster-tester:plugin/log@0.1.0", "cluster-tester:plugin/random@0.1.0"]),
        ("untidy", &[]),
        ("test-case-0-1-0", &["cluster-tester:plugin/log@0.1.0", "cluster-tester:plugin/random@0.1.0"]),
    ] {
        let surface = surface_of(name);
        assert_eq!(surface.exports, [TEST_CASE], "{name}");
        assert_eq!(surface.imports, imports, "{name}");
    }
}

#[test]
fn analyses_are_of_the_other_world() {
    let (dataset, log) = ("cluster-tester:plugin/dataset@0.1.0", "cluster-tester:plugin/log@0.1.0");
    for (name, imports) in [
        ("analysis", &[dataset][..]),
        ("hostile-analysis", &[dataset, log]),
        ("survey", &[dataset, log, "cluster-tester:plugin/random@0.1.0"]),
        ("analysis-0-1-0", &[dataset, log, "cluster-tester:plugin/random@0.1.0"]),
    ] {
        let surface = surface_of(name);
        assert_eq!(surface.exports, ["cluster-tester:plugin/analysis@0.1.0"], "{name}");
        assert_eq!(surface.imports, imports, "{name}");
    }
}

#[test]
fn the_future_is_of_another_version() {
    let surface = surface_of("future");
    assert_eq!(surface.exports, ["cluster-tester:plugin/test-case@0.2.0"]);
    assert!(surface.imports.is_empty(), "{surface:?}");
}

#[test]
fn a_newer_one_asks_for_more() {
    let surface = surface_of("newer");
    assert_eq!(surface.exports, ["cluster-tester:plugin/test-case@0.1.9"]);
    assert_eq!(surface.imports, ["cluster-tester:plugin/clock@0.1.9", "cluster-tester:plugin/log@0.1.9"]);
}

#[test]
fn the_network_is_asked_for() {
    let surface = surface_of("network");
    assert_eq!(surface.exports, [TEST_CASE]);
    assert_eq!(surface.imports, ["wasi:http/outgoing-handler@0.2.0", "wasi:http/types@0.2.0"]);
}

#[test]
fn the_sandbox_is_asked_for() {
    let surface = surface_of("sandboxed");
    assert_eq!(surface.exports, [TEST_CASE]);
    let expected = [
        "wasi:cli/environment@0.2.0",
        "wasi:cli/stderr@0.2.0",
        "wasi:clocks/monotonic-clock@0.2.0",
        "wasi:clocks/wall-clock@0.2.0",
        "wasi:io/streams@0.2.0",
        "wasi:random/random@0.2.0",
    ];
    assert_eq!(surface.imports, expected);
}

#[test]
fn the_directory_has_the_fixtures_and_nothing_else() {
    let entries = fs::read_dir(fixtures_dir()).expect("a directory");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let mut expected: Vec<_> = FIXTURES.iter().map(|(name, _)| fixture(name)).collect();
    expected.sort();
    assert_eq!(files, expected);
    assert!(files.iter().all(|file| file.extension().is_some_and(|extension| extension == "wasm")));
}

#[test]
#[should_panic(expected = "there is no fixture plugin `hostil`, only analysis, busy, ")]
fn an_unknown_fixture_is_said_to_be_none() {
    fixture("hostil");
}
