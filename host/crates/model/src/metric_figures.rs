//! Figures of a metric that a test case declared: any finite numbers, in little memory, mergeable.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::histogram::nearest_rank;

/// Leading bits of the fraction that choose the bucket within a power of two: 128 buckets, each less than 0.8 % wide.
const FRACTION_BITS: u32 = 7;

/// Buckets in a power of two.
const ROW: usize = 1 << FRACTION_BITS;

/// Bits of an f64's fraction.
const F64_FRACTION: u32 = f64::MANTISSA_DIGITS - 1;

/// Count, sum, minimum, maximum and quantiles of the values of one metric, in its unit.
///
/// Count, minimum and maximum are exact, sum and mean as f64 adds up. A quantile is within 0.4 % of the exact one: values
/// are counted in buckets whose width grows with them (Masson, Rim, Lee: DDSketch, VLDB 2019; here by the leading bits
/// of the f64, so that no logarithm is needed). Takes 1 kB for each power of two in which there are values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "Stored", try_from = "Stored")]
#[schemars(with = "Stored")]
pub struct MetricFigures {
    /// By signed exponent, then by fraction; both in the order of the values.
    rows: BTreeMap<i16, Box<[u64; ROW]>>,
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
}

impl Default for MetricFigures {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), count: 0, sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY }
    }
}

/// Row and place of a value. Below 2.3e-308 it counts as 0, which has row 0.
fn bucket_of(value: f64) -> (i16, usize) {
    let magnitude = value.abs().to_bits();
    let row = (magnitude >> F64_FRACTION) as i16;
    let place = (magnitude >> (F64_FRACTION - FRACTION_BITS)) as usize % ROW;
    match (row, value > 0.0) {
        (0, _) => (0, 0),
        (row, true) => (row, place),
        (row, false) => (-row, ROW - 1 - place),
    }
}

/// Middle of a bucket.
fn middle_of(row: i16, place: usize) -> f64 {
    let place = if row < 0 { ROW - 1 - place } else { place };
    let low = (u64::from(row.unsigned_abs()) << F64_FRACTION) | ((place as u64) << (F64_FRACTION - FRACTION_BITS));
    let middle = f64::from_bits(low | (1 << (F64_FRACTION - FRACTION_BITS - 1)));
    match row {
        0 => 0.0,
        row if row < 0 => -middle,
        _ => middle,
    }
}

/// A sum that stays finite, so that it can stand in a file.
fn add(a: f64, b: f64) -> f64 {
    (a + b).clamp(f64::MIN, f64::MAX)
}

impl MetricFigures {
    /// Records one value. One that is not finite is left out: no test case may give it.
    pub fn record(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        let (row, place) = bucket_of(value);
        self.rows.entry(row).or_insert_with(|| Box::new([0; ROW]))[place] += 1;
        self.count += 1;
        self.sum = add(self.sum, value);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Adds another's values: the same as having recorded both here, but for the rounding of the sum.
    pub fn merge(&mut self, other: &Self) {
        for (row, from) in &other.rows {
            let to = self.rows.entry(*row).or_insert_with(|| Box::new([0; ROW]));
            to.iter_mut().zip(from.iter()).for_each(|(to, from)| *to += from);
        }
        self.count += other.count;
        self.sum = add(self.sum, other.sum);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Sum; 0 when empty.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// Exact minimum; none when empty.
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min)
    }

    /// Exact maximum; none when empty.
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max)
    }

    /// Mean; none when empty.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// Value below or at which a share `q` (0 to 1) of the values lies (nearest rank); none when empty.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let rank = nearest_rank(q, self.count);
        let mut seen = 0;
        let (row, place, _) = self.buckets().find(|(_, _, count)| {
            seen += count;
            seen >= rank
        })?;
        Some(middle_of(row, place).clamp(self.min, self.max))
    }

    /// Buckets that have values, in their order.
    fn buckets(&self) -> impl Iterator<Item = (i16, usize, u64)> + '_ {
        self.rows
            .iter()
            .flat_map(|(row, counts)| counts.iter().enumerate().map(move |(place, count)| (*row, place, *count)))
            .filter(|(.., count)| *count > 0)
    }
}

/// Figures of a metric in a file.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Stored {
    /// Number of values.
    count: u64,
    /// Their sum.
    sum: f64,
    /// Minimum.
    min: Option<f64>,
    /// Maximum.
    max: Option<f64>,
    /// Counts of values, as (middle, count) of each bucket that has any; a bucket is less than 0.8 % wide.
    buckets: Vec<(f64, u64)>,
}

