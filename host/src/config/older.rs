//! The older tool's config file and flags, in today's terms.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::environment::Environment;
use super::error::ConfigError;
use super::file::in_plain_words;
use super::layers::Layers;
use super::tree::{Origin, Place, Table};
use crate::cli::{BenchmarkArgs, GlobalArgs, RunSettings, TestExecutionArgs};

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
    let mut table = Table::default();
    let origin = || Origin::File(Place { file: file.to_owned(), at: None });
    for (index, server) in older.monitor_servers.iter().flat_map(servers).enumerate() {
        match older_host(server) {
            Some((name, host)) => {
                let taken = |name: &str| table.get(&["monitor", "hosts", name]).is_some();
                let name = if taken(&name) { format!("{name} ({})", index + 1) } else { name };
                host.into_iter().for_each(|(key, value)| table.set(&["monitor", "hosts", &name, key], value, origin()));
            }
            None => notices.push(format!(
                "{shown}: entry {} of `monitorServers` is not in its shape, and not used: it needs a `host`, and a `port` \
                 up to 65535 if it has one",
                index + 1
            )),
        }
    }
    let app = older.app.unwrap_or_default();
    app.name.into_iter().for_each(|name| table.set(&["target", "name"], name.into(), origin()));
    app.url.into_iter().for_each(|url| table.set(&["target", "url"], url.into(), origin()));
    Ok(table)
}

/// A list, or what should be in one.
fn servers(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// A text that is not empty.
fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// Name and keys of a host as it is written today.
fn older_host(server: &Value) -> Option<(String, Vec<(&'static str, Value)>)> {
    let host = text(server.get("host"))?;
    let mut keys = vec![("host", host.into())];
    match server.get("port") {
        None | Some(Value::Null) => {}
        Some(Value::Number(port)) => keys.push(("port", u16::try_from(port.as_u64()?).ok()?.into())),
        Some(Value::String(port)) => keys.push(("port", port.trim().parse::<u16>().ok()?.into())),
        Some(_) => return None,
    }
    let login = server.get("authentication");
    let of_login = |key: &str| login.and_then(|login| login.get(key));
    text(of_login("username")).into_iter().for_each(|user| keys.push(("user", user.into())));
    // With a key there may be an empty password.
    let password = of_login("password").and_then(Value::as_str).filter(|password| !password.is_empty());
    password.into_iter().for_each(|password| keys.push(("password", password.into())));
    Some((text(server.get("name")).unwrap_or(host).to_owned(), keys))
}

/// The layers for `benchmark` and `test-execution`: `--config` names files inside the storage directory, by default `config.json`.
///
/// # Errors
/// As for [`Layers::load`].
pub(crate) fn load_older(global: &GlobalArgs, environment: Environment, folder: &Path) -> Result<Layers, ConfigError> {
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

/// The older flags of `benchmark` as those of searches.
///
/// # Errors
/// When a number is 0 that must not be.
pub(crate) fn benchmark_settings(args: &BenchmarkArgs) -> Result<BenchmarkArgs, ConfigError> {
    let zero = |key: &str, flag| Err(ConfigError::Zero { key: key.to_owned(), origin: Origin::Flag(flag) });
    if args.max_n_loads_to_test == Some(0) {
        return zero("max-n-loads-to-test", "--max-n-loads-to-test");
    }
    if args.repeat == Some(0) {
        return zero("repeat", "--repeat");
    }
    if args.max_response_time.is_some_and(|limit| limit.0.is_zero()) {
        return zero("max-response-time", "--max-response-time");
    }
    let mut args = args.clone();
    let pattern = &mut args.settings.pattern;
    pattern.duration = args.duration_per_test.or(pattern.duration);
    if let Some(limit) = args.max_response_time {
        args.settings.goal.slo = format!("mean < {}ms", limit.0.as_secs_f64() * 1e3).parse().ok();
    }
    args.search.min_rate = args.min_requests_per_second.clone().or(args.search.min_rate.take());
    Ok(args)
}

/// The older flags as those of `run`.
///
/// # Errors
/// When more than one test case is named.
pub(crate) fn test_execution_settings(args: &TestExecutionArgs) -> Result<RunSettings, ConfigError> {
    let mut settings = args.run.settings.clone();
    match args.test_cases.as_slice() {
        [] => {}
        [one] => settings.test_case = Some(one.clone()),
        several => return Err(ConfigError::NotOneTestCase(several.len())),
    }
    let pattern = &mut settings.pattern;
    pattern.rate = args.requests_per_second.clone().or(pattern.rate.take());
    pattern.duration = args.duration_per_test.or(pattern.duration);
    let hosts = &mut settings.monitor.hosts;
    hosts.monitor_interval = args.monitoring_interval.or(hosts.monitor_interval);
    Ok(settings)
}
