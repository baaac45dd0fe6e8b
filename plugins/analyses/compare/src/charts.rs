//! Charts of a figure: what each cluster had, how far they differ, and a field of ratios.

use std::collections::BTreeSet;

use cluster_tester_sdk::analysis::{Axis, Chart, Scale};
use fastrand::Rng;

use crate::cells::Cell;
use crate::decision::{Comparison, Ratio};
use crate::figure::Figure;
use crate::limit::Limit;
use crate::settings::Settings;

/// Most categories that a chart can show.
const MOST: usize = 60;
/// Most pairs of clusters that a chart can tell apart: those with the first clusters.
const MOST_PAIRS: usize = 20;
/// Bands are the same whenever the same datasets are compared.
const SEED: u64 = 0x5EED;

/// Bars of geometric means with bootstrap bands, one group a cell. The cells have one unit.
pub(crate) fn means(cells: &[&Cell], figure: Figure, names: &[&str], settings: &Settings) -> Chart {
    let mut random = Rng::with_seed(SEED);
    let shown = &cells[..cells.len().min(MOST)];
    let unit = shown.first().map_or("", |cell| cell.unit);
    let labels = shown.iter().map(|cell| cell.label.clone()).collect();
    let title = format!("{}: geometric mean of the repetitions", capitalised(&figure.in_full()));
    let mut chart = Chart::bars(title, "asked of the target", labels, Axis::new(figure.to_string(), unit))
        .file_name(format!("compare_{figure}_means"));
    for (cluster, name) in names.iter().enumerate() {
        let sample = |cell: &&Cell| cell.samples[cluster].clone();
        let values = shown.iter().map(|cell| sample(cell).map_or(f64::NAN, |sample| sample.mean())).collect();
        let band = |cell| sample(cell).map_or((f64::NAN, f64::NAN), |s| s.band(settings.confidence, &mut random));
        let (low, high) = shown.iter().map(band).unzip();
        let note = |cell| sample(cell).map_or_else(String::new, |sample| format!("n = {}", sample.values.len()));
        chart = chart.series(*name, values).band(low, high).notes(shown.iter().map(note).collect());
    }
    chart
}

/// Bars of differences with their intervals: a group for each cell, a series for each pair of clusters.
pub(crate) fn differences(
    comparisons: &[&Comparison],
    cells: &[Cell],
    figure: Figure,
    names: &[&str],
    limit: Option<Limit>,
) -> Option<Chart> {
    let is_shown = |comparison: &&&Comparison| comparison.ratio.is_some();
    let numbers: BTreeSet<usize> = comparisons.iter().filter(is_shown).map(|comparison| comparison.cell).collect();
    let shown: Vec<usize> = numbers.into_iter().take(MOST).collect();
    let pairs: BTreeSet<(usize, usize)> =
        comparisons.iter().filter(is_shown).map(|comparison| comparison.pair).collect();
    if shown.is_empty() {
        return None;
    }
    let per_cent = |ratio: f64| (ratio - 1.0) * 100.0;
    let labels = shown.iter().map(|cell| cells[*cell].label.clone()).collect();
    let title = format!("Difference in {figure}, with its interval");
    let mut chart =
        Chart::bars(title, "asked of the target", labels, Axis::new(format!("difference in {figure}"), "%"))
            .file_name(format!("compare_{figure}_differences"));
    for pair in pairs.into_iter().take(MOST_PAIRS) {
        let of = |part: fn(Ratio) -> f64| {
            let value = |cell: &usize| {
                let found = comparisons.iter().find(|comparison| comparison.cell == *cell && comparison.pair == pair);
                found.and_then(|found| found.ratio).map_or(f64::NAN, |ratio| per_cent(part(ratio)))
            };
            shown.iter().map(value).collect::<Vec<f64>>()
        };
        chart = chart
            .series(format!("{} against {}", names[pair.1], names[pair.0]), of(|ratio| ratio.value))
            .band(of(|ratio| ratio.low), of(|ratio| ratio.high));
    }
    chart = chart.horizontal_mark(0.0, "no difference");
    Some(match limit.filter(|limit| limit.figure == figure) {
        Some(limit) => {
            let sign = if figure.is_gain() { -100.0 } else { 100.0 };
            chart.horizontal_mark(sign * limit.share, "limit")
        }
        None => chart,
    })
}

/// The field of ratios: the row's figure divided by the column's, over the cells that both have (geometric mean).
pub(crate) fn matrix(comparisons: &[&Comparison], figure: Figure, names: &[&str]) -> Chart {
    let ratio = |row: usize, column: usize| {
        if row == column {
            return 1.0;
        }
        let of = |comparison: &&&Comparison| comparison.pair == (row.min(column), row.max(column));
        let logs: Vec<f64> =
            comparisons.iter().filter(of).filter_map(|found| found.ratio).map(|ratio| ratio.value.ln()).collect();
        let mean = (logs.iter().sum::<f64>() / logs.len() as f64).exp();
        if row > column { mean } else { 1.0 / mean }
    };
    let rows = names.iter().map(|name| (*name).to_owned()).collect();
    let axis = Axis::new(format!("{figure}, row by column"), "1").scale(Scale::Logarithmic);
    let title = format!("{}: row divided by column", capitalised(&figure.in_full()));
    let chart = Chart::heat_map(title, "cluster", rows, axis).file_name(format!("compare_{figure}_matrix"));
    names.iter().enumerate().fold(chart, |chart, (column, name)| {
        chart.series(*name, (0..names.len()).map(|row| ratio(row, column)).collect())
    })
}

/// With its first letter in upper case.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    // A percentile is written as people type it.
    match letters.next() {
        Some('p') if letters.as_str().starts_with(|c: char| c.is_ascii_digit()) => text.to_owned(),
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
