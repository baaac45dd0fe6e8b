//! Runs analyses over datasets.

use std::sync::Arc;

use model::dataset::Dataset;
use model::report::{Report, Severity};
use plugin::{Analysis, Entry, PluginError, World};

use crate::config::{self, Layers};
use crate::error::{CliError, ExitCode};
use crate::output::Talk;
use crate::plugins::{self, Plugins};

/// The analysis of a name, or of a file.
///
/// # Errors
/// When there is none; with those that there are.
pub(crate) fn entry(name: &str, plugins: &Plugins) -> Result<Entry, CliError> {
    let is_file = name.contains('/') || name.ends_with(".wasm");
    if is_file || plugins.catalog.find(name).is_ok() {
        return plugins.entry(name);
    }
    let known: Vec<String> = list(plugins).into_iter().map(|(entry, _)| entry.name.clone()).collect();
    let error = CliError::new(ExitCode::Plugin, format!("there is no analysis `{name}`"))
        .with_detail("there are", known.join(", "));
    let nearest = known.iter().max_by(|a, b| strsim::jaro(name, a).total_cmp(&strsim::jaro(name, b)));
    Err(match nearest {
        Some(nearest) => error.with_hint(format!("did you mean `{nearest}`?")),
        None => error,
    })
}

/// Opens an analysis with the options of the config and the flags.
///
/// # Errors
/// When there is none of that name, it is no analysis, or an option does not fit.
pub(crate) fn open(name: &str, layers: &Layers, plugins: &Plugins) -> Result<Analysis, CliError> {
    let entry = entry(name, plugins)?;
    let options = config::resolve_options(layers, &entry.name)?;
    Ok(plugins.runtime.open_analysis(&entry, &plugins::given(options))?)
}

/// Has an analysis work on datasets.
///
/// # Errors
/// When it cannot work on so many of them, or fails.
pub(crate) fn run(
    name: &str,
    analysis: &Analysis,
    datasets: &[Arc<dyn Dataset>],
    talk: Talk,
) -> Result<Report, CliError> {
    let description = analysis.description();
    let (fewest, most) = (description.min_datasets as usize, description.max_datasets as usize);
    let given = datasets.len();
    if given < fewest || (most > 0 && given > most) {
        let wanted = match (fewest, most) {
            (fewest, 0) => format!("at least {fewest}"),
            (fewest, most) if fewest == most => fewest.to_string(),
            (fewest, most) => format!("{fewest} to {most}"),
        };
        let what = format!("`{name}` works on {wanted} runs or files, and {given} were named");
        return Err(CliError::new(ExitCode::Usage, what));
    }
    let report = analysis.run(datasets.to_vec());
    plugins::say_log(talk, name, analysis.take_log());
    Ok(report?)
}

/// How a command ends that shows this report.
pub(crate) fn code(report: &Report) -> ExitCode {
    match report.findings().any(|finding| finding.severity == Severity::Regression) {
        true => ExitCode::Regression,
        false => ExitCode::Ok,
    }
}

/// The analyses there are, by name, with what each says of itself.
pub(crate) fn list(plugins: &Plugins) -> Vec<(&Entry, Result<plugin::Inspection, PluginError>)> {
    let inspected = plugins.catalog.entries().iter().map(|entry| (entry, plugins.runtime.inspect(entry)));
    let is_one = |inspected: &Result<plugin::Inspection, PluginError>| match inspected {
        Ok(inspection) => inspection.shape.world == World::Analysis,
        Err(_) => false,
    };
    inspected.filter(|(_, inspected)| is_one(inspected)).collect()
}

/// Whether a schema of options has an option of this name.
pub(crate) fn has_option(analysis: &plugin::Inspection, option: &str) -> bool {
    let schema = analysis.analysis.as_ref().map(|description| description.options_schema.as_str());
    let schema: Option<serde_json::Value> = schema.and_then(|schema| serde_json::from_str(schema).ok());
    schema.is_some_and(|schema| schema.get("properties").and_then(|all| all.get(option)).is_some())
}
