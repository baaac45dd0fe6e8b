//! What a person reads who typed something wrong: what, where, how to mend it, and a code of its own.

use crate::command::{Place, assert_error};

#[test]
fn a_rate_or_a_duration_that_nobody_can_mean() {
    let place = Place::new();
    for (words, expected) in [
        ("run --rate 0", "cannot be held"),
        ("run --rate -5/s", "cannot be held"),
        ("run --rate fast", "is not a rate"),
        ("run --duration 0", "is 0"),
        ("run --duration 400000d", "longer than 30 days"),
        ("run --duration -3s", "is not a length of time"),
    ] {
        let ran = place.run(&format!("{words} --test-case http --url http://127.0.0.1:9"));
        assert_eq!(ran.code, 2, "{words}: {ran:?}");
        assert!(ran.stderr.contains(expected), "{words}: {}", ran.stderr);
    }
    assert!(place.run_dirs().is_empty());
}

#[test]
fn a_url_that_is_malformed() {
    let place = Place::new();
    for url in ["localhost:8080", "ftp://host", "http://", "http://host:99999", "http://user:secret@host"] {
        let ran = place.run(&format!("run --test-case http --url {url}"));
        assert_eq!(ran.code, 4, "{url}: {ran:?}");
        assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
    }
    let ran = place.run("run --test-case http --url localhost:8080");
    assert_error!(ran, &place, @"
    exit code 4
    error: URL `localhost:8080` has no scheme: write it as `http://host:port`
    ");
}

#[test]
fn no_url_and_no_test_case() {
    let place = Place::new();
    assert_error!(place.run("run --test-case http"), &place, @"
    exit code 3
    error: no URL to send load to
      config files read: none
      hint: give `--url`, or set `url` under `[target]` in `cluster-tester.toml`; `cluster-tester demo` brings a target of its own
    ");
    assert_error!(place.run("run --url http://127.0.0.1:9"), &place, @"
    exit code 3
    error: no test case named
      hint: give `--test-case NAME`, or set `run.test-case`; `cluster-tester plugin list` shows which there are
    ");
}

#[test]
fn a_test_case_that_there_is_not() {
    let place = Place::new();
    assert_error!(place.run("run --test-case fibonaci --url http://127.0.0.1:9"), &place, @"
    exit code 5
    error: there is no plugin `fibonaci`
      hint: did you mean `fibonacci`? there are 18: list them with `cluster-tester plugin list`
    ");
}

#[test]
fn options_that_do_not_fit() {
    let place = Place::new();
    let run = |options: &str| place.run(&format!("run --test-case http --url http://127.0.0.1:9 {options}"));
    assert_error!(run("--plugin-option headers=5"), &place, @r#"
    exit code 5
    error: plugin `http` refuses option `headers`: "5" is not of type object
      component: bundled
      hint: its options: `cluster-tester plugin inspect http`
    "#);
    assert_error!(run("--plugin-option pth=/"), &place, @"
    exit code 5
    error: plugin `http` has no option `pth`
      component: bundled
      hint: did you mean `path`? there are: path, method, headers, body, expected-status
    ");
    assert_error!(run("--plugin-option path=items"), &place, @"
    exit code 5
    error: plugin `http` refuses option `path`: `items` does not start with `/`
      component: bundled
      hint: its options: `cluster-tester plugin inspect http`
    ");
    assert_error!(run("--plugin-option path"), &place, @"
    exit code 2
    error: `--plugin-option` wants `key=value`
      hint: for example `--plugin-option version=1.2`
    ");
}

#[test]
fn a_config_that_is_missing_or_broken() {
    let place = Place::new();
    assert_error!(place.run("run --config nowhere.toml"), &place, @"
    exit code 3
    error: config file `nowhere.toml` does not exist
      hint: without `--config`, `cluster-tester.toml` in the working directory is read if it is there; `cluster-tester config show` says what is read
    ");
    place.write("broken.toml", "[run]\nrate = \"500/s\"\nduration = \n");
    assert_error!(place.run("run --config broken.toml"), &place, @"
    exit code 3
    error: config file is not valid TOML: string values must be quoted, expected literal string
      where: broken.toml:3:12
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
    place.write("broken.json", "{\n  \"url\": \"http://127.0.0.1:9\",\n}\n");
    assert_error!(place.run("run --config broken.json"), &place, @"
    exit code 3
    error: config file is not valid JSON: trailing comma
      where: broken.json:3:1
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
    place.write("unknown.toml", "[run]\nduratoin = \"3s\"\n");
    assert_error!(place.run("run --config unknown.toml"), &place, @"
    exit code 3
    error: unknown key `run.duratoin`
      where: unknown.toml:2:1
      hint: did you mean `run.duration`?
    ");
    place.write(
        "secret.toml",
        "[target]\nurl = \"http://127.0.0.1:9\"\n[target.headers]\nauthorization = \"env:NOT_SET\"\n",
    );
    assert_error!(place.run("run --test-case http --config secret.toml"), &place, @"
    exit code 3
    error: environment variable `NOT_SET` is not set
      wanted by: `target.headers.authorization`, secret.toml:4:17
      hint: set it: `export NOT_SET=…`
    ");
}

#[test]
fn a_storage_that_cannot_be_written() {
    let place = Place::new();
    place.write("file", "");
    assert_error!(place.run("run --test-case http --url http://127.0.0.1:9 --storage file"), &place, @"
    exit code 6
    error: `file` is not a directory
      hint: give another directory with `--storage DIR`
    ");
    let ran = place.run("run --test-case http --url http://127.0.0.1:9 --storage /proc/no");
    assert_eq!(ran.code, 6, "{ran:?}");
}

#[test]
fn a_run_that_there_is_not() {
    let place = Place::new();
    assert_error!(place.run("results show nothing"), &place, @"
    exit code 6
    error: there is no storage directory `db`
      hint: no run has been saved there yet; give another directory with `--storage DIR`
    ");
}

#[test]
fn a_plugin_directory_that_there_is_not() {
    let place = Place::new();
    assert_error!(place.run("plugin list --plugins nowhere"), &place, @"
    exit code 5
    error: cannot read `nowhere`: No such file or directory (os error 2)
      hint: is the path right, and may you read it?
    ");
}
