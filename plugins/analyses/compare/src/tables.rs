//! Tables of a figure: the decisions, a field of them in words, and the numbers behind both.

use cluster_tester_sdk::analysis::Table;
use fastrand::Rng;

use crate::cells::Cell;
use crate::decision::{Comparison, Ratio, Verdict};
use crate::figure::Figure;
use crate::sample::Sample;
use crate::settings::Settings;
use crate::{effect, mann_whitney, words};

/// Bands are the same whenever the same datasets are compared.
const SEED: u64 = 0x5EED;

/// What is said of each pair in each cell.
pub(crate) fn decisions(comparisons: &[&Comparison], cells: &[Cell], names: &[&str], settings: &Settings) -> Table {
    let ratio = |part: fn(Ratio) -> f64| {
        comparisons.iter().map(|comparison| comparison.ratio.map_or(f64::NAN, part)).collect::<Vec<f64>>()
    };
    let sentence = |comparison: &&Comparison| words::sentence(comparison, &cells[comparison.cell], names, settings);
    Table::new("Decisions")
        .text("clusters", comparisons.iter().map(|comparison| pair(comparison, names)).collect())
        .text("asked", comparisons.iter().map(|comparison| cells[comparison.cell].label.clone()).collect())
        .numbers("second / first", "1", ratio(|ratio| ratio.value))
        .numbers("from", "1", ratio(|ratio| ratio.low))
        .numbers("to", "1", ratio(|ratio| ratio.high))
        .text("decision", comparisons.iter().map(sentence).collect())
}

fn pair(comparison: &Comparison, names: &[&str]) -> String {
    let (first, second) = comparison.pair;
    format!("{}, {}", names[first], names[second])
}

/// Whether the row's cluster is better than the column's: in one word, or in how many of the cells.
pub(crate) fn matrix(comparisons: &[&Comparison], names: &[&str]) -> Table {
    let word = |row: usize, column: usize| {
        let pair = (row.min(column), row.max(column));
        let verdicts: Vec<Verdict> =
            comparisons.iter().filter(|comparison| comparison.pair == pair).map(|found| found.verdict).collect();
        let is_row_second = row > column;
        let count =
            |wanted: &str| verdicts.iter().filter(|verdict| in_a_word(**verdict, is_row_second) == wanted).count();
        match verdicts.as_slice() {
            [] if row == column => "–".to_owned(),
            [] => "nothing in common".to_owned(),
            [only] => in_a_word(*only, is_row_second).to_owned(),
            several => {
                let told = WORDS.iter().filter(|word| count(word) > 0);
                let told: Vec<String> = told.map(|word| format!("{word} in {}", count(word))).collect();
                format!("{} of {}", told.join(", "), several.len())
            }
        }
    };
    let table = Table::new("Row against column").text("cluster", names.iter().map(|name| (*name).to_owned()).collect());
    names
        .iter()
        .enumerate()
        .fold(table, |table, (column, name)| table.text(*name, (0..names.len()).map(|row| word(row, column)).collect()))
}

const WORDS: [&str; 4] = ["better", "worse", "no difference", "undecided"];

fn in_a_word(verdict: Verdict, is_row_second: bool) -> &'static str {
    match verdict {
        Verdict::Differs { second_is_better }
        | Verdict::AlwaysBeyond { second_is_better }
        | Verdict::OftenerBeyond { second_is_better } => WORDS[usize::from(second_is_better != is_row_second)],
        Verdict::Same { .. } => WORDS[2],
        Verdict::Undecided { .. } | Verdict::NotComparable | Verdict::TooFew => WORDS[3],
    }
}

