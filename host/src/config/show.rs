//! The resolved config as text: every value with its origin, and no secret.

use std::fmt::Write as _;

use model::plan::{REDACTED, is_secret_name};
use serde_json::{Map, Value, json};

use super::layers::Layers;
use super::resolve::default_threads;
use super::secret::variable_of;
use super::tree::{Node, Origin, Table};
use crate::cli::ShowFormat;

/// Every key that has a value, and where it is from. A secret is redacted; the name of its variable is not.
pub(crate) fn show(layers: &Layers, format: ShowFormat) -> String {
    let mut table = layers.merged.clone();
    if table.get(&["run", "threads"]).is_none() {
        table.set(&["run", "threads"], default_threads().into(), Origin::Default);
    }
    table.each_leaf(&mut |path, value, _| redact(path, value));
    table.sort();
    match format {
        ShowFormat::Json => format!("{:#}\n", as_json(&table)),
        ShowFormat::Toml => {
            let mut text = String::new();
            write_toml(&table, &mut Vec::new(), &mut text);
            text
        }
    }
}

/// An option typed as JSON may hold secrets by name, too.
fn redact_within(value: &mut Value) {
    let Some(mut parsed) = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok()) else { return };
    if parsed.is_object() || parsed.is_array() {
        redact_named(&mut parsed);
        *value = parsed.to_string().into();
    }
}

fn redact_named(value: &mut Value) {
    match value {
        Value::Object(object) => object.iter_mut().for_each(|(name, value)| match is_secret_name(name) {
            true => *value = REDACTED.into(),
            false => redact_named(value),
        }),
        Value::Array(items) => items.iter_mut().for_each(redact_named),
        _ => {}
    }
}

fn redact(path: &[String], value: &mut Value) {
    let may_be_secret = match path {
        [target, headers, name] if target == "target" && headers == "headers" => is_secret_name(name),
        [targets, _, headers, name] if targets == "targets" && headers == "headers" => is_secret_name(name),
        [monitor, hosts, _, name] if monitor == "monitor" && hosts == "hosts" => name == "password",
        [options, _, rest @ ..] if options == "plugin-options" => rest.iter().any(|name| is_secret_name(name)),
        _ => false,
    };
    let names_variable = value.as_str().is_some_and(|text| variable_of(text).is_some());
    if may_be_secret && !names_variable {
        *value = REDACTED.into();
    } else if path.first().is_some_and(|first| first == "plugin-options") {
        redact_within(value);
    }
    match (path.last().map(String::as_str), value) {
        (Some("url"), Value::String(url)) => *url = without_user(url),
        (Some("urls"), Value::Array(urls)) => {
            for url in urls {
                *url = without_user(url.as_str().unwrap_or_default()).into();
            }
        }
        _ => {}
    }
}

/// A URL whose user and password, if it has some, are redacted.
fn without_user(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    match rest[..authority_end].rfind('@') {
        Some(at) => format!("{scheme}://{REDACTED}{}", &rest[at..]),
        None => url.to_owned(),
    }
}

fn as_json(table: &Table) -> Value {
    let entries = table.entries().map(|(key, node)| {
        let value = match node {
            Node::Leaf(value, origin) => json!({ "value": value, "origin": origin.to_string() }),
            Node::Table(table) => as_json(table),
        };
        (key.to_owned(), value)
    });
    Value::Object(entries.collect::<Map<_, _>>())
}

fn write_toml(table: &Table, path: &mut Vec<String>, text: &mut String) {
    let leaves: Vec<_> = table
        .entries()
        .filter_map(|(key, node)| match node {
            Node::Leaf(value, origin) => Some((key, value, origin)),
            Node::Table(_) => None,
        })
        .collect();
    if !leaves.is_empty() && !path.is_empty() {
        let _ = writeln!(text, "\n[{}]", path.join("."));
    }
    for (key, value, origin) in leaves {
        let _ = writeln!(text, "{} = {}  # {origin}", toml_key(key), toml_value(value));
    }
    for (key, node) in table.entries() {
        if let Node::Table(inner) = node {
            path.push(toml_key(key));
            write_toml(inner, path, text);
            path.pop();
        }
    }
}

fn toml_key(key: &str) -> String {
    let is_bare = !key.is_empty() && key.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_');
    if is_bare { key.to_owned() } else { toml_value(&key.into()) }
}

fn toml_value(value: &Value) -> String {
    // JSON's strings, numbers, truth values and lists of them are TOML's too.
    match value {
        Value::Object(object) => {
            let entries: Vec<_> =
                object.iter().map(|(key, value)| format!("{} = {}", toml_key(key), toml_value(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(toml_value).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
