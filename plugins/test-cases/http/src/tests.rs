//! The test case `http` without a host.

use serde_json::{Value, json};

use super::*;

fn configured(options: Value) -> Result<Http, Fault> {
    Http::configure(cluster_tester_sdk::options::parse(&options.to_string())?)
}

fn request(options: Value) -> Request {
    let context = Context { iteration: 41, ..Context::of_load(7) };
    configured(options).expect("options that fit").build(&context).expect("a request")
}

fn refused(options: Value) -> (String, String) {
    match configured(options) {
        Err(Fault::InvalidOption(option)) => (option.name, option.reason),
        Err(Fault::Failed(reason)) => panic!("names no option: {reason}"),
        Ok(_) => panic!("accepted"),
    }
}

#[test]
fn without_options_it_gets_the_root() {
    let request = request(json!({}));
    assert!(matches!(request.method, Method::Get));
    assert_eq!((request.path.as_str(), request.headers.len(), request.body), ("/", 0, None));
}

#[test]
fn options_make_the_request() {
    let request = request(json!({
        "path": "/orders/{load}?i={iteration}",
        "method": "POST",
        "headers": { "Content-Type": "application/json" },
        "body": "{{\"n\":{load}}}",
    }));
    assert!(matches!(request.method, Method::Post));
    assert_eq!(request.path, "/orders/7?i=41");
    assert_eq!(request.headers[0].name, "content-type");
    assert_eq!(request.headers[0].value, b"application/json");
    assert_eq!(request.body.expect("a body"), br#"{"n":7}"#);
}

#[test]
fn any_status_from_200_to_299_is_a_success_by_default() {
    let mut http = configured(json!({})).expect("options that fit");
    let mut fails = |status| http.read(&Context::of_load(1), &Response::new(status, "")).expect("readable").failure;
    assert!(fails(200).is_none() && fails(204).is_none());
    let failure = fails(500).expect("a failure");
    assert_eq!((failure.reason, failure.detail.as_deref()), (0, Some("status 500, expected 200 to 299")));
    assert!(fails(304).is_some());
}

#[test]
fn an_expected_status_or_a_list_of_them_decides() {
    let mut one = configured(json!({ "expected-status": 404 })).expect("options that fit");
    assert!(one.read(&Context::of_load(1), &Response::new(404, "")).expect("readable").failure.is_none());
    let mut two = configured(json!({ "expected-status": [200, 304] })).expect("options that fit");
    assert!(two.read(&Context::of_load(1), &Response::new(304, "")).expect("readable").failure.is_none());
    let failure =
        two.read(&Context::of_load(1), &Response::new(201, "")).expect("readable").failure.expect("a failure");
    assert_eq!(failure.detail.as_deref(), Some("status 201, expected 200 or 304"));
}

#[test]
fn a_wrong_option_is_named_with_what_was_expected() {
    for (options, name, reason) in [
        (json!({ "path": "orders" }), "path", "`orders` does not start with `/`"),
        (json!({ "path": "/a b" }), "path", "' ' must be percent-encoded"),
        (
            json!({ "path": "/{user}" }),
            "path",
            "`{user}` is no placeholder: expected `{load}`, `{iteration}` or `{row.NAME}`, or",
        ),
        (json!({ "path": "/{load" }), "path", "`{load` is no placeholder"),
        (json!({ "path": "/}" }), "path", "`}` is no placeholder"),
        (json!({ "path": 7 }), "path", "invalid type: integer `7`, expected a string"),
        (json!({ "method": "get" }), "method", "`get` is no method"),
        (json!({ "headers": { "a b": "c" } }), "headers", "\"a b\" is no header name"),
        (json!({ "headers": { "a": "b\r\nc: d" } }), "headers", "the value of `a` has a control character"),
        (json!({ "body": "{n}" }), "body", "`{n}` is no placeholder"),
        (json!({ "expected-status": 20 }), "expected-status", "20 is no status: expected 100 to 599"),
        (json!({ "expected-status": [200, 600] }), "expected-status", "600 is no status"),
        (json!({ "expected-status": [] }), "expected-status", "an empty list"),
        (json!({ "expected-status": "ok" }), "expected-status", "expected a status from 100 to 599, or a list"),
        (json!({ "pfad": "/" }), "pfad", "unknown field `pfad`"),
    ] {
        let refused = refused(options.clone());
        assert_eq!(refused.0, name, "{options}: {}", refused.1);
        assert!(refused.1.contains(reason), "{options}: {}", refused.1);
    }
}

#[test]
fn the_schema_tells_each_option_with_the_default_that_counts() {
    let schema: Value = serde_json::from_str(&Http::describe().identity.options_schema).expect("JSON");
    assert_eq!(schema["additionalProperties"], false);
    let properties = schema["properties"].as_object().expect("an object");
    assert!(properties.values().all(|option| option["description"].is_string()));
    let names: Vec<&str> = properties.keys().map(String::as_str).collect();
    assert_eq!(names, ["path", "method", "headers", "body", "expected-status"]);
    let defaults = properties.iter().filter(|(_, option)| option.get("default").is_some());
    let defaults: Value = defaults.map(|(name, option)| (name.clone(), option["default"].clone())).collect();
    let (told, untold) = (request(defaults), request(json!({})));
    assert_eq!((told.path, told.headers.len(), told.body), (untold.path, untold.headers.len(), untold.body));
}

#[test]
fn a_row_of_data_fills_its_placeholders() {
    let row = |row: &str| Context { row: Some(row.to_owned()), ..Context::of_load(1) };
    let mut case =
        configured(json!({ "path": "/u/{row.name}?n={row.n}", "body": "{row.name}", "method": "POST" })).expect("fits");
    let built = case.build(&row(r#"{"name":"J. Löw/1","n":7}"#)).expect("a request");
    assert_eq!(built.path, "/u/J.%20L%C3%B6w%2F1?n=7");
    assert_eq!(built.body.as_deref(), Some("J. Löw/1".as_bytes()));
    let told = |context: &Context, case: &mut Http| match case.build(context) {
        Err(Fault::Failed(reason)) => reason,
        _ => panic!("it has nothing to fill in"),
    };
    assert!(told(&row(r#"{"n":7}"#), &mut case).contains("no field `name`: it has `n`"));
    assert!(told(&Context::of_load(1), &mut case).contains("`{row.…}` needs a data feed"));
}
