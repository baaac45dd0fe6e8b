//! Several questions at once: Holm's step-down keeps the chance of *any* false answer at `alpha`.
//!
//! S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979)
//! 65–70. Intervals at the level of each step: R. C. Serlin, "Confidence intervals and the scientific method: a case
//! for Holm on the range", Journal of Experimental Education 61 (1993) 350–360.

/// What became of one hypothesis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Step {
    /// It is rejected: there is a difference.
    pub(crate) is_rejected: bool,
    /// Level at which it was judged. An interval of this level leaves out "no difference" just when it is rejected.
    pub(crate) level: f64,
    /// p value that is to be compared with `alpha` itself.
    pub(crate) adjusted: f64,
}

/// Judges hypotheses by their p values, in their order.
pub(crate) fn judge(p_values: &[f64], alpha: f64) -> Vec<Step> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut steps = vec![Step { is_rejected: false, level: alpha, adjusted: 1.0 }; p_values.len()];
    let (mut adjusted, mut level, mut goes_on) = (0.0_f64, alpha, true);
    for (rank, index) in order.into_iter().enumerate() {
        let left = (p_values.len() - rank) as f64;
        adjusted = adjusted.max(p_values[index] * left).min(1.0);
        if goes_on {
            level = alpha / left;
            goes_on = p_values[index] <= level;
        }
        steps[index] = Step { is_rejected: goes_on, level, adjusted };
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_step_down_ends_at_the_first_that_is_not_rejected() {
        // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") is 0.03 0.06 0.06 0.02.
        let steps = judge(&[0.01, 0.04, 0.03, 0.005], 0.05);
        let adjusted: Vec<f64> = steps.iter().map(|step| step.adjusted).collect();
        for (found, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!((found - expected).abs() < 1e-12, "{adjusted:?}");
        }
        assert_eq!(steps.iter().map(|step| step.is_rejected).collect::<Vec<_>>(), [true, false, false, true]);
        assert_eq!(steps[3].level, 0.0125);
        assert_eq!((steps[2].level, steps[1].level), (0.025, 0.025));
    }

    #[test]
    fn one_hypothesis_is_judged_at_the_whole_level() {
        assert_eq!(judge(&[0.049], 0.05), [Step { is_rejected: true, level: 0.05, adjusted: 0.049 }]);
        assert!(judge(&[], 0.05).is_empty());
    }
}
