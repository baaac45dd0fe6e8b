//! Difference of two means whose spreads differ: Welch's interval with Satterthwaite's degrees of freedom.
//!
//! B. L. Welch, "The generalization of 'Student's' problem when several different population variances are involved",
//! Biometrika 34 (1947) 28–35; F. E. Satterthwaite, "An approximate distribution of estimates of variance components",
//! Biometrics Bulletin 2 (1946) 110–114.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Above it Student's t is the normal distribution for all that is decided here.
const MOST_FREEDOM: f64 = 1e5;

/// A mean, and how well it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    /// The mean.
    pub(crate) mean: f64,
    /// Variance of the mean (the sample's divided by its size), above 0.
    pub(crate) variance: f64,
    /// Degrees of freedom of that variance, above 0.
    pub(crate) freedom: f64,
}

/// Difference of two means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Difference {
    /// Second mean − first mean.
    pub(crate) value: f64,
    /// Its standard error.
    pub(crate) error: f64,
    /// Degrees of freedom.
    pub(crate) freedom: f64,
}

impl Difference {
    /// `b` − `a`.
    pub(crate) fn between(a: Estimate, b: Estimate) -> Self {
        let variance = a.variance + b.variance;
        let freedom = variance.powi(2) / (a.variance.powi(2) / a.freedom + b.variance.powi(2) / b.freedom);
        Self { value: b.mean - a.mean, error: variance.sqrt(), freedom }
    }

    /// Two-sided p value of the hypothesis that there is none.
    pub(crate) fn p(self) -> f64 {
        (2.0 * student(self.freedom).sf((self.value / self.error).abs())).min(1.0)
    }

    /// Two-sided interval that misses the true difference with probability `alpha`.
    pub(crate) fn interval(self, alpha: f64) -> (f64, f64) {
        let reach = critical(self.freedom, alpha) * self.error;
        (self.value - reach, self.value + reach)
    }
}

/// Student's t that is exceeded, on either side, with probability `alpha`.
pub(crate) fn critical(freedom: f64, alpha: f64) -> f64 {
    student(freedom).inverse_cdf(1.0 - alpha / 2.0)
}

fn student(freedom: f64) -> StudentsT {
    let freedom = freedom.clamp(f64::MIN_POSITIVE, MOST_FREEDOM);
    StudentsT::new(0.0, 1.0, freedom).expect("degrees of freedom above 0, scale 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(values: &[f64]) -> Estimate {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Estimate { mean, variance: squares / (count - 1.0) / count, freedom: count - 1.0 }
    }

    #[test]
    fn sleep_data_of_student_give_the_p_value_that_textbooks_have() {
        // Cushny and Peebles, used by Student (1908); R: t.test(extra ~ group, data = sleep).
        let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let difference = Difference::between(estimate(&first), estimate(&second));
        assert!((difference.value - 1.58).abs() < 1e-12);
        assert!((difference.value / difference.error - 1.8608).abs() < 1e-4);
        assert!((difference.freedom - 17.776).abs() < 1e-3, "{difference:?}");
        assert!((difference.p() - 0.07939).abs() < 1e-5, "{}", difference.p());
        let (low, high) = difference.interval(0.05);
        assert!((low + 0.205_483).abs() < 1e-5 && (high - 3.365_483).abs() < 1e-5, "{low} {high}");
    }

    #[test]
    fn critical_values_are_those_of_the_tables() {
        for (freedom, alpha, expected) in [
            (1.0, 0.05, 12.7062),
            (4.0, 0.05, 2.7764),
            (8.0, 0.05, 2.3060),
            (8.0, 0.01, 3.3554),
            (30.0, 0.001, 3.6460),
            (1e9, 0.05, 1.95996),
        ] {
            let found = critical(freedom, alpha);
            assert!((found - expected).abs() < 2e-4, "{freedom} {alpha}: {found}");
        }
        // Between whole numbers, and far out, the interval and the p value must agree.
        for freedom in [0.7, 1.5, 2.3, 7.77, 42.1, 9e4] {
            for alpha in [0.3, 0.05, 0.001, 1e-5] {
                let difference = Difference { value: critical(freedom, alpha), error: 1.0, freedom };
                let p = difference.p();
                assert!((p / alpha - 1.0).abs() < 1e-3, "{freedom} {alpha}: {p}");
            }
        }
    }
}
