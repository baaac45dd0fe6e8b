//! Runs analyses over datasets.

use std::sync::Arc;

use model::AnalysisDescription;
use model::dataset::Dataset;
use model::report::{Report, Severity};
use plugin::{Analysis, Entry};
use serde_json::Value;

use crate::config::{self, Layers};
use crate::error::{CliError, ExitCode};
use crate::output::Talk;
use crate::plugins::{self, Plugins};

/// Opens an analysis with the options of the config and the flags.
///
/// # Errors
/// When it is no analysis, or an option does not fit.
pub(crate) fn open(entry: &Entry, layers: &Layers, plugins: &Plugins) -> Result<Analysis, CliError> {
    let options = config::resolve_options(layers, &entry.name)?;
    Ok(plugins.runtime.open_analysis(entry, &plugins::given(options))?)
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
        let hint = "name each as a run of `results list`, a directory, `latest`, or a file of the older tool";
        return Err(CliError::new(ExitCode::Usage, what).with_hint(hint));
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

/// The analyses that can be used, with what each says of itself.
pub(crate) fn list(plugins: &Plugins) -> Vec<(Entry, AnalysisDescription)> {
    let described = |entry: &Entry| {
        let entry = plugins.admit(entry).ok()?;
        let analysis = plugins.runtime.inspect(&entry).ok()?.analysis?;
        Some((entry, analysis))
    };
    plugins.catalog.entries().iter().filter_map(described).collect()
}

/// Whether an analysis has an option of this name.
///
/// # Errors
/// When it is no plugin that can be used.
pub(crate) fn has_option(entry: &Entry, option: &str, plugins: &Plugins) -> Result<bool, CliError> {
    let analysis = plugins.runtime.inspect(entry)?.analysis;
    let schema = analysis.and_then(|analysis| serde_json::from_str::<Value>(&analysis.options_schema).ok());
    Ok(schema.is_some_and(|schema| schema["properties"].get(option).is_some()))
}
