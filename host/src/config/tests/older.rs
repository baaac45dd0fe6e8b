//! The older tool's config and flags still do what they did.

use std::path::PathBuf;

use super::*;
use crate::cli::TestExecutionArgs;
use crate::config::{load_older, resolve_monitor, test_execution_settings};

/// The config of the older tool's distribution.
const OLDER: &str = include_str!("../../../../tests/fixtures/ancestor/config.json");

fn resolve(folder: &Path, global: &GlobalArgs, args: &TestExecutionArgs) -> Result<ResolvedRun, CliError> {
    let layers = load_older(global, Environment::default(), folder)?;
    Ok(resolve_run(&layers.with(&test_execution_settings(args)?)?)?)
}

fn fibonacci() -> TestExecutionArgs {
    TestExecutionArgs { test_cases: vec!["fibonacci".into()], ..TestExecutionArgs::default() }
}

#[test]
fn the_older_config_is_found_in_the_storage_directory() {
    let folder = folder([("db/config.json", OLDER)]);
    let run = resolve(folder.path(), &GlobalArgs::default(), &fibonacci()).expect("a run");
    assert_eq!(run.test_case, "fibonacci");
    assert_eq!(run.target.urls, ["http://127.0.0.1:8080"]);
    assert_eq!(run.target.name.as_deref(), Some("loopback"));
    assert!(run.common.notices.is_empty(), "{:?}", run.common.notices);
    assert!(!format!("{run:?}").contains("bench-secret"));
}

#[test]
fn the_older_hosts_are_monitored_by_their_passwords_with_a_warning() {
    let folder = folder([("db/config.json", OLDER)]);
    let layers = load_older(&GlobalArgs::default(), Environment::default(), folder.path()).expect("layers");
    let resolved = resolve_monitor(&layers).expect("hosts");
    let hosts: Vec<_> = resolved.hosts.iter().map(|host| format!("{} {}", host.name, host.address())).collect();
    assert_eq!(hosts, ["Server 1 bench@127.0.0.1:2222"]);
    assert_eq!(resolved.hosts[0].password, Some(::monitor::Secret::new("bench-secret")));
    insta::assert_snapshot!(resolved.notices.join("\n"), @"host `Server 1` has its password in clear, db/config.json: whoever reads the file can use it; give `env:NAME`, a `password-file`, or better a key");
}

#[test]
fn older_hosts_that_are_none_are_told_and_namesakes_are_kept_apart() {
    let text = r#"{"monitorServers": [{"name": "a", "host": "h1"}, {"name": "a", "host": "h2", "port": "22"}, "hunter2",
        {"name": "b"}, {"host": "h3", "port": 70000}, {"host": "h4", "authentication": {"password": ""}}]}"#;
    let folder = folder([("c.json", text)]);
    let layers = Layers::load(&config_files(&["c.json"]), Environment::default(), folder.path()).expect("layers");
    let resolved = resolve_monitor(&layers).expect("hosts");
    let hosts: Vec<_> = resolved.hosts.iter().map(|host| format!("{} {}", host.name, host.address())).collect();
    assert_eq!(hosts, ["a h1", "a (2) h2:22", "h4 h4"]);
    let notices = layers.notices.join("\n");
    assert_eq!(notices.matches("is not in its shape").count(), 3, "{notices}");
    assert!(notices.contains("entry 3 of") && !notices.contains("hunter2"), "{notices}");
}

#[test]
fn a_config_is_named_inside_the_storage_or_else_by_its_path() {
    let folder = folder([("results/k3s.json", OLDER), ("here.toml", "[target]\nurl = \"http://here\"")]);
    let global = |name: &str| GlobalArgs { storage: Some("results".into()), ..config_files(&[name]) };
    let url = |name: &str| resolve(folder.path(), &global(name), &fibonacci()).map(|run| run.target.urls.concat());
    assert_eq!(url("k3s.json").as_deref(), Ok("http://127.0.0.1:8080"));
    assert_eq!(url("here.toml").as_deref(), Ok("http://here"));
    let error = url("none.json").expect_err("no file");
    assert_eq!(error.what, format!("config file `{}` does not exist", PathBuf::from("results/none.json").display()));
}

#[test]
fn without_any_config_a_url_is_enough_and_the_lack_of_one_is_told() {
    let folder = folder([]);
    let mut args = fibonacci();
    let error = resolve(folder.path(), &GlobalArgs::default(), &args).expect_err("no URL");
    insta::assert_snapshot!(error.render(false), @r"
    error: no URL to send load to
      config files read: none
      hint: give `--url`, or set `url` under `[target]` in `cluster-tester.toml`; `cluster-tester demo` brings a target of its own
    ");
    args.run.settings.url = vec!["http://a".into()];
    assert!(resolve(folder.path(), &GlobalArgs::default(), &args).is_ok());
}

#[test]
fn the_older_flags_mean_what_they_meant() {
    let folder = folder([("db/config.json", OLDER)]);
    let args = TestExecutionArgs {
        requests_per_second: "2.5".parse().ok(),
        duration_per_test: "10".parse().ok(),
        monitoring_interval: "0.5".parse().ok(),
        ..fibonacci()
    };
    let run = resolve(folder.path(), &GlobalArgs::default(), &args).expect("a run");
    assert_eq!(shown(&run), "2.5/s for 10s");
    let hosts = test_execution_settings(&args).expect("settings").monitor.hosts;
    assert_eq!(hosts.monitor_interval.map(|span| span.to_string()).as_deref(), Some("500ms"));
}

#[test]
fn exactly_one_test_case_is_taken() {
    let args = TestExecutionArgs { test_cases: vec!["a".into(), "b".into()], ..TestExecutionArgs::default() };
    let error = CliError::from(test_execution_settings(&args).expect_err("two"));
    assert_eq!(error.what, "`test-execution` takes exactly one test case, and 2 are named");
}

#[test]
fn what_is_unknown_in_the_older_shape_only_warns() {
    let text = r#"{"app": {"name": "a", "url": "http://a", "colour": 3}, "run": {}, "monitorServers": []}"#;
    let folder = folder([("c.json", text)]);
    let settings = RunSettings { url: Vec::new(), ..enough() };
    let run = run_in(folder.path(), Environment::default(), &config_files(&["c.json"]), &settings).expect("a run");
    assert_eq!(
        run.common.notices,
        ["c.json: key `app.colour` is not known, and not used", "c.json: key `run` is not known, and not used"]
    );
}

#[test]
fn what_is_wrong_in_the_older_shape_is_told_with_its_place() {
    let message = |text: &str| {
        let folder = folder([("c.json", text)]);
        let run = run_in(folder.path(), Environment::default(), &config_files(&["c.json"]), &enough());
        run.expect_err("not valid").render(false)
    };
    insta::assert_snapshot!(message("{\"app\":\n {\"url\": 5}}"), @r"
    error: `app` does not fit: found the number `5`, expected a text
      where: c.json:2:10
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
    insta::assert_snapshot!(message("{\"app\": {\n\"url\": }}"), @r"
    error: config file is not valid JSON: expected value
      where: c.json:2:8
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
    insta::assert_snapshot!(message(""), @r"
    error: config file is not valid JSON: EOF while parsing a value
      where: c.json:1:1
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
    insta::assert_snapshot!(message("[]"), @r"
    error: `config.json` does not fit: expected an object with `app`
      where: c.json:1:1
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
    assert!(message("5").contains("expected an object with `app`"));
    assert!(!message("{\"app\":{\"url\":\"http://a\"},\"monitorServers\":\"hunter2\"").contains("hunter2"));
}
