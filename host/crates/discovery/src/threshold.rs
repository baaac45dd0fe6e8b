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
const SPREADS: [f64; 6] = [0.06, 0.125, 0.25, 0.5, 1.0, 2.0];
/// Most places that are weighed.
const PLACES: usize = 300;

/// Mean index of the threshold, from `first` to `last`. `steps` are a width.
///
/// The chance of a bad trial at x is taken for l + (1 − 2 l) / (1 + exp(−(x − θ) / s)), as in adaptive psychometrics (Watson and Pelli,
/// Perception & Psychophysics 33, 1983, 113; with lapses l by Wichmann and Hill, ibid. 63, 2001, 1293). Every θ and s is
/// as likely beforehand; given is the mean of θ by Bayes's rule.
pub(crate) fn threshold(hints: &[Hint], first: usize, last: usize, steps: usize) -> f64 {
    let stride = ((last - first) / PLACES).max(1);
    let places: Vec<usize> = (first..=last).step_by(stride).collect();
    let mut weights = Vec::with_capacity(places.len() * SPREADS.len());
    for spread in SPREADS {
        // From a tenth to nine tenths a logistic curve takes 2 ln 9 of its scale.
        let scale = spread * steps as f64 / (2.0 * 9f64.ln());
        weights.extend(
            places.iter().map(|place| {
                hints.iter().map(|hint| hint.weight * chance(hint, *place as f64, scale).ln()).sum::<f64>()
            }),
        );
    }
    let best = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let by_place = weights.iter().zip(places.iter().cycle());
    let (sum, moment) = by_place.fold((0.0, 0.0), |(sum, moment), (weight, place)| {
        let weight = (weight - best).exp();
        (sum + weight, moment + weight * *place as f64)
    });
    moment / sum
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
        let found = threshold(&hints(&[(40, false), (40, false), (50, true), (50, true)]), 0, 100, 4);
        assert!((43.0..47.0).contains(&found), "{found}");
    }

    #[test]
    fn it_lies_where_trials_contradict_each_other() {
        let mixed = [(40, false), (50, true), (48, true), (48, false), (48, true), (48, false)];
        let found = threshold(&hints(&mixed), 0, 100, 4);
        assert!((47.0..49.0).contains(&found), "{found}");
    }

    #[test]
    fn a_lapse_far_away_moves_it_little() {
        let lapse = [(40, false), (40, false), (50, true), (50, true), (20, true), (30, false), (35, false)];
        let found = threshold(&hints(&lapse), 0, 100, 4);
        assert!((42.0..48.0).contains(&found), "{found}");
    }

    #[test]
    fn without_hints_it_is_in_the_middle() {
        assert!((threshold(&[], 0, 10_000, 4) - 5000.0).abs() < 20.0);
        assert_eq!(threshold(&[], 7, 7, 4), 7.0);
    }
}
