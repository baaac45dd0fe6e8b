//! The flags as layers.

use serde_json::Value;

use super::error::ConfigError;
use super::header;
use super::tree::{Origin, Table};
use crate::cli::{GlobalArgs, Pair, RunSettings};

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
    set(&["run", "rate"], settings.rate.map(|rate| rate.to_string().into()), "--rate");
    set(&["run", "duration"], settings.duration.map(|span| span.to_string().into()), "--duration");
    set(&["run", "warm-up"], settings.warm_up.map(|span| span.to_string().into()), "--warm-up");
    set(&["run", "timeout"], settings.timeout.map(|span| span.to_string().into()), "--timeout");
    set(&["run", "threads"], settings.threads.map(Value::from), "--threads");
    set(&["run", "plugin-threads"], settings.plugin_threads.map(Value::from), "--plugin-threads");
    set(&["run", "connections"], settings.connections.map(Value::from), "--connections");
    set(&["run", "max-in-flight"], settings.max_in_flight.map(Value::from), "--max-in-flight");
    set(&["run", "seed"], settings.seed.map(Value::from), "--seed");
    set(&["name"], settings.name.clone().map(Value::from), "--name");
    match settings.url.as_slice() {
        [] => {}
        [one] => set(&["target", "url"], Some(one.as_str().into()), "--url"),
        several => set(&["target", "urls"], Some(several.iter().map(String::as_str).collect()), "--url"),
    }
    for label in &settings.label {
        let (key, value) = split(label, "--label")?;
        set(&["labels", key], Some(value.into()), "--label");
    }

    // Whose headers these are: of the target that the run will have.
    let by_name = settings.target.as_deref().or_else(|| match settings.url.is_empty() {
        true => below.text(&["run", "target"]),
        false => None,
    });
    for (index, typed) in settings.header.iter().enumerate() {
        let (name, value) = header::split(typed, index + 1, "--header")?;
        match by_name {
            // A target that there is not is refused when the run is resolved.
            Some(target) if below.get(&["targets", target]).is_none() => {}
            Some(target) => set(&["targets", target, "headers", &name], Some(value.into()), "--header"),
            None => set(&["target", "headers", &name], Some(value.into()), "--header"),
        }
    }

    if !settings.plugin_option.is_empty() {
        let test_case = settings.test_case.as_deref().or_else(|| below.text(&["run", "test-case"]));
        let test_case = test_case.ok_or(ConfigError::NoTestCase)?;
        for option in &settings.plugin_option {
            let (key, value) = split(option, "--plugin-option")?;
            set(&["plugin-options", test_case, key], Some(value.into()), "--plugin-option");
        }
    }
    Ok(table)
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
