//! What is known of one cluster in one cell: the figure in each repetition, or by blocks of the only one.

use fastrand::Rng;

use crate::blocks::Blocks;
use crate::bootstrap;
use crate::effect::moments;
use crate::welch::Estimate;

/// Durations have three significant digits (HdrHistogram: buckets of at most 1/1024 of their value).
const ROUNDING: f64 = 1.0 / 1024.0;

/// A figure of one cluster in one cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sample {
    /// Its value in each repetition, at least one.
    pub(crate) values: Vec<f64>,
    /// By blocks, where there is one repetition alone and it could be cut.
    pub(crate) blocks: Option<Blocks>,
    /// How finely a value is known, as a logarithm: repetitions that agree to the last digit vary by the rounding
    /// still.
    pub(crate) rounding: f64,
    /// Requests of all repetitions.
    pub(crate) requests: f64,
    /// Those that did not succeed.
    pub(crate) failed: f64,
}

/// How many of the repetitions something is true of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Of none.
    None,
    /// Of some, not all.
    Some,
    /// Of all.
    All,
}

impl Default for Sample {
    fn default() -> Self {
        Self { values: Vec::new(), blocks: None, rounding: ROUNDING, requests: 0.0, failed: 0.0 }
    }
}

impl Sample {
    /// Of repetitions.
    #[cfg(test)]
    pub(crate) fn of(values: Vec<f64>) -> Self {
        Self { values, ..Self::default() }
    }

    /// There is one repetition alone: how repetitions differ is not known.
    pub(crate) fn is_weak(&self) -> bool {
        self.values.len() < 2
    }

    /// The repetitions, or in place of the only one its blocks.
    pub(crate) fn parts(&self) -> &[f64] {
        match &self.blocks {
            Some(blocks) if self.is_weak() => &blocks.values,
            _ => &self.values,
        }
    }

    /// The logarithms of the parts that have one.
    pub(crate) fn logs(&self) -> Vec<f64> {
        self.parts().iter().filter(|value| has_logarithm(**value)).map(|value| value.ln()).collect()
    }

    /// How many of the parts have no logarithm (unbounded, or zero), and how many parts there are.
    pub(crate) fn beyond(&self) -> (usize, usize) {
        let parts = self.parts();
        (parts.iter().filter(|value| !has_logarithm(**value)).count(), parts.len())
    }

    /// In how many of the repetitions, not of blocks, the figure has no logarithm.
    pub(crate) fn extent(&self) -> Extent {
        match self.values.iter().filter(|value| !has_logarithm(**value)).count() {
            0 => Extent::None,
            number if number == self.values.len() => Extent::All,
            _ => Extent::Some,
        }
    }

    /// Geometric mean of the repetitions; infinite or zero where one of them is.
    pub(crate) fn mean(&self) -> f64 {
        (self.values.iter().map(|value| value.ln()).sum::<f64>() / self.values.len() as f64).exp()
    }

    /// Mean of the logarithms and how well it is known; none where one has no logarithm, or there is one part alone.
    pub(crate) fn estimate(&self) -> Option<Estimate> {
        let logs = self.logs();
        if logs.len() < 2 || self.beyond().0 > 0 || !has_logarithm(self.mean()) {
            return None;
        }
        let (_, squares) = moments(&logs);
        let spread = (squares / (logs.len() as f64 - 1.0)).max(self.rounding.powi(2) / 12.0);
        let count = match &self.blocks {
            Some(blocks) if self.is_weak() => blocks.effective,
            _ => logs.len() as f64,
        };
        // The figure of the whole trial, which is shown everywhere, not the mean of its blocks.
        Some(Estimate { mean: self.mean().ln(), variance: spread / count, freedom: count - 1.0 })
    }

    /// Standard deviation of the logarithms, which is near to the relative one; NaN where not known.
    pub(crate) fn spread(&self) -> f64 {
        let logs = self.logs();
        if logs.len() < 2 { f64::NAN } else { (moments(&logs).1 / (logs.len() as f64 - 1.0)).sqrt() }
    }

    /// Bootstrap band around the geometric mean; NaN where there is none.
    pub(crate) fn band(&self, confidence: f64, random: &mut Rng) -> (f64, f64) {
        let logs = self.logs();
        if self.beyond().0 > 0 {
            return (f64::NAN, f64::NAN);
        }
        let together = if self.is_weak() { bootstrap::together(logs.len()) } else { 1 };
        let (low, high) = bootstrap::band(&logs, together, confidence, random);
        // Around the figure that is shown: blocks scatter around a mean of their own.
        let shift = if self.is_weak() { self.mean().ln() - moments(&logs).0 } else { 0.0 };
        ((low + shift).exp(), (high + shift).exp())
    }
}

fn has_logarithm(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_averaged_by_their_logarithms() {
        let sample = Sample::of(vec![1e6, 4e6]);
        let estimate = sample.estimate().expect("an estimate");
        assert!((estimate.mean - 2e6_f64.ln()).abs() < 1e-12 && (sample.mean() - 2e6).abs() < 1e-3);
        // Both logarithms are ln 2 from their mean.
        assert!((estimate.variance - 2.0_f64.ln().powi(2)).abs() < 1e-12, "{estimate:?}");
        assert_eq!(estimate.freedom, 1.0);
    }

    #[test]
    fn a_single_trial_is_estimated_by_its_blocks_around_its_own_figure() {
        let blocks = Blocks::of([1.0, 2.0].repeat(10));
        let sample = Sample { values: vec![3.0], blocks: Some(blocks), ..Sample::default() };
        let estimate = sample.estimate().expect("an estimate");
        assert_eq!((sample.is_weak(), estimate.mean, estimate.freedom), (true, 3.0_f64.ln(), 19.0));
        let (low, high) = sample.band(0.95, &mut Rng::with_seed(1));
        assert!(low < 3.0 && 3.0 < high, "{low} {high}");
        assert!(Sample::of(vec![3.0]).estimate().is_none());
    }

    #[test]
    fn what_has_no_logarithm_is_counted() {
        let sample = Sample::of(vec![1.0, f64::INFINITY, 0.0]);
        assert_eq!(sample.beyond(), (2, 3));
        assert!(sample.estimate().is_none());
        assert!(sample.band(0.95, &mut Rng::with_seed(1)).0.is_nan());
    }

    #[test]
    fn repetitions_that_agree_to_the_last_digit_still_vary_by_the_rounding() {
        let estimate = Sample::of(vec![2e6; 4]).estimate().expect("an estimate");
        assert!(estimate.variance > 0.0);
    }
}
