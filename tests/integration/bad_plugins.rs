//! Plugins that break the contract: each is told by name, and none takes the command down.

use tests::misbehaving::{Behaviour, Misbehaving};
use tests::{fixture, fixtures_dir};

use crate::command::{Place, Ran, assert_error, run};

/// Runs a fixture against a server that answers well, with limits that are soon reached.
fn run_plugin(place: &Place, test_case: &str, options: &str) -> Ran {
    let server = Misbehaving::start(Behaviour::Json("{}".to_owned()));
    let words = format!(
        "run --test-case {test_case} --plugins {} --url {} --rate 20/s --duration 1s --quiet {options}",
        fixtures_dir().display(),
        server.url()
    );
    let mut command = place.command(&words);
    command.env("CLUSTER_TESTER_PLUGINS_CONFIGURE_DEADLINE", "300ms");
    let mut ran = run(command);
    ran.stderr = ran.stderr.replace(&*fixtures_dir().to_string_lossy(), "<fixtures>");
    ran
}

#[test]
fn a_plugin_of_another_world_or_version_or_with_a_network() {
    let place = Place::new();
    assert_error!(run_plugin(&place, "analysis", ""), &place, @"");
    assert_error!(run_plugin(&place, "future", ""), &place, @"");
    assert_error!(run_plugin(&place, "network", ""), &place, @"");
    assert_error!(run_plugin(&place, "stuck", ""), &place, @"");
    assert_error!(run_plugin(&place, "untidy", ""), &place, @"");
    assert!(place.run_dirs().is_empty());
}

#[test]
fn a_file_that_is_no_component() {
    let place = Place::new();
    place.write("mine/text.wasm", "hello");
    place.write("mine/module.wasm", b"\0asm\x01\0\0\0");
    assert_error!(place.run("run --test-case text --plugins mine --url http://127.0.0.1:9"), &place, @"");
    assert_error!(place.run("plugin inspect mine/module.wasm"), &place, @"");
    let listed = place.run("plugin list --plugins mine");
    assert_eq!(listed.code, 0, "{listed:?}");
    assert!(listed.stdout.contains("NOT USABLE"), "{}", listed.stdout);
}

#[test]
fn a_plugin_that_cannot_begin() {
    let place = Place::new();
    let hostile = |behaviour: &str| run_plugin(&place, "hostile", &format!("--plugin-option behaviour={behaviour}"));
    assert_error!(hostile("loop-in-configure"), &place, @"");
    assert_error!(hostile("trap-in-configure"), &place, @"");
    assert_error!(hostile("refuse-option"), &place, @"");
    assert_error!(hostile("absolute-url"), &place, @"");
    assert_error!(hostile("loop-in-build"), &place, @"");
    assert_error!(hostile("allocate"), &place, @"");
    assert_error!(hostile("refuse-build"), &place, @"");
    assert!(place.run_dirs().is_empty(), "nothing was measured, so nothing is saved");
}

#[test]
fn what_a_plugin_wrote_before_it_trapped_is_shown() {
    let place = Place::new();
    assert_error!(run_plugin(&place, "sandboxed", "--plugin-option panic=true"), &place, @"");
}

#[test]
fn a_plugin_that_fails_now_and_then_costs_those_requests_alone() {
    let place = Place::new();
    let ran = run_plugin(&place, "hostile", "--plugin-option behaviour=trap-sometimes --format json");
    assert_eq!(ran.code, 0, "{ran:?}");
    let result = &ran.json()["trials"][0]["result"];
    assert_eq!(result["steady"]["counts"]["success"], 18, "{result}");
    assert_eq!(result["steady"]["counts"]["guest_fault"], 2);
}

#[test]
fn a_plugin_that_always_fails_ends_the_run_and_what_there_is_is_saved() {
    let place = Place::new();
    for behaviour in ["trap-in-read", "loop-in-read", "bad-metric"] {
        let ran = run_plugin(&place, "hostile", &format!("--plugin-option behaviour={behaviour}"));
        assert_eq!(ran.code, 5, "{behaviour}: {ran:?}");
        assert!(ran.stderr.contains("test case `hostile` always fails"), "{behaviour}: {}", ran.stderr);
    }
    assert_eq!(place.run_dirs().len(), 3);
}

#[test]
fn a_plugin_that_never_ends_its_iterations_is_cut_off_at_the_end() {
    let place = Place::new();
    let ran = run_plugin(&place, "hostile", "--plugin-option behaviour=endless --timeout 2s --format json");
    assert!([0, 11, 13].contains(&ran.code), "{ran:?}");
}

#[test]
fn inspecting_a_fixture_shows_what_it_imports() {
    let place = Place::new();
    let ran = place.run(&format!("plugin inspect {}", fixture("sandboxed").display()));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("wasi:clocks/wall-clock@0.2"), "{}", ran.stdout);
}
