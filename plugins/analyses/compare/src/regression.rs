//! Did a later cluster get worse than the first by more than it may? Answered by the interval, not by the figure.

use cluster_tester_sdk::analysis::text;

use crate::cells::Cell;
use crate::decision::{Comparison, Ratio, Verdict};
use crate::limit::Limit;
use crate::words;

/// The answer for a later cluster in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It got worse by more than the limit.
    Worse,
    /// It did not.
    Within,
    /// The interval has both sides of the limit, or there is none.
    Undecided,
}

/// The answer of a comparison; none where the limit is not about it.
pub(crate) fn answer(comparison: &Comparison, cell: &Cell, limit: Limit) -> Option<Answer> {
    if comparison.pair.0 != 0 || cell.figure != limit.figure {
        return None;
    }
    // Near is the end of the interval at which the later one is least bad.
    let ends =
        comparison.ratio.map(|Ratio { low, high, .. }| if limit.figure.is_gain() { (high, low) } else { (low, high) });
    let is_beyond = |ratio: f64| {
        if limit.figure.is_gain() { ratio < 1.0 - limit.share } else { ratio > 1.0 + limit.share }
    };
    Some(match (ends, comparison.verdict) {
        (Some((near, _)), _) if is_beyond(near) => Answer::Worse,
        (Some((_, far)), _) if !is_beyond(far) => Answer::Within,
        (None, Verdict::OftenerBeyond { second_is_better } | Verdict::AlwaysBeyond { second_is_better }) => {
            if second_is_better {
                Answer::Within
            } else {
                Answer::Worse
            }
        }
        _ => Answer::Undecided,
    })
}

/// The answer as a sentence.
pub(crate) fn sentence(answer: Answer, comparison: &Comparison, cell: &Cell, names: &[&str], limit: Limit) -> String {
    let (first, second) = (names[comparison.pair.0], names[comparison.pair.1]);
    let what = format!("{}, {}", limit.figure, cell.label);
    let may = text::per_cent(limit.share);
    let rests_on_blocks = comparison.is_weak && comparison.step.is_some();
    let by_blocks = if rests_on_blocks { ", by blocks of one trial" } else { "" };
    match answer {
        Answer::Worse => {
            let by = match comparison.verdict {
                Verdict::AlwaysBeyond { second_is_better } => {
                    words::always_beyond(second_is_better, comparison, cell, names)
                }
                _ => worse(comparison, limit),
            };
            format!("Regression of {second} against {first} ({what}): {by}{by_blocks}.")
        }
        Answer::Within => format!("No regression of {second} against {first} beyond {may} ({what}){by_blocks}."),
        Answer::Undecided => {
            let why = undecided(comparison, cell);
            format!(
                "Whether {second} is worse than {first} by more than {may} cannot be decided ({what}): {why}{by_blocks}."
            )
        }
    }
}

/// By how much it got worse.
fn worse(comparison: &Comparison, limit: Limit) -> String {
    let is_gain = limit.figure.is_gain();
    let Some(Ratio { value, low, high }) = comparison.ratio else {
        let p = text::number(comparison.p);
        return format!("{} more often (Fisher's p = {p})", limit.figure.beyond());
    };
    let by = |ratio: f64| text::per_cent((ratio - 1.0).abs());
    let (direction, near) = if is_gain { ("lower", high) } else { ("higher", low) };
    format!("{direction} by {}, by {} at least; {} is allowed", by(value), by(near), text::per_cent(limit.share))
}

/// Why it cannot be told.
fn undecided(comparison: &Comparison, cell: &Cell) -> String {
    let Some(Ratio { low, high, .. }) = comparison.ratio else {
        return match comparison.verdict {
            Verdict::TooFew => words::too_few(comparison, cell),
            _ => "some repetitions have no value".to_owned(),
        };
    };
    let change = |ratio: f64| text::per_cent(ratio - 1.0);
    let needed = match comparison.verdict {
        Verdict::Undecided { needed: Some(needed), .. } => {
            format!("; about {needed} repetitions of each would tell more")
        }
        _ => String::new(),
    };
    format!("the change is between {} and {}{needed}", change(low), change(high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Figure;
    use crate::sample::Sample;

    fn answered(ratio: Option<(f64, f64)>, figure: Figure, verdict: Verdict) -> (Option<Answer>, String) {
        let ratio = ratio.map(|(low, high)| Ratio { value: (low * high).sqrt(), low, high });
        let comparison = Comparison { cell: 0, pair: (0, 1), ratio, step: None, p: 0.008, is_weak: false, verdict };
        let samples = vec![Some(Sample::of(vec![1.0])); 2];
        let cell = Cell { label: "fibonacci 10, 100/s".into(), figure, unit: "ns", samples };
        let limit = Limit { share: 0.05, figure };
        let answer = answer(&comparison, &cell, limit);
        let sentence = sentence(answer.expect("about it"), &comparison, &cell, &["old", "new"], limit);
        (answer, sentence)
    }

    #[test]
    fn the_near_end_of_the_interval_decides() {
        let p99 = Figure::Percentile(99.0);
        let differs = Verdict::Differs { second_is_better: false };
        let (answer, sentence) = answered(Some((1.06, 1.2)), p99, differs);
        assert_eq!(answer, Some(Answer::Worse));
        assert_eq!(
            sentence,
            "Regression of new against old (p99, fibonacci 10, 100/s): higher by 13 %, by 6 % at least; 5 % is allowed."
        );
        assert_eq!(answered(Some((1.04, 1.2)), p99, differs).0, Some(Answer::Undecided));
        assert_eq!(answered(Some((0.9, 1.04)), p99, differs).0, Some(Answer::Within));
    }

    #[test]
    fn gains_get_worse_by_falling() {
        let verdict = Verdict::Undecided { detectable: 0.2, needed: Some(12) };
        assert_eq!(answered(Some((0.8, 0.94)), Figure::Capacity, verdict).0, Some(Answer::Worse));
        assert_eq!(answered(Some((0.96, 1.5)), Figure::Capacity, verdict).0, Some(Answer::Within));
        let (answer, sentence) = answered(Some((0.9, 1.1)), Figure::Capacity, verdict);
        assert_eq!(answer, Some(Answer::Undecided));
        assert!(sentence.contains("the change is between -10 % and 10 %; about 12 repetitions"), "{sentence}");
    }

    #[test]
    fn being_unbounded_more_often_is_worse_than_any_limit() {
        let p99 = Figure::Percentile(99.0);
        let worse = answered(None, p99, Verdict::OftenerBeyond { second_is_better: false });
        assert_eq!(worse.0, Some(Answer::Worse));
        assert!(worse.1.contains("unbounded more often (Fisher's p = 0.008)"), "{}", worse.1);
        let dead = answered(None, p99, Verdict::AlwaysBeyond { second_is_better: false });
        assert_eq!(dead.0, Some(Answer::Worse));
        assert!(dead.1.contains("unbounded in the only repetition of new, not in that of old"), "{}", dead.1);
        assert_eq!(answered(None, p99, Verdict::NotComparable).0, Some(Answer::Undecided));
        assert_eq!(answered(None, p99, Verdict::TooFew).0, Some(Answer::Undecided));
    }
}
