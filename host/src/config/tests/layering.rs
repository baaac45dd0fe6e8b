//! Which layer wins.

use std::path::Path;

use super::*;
use crate::cli::ShowFormat;
use crate::config::byte_size::ByteSize;
use crate::config::{resolve_common, resolve_target, show};

#[test]
fn the_defaults_are_enough_with_a_test_case_and_a_url() {
    let run = run_of("", &enough()).expect("a run");
    assert_eq!((run.load.0, shown(&run).as_str(), run.seed), (1, "1/s for 30s", 0));
    assert_eq!((run.warm_up.to_string(), run.timeout.to_string()), ("0s".into(), "30s".into()));
    assert!(run.threads >= 1);
    assert_eq!((run.plugin_threads, run.connections, run.max_in_flight), (1, None, 100_000));
    assert_eq!(run.common.storage, Path::new("db"));
    assert_eq!(run.common.limits.memory, ByteSize(64 << 20));
    assert!(run.common.notices.is_empty());
}

#[test]
fn flags_win_over_the_environment_and_that_over_files_and_those_over_the_user_s() {
    let folder = folder([
        ("home/cluster-tester/config.toml", "[run]\nload = 2\nrate = 2\nseed = 2\nthreads = 2\nmax-in-flight = 2"),
        ("cluster-tester.toml", "[run]\nload = 3\nrate = 3\nseed = 3\nthreads = 2"),
    ]);
    let home = folder.path().join("home");
    let environment = Environment::from([
        ("XDG_CONFIG_HOME", home.to_str().expect("text")),
        ("CLUSTER_TESTER_RUN_LOAD", "4"),
        ("CLUSTER_TESTER_RUN_RATE", "4/s"),
    ]);
    let settings = RunSettings { load: Some(5), ..enough() };
    let run = run_in(folder.path(), environment, &GlobalArgs::default(), &settings).expect("a run");
    assert_eq!((run.load.0, shown(&run).as_str(), run.seed, run.max_in_flight), (5, "4/s for 30s", 3, 2));
}

#[test]
fn of_several_files_the_later_wins_key_by_key_and_lists_are_replaced() {
    let folder = folder([
        (
            "a.toml",
            "[target]\nurls = [\"http://a\", \"http://b\"]\nheaders = { X-A = \"1\", x-b = \"1\" }\n[run]\nload = 7",
        ),
        ("b.toml", "[target]\nurls = [\"http://c\"]\nheaders = { x-a = \"2\" }"),
        ("cluster-tester.toml", "[run]\nseed = 9"),
    ]);
    let settings = RunSettings { url: Vec::new(), ..enough() };
    let run = run_in(folder.path(), Environment::default(), &config_files(&["a.toml", "b.toml"]), &settings);
    let run = run.expect("a run");
    assert_eq!(run.target.urls, ["http://c"]);
    let headers: Vec<_> =
        run.target.headers.iter().map(|header| (header.name.as_str(), header.value.shown())).collect();
    assert_eq!(headers, [("x-a", "2"), ("x-b", "1")]);
    assert_eq!(run.load.0, 7);
    assert_eq!(run.seed, 0, "the project file is not read beside --config");
}

#[test]
fn a_later_url_replaces_urls_and_a_target_by_name() {
    let folder = folder([
        ("a.toml", "[target]\nurls = [\"http://a\"]\n[targets.x]\nurl = \"http://x\"\n[run]\ntarget = \"x\""),
        ("b.toml", "[target]\nurl = \"http://b\"\n[targets.x]\nurls = [\"http://y\"]"),
    ]);
    let urls = |files: &[&str], settings: &RunSettings| {
        let layers = Layers::load(&config_files(files), Environment::default(), folder.path()).expect("layers");
        resolve_target(&layers.with(settings).expect("flags")).expect("a target").urls
    };
    let nothing = RunSettings::default();
    assert_eq!(urls(&["a.toml"], &nothing), ["http://x"]);
    assert_eq!(urls(&["a.toml", "b.toml"], &nothing), ["http://b"]);
    assert_eq!(urls(&["a.toml"], &RunSettings { url: vec!["http://c".into()], ..nothing.clone() }), ["http://c"]);
    let by_name = RunSettings { target: Some("x".into()), ..nothing };
    assert_eq!(urls(&["a.toml", "b.toml"], &by_name), ["http://y"]);
}

#[test]
fn headers_of_flags_go_to_the_target_chosen() {
    let file = "[targets.x]\nurl = \"http://x\"\nheaders = { x-a = \"1\" }\n[run]\ntarget = \"x\"";
    let settings = RunSettings { url: Vec::new(), header: vec!["X-A: 2".into(), "x-b:3 ".into()], ..enough() };
    let run = run_of(file, &settings).expect("a run");
    assert_eq!(run.target.name.as_deref(), Some("x"));
    let headers: Vec<_> =
        run.target.headers.iter().map(|header| (header.name.as_str(), header.value.shown())).collect();
    assert_eq!(headers, [("x-a", "2"), ("x-b", "3")]);
}

