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
    assert_error!(run_plugin(&place, "analysis", ""), &place, @"
    exit code 5
    error: plugin `analysis` is an analysis, not a test case
      component: <fixtures>/analysis.wasm
      hint: choose a test case: `cluster-tester plugin list`
    ");
    assert_error!(run_plugin(&place, "future", ""), &place, @"
    exit code 5
    error: plugin `future` exports `cluster-tester:plugin/test-case@0.2.0`; this tester speaks version 0.1.0
      component: <fixtures>/future.wasm
      hint: install a newer cluster-tester, which has it, or build the plugin with this version's SDK or `wit/`, without what is newer
    ");
    assert_error!(run_plugin(&place, "network", ""), &place, @"
    exit code 5
    error: plugin `network` imports what a plugin does not get: wasi:http/types@0.2.0, wasi:http/outgoing-handler@0.2.0
      component: <fixtures>/network.wasm
      hint: a plugin has no network: it says what to send, and the tester sends it; a JavaScript one is built without the features `http` and `fetch-event`
    ");
    assert_error!(run_plugin(&place, "stuck", ""), &place, @"
    exit code 5
    error: plugin `stuck` used up its 300 ms deadline in `describe`
      component: <fixtures>/stuck.wasm
      hint: raise `plugins.configure-deadline` if it needs that long
    ");
    assert_error!(run_plugin(&place, "untidy", ""), &place, @"
    exit code 5
    error: plugin `untidy` describes itself against the contract: a body limit of 1073741824 bytes; at most 16777216 are allowed
      component: <fixtures>/untidy.wasm
      hint: this is for its author; wit/ has the contract
    ");
    assert!(place.run_dirs().is_empty());
}

#[test]
fn a_file_that_is_no_component() {
    let place = Place::new();
    place.write("mine/text.wasm", "hello");
    place.write("mine/module.wasm", b"\0asm\x01\0\0\0");
    assert_error!(place.run("run --test-case text --plugins mine --url http://127.0.0.1:9"), &place, @"
    exit code 5
    error: plugin `text` is no WebAssembly component: the file does not begin like one
      component: mine/text.wasm
      hint: build it anew; sdk/README.md says how in each language
    ");
    assert_error!(place.run("plugin inspect mine/module.wasm"), &place, @"
    exit code 5
    error: plugin `module` is a core module, not a component
      component: mine/module.wasm
      hint: make a component of it: `wasm-tools component new module.wasm -o plugin.wasm`, or build for `wasm32-wasip2`
    ");
    let listed = place.run("plugin list --plugins mine");
    assert_eq!(listed.code, 0, "{listed:?}");
    assert!(listed.stdout.contains("NOT USABLE"), "{}", listed.stdout);
}

#[test]
fn a_plugin_that_cannot_begin() {
    let place = Place::new();
    let hostile = |behaviour: &str| run_plugin(&place, "hostile", &format!("--plugin-option behaviour={behaviour}"));
    assert_error!(hostile("loop-in-configure"), &place, @"
    exit code 5
    error: plugin `hostile` used up its 300 ms deadline in `configure`
      component: <fixtures>/hostile.wasm
      hint: raise `plugins.configure-deadline` if it needs that long
    ");
    assert_error!(hostile("trap-in-configure"), &place, @"
    exit code 5
    error: plugin `hostile` trapped (wasm `unreachable` instruction executed) in `configure`
      component: <fixtures>/hostile.wasm
      hint: this is for its author; wit/ has the contract
    ");
    assert_error!(hostile("refuse-option"), &place, @"
    exit code 5
    error: plugin `hostile` refuses option `behaviour`: told to refuse its option
      component: <fixtures>/hostile.wasm
      hint: its options: `cluster-tester plugin inspect hostile`
    ");
    assert_error!(hostile("absolute-url"), &place, @"
    exit code 5
    error: plugin `hostile` returned from `build-request` the path `http://elsewhere.example/`, which does not start with `/`; scheme, host and port are the plan's
      test case: hostile, load 1; nothing was sent
      hint: this is for its author; wit/ has the contract
    ");
    assert_error!(hostile("loop-in-build"), &place, @"
    exit code 5
    error: plugin `hostile` used up its 50 ms deadline in `build-request`
      test case: hostile, load 1; nothing was sent
      hint: raise `plugins.deadline` if it needs that long, or have it do its set-up in `configure`
    ");
    // On a busy machine memory may come too slowly for the usual deadline.
    place.write("cluster-tester.toml", "[plugins]\ndeadline = \"10s\"\n");
    assert_error!(hostile("allocate"), &place, @"
    exit code 5
    error: plugin `hostile` used up its 64 MiB of memory in `build-request`
      test case: hostile, load 1; nothing was sent
      hint: raise `plugins.memory` if it needs that much
    ");
    assert_error!(hostile("refuse-build"), &place, @"
    exit code 5
    error: told to refuse in `build-request`
      test case: hostile, load 1; nothing was sent
      hint: see its options with `cluster-tester plugin inspect hostile`
    ");
    assert!(place.run_dirs().is_empty(), "nothing was measured, so nothing is saved");
}

#[test]
fn what_a_plugin_wrote_before_it_trapped_is_shown() {
    let place = Place::new();
    assert_error!(run_plugin(&place, "sandboxed", "--plugin-option panic=true"), &place, @"
    exit code 5
    error: plugin `sandboxed` trapped (wasm `unreachable` instruction executed) in `build-request`; it wrote:
    Traceback: something went wrong
      test case: sandboxed, load 1; nothing was sent
      hint: this is for its author; wit/ has the contract
    ");
}

#[test]
fn a_plugin_that_fails_now_and_then_costs_those_requests_alone() {
    let place = Place::new();
    let ran = run_plugin(&place, "hostile", "--plugin-option behaviour=trap-sometimes --format json");
    ran.assert_measured();
    let outcomes = &ran.json()["trials"][0]["steady"]["counts"]["outcomes"];
    assert_eq!((&outcomes["success"], &outcomes["guest-fault"]), (&18.into(), &2.into()), "{outcomes}");
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
