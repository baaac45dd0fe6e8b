//! What must not be seen.

use super::*;
use crate::config::Given;
use crate::error::ExitCode;

#[test]
fn values_of_variables_are_secrets_wherever_they_are_named() {
    let folder = folder([(
        "cluster-tester.toml",
        "[target]\nheaders = { x-id = \"env:ID\" }\n[plugin-options.http]\nkeys = [\"env:ID\", \"plain\"]",
    )]);
    let settings = RunSettings {
        header: vec!["x-other: env:ID".into(), "Cookie: hunter2".into()],
        plugin_option: pairs(&["user=env:ID", "page=3", "api_token=hunter2"]),
        ..enough()
    };
    let environment = Environment::from([("ID", "hunter2")]);
    let run = run_in(folder.path(), environment, &GlobalArgs::default(), &settings).expect("a run");
    assert!(!format!("{run:?}").contains("hunter2"));
    assert!(run.target.headers.iter().all(|header| header.value.is_secret && header.value.value == "hunter2"));
    let option = |name: &str| &run.options.iter().find(|(key, _)| key == name).expect(name).1;
    assert!(option("keys").is_secret && option("user").is_secret && option("api_token").is_secret);
    assert!(option("keys").given == Given::Json(serde_json::json!(["hunter2", "plain"])));
    assert!(!option("page").is_secret);
    assert!(option("page").given == Given::Text("3".into()));
}

#[test]
fn a_variable_that_is_not_set_is_named_with_who_wants_it() {
    let error = run_of("[target]\nheaders = { authorization = \"env:TOKEN\" }", &enough()).expect_err("no variable");
    assert_eq!(error.code, ExitCode::Config);
    insta::assert_snapshot!(error.render(false), @r"
    error: environment variable `TOKEN` is not set
      wanted by: `target.headers.authorization`, cluster-tester.toml:2:29
      hint: set it: `export TOKEN=…`
    ");
}

#[test]
fn no_message_shows_what_may_be_a_secret() {
    let settings = |header: &str, option: &str| RunSettings {
        header: [header].iter().filter(|text| !text.is_empty()).map(|text| (*text).to_owned()).collect(),
        plugin_option: pairs(&[option][..usize::from(!option.is_empty())]),
        ..enough()
    };
    for (file, settings) in [
        ("", settings("hunter2", "")),
        ("", settings("x-a: hunter2\nx-b: c", "")),
        ("", settings("", "hunter2")),
        ("", settings("", "=hunter2")),
        ("[target]\nheaders = { authorization = [\"hunter2\"] }", enough()),
        ("[target]\nheaders = \"hunter2\"", enough()),
        ("[target]\nheaders = { authorization = \"hunter2 }", enough()),
        ("[plugin-options]\nhttp = \"hunter2\"", enough()),
    ] {
        let error = run_of(file, &settings).expect_err("not valid");
        assert!(!error.render(false).contains("hunter2"), "{}", error.render(false));
    }
}
