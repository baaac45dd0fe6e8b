//! The knee: the rate up to which response time hardly grows.
//!
//! Defined as the last rate before the first at which p99 exceeds twice its value at low rates, and does so at the next
//! rate too (or there is none). Twice, because in the simplest queue (M/M/1) the response time has doubled when the
//! server is busy half of the time, and grows without bound from there (L. Kleinrock, "Queueing Systems", volume 1,
//! 1975, 3.2). Unlike the point of greatest curvature it does not depend on how far beyond the knee one looked.

/// How many times the value at low rates is too much.
pub(crate) const FACTOR: f64 = 2.0;
/// Fewest rates that can show a knee.
const FEWEST: usize = 4;

/// The knee of values at rates that rise; none where the values stay low, or are too few to tell.
pub(crate) fn find(rates: &[f64], values: &[f64]) -> Option<f64> {
    let known: Vec<(f64, f64)> = rates
        .iter()
        .copied()
        .zip(values.iter().copied())
        .filter(|(rate, value)| !(rate.is_nan() || value.is_nan()))
        .collect();
    if known.len() < FEWEST {
        return None;
    }
    // The middle one of the lowest third, three at least: a single trial may have met with something else.
    let mut low: Vec<f64> = known[..(known.len() / 3).max(3)].iter().map(|(_, value)| *value).collect();
    low.sort_by(f64::total_cmp);
    let limit = low[(low.len() - 1) / 2] * FACTOR;
    let is_high = |index: usize| known.get(index).is_none_or(|(_, value)| *value > limit);
    let first = (1..known.len()).find(|index| is_high(*index) && is_high(index + 1))?;
    limit.is_finite().then(|| known[first - 1].0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: [f64; 6] = [100.0, 200.0, 300.0, 400.0, 500.0, 600.0];

    #[test]
    fn the_knee_is_the_last_rate_before_p99_has_doubled() {
        assert_eq!(find(&RATES, &[5.0, 5.1, 5.5, 7.0, 30.0, f64::INFINITY]), Some(400.0));
        assert_eq!(find(&RATES, &[5.0, 5.1, 5.5, 7.0, 8.0, 30.0]), Some(500.0));
    }

    #[test]
    fn one_trial_out_of_line_is_no_knee() {
        assert_eq!(find(&RATES, &[5.0, 30.0, 5.5, 7.0, 8.0, 9.0]), None);
        assert_eq!(find(&RATES, &[30.0, 5.0, 5.5, 7.0, 12.0, 19.0]), Some(400.0));
    }

    #[test]
    fn without_a_low_end_or_with_few_rates_there_is_none() {
        assert_eq!(find(&RATES[..3], &[5.0, 5.0, 50.0]), None);
        assert_eq!(find(&RATES, &[f64::INFINITY; 6]), None);
        assert_eq!(find(&RATES, &[f64::NAN; 6]), None);
    }
}
