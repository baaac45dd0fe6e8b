//! `plugin`: which there are, and what one says of itself.

use std::fmt::Write as _;

use model::TestCaseDescription;
use plugin::{Entry, Inspection};
use serde_json::{Value, json};

use crate::cli::{GlobalArgs, PluginCommand, TextFormat};
use crate::config;
use crate::error::{CliError, ExitCode};
use crate::figure;
use crate::output::{self, Talk};
use crate::plugins::Plugins;

pub(crate) fn run(command: &PluginCommand, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let common = config::resolve_common(&super::layers(global)?)?;
    talk.notices(&common.notices);
    let plugins = Plugins::find(&common, 1, talk)?;
    match command {
        PluginCommand::List(args) => {
            let all: Vec<_> =
                plugins.catalog.entries().iter().map(|entry| (entry, plugins.runtime.inspect(entry))).collect();
            match args.format {
                TextFormat::Json => {
                    let all = all.into_iter().map(|(entry, inspected)| match inspected {
                        Ok(inspection) => as_json(entry, &inspection),
                        Err(error) => json!({ "name": entry.name, "origin": entry.origin.to_string(), "error": error.to_string() }),
                    });
                    output::json(&all.collect::<Vec<_>>())?;
                }
                TextFormat::Text => {
                    let rows = all.iter().map(|(entry, inspected)| match inspected {
                        Ok(inspection) => row(entry, inspection),
                        Err(error) => format!("{:<16} NOT USABLE  {}\n    {error}\n", entry.name, entry.origin),
                    });
                    output::data(&rows.collect::<String>())?;
                }
            }
        }
        PluginCommand::Inspect(args) => {
            let entry = plugins.entry(&args.plugin)?;
            let inspection = plugins.runtime.inspect(&entry)?;
            match args.format {
                TextFormat::Text => output::data(&text(&entry, &inspection))?,
                TextFormat::Json => output::json(&as_json(&entry, &inspection))?,
            }
        }
    }
    talk.notices(plugins.runtime.take_notices());
    Ok(ExitCode::Ok)
}

fn as_json(entry: &Entry, inspection: &Inspection) -> Value {
    let mut test_case = json!(inspection.test_case);
    if let (Some(object), Some(description)) = (test_case.as_object_mut(), &inspection.test_case) {
        // As a value rather than as the text that the plugin hands over.
        object.insert("options_schema".to_owned(), schema(description).unwrap_or(Value::Null));
    }
    json!({
        "name": entry.name,
        "origin": entry.origin.to_string(),
        "world": inspection.shape.world,
        "digest": inspection.digest,
        "size_bytes": inspection.size,
        "imports": inspection.shape.imports,
        "test_case": test_case,
    })
}

fn row(entry: &Entry, inspection: &Inspection) -> String {
    let (version, about) = match &inspection.test_case {
        Some(test_case) => (test_case.version.as_str(), test_case.description.as_str()),
        None => ("–", "Analyses are not run yet."),
    };
    format!("{:<16} {version:<8} {:<10} {}\n    {about}\n", entry.name, inspection.shape.world.noun(), entry.origin)
}

fn text(entry: &Entry, inspection: &Inspection) -> String {
    let mut text = format!("{}, a {}\n", entry.name, inspection.shape.world.noun());
    let mut line = |label: &str, value: &str| {
        let _ = writeln!(text, "  {label:<18}{value}");
    };
    let imports = match inspection.shape.imports.as_slice() {
        [] => "nothing".to_owned(),
        imports => imports.join("\n                    "),
    };
    line("from", &entry.origin.to_string());
    line("digest", &inspection.digest);
    line("size", &figure::bytes(inspection.size));
    line("imports", &imports);
    let Some(test_case) = &inspection.test_case else { return text };
    line("title", &format!("{} {}", test_case.name, test_case.version));
    line("about", &test_case.description);
    line("smallest load", &test_case.min_recommended_load.to_string());
    line("headers read", &list(test_case.response_headers.iter().map(String::as_str)));
    let body = match test_case.body_limit {
        0 => "nothing".to_owned(),
        limit => format!("up to {}", figure::bytes(limit.into())),
    };
    line("body read", &body);
    line("metrics", &list(test_case.metrics.iter().map(|metric| metric.name.as_str())));
    line("failures", &list(test_case.failure_reasons.iter().map(String::as_str)));
    text.push_str(&options(test_case));
    text
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<&str> = items.collect();
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

fn schema(test_case: &TestCaseDescription) -> Option<Value> {
    serde_json::from_str(&test_case.options_schema).ok()
}

fn options(test_case: &TestCaseDescription) -> String {
    let schema = schema(test_case).unwrap_or_default();
    let Some(properties) = schema.get("properties").and_then(Value::as_object).filter(|all| !all.is_empty()) else {
        return "  options           none\n".to_owned();
    };
    let required = schema.get("required").and_then(Value::as_array);
    let mut text = "  options\n".to_owned();
    for (name, property) in properties {
        let kind = match property.get("type") {
            Some(Value::String(one)) => one.clone(),
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
            _ => "any".to_owned(),
        };
        let is_required = required.is_some_and(|names| names.iter().any(|required| required == name));
        let default = match property.get("default") {
            Some(default) => format!(", default {default}"),
            None if is_required => ", required".to_owned(),
            None => String::new(),
        };
        let secret = if property.get("writeOnly") == Some(&Value::Bool(true)) { ", secret" } else { "" };
        let about = property.get("description").and_then(Value::as_str).unwrap_or_default();
        let _ = writeln!(text, "    {name} ({kind}{default}{secret})\n        {about}");
    }
    text
}
