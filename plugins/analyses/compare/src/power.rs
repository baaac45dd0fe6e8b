//! What a comparison can find: the least difference, and the repetitions that a smaller one needs.
//!
//! The noncentral t distribution by its normal approximation: M. Abramowitz, I. A. Stegun, "Handbook of Mathematical
//! Functions" (1964), 26.7.10. Its error in the power is below one per cent from four degrees of freedom on.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::welch;

/// Power that is asked for: a difference that is there is found in four of five comparisons.
pub(crate) const WANTED: f64 = 0.8;
/// Most repetitions that are worth naming.
const MOST: u32 = 1_000;

fn normal() -> Normal {
    Normal::new(0.0, 1.0).expect("scale 1")
}

/// Probability that a true difference of `distance` standard errors is found at level `alpha`, two-sided.
pub(crate) fn power(distance: f64, freedom: f64, alpha: f64) -> f64 {
    let t = welch::critical(freedom, alpha);
    let x = (t * (1.0 - 0.25 / freedom) - distance) / (1.0 + t * t / (2.0 * freedom)).sqrt();
    normal().sf(x)
}

/// Least true difference that is found with the power wanted, in standard errors.
pub(crate) fn detectable(freedom: f64, alpha: f64) -> f64 {
    let t = welch::critical(freedom, alpha);
    t * (1.0 - 0.25 / freedom) + normal().inverse_cdf(WANTED) * (1.0 + t * t / (2.0 * freedom)).sqrt()
}

/// Repetitions of each of two clusters, whose repetitions have variances `a` and `b`, with which a true `difference` is
/// found with probability `wanted`; none if it takes more than a thousand.
pub(crate) fn repetitions(a: f64, b: f64, difference: f64, alpha: f64, wanted: f64) -> Option<u32> {
    let suffices = |repetitions: u32| {
        let number = f64::from(repetitions);
        let freedom = (number - 1.0) * (a + b).powi(2) / (a * a + b * b);
        power(difference / ((a + b) / number).sqrt(), freedom, alpha) >= wanted
    };
    // Power grows with the repetitions.
    let (mut too_few, mut enough) = (1, MOST);
    if !suffices(enough) {
        return None;
    }
    while enough - too_few > 1 {
        let middle = u32::midpoint(too_few, enough);
        *(if suffices(middle) { &mut enough } else { &mut too_few }) = middle;
    }
    Some(enough)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_is_that_of_the_tables() {
        // R: power.t.test(n, delta, sd = 1)$power.
        for (number, delta, expected) in
            [(5.0_f64, 2.0, 0.7905), (17.0, 1.0, 0.8070), (64.0, 0.5, 0.8015), (3.0, 2.0, 0.4626)]
        {
            let found = power(delta / (2.0 / number).sqrt(), 2.0 * number - 2.0, 0.05);
            assert!((found - expected).abs() < 0.01, "{number} {delta}: {found}");
        }
    }

    #[test]
    fn repetitions_are_those_of_the_tables() {
        // R: power.t.test(delta, sd = 1, power = 0.8)$n rounded up.
        for (delta, expected) in [(2.0, 6), (1.0, 17), (0.5, 64)] {
            assert_eq!(repetitions(1.0, 1.0, delta, 0.05, 0.8), Some(expected), "{delta}");
        }
        assert_eq!(repetitions(1.0, 1.0, 0.001, 0.05, 0.8), None);
    }

    #[test]
    fn the_least_difference_is_found_with_the_power_wanted() {
        for freedom in [1.5, 8.0, 100.0] {
            for alpha in [0.05, 0.008] {
                let found = power(detectable(freedom, alpha), freedom, alpha);
                assert!((found - WANTED).abs() < 1e-6, "{freedom} {alpha}: {found}");
            }
        }
    }
}