#[test]
fn directories_of_plugins_add_up_over_environment_and_flags() {
    let folder = folder([
        ("sub/a.toml", "storage = \"runs\"\n[plugins]\ndirectories = [\"p\", \"/abs\"]"),
        ("data/cluster-tester/plugins/empty", ""),
    ]);
    let data = folder.path().join("data");
    let environment = Environment::from([
        ("XDG_DATA_HOME", data.to_str().expect("text")),
        ("CLUSTER_TESTER_PLUGINS_DIRECTORIES", "e, f"),
    ]);
    let global = GlobalArgs { plugins: vec!["g".into()], ..config_files(&["sub/a.toml"]) };
    let common = resolve_common(&Layers::load(&global, environment, folder.path()).expect("layers")).expect("common");
    let own = data.join("cluster-tester/plugins");
    let expected =
        [own.as_path(), Path::new("sub/p"), Path::new("/abs"), Path::new("e"), Path::new("f"), Path::new("g")];
    assert_eq!(common.plugin_dirs, expected);
    assert_eq!(common.storage, Path::new("sub/runs"), "a path in a file counts from that file");
}

#[test]
fn an_unknown_variable_is_told_and_an_empty_one_is_none() {
    let folder = folder([]);
    let environment = Environment::from([("CLUSTER_TESTER_RUN_RTAE", "5"), ("CLUSTER_TESTER_RUN_LOAD", "")]);
    let run = run_in(folder.path(), environment, &GlobalArgs::default(), &enough()).expect("a run");
    assert_eq!(
        run.common.notices,
        [
            "environment variable `CLUSTER_TESTER_RUN_RTAE` is no setting, and not used; did you mean `CLUSTER_TESTER_RUN_RATE`?"
        ]
    );
    assert_eq!(run.load.0, 1);
}

#[test]
fn threads_are_never_more_than_what_they_share() {
    let run = run_of("[run]\nthreads = 4\nconnections = 2", &enough()).expect("a run");
    assert_eq!(run.threads, 2);
    assert!(run.common.notices[0].starts_with("`run.threads` is 2, not 4"), "{:?}", run.common.notices);
}

#[test]
fn labels_and_options_of_file_and_flags_merge() {
    let file = "[labels]\nversion = 1.2\nsite = \"a\"\n[plugin-options.http]\npath = \"/x\"\nstatus = [200, 204]\n\
                [plugin-options.other]\nx = 1";
    let settings = RunSettings { label: pairs(&["site=b=c"]), plugin_option: pairs(&["path=/y"]), ..enough() };
    let run = run_of(file, &settings).expect("a run");
    let labels: Vec<_> = run.labels.iter().map(|(key, text)| format!("{key}={text}")).collect();
    assert_eq!(labels, ["site=b=c", "version=1.2"]);
    assert_eq!(format!("{:?}", run.options), r#"[("path", "/y"), ("status", Array [Number(200), Number(204)])]"#);
}

#[test]
fn what_is_shown_is_a_config_again_with_origins_and_without_secrets() {
    let folder = folder([(
        "cluster-tester.toml",
        "name = \"a \\\"b\\\"\"\n[target]\nurl = \"http://u:hunter2@h/p@q\"\n\
         headers = { authorization = \"hunter2\", x-id = \"env:ID\" }\n[plugin-options.http]\napi-token = \"hunter2\"",
    )]);
    let environment = Environment::from([("CLUSTER_TESTER_RUN_SEED", "3")]);
    let pattern = PatternSettings { rate: "2.5/s".parse().ok(), ..PatternSettings::default() };
    let settings = RunSettings { threads: Some(1), pattern, ..RunSettings::default() };
    let layers = Layers::load(&GlobalArgs::default(), environment, folder.path()).expect("layers");
    let layers = layers.with(&settings).expect("flags");
    let toml = show(&layers, ShowFormat::Toml);
    insta::assert_snapshot!(toml, @r#"
    name = "a \"b\""  # cluster-tester.toml:1:8
    storage = "db"  # default

    [discovery]
    max-rate = "1000000/s"  # default
    min-rate = "1/s"  # default
    rest-time = "5s"  # default
    strategy = "mlrsearch"  # default
    width = "1%"  # default

    [monitor]
    accept-new-host-keys = false  # default
    baseline = "0s"  # default
    interval = "1s"  # default
    presence = "required"  # default

    [plugin-options.http]
    api-token = "(redacted)"  # cluster-tester.toml:6:13

    [plugins]
    configure-deadline = "5s"  # default
    deadline = "50ms"  # default
    directories = []  # default
    insecure-registries = []  # default
    memory = "64MiB"  # default
    sources = []  # default

    [run]
    abort-window = "10s"  # default
    arrivals = "even"  # default
    duration = "30s"  # default
    feed-mode = "cycle"  # default
    load = 1  # default
    max-in-flight = 100000  # default
    pacing = "precise"  # default
    plugin-threads = 1  # default
    rate = "2.5/s"  # --rate
    seed = 3  # environment variable CLUSTER_TESTER_RUN_SEED
    threads = 1  # --threads
    timeout = "30s"  # default
    warm-up = "0s"  # default

    [target]
    url = "http://(redacted)@h/p@q"  # cluster-tester.toml:3:7

    [target.connection]
    connect-timeout = "10s"  # default
    http = "auto"  # default
    insecure = false  # default
    resolve = []  # default
    streams = 100  # default

    [target.headers]
    authorization = "(redacted)"  # cluster-tester.toml:4:29
    x-id = "env:ID"  # cluster-tester.toml:4:47
    "#);
    toml::from_str::<crate::config::shape::ConfigFile>(&toml).expect("a config again");
    let json: serde_json::Value = serde_json::from_str(&show(&layers, ShowFormat::Json)).expect("JSON");
    assert_eq!(json["run"]["rate"], serde_json::json!({ "value": "2.5/s", "origin": "--rate" }));
    assert!(!json.to_string().contains("hunter2"));
}
