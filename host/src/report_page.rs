//! The page of a report: which analyses are in it, and what its reader must know first.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use model::dataset::{Dataset, PhaseSet, Purpose, TrialFacts, TrialValidity};
use model::report::{Finding, Severity};
use plugin::Origin;
use report::Page;

use crate::analyses;
use crate::config::Layers;
use crate::error::{CliError, ExitCode};
use crate::output::Talk;
use crate::plugins::Plugins;

/// The analysis whose findings say what a reader must know of each run.
const SUMMARY: &str = "summary";
/// Analyses of a report, in reading order.
const SHOWN: [&str; 7] =
    [SUMMARY, "compare", "latency-curve", "distribution", "timeline", "where-time-goes", "efficiency"];
/// Name of the page in a run's directory.
const PAGE: &str = "report.html";
/// Trials of a kind that are named one by one; more are counted.
const NAMED: usize = 5;

/// Which analyses are in a report.
pub(crate) enum Wanted<'a> {
    /// Those of the shipped ones that fit the datasets. One that fails is told of; that of the name must not fail.
    Fitting(Option<&'a str>),
    /// These; none of them must fail.
    Named(&'a [String]),
}

/// A page, and how the command ends that wrote it.
pub(crate) struct Made {
    /// The page.
    pub(crate) page: Page,
    /// What its reports say of that.
    pub(crate) code: ExitCode,
    /// Why something that was asked for is not in it. The page is written all the same.
    pub(crate) failure: Option<CliError>,
}

/// Makes a page of datasets.
pub(crate) fn make(
    datasets: &[Arc<dyn Dataset>],
    wanted: &Wanted<'_>,
    layers: &Layers,
    plugins: &Plugins,
    talk: Talk,
) -> Made {
    let names: Vec<String> = datasets.iter().map(|dataset| dataset.facts().name.clone()).collect();
    let mut page =
        Page { title: names.join(" · "), subtitle: subtitle(datasets), details: details(datasets), ..Page::default() };
    let chosen: Vec<&str> = match wanted {
        Wanted::Fitting(_) => SHOWN.into_iter().filter(|name| fits(name, datasets)).collect(),
        Wanted::Named(names) => names.iter().map(String::as_str).collect(),
    };
    let (mut code, mut failure, mut is_summarised) = (ExitCode::Ok, None, false);
    for name in chosen {
        let made = plugins.entry(name).and_then(|entry| {
            let analysis = analyses::open(&entry, layers, plugins)?;
            let is_ours = matches!(entry.origin, Origin::Bundled(_));
            Ok((analyses::run(name, &analysis, datasets, talk)?, is_ours))
        });
        match made {
            Ok((report, is_ours)) => {
                code = code.or_worse(analyses::code(&report));
                is_summarised |= is_ours && name == SUMMARY;
                page.reports.push(report);
            }
            Err(error) => {
                let message = format!("The analysis `{name}` is not in this report: {}.", error.what);
                page.findings.push(Finding { severity: Severity::Caution, message });
                match must_work(name, wanted) {
                    true => failure = failure.or(Some(error)),
                    false => talk.say(format!("notice: `{name}` is not in the report: {}", error.what)),
                }
            }
        }
    }
    // The summary says all of it in words of its own, and its findings stand at the top too. Another plugin of its name need
    // not.
    if !is_summarised {
        page.findings.extend(findings(datasets));
    }
    page.findings.extend(datasets.iter().filter_map(|dataset| only_searches(dataset.as_ref())));
    talk.notices(plugins.runtime.take_notices());
    Made { page, code, failure }
}

/// Writes a page, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(page: &Page, path: &Path) -> Result<(), CliError> {
    let beside = path.with_extension("html.new");
    let written = fs::write(&beside, report::html(page)).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        CliError::new(ExitCode::Storage, format!("cannot write `{}`: {error}", path.display()))
            .with_hint("name another place with `-o FILE`")
    })
}

/// Writes the page of a run that is over into its directory, and says where. The run is saved whatever comes of it, so what
/// goes wrong here is only told.
pub(crate) fn of_run(dir: &Path, layers: &Layers, plugins: &Plugins, talk: Talk) {
    let path = dir.join(PAGE);
    let written = results::open_dataset(dir)
        .map_err(CliError::from)
        .and_then(|dataset| write(&make(&[dataset], &Wanted::Fitting(None), layers, plugins, talk).page, &path));
    match written {
        Ok(()) => talk.say(format!("report: {}", path.display())),
        Err(error) => talk.say(format!("notice: there is no report: {}", error.what)),
    }
}

fn must_work(name: &str, wanted: &Wanted<'_>) -> bool {
    match wanted {
        Wanted::Fitting(must) => *must == Some(name),
        Wanted::Named(_) => true,
    }
}

/// Whether an analysis has something to say of these.
fn fits(name: &str, datasets: &[Arc<dyn Dataset>]) -> bool {
    let trials = || datasets.iter().flat_map(|dataset| each_trial(dataset.as_ref()));
    match name {
        "compare" => datasets.len() > 1,
        "latency-curve" => {
            let mut rates: Vec<f64> = trials().map(|(_, trial)| trial.intended_rate).collect();
            rates.sort_by(f64::total_cmp);
            rates.dedup();
            rates.len() > 2
        }
        "distribution" | "timeline" | "where-time-goes" => trials().any(|(_, trial)| trial.has_samples),
        "efficiency" => datasets.iter().any(|dataset| dataset.facts().hosts.iter().any(|host| !host.is_tester)),
        _ => true,
    }
}

