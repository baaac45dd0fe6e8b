//! Do two clusters differ in how many of their repetitions went beyond bounds? Fisher's exact test, two-sided.
//!
//! R. A. Fisher, "On the interpretation of χ² from contingency tables, and the calculation of P", Journal of the Royal
//! Statistical Society 85 (1922) 87–94.

use statrs::distribution::{Discrete, Hypergeometric};

/// Probability of a division at least as uneven as `a.0` of `a.1` and `b.0` of `b.1`, if the two do not differ.
pub(crate) fn p(a: (usize, usize), b: (usize, usize)) -> f64 {
    let (hits, all) = ((a.0 + b.0) as u64, (a.1 + b.1) as u64);
    let draws = a.1 as u64;
    let distribution =
        Hypergeometric::new(all, hits, draws).expect("no more hits and no more draws than there are repetitions");
    let of = |number: u64| distribution.pmf(number);
    // Rounding must not part divisions that are equally likely.
    let seen = of(a.0 as u64) * (1.0 + 1e-7);
    (0..=hits.min(draws)).map(of).filter(|probability| *probability <= seen).sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uneven_divisions_have_the_p_value_that_textbooks_have() {
        // The lady tasting tea: 3 of 4 and 1 of 4.
        assert!((p((3, 4), (1, 4)) - 34.0 / 70.0).abs() < 1e-9);
        assert!((p((5, 5), (0, 5)) - 2.0 / 252.0).abs() < 1e-9);
        assert!((p((1, 1), (0, 1)) - 1.0).abs() < 1e-9);
        assert!((p((0, 5), (0, 5)) - 1.0).abs() < 1e-9);
    }
}
