//! `plugin`: which there are, and what one says of itself.

use std::fmt::Write as _;

use model::{AnalysisDescription, TestCaseDescription};
use plugin::{Entry, Inspection};
use serde_json::{Value, json};

use super::{plugin_build, plugin_check, plugin_new, plugin_share, plugin_test};
use crate::cli::{GlobalArgs, PluginCommand, TextFormat};
use crate::config;
use crate::error::{CliError, ExitCode};
use crate::figure;
use crate::output::{self, Talk};
use crate::plugins::Plugins;

pub(crate) fn run(command: &PluginCommand, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    match command {
        PluginCommand::New(args) => return plugin_new::run(args, talk),
        PluginCommand::Build(args) => return plugin_build::run(args, global, talk),
        PluginCommand::Check(args) => return plugin_check::run(args, global, talk),
        PluginCommand::Test(args) => return plugin_test::run(args, global, talk),
        PluginCommand::List(_) | PluginCommand::Inspect(_) | PluginCommand::Pull(_) | PluginCommand::Push(_) => {}
    }
    let common = config::resolve_common(&super::layers(global)?)?;
    talk.notices(&common.notices);
    let plugins = Plugins::find(&common, 1, talk)?;
    match command {
        PluginCommand::Pull(args) => plugin_share::pull(args, &common, &plugins, talk)?,
        PluginCommand::Push(args) => plugin_share::push(args, &common, &plugins, talk)?,
        PluginCommand::List(args) => {
            let inspect = |entry| plugins.admit(entry).and_then(|entry| Ok(plugins.runtime.inspect(&entry)?));
            let all: Vec<(&Entry, Result<Inspection, CliError>)> =
                plugins.catalog.entries().iter().map(|entry| (entry, inspect(entry))).collect();
            match args.format {
                TextFormat::Json => {
                    let all = all.into_iter().map(|(entry, inspected)| match inspected {
                        Ok(inspection) => as_json(entry, &inspection),
                        Err(error) => {
                            json!({ "name": entry.name, "origin": entry.origin.to_string(), "error": error.what })
                        }
                    });
                    output::json(&all.collect::<Vec<_>>())?;
                }
                TextFormat::Text => {
                    let rows = all.iter().map(|(entry, inspected)| match inspected {
                        Ok(inspection) => row(entry, inspection),
                        Err(error) => format!("{:<16} NOT USABLE  {}\n    {}\n", entry.name, entry.origin, error.what),
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
        _ => unreachable!("the others have been done"),
    }
    talk.notices(plugins.runtime.take_notices());
    Ok(ExitCode::Ok)
}

fn as_json(entry: &Entry, inspection: &Inspection) -> Value {
    let (mut test_case, mut analysis) = (json!(inspection.test_case), json!(inspection.analysis));
    for description in [&mut test_case, &mut analysis].into_iter().filter_map(Value::as_object_mut) {
        // As a value rather than as the text that the plugin hands over.
        let schema = description.get("options_schema").and_then(Value::as_str).and_then(schema);
        description.insert("options_schema".to_owned(), schema.unwrap_or(Value::Null));
    }
    json!({
        "name": entry.name,
        "origin": entry.origin.to_string(),
        "world": inspection.shape.world,
        "digest": inspection.digest,
        "size_bytes": inspection.size,
        "imports": inspection.shape.imports,
        "test_case": test_case,
        "analysis": analysis,
    })
}

fn row(entry: &Entry, inspection: &Inspection) -> String {
    let test_case = inspection.test_case.as_ref().map(|known| (known.version.as_str(), known.description.as_str()));
    let analysis = inspection.analysis.as_ref().map(|known| (known.version.as_str(), known.description.as_str()));
    let (version, about) = test_case.or(analysis).unwrap_or_default();
    format!("{:<16} {version:<8} {:<10} {}\n    {about}\n", entry.name, inspection.shape.world.noun(), entry.origin)
}

fn text(entry: &Entry, inspection: &Inspection) -> String {
    let noun = inspection.shape.world.noun();
    let article = if noun.starts_with('a') { "an" } else { "a" };
    let mut text = format!("{}, {article} {noun}\n", entry.name);
    let imports = match inspection.shape.imports.as_slice() {
        [] => "nothing".to_owned(),
        imports => imports.join("\n                    "),
    };
    line(&mut text, "from", &entry.origin.to_string());
    line(&mut text, "digest", &inspection.digest);
    line(&mut text, "size", &figure::bytes(inspection.size));
    line(&mut text, "imports", &imports);
    if let Some(test_case) = &inspection.test_case {
        of_test_case(&mut text, test_case);
    }
    if let Some(analysis) = &inspection.analysis {
        of_analysis(&mut text, analysis);
    }
    text
}

fn line(text: &mut String, label: &str, value: &str) {
    let _ = writeln!(text, "  {label:<18}{value}");
}

fn of_test_case(text: &mut String, test_case: &TestCaseDescription) {
    let body = match test_case.body_limit {
        0 => "nothing".to_owned(),
        limit => format!("up to {}", figure::bytes(limit.into())),
    };
    line(text, "title", &format!("{} {}", test_case.name, test_case.version));
    line(text, "about", &test_case.description);
    line(text, "smallest load", &test_case.min_recommended_load.to_string());
    line(text, "headers read", &list(test_case.response_headers.iter().map(String::as_str)));
    line(text, "body read", &body);
    line(text, "metrics", &list(test_case.metrics.iter().map(|metric| metric.name.as_str())));
    line(text, "failures", &list(test_case.failure_reasons.iter().map(String::as_str)));
    text.push_str(&options(&test_case.options_schema));
}

fn of_analysis(text: &mut String, analysis: &AnalysisDescription) {
    let datasets = match (analysis.min_datasets, analysis.max_datasets) {
        (least, 0) => format!("{least} or more"),
        (least, most) if least == most => least.to_string(),
        (least, most) => format!("{least} to {most}"),
    };
    line(text, "title", &format!("{} {}", analysis.name, analysis.version));
    line(text, "about", &analysis.description);
    line(text, "datasets", &datasets);
    text.push_str(&options(&analysis.options_schema));
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<&str> = items.collect();
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

fn schema(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn options(text: &str) -> String {
    let schema = schema(text).unwrap_or_default();
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
