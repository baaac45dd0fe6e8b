//! The flags as layers.

use std::path::PathBuf;

use serde_json::Value;

use super::error::ConfigError;
use super::header;
use super::tree::{Origin, Table};
use crate::cli::{ConnectionSettings, DiscoverySettings, GlobalArgs, MonitorSettings, Pair, RunSettings};
use crate::host_address::HostAddress;

/// The layer of the flags that every subcommand takes. Directories of plugins are joined, not replaced: see [`super::layers`].
pub(crate) fn global_layer(global: &GlobalArgs) -> Table {
    let mut table = Table::default();
    if let Some(storage) = &global.storage {
        table.set(&["storage"], storage.to_string_lossy().into(), Origin::Flag("--storage"));
    }
    if !global.plugins.is_empty() {
        let directories = global.plugins.iter().map(|path| Value::from(path.to_string_lossy())).collect();
        table.set(&["plugins", "directories"], directories, Origin::Flag("--plugins"));
    }
    table
}

/// The layer of the flags of a run, over the layers `below`, which say whose the headers and the options are.
///
/// # Errors
/// When a header, a label or an option is not in its form.
pub(crate) fn run_layer(settings: &RunSettings, below: &Table) -> Result<Table, ConfigError> {
    let mut table = Table::default();
    let mut set = |path: &[&str], value: Option<Value>, flag| {
        value.into_iter().for_each(|value| table.set(path, value, Origin::Flag(flag)));
    };
    set(&["run", "test-case"], settings.test_case.clone().map(Value::from), "--test-case");
    set(&["run", "target"], settings.target.clone().map(Value::from), "--target");
    set(&["run", "load"], settings.load.map(Value::from), "--load");
    let RunSettings { pattern, goal, connection, .. } = settings;
    let typed = |text: &String| Value::from(text.as_str());
    let span = |span: model::Span| Value::from(span.to_string());
    let path = |path: &PathBuf| Value::from(path.to_string_lossy());
    set(&["run", "rate"], pattern.rate.as_ref().map(|rate| typed(&rate.text)), "--rate");
    let stages = pattern.stage.iter().map(|stage| typed(&stage.text)).collect();
    set(&["run", "stages"], Some(Value::Array(stages)).filter(|_| !pattern.stage.is_empty()), "--stage");
    set(&["run", "arrivals"], pattern.arrivals.as_ref().map(|spacing| typed(&spacing.text)), "--arrivals");
    set(&["run", "replay"], pattern.replay.as_ref().map(path), "--replay");
    set(&["run", "duration"], pattern.duration.map(span), "--duration");
    set(&["run", "warm-up"], pattern.warm_up.map(span), "--warm-up");
    set(&["run", "think-time"], pattern.think_time.map(span), "--think-time");
    set(&["run", "pacing"], pattern.pacing.as_ref().map(|pacing| typed(&pacing.text)), "--pacing");
    set(&["run", "timeout"], settings.timeout.map(span), "--timeout");
    set(&["run", "threads"], settings.threads.map(Value::from), "--threads");
    set(&["run", "plugin-threads"], settings.plugin_threads.map(Value::from), "--plugin-threads");
    set(&["run", "connections"], connection.connections.map(Value::from), "--connections");
    set(&["run", "max-in-flight"], settings.max_in_flight.map(Value::from), "--max-in-flight");
    set(&["run", "feed"], settings.feed.as_ref().map(path), "--feed");
    set(&["run", "feed-mode"], settings.feed_mode.as_ref().map(|mode| typed(&mode.text)), "--feed-mode");
    set(&["run", "seed"], settings.seed.map(Value::from), "--seed");
    set(&["run", "slo"], goal.slo.as_ref().map(|slo| typed(&slo.text)), "--slo");
    set(&["run", "abort-when"], goal.abort_when.as_ref().map(|slo| typed(&slo.text)), "--abort-when");
    set(&["run", "abort-window"], goal.abort_window.map(span), "--abort-window");
    set(&["run", "junit"], goal.junit.as_ref().map(path), "--junit");
    set(&["run", "markdown"], goal.markdown.as_ref().map(path), "--markdown");
    set(&["name"], settings.name.clone().map(Value::from), "--name");
    match settings.url.as_slice() {
        [] => {}
        [one] => set(&["target", "url"], Some(one.as_str().into()), "--url"),
        several => set(&["target", "urls"], Some(several.iter().map(String::as_str).collect()), "--url"),
    }
    for (path, value, flag) in of_monitor(&settings.monitor) {
        set(&path.iter().map(String::as_str).collect::<Vec<_>>(), Some(value), flag);
    }
    for label in &settings.label {
        let (key, value) = split(label, "--label")?;
        set(&["labels", key], Some(value.into()), "--label");
    }

    // Whose headers and connections these are: of the target that the run will have.
    let by_name = settings.target.as_deref().or_else(|| match settings.url.is_empty() {
        true => below.text(&["run", "target"]),
        false => None,
    });
    // A target that there is not is refused when the run is resolved.
    let by_name = match by_name {
        Some(name) if below.get(&["targets", name]).is_none() => return Ok(table),
        by_name => by_name,
    };
    let of_target = by_name.map_or_else(|| vec!["target"], |name| vec!["targets", name]);
    for (index, typed) in settings.header.iter().enumerate() {
        let (name, value) = header::split(typed, index + 1, "--header")?;
        set(&[of_target.as_slice(), &["headers", &name]].concat(), Some(value.into()), "--header");
    }
    for (key, flag, value) in of_connection(connection) {
        set(&[of_target.as_slice(), &["connection", key]].concat(), Some(value), flag);
    }

    if !settings.plugin_option.is_empty() {
        let test_case = settings.test_case.as_deref().or_else(|| below.text(&["run", "test-case"]));
        let test_case = test_case.ok_or(ConfigError::NoTestCase)?;
        table.lay_over(options_layer(test_case, &settings.plugin_option, "--plugin-option")?);
    }
    Ok(table)
}

