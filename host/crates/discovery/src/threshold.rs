//! Where the chance of a bad trial is about one half, as far as the trials so far tell. Steers, and decides nothing.

/// What one trial adds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hint {
    /// Index of its rate.
    pub(crate) at: usize,
    pub(crate) is_bad: bool,
    /// 1 for a trial of final length, less for a shorter one.
    pub(crate) weight: f64,
}

/// Chance of an outcome that the rate does not explain: a stall, for example.
const LAPSE: f64 = 0.07;
/// How soon the chance of a bad trial rises with the rate: widths from one tenth to nine tenths, as a share of the width searched
/// for. All are as likely beforehand.
const SPREADS: [f64; 10] = [0.06, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
/// Those up to this tell where the threshold is, unless it is surely blunter: a blunt curve may lie anywhere.
const SHARP: f64 = 2.0;
/// Chance that the threshold is sharper than it is said to be at least.
const DOUBT: f64 = 0.1;
/// Most places that are weighed.
const PLACES: usize = 300;

/// Where the threshold is, and how sharp.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    /// Mean index.
    pub(crate) index: f64,
    /// The chance of a bad trial takes at least so many steps from one tenth to nine tenths, with a confidence of 90 %.
    pub(crate) surely: f64,
    /// It takes about so many.
    pub(crate) spread: f64,
}

/// Estimates the threshold, from `first` to `last`. `steps` are a width.
///
/// The chance of a bad trial at x is taken for l + (1 − 2 l) / (1 + exp(−(x − θ) / s)), as in adaptive psychometrics (Watson and Pelli,
/// Perception & Psychophysics 33, 1983, 113; with lapses l by Wichmann and Hill, ibid. 63, 2001, 1293). Every θ and s is
/// as likely beforehand; given are the mean of θ and quantiles of s by Bayes's rule.
pub(crate) fn estimate(hints: &[Hint], first: usize, last: usize, steps: usize) -> Estimate {
    let hints = merged(hints);
    let stride = ((last - first) / PLACES).max(1);
    let places: Vec<usize> = (first..=last).step_by(stride).collect();
    let spreads = SPREADS.map(|spread| spread * steps as f64);
    let logs = spreads.map(|spread| {
        // From a tenth to nine tenths a logistic curve takes 2 ln 9 of its scale.
        let scale = spread / (2.0 * 9f64.ln());
        let of_place =
            |place: &usize| hints.iter().map(|hint| hint.weight * chance(hint, *place as f64, scale).ln()).sum();
        places.iter().map(of_place).collect::<Vec<f64>>()
    });
    let best = logs.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights = logs.map(|logs| logs.iter().map(|log| (log - best).exp()).collect::<Vec<f64>>());
    let by_spread = weights.each_ref().map(|weights| weights.iter().sum::<f64>());
    let surely = quantile(&by_spread, &spreads, DOUBT);
    let is_told = |spread: f64| spread <= surely.max(SHARP * steps as f64);
    let (mut all, mut moment) = (0.0, 0.0);
    for (weights, _) in weights.iter().zip(spreads).filter(|(_, spread)| is_told(*spread)) {
        all += weights.iter().sum::<f64>();
        moment += weights.iter().zip(&places).map(|(weight, place)| weight * *place as f64).sum::<f64>();
    }
    Estimate { index: moment / all, surely, spread: quantile(&by_spread, &spreads, 0.5) }
}

/// One for all that went the same way at the same rate, with their weights added up.
fn merged(hints: &[Hint]) -> Vec<Hint> {
    let mut hints = hints.to_vec();
    hints.sort_by_key(|hint| (hint.at, hint.is_bad));
    let alike = hints.chunk_by(|one, other| (one.at, one.is_bad) == (other.at, other.is_bad));
    alike.map(|group| Hint { weight: group.iter().map(|hint| hint.weight).sum(), ..group[0] }).collect()
}

/// The first value up to which there is more than that share of all weight.
fn quantile(weights: &[f64], values: &[f64], share: f64) -> f64 {
    let all: f64 = weights.iter().sum();
    let mut below = 0.0;
    let found = weights.iter().zip(values).find(|(weight, _)| {
        below += **weight / all;
        below > share
    });
    found.map_or(0.0, |(_, value)| *value)
}

fn chance(hint: &Hint, threshold: f64, scale: f64) -> f64 {
    let is_bad = LAPSE + (1.0 - 2.0 * LAPSE) / (1.0 + (-(hint.at as f64 - threshold) / scale).exp());
    if hint.is_bad { is_bad } else { 1.0 - is_bad }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(of: &[(usize, bool)]) -> Vec<Hint> {
        of.iter().map(|(at, is_bad)| Hint { at: *at, is_bad: *is_bad, weight: 1.0 }).collect()
    }

    #[test]
    fn it_lies_between_the_good_and_the_bad() {
        let found = estimate(&hints(&[(40, false), (40, false), (50, true), (50, true)]), 0, 100, 4).index;
        assert!((43.0..47.0).contains(&found), "{found}");
    }

    #[test]
    fn it_lies_where_trials_contradict_each_other() {
        let mixed = [(40, false), (50, true), (48, true), (48, false), (48, true), (48, false)];
        let found = estimate(&hints(&mixed), 0, 100, 4).index;
        assert!((47.0..49.0).contains(&found), "{found}");
    }

    #[test]
    fn a_lapse_far_away_moves_it_little() {
        let lapse = [(40, false), (40, false), (50, true), (50, true), (20, true), (30, false), (35, false)];
        let found = estimate(&hints(&lapse), 0, 100, 4).index;
        assert!((42.0..48.0).contains(&found), "{found}");
    }

    #[test]
    fn without_hints_it_is_in_the_middle() {
        assert!((estimate(&[], 0, 10_000, 4).index - 5000.0).abs() < 20.0);
        assert_eq!(estimate(&[], 7, 7, 4).index, 7.0);
    }

    #[test]
    fn how_sharp_it_is_shows_in_contradictions() {
        let sharp: Vec<_> = (0..12).map(|at| (40 + at, at >= 6)).collect();
        assert!(estimate(&hints(&sharp), 0, 100, 4).spread < 8.0);
        // A chance that rises from 0 to 1 over 80 steps.
        let blunt: Vec<_> = (0..80).map(|at| (10 + at, at * 37 % 80 < at)).collect();
        assert!(estimate(&hints(&blunt), 0, 100, 4).surely >= 16.0);
    }
}
