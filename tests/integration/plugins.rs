//! Finding plugins, and looking into them.

use tests::fixture;

use crate::command::{Place, Target};

#[test]
fn dropping_a_file_into_a_directory_is_enough() {
    let place = Place::new();
    let target = Target::start(&place);
    let copy = |to: &str| place.write(to, std::fs::read(fixture("two-step")).expect("built"));
    copy("home-made/mine.wasm");
    let run = format!("--url {} --rate 10/s --duration 1s", target.url);
    let ran = place.run(&format!("run --test-case mine --plugins home-made {run}"));
    assert_ne!(ran.code, 5, "{ran:?}");
    // The user's own directory is looked into without a flag.
    copy(".local/share/cluster-tester/plugins/own.wasm");
    let listed = place.run("plugin list");
    assert!(listed.stdout.contains("own "), "{}", listed.stdout);
    // A later one of the same name wins, with a notice.
    copy("home-made/http.wasm");
    let listed = place.run("plugin list --plugins home-made");
    assert!(listed.stderr.contains("plugin `http` is home-made/http.wasm, in place of bundled"), "{}", listed.stderr);
}

#[test]
fn the_shipped_plugins_are_listed_with_what_they_do() {
    let place = Place::new();
    let listed = place.run("plugin list --format json");
    let listed = listed.json();
    let names: Vec<&str> =
        listed.as_array().expect("a list").iter().filter_map(|plugin| plugin["name"].as_str()).collect();
    assert_eq!(names[..5], ["fibonacci", "bubble-sort", "http", "summary", "compare"]);
    let text = place.run("plugin list").stdout;
    assert!(text.contains("Sends one request, told by options"), "{text}");
}

#[test]
fn a_plugin_tells_its_options() {
    let place = Place::new();
    let ran = place.run("plugin inspect http");
    insta::with_settings!({ filters => vec![
        (r"sha256:[0-9a-f]{64}", "sha256:<digest>"),
        (r"size( +)[0-9.]+ KiB", "size$1<size>"),
    ] }, { insta::assert_snapshot!(ran.stdout, @r#"
    http, a test case
      from              bundled
      digest            sha256:<digest>
      size              <size>
      imports           nothing
      title             HttpTestCase 0.1.0
      about             Sends one request, told by options, and judges the answer by its status.
      smallest load     1
      headers read      none
      body read         nothing
      metrics           none
      failures          unexpected status
      options
        path (string, default "/")
            Path and query, percent-encoded, starting with `/`. `{load}`, `{iteration}` and `{row.NAME}` stand for the load, the index of the iteration and a field of its row of data, `{{` and `}}` for braces.
        method (string, default "GET")
            Request method, in upper case.
        headers (object, default {})
            Request headers, name to value. Host, Content-Length and hop-by-hop headers are the host's.
        body (string)
            Request body, with the same placeholders as the path. None: no body.
        expected-status (integer or array)
            Status from 100 to 599, or list of them, that makes an answer a success. None: 200 to 299.
    "#) });
}

#[test]
fn an_analysis_tells_its_options_and_how_many_datasets_it_takes() {
    let place = Place::new();
    let ran = place.run(&format!("plugin inspect {}", fixture("sandboxed-analysis").display()));
    assert!(ran.stdout.starts_with("sandboxed-analysis, an analysis\n"), "{}", ran.stdout);
    for line in [
        "  about             Tells what it saw of WASI.\n",
        "  datasets          1 or more\n",
        "    spin (boolean, default false)\n",
    ] {
        assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
    }
    let ran = place.run(&format!("plugin inspect {} --format json", fixture("survey").display())).json();
    assert_eq!((&ran["world"], &ran["test_case"]), (&"analysis".into(), &serde_json::Value::Null));
    assert_eq!((&ran["analysis"]["name"], &ran["analysis"]["max_datasets"]), (&"SurveyAnalysis".into(), &2.into()));
    let listed = place.run(&format!("plugin list --plugins {}", tests::fixtures_dir().display())).stdout;
    assert!(listed.contains("Asks for everything that there is."), "{listed}");
}

#[test]
fn check_looks_at_everything_and_sends_nothing() {
    let place = Place::new();
    let target = Target::start(&place);
    let ran = place.run(&format!("check --test-case http --url {}", target.url));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.stdout.matches("  ok  ").count(), 23, "{}", ran.stdout);
    let ran = place.run("check --test-case http --url http://127.0.0.1:1 --plugin-option method=5x");
    assert_ne!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("FAIL  target"), "{}", ran.stdout);
    assert!(place.run_dirs().is_empty());
}