/// The layer of a plugin's options, given by `flag`.
///
/// # Errors
/// When one is not in its form.
pub(crate) fn options_layer(plugin: &str, options: &[Pair], flag: &'static str) -> Result<Table, ConfigError> {
    let mut table = Table::default();
    for option in options {
        let (key, value) = split(option, flag)?;
        table.set(&["plugin-options", plugin, key], value.into(), Origin::Flag(flag));
    }
    Ok(table)
}

/// The layer of the flags of a search.
pub(crate) fn discovery_layer(typed: &DiscoverySettings) -> Table {
    let mut table = Table::default();
    let mut set = |key: &str, value: Option<Value>, flag| {
        value.into_iter().for_each(|value| table.set(&["discovery", key], value, Origin::Flag(flag)));
    };
    let span = |span: model::Span| Value::from(span.to_string());
    set("strategy", typed.strategy.as_ref().map(|it| it.text.as_str().into()), "--strategy");
    set("width", typed.width.as_ref().map(|it| it.text.as_str().into()), "--width");
    set("budget", typed.budget.map(span), "--budget");
    set("max-trials", typed.max_trials.map(Value::from), "--max-trials");
    set("min-rate", typed.min_rate.as_ref().map(|it| it.text.as_str().into()), "--min-rate");
    set("max-rate", typed.max_rate.as_ref().map(|it| it.text.as_str().into()), "--max-rate");
    set("min-load", typed.min_load.map(Value::from), "--min-load");
    set("max-load", typed.max_load.map(Value::from), "--max-load");
    set("rest-time", typed.rest_time.map(span), "--rest-time");
    table
}

/// Flags of monitoring that were typed: path, value, flag.
fn of_monitor(settings: &MonitorSettings) -> Vec<(Vec<String>, Value, &'static str)> {
    let MonitorSettings { hosts: typed, baseline } = settings;
    let path = |keys: &[&str]| ["monitor"].iter().chain(keys).map(|key| (*key).to_owned()).collect::<Vec<_>>();
    let one = |key: &str, value: Option<Value>, flag| value.map(|value| (path(&[key]), value, flag));
    let mut all: Vec<_> = [
        one("interval", typed.monitor_interval.map(|span| span.to_string().into()), "--monitor-interval"),
        one("presence", typed.monitor.as_ref().map(|word| word.text.as_str().into()), "--monitor"),
        one("baseline", baseline.map(|span| span.to_string().into()), "--baseline"),
        one("accept-new-host-keys", typed.accept_new_host_keys.then_some(true.into()), "--accept-new-host-keys"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let hosts: Vec<_> =
        typed.monitor_host.iter().filter_map(|host| Some((&host.text, host.text.parse().ok()?))).collect();
    for (text, HostAddress { user, host, port }) in &hosts {
        // Called by its name, unless another one has the same.
        let namesakes = hosts.iter().filter(|(_, other): &&(_, HostAddress)| other.host == *host).count();
        let name = if namesakes > 1 { text } else { host };
        let mut set = |key: &str, value: Value| all.push((path(&["hosts", name, key]), value, "--monitor-host"));
        set("host", host.as_str().into());
        user.iter().for_each(|user| set("user", user.as_str().into()));
        port.iter().for_each(|port| set("port", (*port).into()));
    }
    all
}

/// Flags of a connection that were typed: key, flag, value.
fn of_connection(typed: &ConnectionSettings) -> Vec<(&'static str, &'static str, Value)> {
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| Value::from(path.to_string_lossy()));
    let list = |texts: &[String]| Some(texts.iter().map(String::as_str).collect()).filter(|_| !texts.is_empty());
    let all = [
        ("http", "--http", typed.http.as_ref().map(|http| Value::from(http.text.as_str()))),
        ("streams", "--streams", typed.streams.map(Value::from)),
        ("requests-per-connection", "--requests-per-connection", typed.requests_per_connection.map(Value::from)),
        ("connect-timeout", "--connect-timeout", typed.connect_timeout.map(|span| span.to_string().into())),
        ("cacert", "--cacert", path(&typed.cacert)),
        ("cert", "--cert", path(&typed.cert)),
        ("key", "--key", path(&typed.key)),
        ("insecure", "--insecure", typed.insecure.then_some(Value::Bool(true))),
        ("resolve", "--resolve", list(&typed.resolve)),
        ("unix-socket", "--unix-socket", path(&typed.unix_socket)),
    ];
    all.into_iter().filter_map(|(key, flag, value)| Some((key, flag, value?))).collect()
}

fn split<'a>(pair: &'a Pair, flag: &'static str) -> Result<(&'a str, &'a str), ConfigError> {
    // Without `=` it may be a value whose key was forgotten: an option's is not shown.
    let given = || match flag {
        "--label" => format!(", not `{}`", pair.0),
        _ => String::new(),
    };
    let (key, value) = pair.0.split_once('=').ok_or_else(|| ConfigError::NotAPair { flag, given: given() })?;
    match key.trim() {
        "" => Err(ConfigError::NotAPair { flag, given: given() }),
        key => Ok((key, value)),
    }
}
