//! What a person reads when the config is wrong.

use super::*;
use crate::error::ExitCode;

fn message(file: &str) -> String {
    message_of(file, &enough(), ExitCode::Config)
}

fn message_of(file: &str, settings: &RunSettings, code: ExitCode) -> String {
    let error = run_of(file, settings).expect_err("not valid");
    assert_eq!(error.code, code, "{error:?}");
    error.render(false)
}

#[test]
fn an_unknown_key_is_told_with_its_place_and_the_nearest() {
    insta::assert_snapshot!(message("[run]\nlod = 3"), @r"
    error: unknown key `run.lod`
      where: cluster-tester.toml:2:1
      hint: did you mean `run.load`?
    ");
    insta::assert_snapshot!(message("rate = 5"), @r"
    error: unknown key `rate`
      where: cluster-tester.toml:1:1
      hint: did you mean `run.rate`?
    ");
    insta::assert_snapshot!(message("[run]\nmax_in_flight = 5"), @r"
    error: unknown key `run.max_in_flight`
      where: cluster-tester.toml:2:1
      hint: did you mean `run.max-in-flight`?
    ");
    insta::assert_snapshot!(message("[targets.x]\nzzzzzzz = 5"), @r"
    error: unknown key `targets.x.zzzzzzz`
      where: cluster-tester.toml:2:1
      hint: known here: name, url, urls, headers, connection
    ");
}

#[test]
fn a_wrong_type_is_told_with_its_place_and_what_was_expected() {
    insta::assert_snapshot!(message("[run]\nload = -1"), @r"
    error: `run.load` does not fit: found the number `-1`, expected a whole number from 0 to 4294967295
      where: cluster-tester.toml:2:8
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
    insta::assert_snapshot!(message("[run]\n\nrate = \"0/s\""), @r"
    error: `run.rate` does not fit: a rate of 0/s cannot be held: it must be above 0 and at most 10000000/s
      where: cluster-tester.toml:3:8
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
    insta::assert_snapshot!(message("[run]\nduration = true"), @r#"
    error: `run.duration` does not fit: found the truth value `true`, expected a length of time such as "30s"
      where: cluster-tester.toml:2:12
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    "#);
    insta::assert_snapshot!(message("run = 5"), @r"
    error: `run` does not fit: found the number `5`, expected a table
      where: cluster-tester.toml:1:7
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
    insta::assert_snapshot!(message("[target]\nurls = [\"a\", 5]"), @r"
    error: `target.urls` does not fit: found the number `5`, expected a text
      where: cluster-tester.toml:2:14
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
    insta::assert_snapshot!(message("[plugins]\nmemory = \"many\""), @r"
    error: `plugins.memory` does not fit: `many` is not an amount of memory: write it as `64MiB`, `512KiB`, `1GiB`, or as bare bytes
      where: cluster-tester.toml:2:10
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
}

#[test]
fn broken_syntax_is_told_with_line_and_column() {
    insta::assert_snapshot!(message("[run]\nrate = \n"), @r"
    error: config file is not valid TOML: string values must be quoted, expected literal string
      where: cluster-tester.toml:2:8
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
    insta::assert_snapshot!(message("[run]\nload = 1\nload = 2"), @r"
    error: config file is not valid TOML: duplicate key
      where: cluster-tester.toml:3:1
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
}

#[test]
fn url_and_urls_exclude_each_other() {
    insta::assert_snapshot!(message("[target]\nurl = \"a\"\nurls = [\"b\"]"), @r"
    error: `target` has both `url` and `urls`
      where: cluster-tester.toml:3:8
      hint: keep one: `urls` is `url` for several, whose turns it takes
    ");
}

#[test]
fn a_missing_file_is_told_with_what_is_read_else() {
    let folder = folder([]);
    let error = run_in(folder.path(), Environment::default(), &config_files(&["no.toml"]), &enough());
    insta::assert_snapshot!(error.expect_err("no file").render(false), @r"
    error: config file `no.toml` does not exist
      hint: without `--config`, `cluster-tester.toml` in the working directory is read if it is there; `cluster-tester config show` says what is read
    ");
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_the_reason() {
    let folder = folder([("d.toml/x", "")]);
    let error = run_in(folder.path(), Environment::default(), &config_files(&["d.toml"]), &enough());
    insta::assert_snapshot!(error.expect_err("a directory").render(false), @r"
    error: cannot read config file `d.toml`: Is a directory (os error 21)
    ");
}

#[test]
fn a_variable_of_the_wrong_type_is_told_by_its_name() {
    let folder = folder([]);
    let environment = Environment::from([("CLUSTER_TESTER_RUN_LOAD", "abc")]);
    let error = run_in(folder.path(), environment, &GlobalArgs::default(), &enough());
    insta::assert_snapshot!(error.expect_err("no number").render(false), @r#"
    error: `run.load` does not fit: found the text "abc", expected a whole number from 0 to 4294967295
      where: environment variable CLUSTER_TESTER_RUN_LOAD
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    "#);
}

#[test]
fn who_is_missing_is_told_with_how_to_name_it() {
    let no_url = RunSettings { url: Vec::new(), ..enough() };
    insta::assert_snapshot!(message_of("[run]\nload = 1", &no_url, ExitCode::Config), @r"
    error: no URL to send load to
      config files read: cluster-tester.toml
      hint: give `--url`, or set `url` under `[target]` in `cluster-tester.toml`; `cluster-tester demo` brings a target of its own
    ");
    let no_test_case = RunSettings { test_case: None, ..enough() };
    insta::assert_snapshot!(message_of("", &no_test_case, ExitCode::Config), @r"
    error: no test case named
      hint: give `--test-case NAME`, or set `run.test-case`; `cluster-tester plugin list` shows which there are
    ");
    let by_name = RunSettings { target: Some("stagin".into()), ..no_url.clone() };
    let file = "[targets.prod]\nurl = \"http://p\"\n[targets.staging]\nheaders = { a = \"b\" }";
    insta::assert_snapshot!(message_of(file, &by_name, ExitCode::Usage), @r"
    error: there is no target `stagin`
      where: --target
      hint: there are: prod, staging
    ");
    let with_header = RunSettings { header: vec!["a: b".into()], ..by_name };
    assert!(message_of(file, &with_header, ExitCode::Usage).starts_with("error: there is no target `stagin`"));
    insta::assert_snapshot!(message_of("[run]\ntarget = \"x\"", &no_url, ExitCode::Config), @r"
    error: there is no target `x`
      where: cluster-tester.toml:2:10
      hint: the config has none; add `[targets.x]` with a `url`, or give `--url`
    ");
    let without_url = RunSettings { target: Some("staging".into()), ..no_url };
    insta::assert_snapshot!(message_of(file, &without_url, ExitCode::Config), @r"
    error: no URL to send load to
      config files read: cluster-tester.toml
      hint: set `url` under `[targets.staging]`
    ");
}

#[test]
fn nothing_where_something_must_be_is_refused() {
    for key in ["duration", "timeout", "threads", "plugin-threads", "connections", "max-in-flight"] {
        let text = message(&format!("[run]\n{key} = 0"));
        assert!(text.starts_with(&format!("error: `run.{key}` is 0\n  where: cluster-tester.toml:2:")), "{text}");
    }
    for key in ["deadline", "configure-deadline", "memory"] {
        let text = message(&format!("[plugins]\n{key} = 0"));
        assert!(text.starts_with(&format!("error: `plugins.{key}` is 0\n")), "{text}");
    }
    let connection = ConnectionSettings { connections: Some(0), ..ConnectionSettings::default() };
    let settings = RunSettings { connection, ..enough() };
    insta::assert_snapshot!(message_of("", &settings, ExitCode::Usage), @r"
    error: `run.connections` is 0
      where: --connections
      hint: it must be above 0
    ");
    assert!(run_of("[run]\nwarm-up = 0\nload = 0", &enough()).is_ok());
}

#[test]
fn more_than_anyone_can_mean_is_refused() {
    insta::assert_snapshot!(message("[run]\nrate = 1e6\nduration = \"30d\""), @r"
    error: 1000000/s for 720h is 2.6e12 requests, more than 1e10
      rate: cluster-tester.toml:2:8
      duration: cluster-tester.toml:3:12
      hint: lower the rate or the duration
    ");
    insta::assert_snapshot!(message("[run]\nthreads = 5000"), @r"
    error: `run.threads` is 5000, more than 1024
      where: cluster-tester.toml:2:11
      hint: more threads than cores only take turns
    ");
    insta::assert_snapshot!(message("[run]\nduration = \"31d\""), @r"
    error: `run.duration` does not fit: `31d` is longer than 30 days: nothing here waits that long
      where: cluster-tester.toml:2:12
      hint: every key with its default is in docs/configuration.md, and in `cluster-tester config schema`
    ");
}

#[test]
fn a_header_that_cannot_be_sent_is_refused() {
    let with = |header: &str| RunSettings { header: vec![header.into()], ..enough() };
    insta::assert_snapshot!(message_of("", &with("nonsense"), ExitCode::Usage), @r"
    error: header 1 cannot be sent: it has no colon
      where: --header
      hint: write a header as `Name: value`
    ");
    insta::assert_snapshot!(message_of("", &with("Content-Length: 5"), ExitCode::Usage), @r"
    error: header `content-length` cannot be sent: the tester sets it for each message
      where: --header
      hint: leave it out
    ");
    insta::assert_snapshot!(message_of("", &with("a b: 5"), ExitCode::Usage), @r"
    error: header `a b` cannot be sent: its name has a character that a header's name cannot have
      where: --header
    ");
    for header in [": 5", "x: a\nb: c", "Host: a", "Connection: close"] {
        assert!(message_of("", &with(header), ExitCode::Usage).contains("cannot be sent"), "{header}");
    }
    insta::assert_snapshot!(message("[target]\nheaders = { host = \"a\" }"), @r"
    error: header `host` cannot be sent: the tester sets it for each message
      where: cluster-tester.toml:2:20
      hint: leave it out
    ");
}

#[test]
fn a_label_or_an_option_without_its_key_is_refused() {
    let label = RunSettings { label: pairs(&["nonsense"]), ..enough() };
    insta::assert_snapshot!(message_of("", &label, ExitCode::Usage), @r"
    error: `--label` wants `key=value`, not `nonsense`
      hint: for example `--label version=1.2`
    ");
    let option = RunSettings { plugin_option: pairs(&["=x"]), ..enough() };
    insta::assert_snapshot!(message_of("", &option, ExitCode::Usage), @r"
    error: `--plugin-option` wants `key=value`
      hint: for example `--plugin-option version=1.2`
    ");
}
