//! Which trial of each dataset is compared with the others'.

use std::collections::BTreeSet;

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, Datasets, Finding, Purpose, Severity, Trial, text};
use serde::Deserialize;
use trials::flaw;

use crate::shown::finding;

/// JSON Schema of [`CompareOptions`].
pub const COMPARE_OPTIONS: &str = include_str!("compare_options.schema.json");

/// Series that a chart takes.
const MOST_SERIES: usize = 50;

/// What to compare.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CompareOptions {
    /// The load.
    #[serde(default = "first_load")]
    pub load: u32,
    /// The test case; none: any.
    #[serde(default)]
    pub test_case: Option<String>,
}

fn first_load() -> u32 {
    1
}

/// The datasets and what of them is compared.
#[derive(Debug)]
pub struct Comparison {
    /// All datasets, those without such a trial too.
    pub datasets: Vec<Dataset>,
    /// One trial a dataset, in the order of the datasets, at most 50.
    pub chosen: Vec<Chosen>,
    /// What the reader should know of the choice.
    pub findings: Vec<Finding>,
}

/// A dataset and its trial.
#[derive(Debug)]
pub struct Chosen {
    /// The dataset.
    pub dataset: Dataset,
    /// Its trial.
    pub trial: Trial,
}

impl Comparison {
    /// Chooses a trial of each dataset: of those with the load the one with the highest rate; before it one that
    /// confirms a search, and before all one whose figures are the target's.
    ///
    /// # Errors
    /// When no dataset has a trial of that load: then the loads that there are are told.
    pub fn of(options: &CompareOptions, datasets: &Datasets) -> Result<Self, Fault> {
        let datasets = datasets.all()?;
        let (mut chosen, mut findings, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        for dataset in &datasets {
            let is_wanted =
                |trial: &Trial| options.test_case.as_ref().is_none_or(|name| *name == trial.facts.test_case);
            let trials: Vec<Trial> = dataset.main_trials()?.into_iter().filter(is_wanted).collect();
            let loads: BTreeSet<u32> = trials.iter().map(|trial| trial.facts.load).collect();
            let with_load: Vec<Trial> = trials.into_iter().filter(|trial| trial.facts.load == options.load).collect();
            let number = with_load.len();
            let Some(trial) =
                with_load.into_iter().max_by(|a, b| rank(a).partial_cmp(&rank(b)).expect("no rate is NaN"))
            else {
                missing.push(format!("{} has {}", dataset.facts.name, loads_in_words(&loads)));
                continue;
            };
            findings.extend(remarks(dataset, &trial, number));
            chosen.push(Chosen { dataset: dataset.clone(), trial });
        }
        let what = match &options.test_case {
            Some(test_case) => format!("trial of test case {test_case} with load {}", options.load),
            None => format!("trial with load {}", options.load),
        };
        if chosen.is_empty() {
            return Err(Fault::failed(format!(
                "no {what}: {}; choose another load",
                text::list(&missing, text::NAMED)
            )));
        }
        if !missing.is_empty() {
            findings.push(finding(
                Severity::Caution,
                format!("Left out, without a {what}: {}.", text::list(&missing, text::NAMED)),
            ));
        }
        if chosen.len() > MOST_SERIES {
            let left_out = chosen.len() - MOST_SERIES;
            findings.push(finding(
                Severity::Caution,
                format!("The last {left_out} datasets are left out: a chart takes 50."),
            ));
            chosen.truncate(MOST_SERIES);
        }
        let test_cases: BTreeSet<&str> = chosen.iter().map(|one| &*one.trial.facts.test_case).collect();
        if test_cases.len() > 1 {
            let list = text::list(&test_cases.into_iter().collect::<Vec<_>>(), text::NAMED);
            findings.push(finding(Severity::Caution, format!("These are trials of different test cases: {list}.")));
        }
        Ok(Self { datasets, chosen, findings })
    }
}

/// By how much a trial is preferred; the highest is taken.
fn rank(trial: &Trial) -> (bool, bool, f64) {
    let rate = trial.facts.rate();
    let is_confirmation = trial.facts.purpose == Purpose::Confirmation;
    (trial.facts.has_figures(), is_confirmation, if rate.is_nan() { -1.0 } else { rate })
}

fn loads_in_words(loads: &BTreeSet<u32>) -> String {
    match loads.len() {
        0 => "none".to_owned(),
        1 => format!("load {}", loads.iter().next().expect("it has one")),
        _ => format!("loads {}", text::list(&loads.iter().collect::<Vec<_>>(), 20)),
    }
}

fn remarks(dataset: &Dataset, trial: &Trial, number: usize) -> Vec<Finding> {
    let (name, facts) = (&dataset.facts.name, &trial.facts);
    let mut remarks = Vec::new();
    if number > 1 {
        let chosen = format!("trial {}, {}", facts.number, facts.rate_in_words());
        let message = format!("{name} has {number} trials with load {}; shown is {chosen}.", facts.load);
        remarks.push(finding(Severity::Note, message));
    }
    if let Some(cause) = flaw(facts) {
        remarks.push(finding(Severity::Caution, format!("{name}, trial {}: {cause}.", facts.number)));
    }
    remarks
}
