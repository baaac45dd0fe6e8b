//! How connections to a target are made.

use model::Span;
use model::plan::{ConnectionPlan, HttpVersion};

use super::*;
use crate::error::ExitCode;

fn with(connection: ConnectionSettings) -> RunSettings {
    RunSettings { connection, ..enough() }
}

#[test]
fn the_reference_shows_the_defaults_of_the_plan() {
    let run = run_of("", &enough()).expect("a run");
    assert_eq!(run.target.connection, ConnectionPlan::default());
    let by_name = RunSettings { url: Vec::new(), target: Some("x".into()), ..enough() };
    let run = run_of("[target.connection]\nstreams = 5\n[targets.x]\nurl = \"http://x\"", &by_name).expect("a run");
    assert_eq!(run.target.connection, ConnectionPlan::default(), "each target has its own");
}

#[test]
fn every_key_reaches_the_plan_and_flags_go_to_the_target_chosen() {
    let file = "[targets.x]\nurl = \"https://x\"\n[targets.x.connection]\nhttp = 2\nstreams = 7\nconnect-timeout = \"1s\"\n\
                requests-per-connection = 9\ncacert = \"ca.pem\"\ninsecure = true\nresolve = [\"x:443:[::1]\"]\n\
                unix-socket = \"/run/x\"\n[run]\ntarget = \"x\"";
    let connection = ConnectionSettings {
        streams: Some(8),
        cert: Some("c.pem".into()),
        key: Some("k.pem".into()),
        ..ConnectionSettings::default()
    };
    let run = run_of(file, &RunSettings { url: Vec::new(), ..with(connection) }).expect("a run");
    let expected = ConnectionPlan {
        http: HttpVersion::Http2,
        streams: 8,
        requests_per_connection: Some(9),
        connect_timeout: Span::from_secs(1),
        ca_certificates: Some("ca.pem".into()),
        client_certificate: Some("c.pem".into()),
        client_key: Some("k.pem".into()),
        insecure: true,
        resolve: vec!["x:443:[::1]".into()],
        unix_socket: Some("/run/x".into()),
    };
    assert_eq!(run.target.connection, expected);
}

#[test]
fn an_environment_variable_says_yes_or_no() {
    let folder = folder([]);
    let insecure = |text: &str| {
        let environment = Environment::from([("CLUSTER_TESTER_TARGET_CONNECTION_INSECURE", text)]);
        let run = run_in(folder.path(), environment, &GlobalArgs::default(), &enough());
        run.map(|run| run.target.connection.insecure).map_err(|error| error.what)
    };
    assert_eq!(insecure("true"), Ok(true));
    insta::assert_snapshot!(insecure("maybe").expect_err("neither"), @r#"`target.connection.insecure` does not fit: found the text "maybe", expected `true` or `false`"#);
}

#[test]
fn what_cannot_be_used_is_refused() {
    let message = |connection: ConnectionSettings| {
        let error = run_of("", &with(connection)).expect_err("not usable");
        assert_eq!(error.code, ExitCode::Usage);
        error.render(false)
    };
    let nothing = ConnectionSettings::default();
    insta::assert_snapshot!(message(ConnectionSettings { cert: Some("c".into()), ..nothing.clone() }), @r"
    error: the key of the client certificate is missing
      where: --cert
      hint: give both: `--cert FILE --key FILE`, or `cert` and `key` under `connection`
    ");
    insta::assert_snapshot!(message(ConnectionSettings { key: Some("c".into()), ..nothing.clone() }), @r"
    error: there is a client key, but no certificate
      where: --key
      hint: give both: `--cert FILE --key FILE`, or `cert` and `key` under `connection`
    ");
    insta::assert_snapshot!(message(ConnectionSettings { streams: Some(0), ..nothing.clone() }), @r"
    error: `target.connection.streams` is 0
      where: --streams
      hint: it must be above 0
    ");
    insta::assert_snapshot!(message(ConnectionSettings { resolve: vec!["a:b".into()], ..nothing.clone() }), @r"
    error: `a:b` does not say where a host is: it has no address; write it as `host:port:address`, for example `example.org:443:192.0.2.1`
      where: --resolve
      hint: several addresses of one host stand in a row: `host:port:address,address`
    ");
    for text in ["a:443:10.0.0.1", "a:443:::1", "a:443:[::1]"] {
        assert!(run_of("", &with(ConnectionSettings { resolve: vec![text.into()], ..nothing.clone() })).is_ok());
    }
}
