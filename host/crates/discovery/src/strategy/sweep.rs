//! Looks at rates below the lower bound in short trials: a target may be bad at a rate and good at a higher one.
//!
//! Finds what is at least some 8 % wide and not below half the lower bound.

use model::Purpose;

use super::View;
use crate::bounds::{self, Class};
use crate::goal::Goal;
use crate::grid::Grid;
use crate::verdict::Verdict;

/// Rates that are looked at, as shares of the lower bound.
const SHARES: [f64; 9] = [0.95, 0.885, 0.82, 0.76, 0.705, 0.65, 0.6, 0.55, 0.5];
/// A good trial this near, as a share of the rate, is as good as a look.
const NEAR: f64 = 0.03;

/// What a look asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Look {
    /// A trial at this index.
    At(usize, Purpose),
    /// There is no more to look at.
    Over,
}

/// The next look below `lower`, by what is known of each rate.
pub(crate) fn next(view: &View<'_>, grid: &Grid, goal: &Goal, lower: f64) -> Look {
    for share in SHARES {
        let index = grid.index(lower * share);
        let rate = grid.rate(index);
        if is_covered(view, rate) {
            continue;
        }
        match bounds::class_at(view.history, goal, rate, None, bounds::by_slo) {
            Class::Lower | Class::Upper => {}
            Class::Undecided => {
                let count = |verdict| view.history.at(rate).filter(|trial| trial.verdict == verdict).count();
                // One bad look may be a stall.
                let is_suspect = count(Verdict::Bad) >= 2 && count(Verdict::Bad) > count(Verdict::Good);
                return Look::At(index, if is_suspect { Purpose::Bound } else { Purpose::Steering });
            }
        }
    }
    Look::Over
}

/// Trials that are still to be expected.
pub(crate) fn left(view: &View<'_>, grid: &Grid, lower: f64) -> f64 {
    SHARES.iter().filter(|share| !is_covered(view, grid.rate(grid.index(lower * **share)))).count() as f64
}

/// More trials near it were good than bad.
fn is_covered(view: &View<'_>, rate: f64) -> bool {
    let near = view.history.counting().filter(|(at, _)| (at / rate - 1.0).abs() <= NEAR);
    let (good, bad) = near.fold((0, 0), |(good, bad), (_, trial)| match trial.verdict {
        Verdict::Good => (good + 1, bad),
        _ => (good, bad + 1),
    });
    good > bad
}
