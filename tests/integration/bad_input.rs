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
    for url in ["localhost:8080", "ftp://host", "http://", "http://host:99999", "http://user:secret@host", "https://host"] {
        let ran = place.run(&format!("run --test-case http --url {url}"));
        assert_eq!(ran.code, 4, "{url}: {ran:?}");
        assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
    }
    let ran = place.run("run --test-case http --url localhost:8080");
    assert_error!(ran, &place, @"");
}

#[test]
fn no_url_and_no_test_case() {
    let place = Place::new();
    assert_error!(place.run("run --test-case http"), &place, @"");
    assert_error!(place.run("run --url http://127.0.0.1:9"), &place, @"");
}

#[test]
fn a_test_case_that_there_is_not() {
    let place = Place::new();
    assert_error!(place.run("run --test-case fibonaci --url http://127.0.0.1:9"), &place, @"");
}

#[test]
fn options_that_do_not_fit() {
    let place = Place::new();
    let run = |options: &str| place.run(&format!("run --test-case http --url http://127.0.0.1:9 {options}"));
    assert_error!(run("--plugin-option headers=5"), &place, @"");
    assert_error!(run("--plugin-option pth=/"), &place, @"");
    assert_error!(run("--plugin-option path=items"), &place, @"");
    assert_error!(run("--plugin-option path"), &place, @"");
}

#[test]
fn a_config_that_is_missing_or_broken() {
    let place = Place::new();
    assert_error!(place.run("run --config nowhere.toml"), &place, @"");
    place.write("broken.toml", "[run]\nrate = \"500/s\"\nduration = \n");
    assert_error!(place.run("run --config broken.toml"), &place, @"");
    place.write("broken.json", "{\n  \"url\": \"http://127.0.0.1:9\",\n}\n");
    assert_error!(place.run("run --config broken.json"), &place, @"");
    place.write("unknown.toml", "[run]\nduratoin = \"3s\"\n");
    assert_error!(place.run("run --config unknown.toml"), &place, @"");
    place.write("secret.toml", "[target]\nurl = \"http://127.0.0.1:9\"\n[target.headers]\nauthorization = \"env:NOT_SET\"\n");
    assert_error!(place.run("run --test-case http --config secret.toml"), &place, @"");
}

#[test]
fn a_storage_that_cannot_be_written() {
    let place = Place::new();
    place.write("file", "");
    assert_error!(place.run("run --test-case http --url http://127.0.0.1:9 --storage file"), &place, @"");
    let ran = place.run("run --test-case http --url http://127.0.0.1:9 --storage /proc/no");
    assert_eq!(ran.code, 6, "{ran:?}");
}

#[test]
fn a_run_that_there_is_not() {
    let place = Place::new();
    assert_error!(place.run("results show nothing"), &place, @"");
}

#[test]
fn a_plugin_directory_that_there_is_not() {
    let place = Place::new();
    assert_error!(place.run("plugin list --plugins nowhere"), &place, @"");
}