/// What each cluster had in each cell.
pub(crate) fn figures(cells: &[&Cell], figure: Figure, names: &[&str], settings: &Settings) -> Table {
    let mut random = Rng::with_seed(SEED);
    let rows: Vec<(&Cell, &str, &Sample)> = cells
        .iter()
        .flat_map(|cell| cell.samples.iter().zip(names).map(move |(sample, name)| (*cell, *name, sample)))
        .filter_map(|(cell, name, sample)| sample.as_ref().map(|sample| (cell, name, sample)))
        .collect();
    let column = |of: &dyn Fn(&Sample) -> f64| rows.iter().map(|(.., sample)| of(sample)).collect::<Vec<f64>>();
    let extreme =
        |sample: &Sample, choose: fn(f64, f64) -> f64| sample.values.iter().copied().reduce(choose).unwrap_or(f64::NAN);
    let unit = cells.first().map_or("", |cell| cell.unit);
    let (low, high) = rows.iter().map(|(.., sample)| sample.band(settings.confidence, &mut random)).unzip();
    let blocks = |of: fn(&crate::blocks::Blocks) -> f64| column(&|sample| sample.blocks.as_ref().map_or(f64::NAN, of));
    let mut table = Table::new(format!("{figure} of each cluster"))
        .text("asked", rows.iter().map(|(cell, ..)| cell.label.clone()).collect())
        .text("cluster", rows.iter().map(|(_, name, _)| (*name).to_owned()).collect())
        .numbers("repetitions", "1", column(&|sample| sample.values.len() as f64))
        .numbers("geometric mean", unit, column(&Sample::mean))
        .numbers("bootstrap from", unit, low)
        .numbers("to", unit, high)
        .numbers("least", unit, column(&|sample| extreme(sample, f64::min)))
        .numbers("most", unit, column(&|sample| extreme(sample, f64::max)))
        .numbers("spread of repetitions", "%", column(&|sample| sample.spread() * 100.0));
    if rows.iter().any(|(.., sample)| sample.blocks.is_some()) {
        table = table
            .numbers("blocks", "1", blocks(|blocks| blocks.values.len() as f64))
            .numbers("lag-1 autocorrelation", "1", blocks(|blocks| blocks.autocorrelation))
            .numbers("effective blocks", "1", blocks(|blocks| blocks.effective));
    }
    if figure == Figure::Capacity {
        return table;
    }
    table.numbers("requests", "1", column(&|sample| sample.requests)).numbers(
        "not successful",
        "%",
        column(&|sample| sample.failed / sample.requests * 100.0),
    )
}

/// The numbers behind the decisions, and those of other schools, by which nothing is decided.
pub(crate) fn statistics(comparisons: &[&Comparison], cells: &[Cell], names: &[&str]) -> Table {
    let of = |part: &dyn Fn(&Comparison, &Sample, &Sample) -> f64| {
        let value = |comparison: &&Comparison| {
            let samples = &cells[comparison.cell].samples;
            match (&samples[comparison.pair.0], &samples[comparison.pair.1]) {
                (Some(a), Some(b)) => part(comparison, a, b),
                _ => f64::NAN,
            }
        };
        comparisons.iter().map(value).collect::<Vec<f64>>()
    };
    let step = |part: fn(crate::holm::Step) -> f64| of(&|comparison, _, _| comparison.step.map_or(f64::NAN, part));
    let detectable = |verdict| match verdict {
        Verdict::Same { detectable } | Verdict::Undecided { detectable, .. } => detectable * 100.0,
        _ => f64::NAN,
    };
    let is_beyond = |comparison: &Comparison| comparison.ratio.is_none() && comparison.step.is_some();
    let test = |comparison: &&Comparison| if is_beyond(comparison) { "Fisher" } else { "Welch" }.to_owned();
    Table::new("Behind the decisions")
        .text("clusters", comparisons.iter().map(|comparison| pair(comparison, names)).collect())
        .text("asked", comparisons.iter().map(|comparison| cells[comparison.cell].label.clone()).collect())
        .text("test", comparisons.iter().map(test).collect())
        .numbers("p value", "1", of(&|comparison, _, _| comparison.p))
        .numbers("p value, Holm", "1", step(|step| step.adjusted))
        .numbers("level of the interval", "%", step(|step| (1.0 - step.level) * 100.0))
        .numbers("difference that would be found", "%", of(&|comparison, _, _| detectable(comparison.verdict)))
        .numbers("Hedges' g", "1", of(&|_, a, b| effect::hedges_g(&a.logs(), &b.logs())))
        .numbers("p value, Mann–Whitney", "1", of(&|_, a, b| mann_whitney::p(a.parts(), b.parts())))
}
