//! Count, sum and spread of durations, exactly.

use model::dataset::Statistics;

/// Of some durations, nanoseconds. Sums of squares are exact below 2^128, which a thousand million durations of a week
/// each do not reach; beyond they stay at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moments {
    count: u64,
    sum: u128,
    squares: u128,
    least: u64,
    most: u64,
}

impl Default for Moments {
    fn default() -> Self {
        Self { count: 0, sum: 0, squares: 0, least: u64::MAX, most: 0 }
    }
}

impl Moments {
    /// Adds a duration.
    #[inline]
    pub(super) fn add(&mut self, nanos: u64) {
        self.count += 1;
        self.sum += u128::from(nanos);
        self.squares = self.squares.saturating_add(u128::from(nanos) * u128::from(nanos));
        self.least = self.least.min(nanos);
        self.most = self.most.max(nanos);
    }

    /// Adds others: the same as having added each of them here.
    pub(super) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares = self.squares.saturating_add(other.squares);
        self.least = self.least.min(other.least);
        self.most = self.most.max(other.most);
    }

    /// The figures that are asked for.
    pub(super) fn statistics(&self) -> Statistics {
        if self.count == 0 {
            return Statistics { count: 0.0, ..Statistics::UNKNOWN };
        }
        Statistics {
            count: self.count as f64,
            mean: self.sum as f64 / self.count as f64,
            standard_deviation: self.standard_deviation(),
            least: self.least as f64,
            most: self.most as f64,
        }
    }

    /// Of the sample: divided by count − 1.
    fn standard_deviation(&self) -> f64 {
        if self.count < 2 {
            return f64::NAN;
        }
        // Around the whole part `q` of the mean, so that nothing cancels and nothing overflows: with Σx = n·q + r,
        // Σ(x − q)² = Σx² − q·(Σx + r), and around the mean itself it is r²/n less.
        let n = u128::from(self.count);
        let (q, r) = (self.sum / n, self.sum % n);
        let around_q = self.squares.saturating_sub(q.saturating_mul(self.sum + r));
        let squares = around_q as f64 - (r as f64).powi(2) / n as f64;
        (squares.max(0.0) / (self.count - 1) as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> Moments {
        let mut moments = Moments::default();
        values.iter().for_each(|value| moments.add(*value));
        moments
    }

    #[test]
    fn one_duration_has_no_spread_and_none_has_nothing() {
        let one = of(&[7]).statistics();
        assert_eq!((one.count, one.mean, one.least, one.most), (1.0, 7.0, 7.0, 7.0));
        assert!(one.standard_deviation.is_nan());
        let none = of(&[]).statistics();
        assert_eq!(none.count, 0.0);
        assert!([none.mean, none.standard_deviation, none.least, none.most].iter().all(|figure| figure.is_nan()));
    }

    #[test]
    fn a_small_spread_around_a_large_mean_is_not_lost() {
        // An hour, give or take a nanosecond.
        let hour = 3_600_000_000_000;
        let values: Vec<u64> = (0..1_000_000).map(|n| hour + n % 3).collect();
        let got = of(&values).statistics().standard_deviation;
        let mean = values.iter().map(|value| (value - hour) as f64).sum::<f64>() / 1e6;
        let exact = (values.iter().map(|value| ((value - hour) as f64 - mean).powi(2)).sum::<f64>() / 999_999.0).sqrt();
        assert!((got / exact - 1.0).abs() < 1e-9, "{got} for {exact}");
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(values in prop::collection::vec(0u64..1 << 50, 2..100), cut in 0usize..100) {
            let (a, b) = values.split_at(cut.min(values.len()));
            let mut merged = of(a);
            merged.merge(&of(b));
            prop_assert_eq!(merged, of(&values));
            let mean = values.iter().sum::<u64>() as f64 / values.len() as f64;
            let squares: f64 = values.iter().map(|value| (*value as f64 - mean).powi(2)).sum();
            let exact = (squares / (values.len() - 1) as f64).sqrt();
            let got = merged.statistics().standard_deviation;
            prop_assert!((got - exact).abs() <= 1e-6 * exact, "{got} for {exact}");
        }
    }
}
