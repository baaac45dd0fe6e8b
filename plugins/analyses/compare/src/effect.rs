//! Size of a difference in spreads: Hedges' g.
//!
//! L. V. Hedges, "Distribution theory for Glass's estimator of effect size and related estimators", Journal of
//! Educational Statistics 6 (1981) 107–128.

/// (Mean of `b` − mean of `a`) in units of their common standard deviation, corrected for small samples; NaN where one
/// has fewer than two values or nothing varies.
pub(crate) fn hedges_g(a: &[f64], b: &[f64]) -> f64 {
    if a.len() < 2 || b.len() < 2 {
        return f64::NAN;
    }
    let freedom = (a.len() + b.len() - 2) as f64;
    let ((mean_a, squares_a), (mean_b, squares_b)) = (moments(a), moments(b));
    let deviation = ((squares_a + squares_b) / freedom).sqrt();
    let correction = 1.0 - 3.0 / (4.0 * freedom - 1.0);
    if deviation > 0.0 { (mean_b - mean_a) / deviation * correction } else { f64::NAN }
}

/// Mean, and sum of squared distances from it.
pub(crate) fn moments(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_of_one_deviation_is_nearly_one() {
        // Means 2 and 3, standard deviations 1, four degrees of freedom: 1 − 3/15.
        assert!((hedges_g(&[1.0, 2.0, 3.0], &[2.0, 3.0, 4.0]) - 0.8).abs() < 1e-12);
        assert!(hedges_g(&[1.0], &[2.0, 3.0]).is_nan());
        assert!(hedges_g(&[1.0, 1.0], &[2.0, 2.0]).is_nan());
    }
}
