//! Which trials are shown.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, Trial, text};

use crate::Options;

/// Most trials that are shown.
pub(crate) const MOST: usize = 6;

/// The trials to show.
#[derive(Debug)]
pub(crate) struct Choice<'d> {
    /// With their datasets.
    pub(crate) trials: Vec<(&'d Dataset, Trial)>,
    /// How many there would be.
    pub(crate) all: usize,
}

/// Chooses.
///
/// # Errors
/// When the options name what is not there, and as the host says.
pub(crate) fn choose<'d>(options: &Options, datasets: &'d [Dataset]) -> Result<Choice<'d>, Fault> {
    let name = |dataset: &Dataset| dataset.facts.name.clone();
    let is_wanted = |dataset: &&Dataset| options.dataset.is_empty() || dataset.facts.name == options.dataset;
    let wanted: Vec<&Dataset> = datasets.iter().filter(is_wanted).collect();
    if wanted.is_empty() && !datasets.is_empty() {
        let there: Vec<String> = datasets.iter().map(name).collect();
        let reason = format!("there is no dataset `{}`; known: {}", options.dataset, text::list(&there, text::NAMED));
        return Err(Fault::invalid_option("dataset", reason));
    }
    let mut found = Vec::new();
    for dataset in wanted {
        let trial = if options.trial == 0 {
            dataset.main_trials()?.pop()
        } else {
            dataset.trials()?.into_iter().find(|trial| trial.facts.number == options.trial)
        };
        found.extend(trial.map(|trial| (dataset, trial)));
    }
    if found.is_empty() && options.trial != 0 {
        let reason = format!("no dataset has a trial {}", options.trial);
        return Err(Fault::invalid_option("trial", reason));
    }
    let all = found.len();
    found.truncate(MOST);
    Ok(Choice { trials: found, all })
}
