//! The older tool's config file and flags, in today's terms.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::environment::Environment;
use super::error::ConfigError;
use super::file::in_plain_words;
use super::layers::Layers;
use super::tree::{Origin, Place, Table};
use crate::cli::{GlobalArgs, RunSettings, TestExecutionArgs};

/// What of the older `config.json` means something here. Hosts are kept as they are: they hold passwords, and a
/// message about their types would show them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct OlderConfig {
    app: Option<OlderApp>,
    monitor_servers: Option<Value>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OlderApp {
    name: Option<String>,
    url: Option<String>,
}

/// Parses a file in the older shape into a layer. What it says beyond that is told in `notices`.
///
/// # Errors
/// When it is not JSON, or the application is not in the older shape.
pub(crate) fn parse(text: &str, file: &Path, notices: &mut Vec<String>) -> Result<Table, ConfigError> {
    let place = |error: &serde_json::Error| Place {
        file: file.to_owned(),
        at: (error.line() > 0).then_some((error.line(), error.column().max(1))),
    };
    let mut unknown = Vec::new();
    let mut parser = serde_json::Deserializer::from_str(text);
    let parsed = serde_ignored::deserialize(&mut parser, |path| unknown.push(path.to_string()));
    let older: Result<OlderConfig, _> = parsed.and_then(|older| parser.end().map(|()| older)).map_err(|error| {
        // serde_json ends its messages with the position, which the place tells.
        let message = in_plain_words(error.to_string().split(" at line ").next().unwrap_or_default());
        match error.is_data() {
            true => ConfigError::WrongType { origin: Origin::File(place(&error)), key: "app".into(), message },
            false => ConfigError::Syntax { place: place(&error), format: "JSON", message },
        }
    });
    // serde takes a list for a struct too, field by field.
    let is_object = text.trim_start().starts_with('{');
    let older = match older {
        Ok(older) if is_object => older,
        Err(error) if is_object || matches!(error, ConfigError::Syntax { .. }) => return Err(error),
        _ => {
            return Err(ConfigError::WrongType {
                origin: Origin::File(Place { file: file.to_owned(), at: Some((1, 1)) }),
                key: "config.json".into(),
                message: "expected an object with `app`".into(),
            });
        }
    };
    let shown = file.display();
    for key in unknown {
        // serde_ignored marks an `Option` on the way with a question mark.
        notices.push(format!("{shown}: key `{}` is not known, and not used", key.replace('?', "").replace("..", ".")));
    }
    if let Some(servers) = &older.monitor_servers {
        let count = servers.as_array().map_or(1, Vec::len);
        if count > 0 {
            let hosts = if count == 1 { "host is".to_owned() } else { format!("{count} hosts are") };
            notices.push(format!("{shown}: `monitorServers` is read, but its {hosts} not monitored yet"));
        }
        if holds_password(servers) {
            notices.push(format!(
                "{shown}: it holds a password in clear, which whoever reads the file can use; it is neither used nor stored"
            ));
        }
    }
    let mut table = Table::default();
    let origin = || Origin::File(Place { file: file.to_owned(), at: None });
    let app = older.app.unwrap_or_default();
    app.name.into_iter().for_each(|name| table.set(&["target", "name"], name.into(), origin()));
    app.url.into_iter().for_each(|url| table.set(&["target", "url"], url.into(), origin()));
    Ok(table)
}

fn holds_password(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            object.iter().any(|(key, value)| key.to_lowercase().contains("password") && value.is_string())
                || object.values().any(holds_password)
        }
        Value::Array(items) => items.iter().any(holds_password),
        _ => false,
    }
}

/// The layers for `test-execution`: `--config` names files inside the storage directory, by default `config.json`.
///
/// # Errors
/// As for [`Layers::load`].
pub(crate) fn load_test_execution(
    global: &GlobalArgs,
    environment: Environment,
    folder: &Path,
) -> Result<Layers, ConfigError> {
    let mut layers = Layers::begin(environment, folder)?;
    if global.config.is_empty() {
        layers.read_project_file()?;
    }
    let storage = layers.storage_so_far(global);
    if global.config.is_empty() {
        let default = storage.join("config.json");
        if folder.join(&default).is_file() {
            layers.read(&default)?;
        }
    }
    for name in &global.config {
        let inside = storage.join(name);
        // A path that is none inside the storage is taken as it is, as `run` takes it.
        let chosen = if !folder.join(&inside).exists() && folder.join(name).exists() { name.clone() } else { inside };
        layers.read(&chosen)?;
    }
    layers.finish(global)
}

/// The older flags as those of `run`, and what is to be said about them.
///
/// # Errors
/// When more than one test case is named.
pub(crate) fn test_execution_settings(args: &TestExecutionArgs) -> Result<(RunSettings, Vec<String>), ConfigError> {
    let mut settings = args.run.settings.clone();
    match args.test_cases.as_slice() {
        [] => {}
        [one] => settings.test_case = Some(one.clone()),
        several => return Err(ConfigError::NotOneTestCase(several.len())),
    }
    let pattern = &mut settings.pattern;
    pattern.rate = args.requests_per_second.clone().or(pattern.rate.take());
    pattern.duration = args.duration_per_test.or(pattern.duration);
    let mut notices = Vec::new();
    if args.monitoring_interval.is_some() {
        notices.push("`--monitoring-interval` is taken, but hosts are not monitored yet".to_owned());
    }
    Ok((settings, notices))
}
