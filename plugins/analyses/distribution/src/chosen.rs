//! Which trials are shown.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, Finding, Severity, Trial, Validity, text};

/// More would make a report that nobody reads.
const MOST_TRIALS: usize = 12;

/// Trials with the names of their datasets.
type Chosen = Vec<(String, Trial)>;

/// Trial `number` of each dataset, or all that count, at most 12; and what is to be said of that.
///
/// # Errors
/// When no dataset has a trial of that number.
pub(crate) fn choose(number: Option<u32>, datasets: &[Dataset]) -> Result<(Chosen, Vec<Finding>), Fault> {
    let (mut chosen, mut findings, mut lacking) = (Vec::new(), Vec::new(), Vec::new());
    for dataset in datasets {
        let name = &dataset.facts.name;
        let trials: Vec<Trial> = match number {
            Some(number) => dataset.trials()?.into_iter().filter(|trial| trial.facts.number == number).collect(),
            None => dataset.main_trials()?,
        };
        if trials.is_empty() {
            lacking.push(match (dataset.facts.trials, number) {
                (0, _) | (_, None) => format!("{name} has no trials"),
                (all, Some(number)) => format!("{name} has no trial {number}, only {all} in all"),
            });
        }
        chosen.extend(trials.into_iter().map(|trial| (name.clone(), trial)));
    }
    let caution = |message| Finding { severity: Severity::Caution, message };
    if chosen.is_empty() && number.is_some() {
        return Err(Fault::invalid_option("trial", text::list(&lacking, text::NAMED)));
    }
    findings.extend(lacking.into_iter().map(|what| caution(format!("{what}."))));
    if chosen.len() > MOST_TRIALS {
        let all = chosen.len();
        findings.push(caution(format!("The first {MOST_TRIALS} of {all} trials are shown; option trial chooses one.")));
        chosen.truncate(MOST_TRIALS);
    }
    let note = |message| Finding { severity: Severity::Note, message };
    findings.extend(trials::counted_from_sending(datasets).map(note));
    for (name, trial) in &chosen {
        let Some(what) = trials::flaw(&trial.facts) else { continue };
        let is_bound = trial.facts.validity == Validity::GeneratorBound;
        let severity = if is_bound { Severity::Invalid } else { Severity::Caution };
        findings.push(Finding { severity, message: format!("{name}, trial {}: {what}.", trial.facts.number) });
    }
    Ok((chosen, findings))
}
