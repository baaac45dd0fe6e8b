//! What is said of two clusters in a cell. All comparisons of a report are one family (Holm): the chance that any
//! difference is claimed where there is none stays at the level asked for.

use crate::cells::Cell;
use crate::holm::{self, Step};
use crate::power;
use crate::sample::{Extent, Sample};
use crate::welch::Difference;
use crate::{fisher, settings::Settings};

/// Two clusters in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Comparison {
    /// The cell, by number.
    pub(crate) cell: usize,
    /// The two clusters, by number, in the order of the command line.
    pub(crate) pair: (usize, usize),
    /// Second divided by first; none where there is no ratio.
    pub(crate) ratio: Option<Ratio>,
    /// How it was judged; none where nothing could be.
    pub(crate) step: Option<Step>,
    /// p value on its own; NaN where nothing could be judged.
    pub(crate) p: f64,
    /// One of the two has a single repetition.
    pub(crate) is_weak: bool,
    /// What is said.
    pub(crate) verdict: Verdict,
}

/// A ratio of two clusters with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ratio {
    /// The ratio.
    pub(crate) value: f64,
    /// Lower end.
    pub(crate) low: f64,
    /// Upper end.
    pub(crate) high: f64,
}

/// What is said of two clusters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    /// They differ.
    Differs {
        /// The second is the better one.
        second_is_better: bool,
    },
    /// No difference was found, and one of the resolution asked for would have been.
    Same {
        /// Share from which one would have been found, with the power wanted.
        detectable: f64,
    },
    /// No difference was found, but one of the resolution asked for need not have been.
    Undecided {
        /// Share from which one would have been found.
        detectable: f64,
        /// Repetitions of each that the resolution needs; none if they are more than a thousand, or not to be told from
        /// blocks of one trial.
        needed: Option<u32>,
    },
    /// One has no value (unbounded, or zero) in any of its repetitions, the other one has a value in all.
    AlwaysBeyond {
        /// The second is the better one.
        second_is_better: bool,
    },
    /// One has no value (unbounded, or zero) in more of its repetitions.
    OftenerBeyond {
        /// The second is the better one.
        second_is_better: bool,
    },
    /// Some repetitions have no value, so that there is no ratio.
    NotComparable,
    /// One repetition alone, which could not be cut into blocks.
    TooFew,
}

/// What a pair shows before the family is judged.
enum Evidence {
    Difference(Difference),
    /// All repetitions of one against none of the other: each stands for hundreds of requests, so that no test by the
    /// number of repetitions is needed.
    AllBeyond {
        second_is_better: bool,
    },
    Beyond(f64),
    None,
}

/// Compares all clusters in all cells.
pub(crate) fn compare(cells: &[Cell], settings: &Settings) -> Vec<Comparison> {
    let mut found = Vec::new();
    for (cell, of) in cells.iter().enumerate() {
        for first in 0..of.samples.len() {
            for second in first + 1..of.samples.len() {
                if let (Some(a), Some(b)) = (&of.samples[first], &of.samples[second]) {
                    found.push((cell, (first, second), a, b, evidence(a, b)));
                }
            }
        }
    }
    let p_of = |evidence: &Evidence| match evidence {
        Evidence::Difference(difference) => Some(difference.p()),
        Evidence::Beyond(p) => Some(*p),
        Evidence::AllBeyond { .. } | Evidence::None => None,
    };
    let p_values: Vec<f64> = found.iter().filter_map(|(.., evidence)| p_of(evidence)).collect();
    let mut steps = holm::judge(&p_values, settings.alpha()).into_iter();
    let comparison = |(cell, pair, a, b, evidence): (usize, _, &Sample, &Sample, Evidence)| {
        let step = p_of(&evidence).and_then(|_| steps.next());
        let is_gain = cells[cell].figure.is_gain();
        let (ratio, verdict) = match (&evidence, step) {
            (Evidence::Difference(difference), Some(step)) => judged(*difference, step, a, b, is_gain, settings),
            (Evidence::Beyond(_), Some(step)) => (None, beyond(step, a, b)),
            (Evidence::AllBeyond { second_is_better }, _) => {
                (None, Verdict::AlwaysBeyond { second_is_better: *second_is_better })
            }
            _ => (None, Verdict::TooFew),
        };
        let is_weak = a.is_weak() || b.is_weak();
        Comparison { cell, pair, ratio, step, p: p_of(&evidence).unwrap_or(f64::NAN), is_weak, verdict }
    };
    found.into_iter().map(comparison).collect()
}

fn evidence(a: &Sample, b: &Sample) -> Evidence {
    match (a.extent(), b.extent()) {
        (Extent::None, Extent::All) => return Evidence::AllBeyond { second_is_better: false },
        (Extent::All, Extent::None) => return Evidence::AllBeyond { second_is_better: true },
        _ => {}
    }
    if a.beyond().0 > 0 || b.beyond().0 > 0 {
        return Evidence::Beyond(fisher::p(a.beyond(), b.beyond()));
    }
    match (a.estimate(), b.estimate()) {
        (Some(a), Some(b)) => Evidence::Difference(Difference::between(a, b)),
        _ => Evidence::None,
    }
}

fn judged(
    difference: Difference,
    step: Step,
    a: &Sample,
    b: &Sample,
    is_gain: bool,
    settings: &Settings,
) -> (Option<Ratio>, Verdict) {
    let (low, high) = difference.interval(step.level);
    let ratio = Ratio { value: difference.value.exp(), low: low.exp(), high: high.exp() };
    if step.is_rejected {
        return (Some(ratio), Verdict::Differs { second_is_better: (difference.value > 0.0) == is_gain });
    }
    let detectable = (power::detectable(difference.freedom, step.level) * difference.error).exp() - 1.0;
    let verdict = if detectable <= settings.resolution {
        Verdict::Same { detectable }
    } else {
        let is_weak = a.is_weak() || b.is_weak();
        let variance = |sample: &Sample| sample.estimate().map_or(0.0, |of| of.variance * (of.freedom + 1.0));
        let distance = settings.resolution.ln_1p();
        let needed = power::repetitions(variance(a), variance(b), distance, step.level, power::WANTED);
        Verdict::Undecided { detectable, needed: needed.filter(|_| !is_weak) }
    };
    (Some(ratio), verdict)
}

fn beyond(step: Step, a: &Sample, b: &Sample) -> Verdict {
    let share = |(beyond, all): (usize, usize)| beyond as f64 / all as f64;
    if step.is_rejected {
        Verdict::OftenerBeyond { second_is_better: share(b.beyond()) < share(a.beyond()) }
    } else {
        Verdict::NotComparable
    }
}
