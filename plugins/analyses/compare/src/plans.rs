//! Do trials that are compared differ in how they were planned, beyond test case, load and rate?

use std::collections::{BTreeMap, BTreeSet};

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::text;
use serde_json::Value;
use trials::LoadPoint;

use crate::cluster::Cluster;
use crate::findings::difference;

/// What is in the cell already, what judges a trial or drives the tester, and where files of a known digest lie.
const LEFT_OUT: [&str; 9] = [
    "test_case",
    "load",
    "slo",
    "abort_when",
    "abort_window",
    "threads",
    "plugin_threads",
    "feed.file",
    "load_model.arrivals.file",
];

/// Values by name, as a plan has them.
type Settings = BTreeMap<String, String>;
/// Values that the trials of each cluster have in one load point: by name, by cluster.
type Values = BTreeMap<String, BTreeMap<usize, BTreeSet<String>>>;

/// Sentences on what the clusters' trials of one load point differ in; files of the older tool tell no plans.
///
/// # Errors
/// As the host says.
pub(crate) fn differences(clusters: &[Cluster]) -> Result<Vec<String>, Fault> {
    let mut points: BTreeMap<LoadPoint, Values> = BTreeMap::new();
    let mut untold = Vec::new();
    for (index, cluster) in clusters.iter().enumerate() {
        for dataset in &cluster.datasets {
            // One too large to be given must not cost the comparison.
            let Ok(manifest) = dataset.manifest() else {
                untold.push(dataset.facts.name.clone());
                continue;
            };
            let plans = plans(&manifest);
            for trial in cluster.trials.iter().filter(|trial| trial.dataset == dataset.index) {
                let Some(plan) = plans.get(&u64::from(trial.facts.number)) else { continue };
                let values = points.entry(LoadPoint::of(&trial.facts)).or_default();
                for (name, value) in plan {
                    values.entry(name.clone()).or_default().entry(index).or_default().insert(value.clone());
                }
            }
        }
    }
    // What differs in the same way at several load points is told once.
    let mut told: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (point, values) in &points {
        let planned: BTreeSet<usize> = values.values().flat_map(BTreeMap::keys).copied().collect();
        for (name, by_cluster) in values {
            let of = |index: &usize| {
                let values: Vec<&String> = by_cluster.get(index).into_iter().flatten().collect();
                let values = if values.is_empty() { "none".to_owned() } else { text::list(&values, text::NAMED) };
                (&*clusters[*index].name, values)
            };
            let Some(sentence) = difference("", planned.iter().map(of).collect()) else { continue };
            told.entry((name.clone(), sentence)).or_default().push(point.to_string());
        }
    }
    let sentence = |((name, sentence), points): ((String, String), Vec<String>)| {
        let points = if points.len() == 1 { points[0].clone() } else { points.join("; ") };
        format!("Trials of {points} were not planned alike in {name}{sentence}")
    };
    let mut found: Vec<String> = told.into_iter().map(sentence).collect();
    if !untold.is_empty() {
        let names = text::list(&untold, text::NAMED);
        found.push(format!(
            "The whole record of {names} cannot be read: whether its trials were planned alike is not told."
        ));
    }
    Ok(found)
}

/// The plans of trials, by their numbers.
fn plans(manifest: &Value) -> BTreeMap<u64, Settings> {
    let trials = manifest["trials"].as_array().into_iter().flatten();
    let plan = |trial: &Value| {
        let mut settings = Settings::new();
        flatten("", &trial["plan"], &mut settings);
        Some((trial["number"].as_u64()?, settings))
    };
    trials.filter_map(plan).collect()
}

fn flatten(path: &str, value: &Value, into: &mut Settings) {
    // The length of a stage is that of the trial, or a part of it.
    if LEFT_OUT.contains(&path) || path.contains(".stages.") && path.ends_with(".length") {
        return;
    }
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| flatten(&below(key), value, into)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| flatten(&below(&(index + 1).to_string()), value, into));
        }
        Value::Null => {}
        Value::String(text) => drop(into.insert(words(path), text.clone())),
        other => drop(into.insert(words(path), other.to_string())),
    }
}

/// What a value is called.
fn words(path: &str) -> String {
    match path.strip_prefix("options.") {
        Some(option) => format!("option {option}"),
        None => path.trim_start_matches("load_model.").replace(['.', '_'], " "),
    }
}
