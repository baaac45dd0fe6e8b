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
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CompareOptions {
    /// The load; none: the highest that all datasets have in common.
    #[serde(default)]
    pub load: Option<u32>,
    /// The test case; none: any.
    #[serde(default)]
    pub test_case: Option<String>,
}

/// The datasets and what of them is compared.
#[derive(Debug)]
pub struct Comparison {
    /// All datasets, those without such a trial too.
    pub datasets: Vec<Dataset>,
    /// The load of all of them.
    pub load: u32,
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
    /// When no dataset has a trial of the load asked for: then the loads that there are are told. When none has any.
    pub fn of(options: &CompareOptions, datasets: &Datasets) -> Result<Self, Fault> {
        let datasets = datasets.all()?;
        let (mut chosen, mut findings, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        let is_wanted = |trial: &Trial| options.test_case.as_ref().is_none_or(|name| *name == trial.facts.test_case);
        let mut candidates: Vec<(&Dataset, Vec<Trial>, BTreeSet<u32>)> = Vec::new();
        for dataset in &datasets {
            let trials: Vec<Trial> = dataset.main_trials()?.into_iter().filter(is_wanted).collect();
            let loads = trials.iter().map(|trial| trial.facts.load).collect();
            candidates.push((dataset, trials, loads));
        }
        let loads: Vec<&BTreeSet<u32>> = candidates.iter().map(|(.., loads)| loads).collect();
        let load = match (options.load, common_load(&loads)) {
            (Some(load), _) => load,
            (None, Some((load, sentence))) => {
                findings.extend(sentence.map(|sentence| finding(Severity::Note, sentence)));
                load
            }
            (None, None) => return Err(nothing_to_compare(options)),
        };
        let highest = loads.iter().filter_map(|loads| loads.last()).max().copied();
        for (dataset, trials, loads) in candidates {
            let with_load: Vec<Trial> = trials.into_iter().filter(|trial| trial.facts.load == load).collect();
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
            Some(test_case) => format!("trial of test case {test_case} with load {load}"),
            None => format!("trial with load {load}"),
        };
        if chosen.is_empty() {
            let there = text::list(&missing, text::NAMED);
            return Err(match highest {
                Some(other) => Fault::invalid_option(
                    "load",
                    format!(
                        "no {what}: {there}; choose another one by `--option load={other}` (data-analysis: `--load {other}`)"
                    ),
                ),
                None => nothing_to_compare(options),
            });
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
        Ok(Self { datasets, load, chosen, findings })
    }
}

/// The highest load that all datasets have, or else that most of them have; and what is to be said of the choice, where
/// there was one. None without a trial.
fn common_load(loads: &[&BTreeSet<u32>]) -> Option<(u32, Option<String>)> {
    let all: BTreeSet<u32> = loads.iter().flat_map(|loads| loads.iter().copied()).collect();
    let having = |load: u32| loads.iter().filter(|loads| loads.contains(&load)).count();
    let load = all.iter().copied().max_by_key(|load| (having(*load), *load))?;
    let sentence = if having(load) < loads.len() {
        format!("There is no load that all datasets have; most have load {load}. Option load chooses another one.")
    } else if all.len() > 1 {
        format!("Load {load} is the highest that all datasets have. Option load chooses another one.")
    } else {
        return Some((load, None));
    };
    Some((load, Some(sentence)))
}

fn nothing_to_compare(options: &CompareOptions) -> Fault {
    match &options.test_case {
        Some(test_case) => Fault::invalid_option("test-case", format!("no dataset has a trial of `{test_case}`")),
        None => Fault::failed("no dataset has a trial"),
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
