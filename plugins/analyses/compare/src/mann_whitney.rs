//! Do values of one sample tend to be higher than those of another? By ranks, so that nothing is assumed of their
//! shape.
//!
//! H. B. Mann, D. R. Whitney, "On a test of whether one of two random variables is stochastically larger than the
//! other", Annals of Mathematical Statistics 18 (1947) 50–60.

use statrs::distribution::{ContinuousCDF, Normal};

/// Most pairs of values for which the distribution is counted out.
const COUNTED: usize = 1_000;

/// Two-sided p value of the hypothesis that neither sample tends to be higher; NaN when one is empty. Exact for small
/// samples without ties, else from the normal distribution, corrected for ties and continuity. Infinite values are
/// ties.
pub(crate) fn p(a: &[f64], b: &[f64]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return f64::NAN;
    }
    let mut all: Vec<(f64, bool)> = a.iter().map(|value| (*value, true)).collect();
    all.extend(b.iter().map(|value| (*value, false)));
    all.sort_by(|one, other| one.0.total_cmp(&other.0));
    // The sum of ranks of `a`, where values that are equal share the mean of their ranks.
    let (mut ranks, mut ties, mut before) = (0.0, 0.0, 0);
    for group in all.chunk_by(|one, other| one.0 == other.0) {
        let size = group.len() as f64;
        let rank = before as f64 + (size + 1.0) / 2.0;
        ranks += rank * group.iter().filter(|(_, is_first)| *is_first).count() as f64;
        ties += size.powi(3) - size;
        before += group.len();
    }
    let (first, second) = (a.len() as f64, b.len() as f64);
    let u = ranks - first * (first + 1.0) / 2.0;
    if ties == 0.0 && a.len() * b.len() <= COUNTED {
        exact(u, a.len(), b.len())
    } else {
        normal(u, first, second, ties)
    }
}

fn normal(u: f64, first: f64, second: f64, ties: f64) -> f64 {
    let all = first + second;
    let variance = first * second / 12.0 * (all + 1.0 - ties / (all * (all - 1.0)));
    if variance <= 0.0 {
        return 1.0;
    }
    let distance = ((u - first * second / 2.0).abs() - 0.5).max(0.0) / variance.sqrt();
    2.0 * Normal::new(0.0, 1.0).expect("scale 1").sf(distance)
}

/// Counts the orders of the values by their U, one value after the other.
fn exact(u: f64, first: usize, second: usize) -> f64 {
    let most = first * second;
    // ways[i][v]: in how many orders of i values of `a` and the j of `b` so far U is v. The highest value is either one
    // of `a`, and then above j of `b`, or one of `b`.
    let mut ways = vec![vec![0.0; most + 1]; first + 1];
    ways.iter_mut().for_each(|of| of[0] = 1.0);
    for j in 1..=second {
        for i in 1..=first {
            let (below, here) = ways.split_at_mut(i);
            for v in j..=most {
                here[0][v] += below[i - 1][v - j];
            }
        }
    }
    let all: f64 = ways[first].iter().sum();
    let lower = u.min(most as f64 - u).round() as usize;
    let tail: f64 = ways[first][..=lower].iter().sum();
    (2.0 * tail / all).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_samples_have_the_exact_p_value() {
        // All of one above all of the other: 2 / C(n + m, n).
        assert!((p(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]) - 0.1).abs() < 1e-12);
        let five = |from: f64| [from, from + 1.0, from + 2.0, from + 3.0, from + 4.0];
        assert!((p(&five(0.0), &five(10.0)) - 2.0 / 252.0).abs() < 1e-12);
        // R: wilcox.test on the example of Hollander and Wolfe (1973), p. 69, two-sided: W = 35, p = 0.2544.
        let a = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
        let b = [1.15, 0.88, 0.90, 0.74, 1.21];
        assert!((p(&a, &b) - 0.2544).abs() < 1e-4, "{}", p(&a, &b));
        assert!((p(&b, &a) - p(&a, &b)).abs() < 1e-12);
    }

    #[test]
    fn ties_and_large_samples_go_by_the_normal_distribution() {
        // U = 2.5, variance 16/12 (9 − 30/56), z = 5/√variance: R's wilcox.test(…, correct = TRUE) has p = 0.1367.
        let tied = p(&[1.0, 2.0, 2.0, 3.0], &[2.0, 3.0, 4.0, 5.0]);
        assert!((tied - 0.13666).abs() < 1e-5, "{tied}");
        assert_eq!(p(&[1.0; 4], &[1.0; 4]), 1.0);
        assert!(p(&[], &[1.0]).is_nan());
        let rising: Vec<f64> = (0..60).map(f64::from).collect();
        let shifted: Vec<f64> = rising.iter().map(|value| value + 0.5).collect();
        let large = p(&rising, &shifted);
        assert!((0.8..0.9).contains(&large), "{large}");
        assert!(p(&[f64::INFINITY; 3], &[1.0, 2.0, 3.0]) < 0.1);
    }
}