fn each_trial(dataset: &dyn Dataset) -> impl Iterator<Item = (usize, &TrialFacts)> {
    (0..dataset.facts().trials).filter_map(move |index| Some((index, dataset.trial(index)?)))
}

fn subtitle(datasets: &[Arc<dyn Dataset>]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for dataset in datasets {
        let facts = dataset.facts();
        let when = if facts.created.is_empty() { "time not known" } else { facts.created.as_str() };
        let target = if facts.target.is_empty() { String::new() } else { format!(", {}", facts.target) };
        // A run that was given no name has its id for one.
        let id = if facts.name == facts.id { String::new() } else { format!("{}, ", facts.id) };
        parts.push(format!("{}: {id}{when}{target}", facts.name));
    }
    parts.push(format!("cluster-tester {}", env!("CARGO_PKG_VERSION")));
    parts.join(" — ")
}

fn details(datasets: &[Arc<dyn Dataset>]) -> Vec<(String, String)> {
    let mut details = Vec::new();
    for dataset in datasets {
        let facts = dataset.facts();
        let plugins =
            facts.plugins.iter().map(|plugin| format!("{} {}\n  {}\n", plugin.name, plugin.version, plugin.digest));
        let plugins: String = plugins.collect();
        if !plugins.is_empty() {
            details.push((format!("{}: plugins that took part", facts.name), plugins));
        }
        let manifest = dataset.manifest();
        if manifest.as_object().is_some_and(|manifest| !manifest.is_empty()) {
            for (label, key) in [("plan", "plan"), ("hosts", "hosts"), ("tester", "tester")] {
                if let Some(value) = manifest.get(key).filter(|value| !value.is_null()) {
                    let text = serde_json::to_string_pretty(value).expect("a value is plain data");
                    details.push((format!("{}: {label}", facts.name), text));
                }
            }
        }
    }
    details
}

/// What a reader must know before any figure.
fn findings(datasets: &[Arc<dyn Dataset>]) -> Vec<Finding> {
    let mut all = Vec::new();
    for dataset in datasets {
        let facts = dataset.facts();
        let name = &facts.name;
        let mut say = |severity, message: String| all.push(Finding { severity, message });
        match facts.state.as_str() {
            "interrupted" => say(Severity::Caution, format!("{name} was interrupted: it is not all that was planned.")),
            "recovered" => say(
                Severity::Caution,
                format!("{name} was killed and brought back: what was not saved by then is missing."),
            ),
            "running" => say(Severity::Caution, format!("{name} is not over, or was killed.")),
            _ => {}
        }
        if facts.trials == 0 {
            say(Severity::Invalid, format!("{name} has no trial that is over: there are no figures."));
            continue;
        }
        // Steps of a search are meant to go beyond what can be held.
        let main: Vec<(usize, &TrialFacts)> =
            each_trial(dataset.as_ref()).filter(|(_, trial)| trial.purpose != Purpose::Search).collect();
        let bound = |validity: TrialValidity| main.iter().filter(move |(_, trial)| trial.validity == validity);
        for (_, trial) in bound(TrialValidity::GeneratorBound).take(NAMED) {
            let why = trial.reasons.join("; ");
            let what = "the tester could not hold the load, so its figures are not the target's";
            say(Severity::Invalid, format!("{name}, trial {}: {what}: {why}.", trial.number));
        }
        for (_, trial) in bound(TrialValidity::Interrupted).take(NAMED) {
            let why = trial.reasons.join("; ");
            say(Severity::Caution, format!("{name}, trial {}: ended before its time: {why}.", trial.number));
        }
        for validity in [TrialValidity::GeneratorBound, TrialValidity::Interrupted] {
            let more = bound(validity).count().saturating_sub(NAMED);
            if more > 0 {
                say(Severity::Caution, format!("{name}: {more} more trials are not valid."));
            }
        }
        for (index, trial) in &main {
            let counts = dataset.count_outcomes(*index, PhaseSet::STEADY).unwrap_or([f64::NAN; 11]);
            let all: f64 = counts.iter().sum();
            if all == 0.0 {
                say(Severity::Invalid, format!("{name}, trial {}: not one request was due.", trial.number));
            } else if counts[0] == 0.0 {
                say(Severity::Invalid, format!("{name}, trial {}: not one request succeeded.", trial.number));
            }
        }
    }
    all
}

/// What to know of a run that has nothing but searches.
fn only_searches(dataset: &dyn Dataset) -> Option<Finding> {
    let facts = dataset.facts();
    let is_so = facts.trials > 0 && each_trial(dataset).all(|(_, trial)| trial.purpose == Purpose::Search);
    let what = "has only the trials of searches: short ones, some beyond what the target carries";
    is_so.then(|| Finding { severity: Severity::Note, message: format!("{} {what}.", facts.name) })
}