impl From<MetricFigures> for Stored {
    fn from(figures: MetricFigures) -> Self {
        let buckets = figures.buckets().map(|(row, place, count)| (middle_of(row, place), count)).collect();
        Self { count: figures.count, sum: figures.sum, min: figures.min(), max: figures.max(), buckets }
    }
}

/// Stored figures of a metric that cannot be read.
#[derive(Debug, Error)]
#[error("figures of a metric hold {found} values where {expected} are said")]
pub struct MetricFiguresError {
    /// In the buckets.
    found: u64,
    /// Said beside them.
    expected: u64,
}

impl TryFrom<Stored> for MetricFigures {
    type Error = MetricFiguresError;
    fn try_from(stored: Stored) -> Result<Self, MetricFiguresError> {
        let mut figures = Self::default();
        for (middle, count) in stored.buckets {
            let (row, place) = bucket_of(middle);
            figures.rows.entry(row).or_insert_with(|| Box::new([0; ROW]))[place] += count;
            figures.count += count;
        }
        if figures.count != stored.count {
            return Err(MetricFiguresError { found: figures.count, expected: stored.count });
        }
        figures.sum = stored.sum;
        figures.min = stored.min.unwrap_or(f64::INFINITY);
        figures.max = stored.max.unwrap_or(f64::NEG_INFINITY);
        Ok(figures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[f64]) -> MetricFigures {
        let mut figures = MetricFigures::default();
        values.iter().for_each(|&value| figures.record(value));
        figures
    }

    fn values() -> impl Strategy<Value = Vec<f64>> {
        use prop::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
        let any = POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO;
        prop::collection::vec(prop_oneof![any.prop_filter("finite", |v| v.is_finite()), -1000.0f64..1000.0], 0..60)
    }

    fn is_near(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-9 * a.abs().max(b.abs()) || a == b
    }

    proptest! {
        #[test]
        fn merging_equals_recording_both(
            a in prop::collection::vec(-1e6f64..1e6, 0..50),
            b in prop::collection::vec(-1e6f64..1e6, 0..50),
        ) {
            let mut merged = of(&a);
            merged.merge(&of(&b));
            let both = of(&[a, b].concat());
            prop_assert!((merged.sum - both.sum).abs() <= 1e-6, "{} for {}", merged.sum, both.sum);
            merged.sum = both.sum;
            prop_assert_eq!(merged, both);
        }

        #[test]
        fn quantiles_are_within_half_a_per_cent(mut values in values(), q in 0.0f64..=1.0) {
            prop_assume!(!values.is_empty());
            let got = of(&values).quantile(q).expect("not empty");
            values.sort_by(f64::total_cmp);
            let exact = values[((q * values.len() as f64).ceil() as usize).clamp(1, values.len()) - 1];
            prop_assert!((got - exact).abs() <= exact.abs() * 0.005 + f64::MIN_POSITIVE, "{got} for {exact}");
        }

        #[test]
        fn figures_survive_their_file(values in values()) {
            let figures = of(&values);
            let text = serde_json::to_string(&figures).expect("text");
            let again: MetricFigures = serde_json::from_str(&text).expect("own text");
            prop_assert_eq!(&again.rows, &figures.rows);
            prop_assert_eq!(again.count, figures.count);
            // The reader of JSON may be one in the last place off.
            prop_assert!(is_near(again.sum, figures.sum), "{} for {}", again.sum, figures.sum);
            prop_assert!(figures.count == 0 || is_near(again.min, figures.min) && is_near(again.max, figures.max));
        }
    }

    #[test]
    fn negative_values_and_zero_have_their_place() {
        let figures = of(&[-4.0, 0.0, -1.0, 8.0]);
        assert_eq!(
            (figures.min(), figures.max(), figures.sum(), figures.mean()),
            (Some(-4.0), Some(8.0), 3.0, Some(0.75))
        );
        assert_eq!(figures.quantile(0.75), Some(0.0));
        assert!(figures.quantile(0.5).is_some_and(|value| is_within(value, -1.0)));
        assert!(figures.quantile(0.25).is_some_and(|value| is_within(value, -4.0)));
    }

    fn is_within(got: f64, exact: f64) -> bool {
        (got - exact).abs() <= exact.abs() * 0.005
    }

    #[test]
    fn without_values_there_are_no_figures() {
        let figures = of(&[f64::NAN, f64::INFINITY]);
        assert_eq!((figures.count(), figures.mean(), figures.quantile(0.5)), (0, None, None));
    }
}
