//! Cells: what two or more clusters were asked alike, and what each of them answered.

use std::collections::BTreeMap;

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{SearchFacts, Subject, Trial, text};
use trials::LoadPoint;

use crate::blocks;
use crate::cluster::Cluster;
use crate::figure::Figure;
use crate::sample::Sample;

/// What clusters were asked alike.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cell {
    /// What was asked, in words.
    pub(crate) label: String,
    /// The figure.
    pub(crate) figure: Figure,
    /// Unit of its values.
    pub(crate) unit: &'static str,
    /// What is known of each cluster, in their order; none where it was not asked this.
    pub(crate) samples: Vec<Option<Sample>>,
}

/// The cells of a figure that at least two clusters have in common, in order of load and rate.
///
/// # Errors
/// As the host says.
pub(crate) fn gather(clusters: &[Cluster], figure: Figure) -> Result<Vec<Cell>, Fault> {
    let mut cells = if figure == Figure::Capacity { capacities(clusters)? } else { of_trials(clusters, figure)? };
    cells.retain(|cell| cell.samples.iter().flatten().count() > 1);
    Ok(cells)
}

fn of_trials(clusters: &[Cluster], figure: Figure) -> Result<Vec<Cell>, Fault> {
    let mut cells: BTreeMap<LoadPoint, Vec<Option<Sample>>> = BTreeMap::new();
    for (index, cluster) in clusters.iter().enumerate() {
        let mut points: BTreeMap<LoadPoint, Vec<&Trial>> = BTreeMap::new();
        for trial in &cluster.trials {
            points.entry(LoadPoint::of(&trial.facts)).or_default().push(trial);
        }
        for (point, trials) in points {
            let samples = cells.entry(point).or_insert_with(|| vec![None; clusters.len()]);
            samples[index] = sample(&trials, figure)?;
        }
    }
    let cell =
        |(point, samples): (LoadPoint, _)| Cell { label: point.to_string(), figure, unit: figure.unit(), samples };
    Ok(cells.into_iter().map(cell).collect())
}

fn sample(trials: &[&Trial], figure: Figure) -> Result<Option<Sample>, Fault> {
    let mut sample = Sample::default();
    let mut last = None;
    for trial in trials {
        let value = figure.of(trial)?;
        if value.is_nan() {
            continue;
        }
        let outcomes = trial.outcomes()?;
        let known = |counts: &[f64]| counts.iter().filter(|count| count.is_finite()).sum::<f64>();
        sample.requests += known(&outcomes);
        sample.failed += known(outcomes.get(1..).unwrap_or_default());
        sample.values.push(value);
        last = Some(*trial);
    }
    if let (1, Some(trial)) = (sample.values.len(), last) {
        sample.blocks = blocks::cut(trial, figure)?;
    }
    Ok(Some(sample).filter(|sample| !sample.values.is_empty()))
}

fn capacities(clusters: &[Cluster]) -> Result<Vec<Cell>, Fault> {
    // By label; the number that is held comes first, so that 9 stands before 10.
    let mut cells: BTreeMap<(String, u64, String), Cell> = BTreeMap::new();
    for (index, cluster) in clusters.iter().enumerate() {
        for dataset in &cluster.datasets {
            for search in dataset.searches()?.iter().filter(|search| !search.lower.is_nan()) {
                let key = (search.test_case.clone(), (search.held.max(0.0) * 1e6) as u64, label(search));
                let new = || Cell {
                    label: label(search),
                    figure: Figure::Capacity,
                    unit: if search.subject == Subject::Rate { "/s" } else { "1" },
                    samples: vec![None; clusters.len()],
                };
                let cell = cells.entry(key).or_insert_with(new);
                let sample = cell.samples[index].get_or_insert_default();
                sample.values.push(search.lower);
                // The truth lies between the bounds.
                let width = (search.upper / search.lower).ln();
                if width.is_finite() {
                    sample.rounding = sample.rounding.max(width);
                }
            }
        }
    }
    Ok(cells.into_values().collect())
}

/// What a search held and judged by.
pub(crate) fn label(search: &SearchFacts) -> String {
    let SearchFacts { test_case, held, slo, .. } = search;
    let what = match search.subject {
        Subject::Rate => format!("{test_case} {}, highest rate", text::number(*held)),
        Subject::Load => format!("{test_case} at {}, highest load", text::intended_rate(*held)),
    };
    if slo.is_empty() { what } else { format!("{what} with {slo}") }
}
