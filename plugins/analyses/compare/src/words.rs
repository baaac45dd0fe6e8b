//! Verdicts in words.

use cluster_tester_sdk::analysis::text;

use crate::cells::Cell;
use crate::decision::{Comparison, Ratio, Verdict};
use crate::sample::Sample;
use crate::settings::Settings;

/// What is said of two clusters in a cell.
pub(crate) fn sentence(comparison: &Comparison, cell: &Cell, names: &[&str], settings: &Settings) -> String {
    let (first, second) = comparison.pair;
    let by_blocks = if comparison.is_weak { ", by blocks of one trial" } else { "" };
    match comparison.verdict {
        Verdict::Differs { second_is_better } => {
            let (better, worse) = if second_is_better { (second, first) } else { (first, second) };
            let by = comparison.ratio.map_or_else(String::new, |ratio| gap(ratio, second_is_better));
            let (figure, direction) = (cell.figure, if cell.figure.is_gain() { "higher" } else { "lower" });
            let (better, worse, praise) = (names[better], names[worse], figure.praise());
            format!("{better} {praise}: its {figure} is {direction} than that of {worse} by {by}{by_blocks}")
        }
        Verdict::Same { detectable } => {
            let detectable = text::per_cent(detectable);
            format!("no difference found at this resolution (one above about {detectable} would have been){by_blocks}")
        }
        Verdict::Undecided { detectable, needed } => undecided(comparison, cell, detectable, needed, settings),
        Verdict::AlwaysBeyond { second_is_better } => {
            let better = names[if second_is_better { second } else { first }];
            format!("{better} is better: {} {}", cell.figure, always_beyond(second_is_better, comparison, cell, names))
        }
        Verdict::OftenerBeyond { second_is_better } => {
            let better = names[if second_is_better { second } else { first }];
            format!("{better} is better: {}", beyond(comparison, cell, names))
        }
        Verdict::NotComparable => format!("{}: not comparable", beyond(comparison, cell, names)),
        Verdict::TooFew => {
            format!("cannot be decided with {}: nothing tells how far repetitions differ", too_few(comparison, cell))
        }
    }
}

/// How many repetitions there are where one of the two has one alone.
pub(crate) fn too_few(comparison: &Comparison, cell: &Cell) -> String {
    match (number(cell, comparison.pair.0), number(cell, comparison.pair.1)) {
        (1, 1) => "one repetition".to_owned(),
        (first, second) => format!("{first} and {second} repetitions"),
    }
}

/// Where the figure has no value, such as `unbounded in all 3 repetitions of b, in none of a's 3`.
pub(crate) fn always_beyond(second_is_better: bool, comparison: &Comparison, cell: &Cell, names: &[&str]) -> String {
    let (first, second) = comparison.pair;
    let (worse, better) = if second_is_better { (first, second) } else { (second, first) };
    let all = match number(cell, worse) {
        1 => format!("in the only repetition of {}", names[worse]),
        several => format!("in all {several} repetitions of {}", names[worse]),
    };
    let none = match number(cell, better) {
        1 => format!("not in that of {}", names[better]),
        several => format!("in none of {}'s {several}", names[better]),
    };
    format!("{} {all}, {none}", cell.figure.beyond())
}

fn undecided(
    comparison: &Comparison,
    cell: &Cell,
    detectable: f64,
    needed: Option<u32>,
    settings: &Settings,
) -> String {
    let (first, second) = (number(cell, comparison.pair.0), number(cell, comparison.pair.1));
    let detectable = text::per_cent(detectable);
    let resolution = text::per_cent(settings.resolution);
    let with = if first == second {
        text::count(first, "repetition", "repetitions")
    } else {
        format!("{first} and {second} repetitions")
    };
    let needs = match needed {
        Some(needed) => format!("{resolution} needs about {needed} of each"),
        None if comparison.is_weak => "repeat the trials, five times to begin with".to_owned(),
        None => format!("{resolution} needs more than a thousand"),
    };
    format!("cannot be decided with {with} (a difference above about {detectable} would have been found): {needs}")
}

fn sample(cell: &Cell, cluster: usize) -> Option<&Sample> {
    cell.samples.get(cluster).and_then(Option::as_ref)
}

fn number(cell: &Cell, cluster: usize) -> usize {
    sample(cell, cluster).map_or(0, |sample| sample.values.len())
}

fn beyond(comparison: &Comparison, cell: &Cell, names: &[&str]) -> String {
    let of = |cluster: usize| {
        let (beyond, all) = sample(cell, cluster).map_or((0, 0), Sample::beyond);
        let is_weak = sample(cell, cluster).is_some_and(Sample::is_weak);
        let parts = if is_weak && all > 1 { "blocks" } else { "repetitions" };
        format!("in {beyond} of {all} {parts} of {}", names[cluster])
    };
    let (first, second) = comparison.pair;
    format!("{} {} {} and {}", cell.figure, cell.figure.beyond(), of(first), of(second))
}

/// The distance between the better and the worse, with its interval.
fn gap(ratio: Ratio, second_is_better: bool) -> String {
    // The better one's figure by that of the worse.
    let turn = |value: f64| if second_is_better { value } else { 1.0 / value };
    let gap = |value: f64| (turn(value) - 1.0).abs();
    let (one, other) = (gap(ratio.low), gap(ratio.high));
    let (near, far) = (one.min(other), one.max(other));
    let near = text::per_cent(near);
    format!("{} ({}–{})", text::per_cent(gap(ratio.value)), near.trim_end_matches(" %"), text::per_cent(far))
}
