//! Durations of many requests in little memory, mergeable without loss.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::units::SIGNIFICANT_DIGITS;

/// Highest value kept apart, nanoseconds: one hour. What is longer is recorded as this; maximum and sum stay exact.
const HIGHEST: u64 = 3_600_000_000_000;

/// Counts of durations in nanoseconds: an HDR histogram of three digits, with exact count, sum, minimum and maximum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "Stored", try_from = "Stored")]
#[schemars(with = "Stored")]
pub struct Histogram {
    hdr: hdrhistogram::Histogram<u64>,
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

/// A quantile of a set in which some members may be infinite (failures, law 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantile {
    /// Nanoseconds.
    Finite(u64),
    /// More members are infinite than the quantile leaves above it.
    Unbounded,
}

impl Quantile {
    /// Nanoseconds, or none when unbounded.
    pub fn nanos(self) -> Option<u64> {
        match self {
            Self::Finite(nanos) => Some(nanos),
            Self::Unbounded => None,
        }
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl Histogram {
    /// An empty histogram.
    pub fn new() -> Self {
        let hdr = hdrhistogram::Histogram::new_with_bounds(1, HIGHEST, SIGNIFICANT_DIGITS).expect("bounds are valid");
        Self { hdr, count: 0, sum: 0, min: u64::MAX, max: 0 }
    }

    /// Records one duration, nanoseconds.
    pub fn record(&mut self, nanos: u64) {
        self.hdr.saturating_record(nanos);
        self.count += 1;
        self.sum += u128::from(nanos);
        self.min = self.min.min(nanos);
        self.max = self.max.max(nanos);
    }

    /// Adds another's durations: the same as having recorded both here.
    pub fn merge(&mut self, other: &Self) {
        self.hdr.add(&other.hdr).expect("equal bounds");
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// Number of durations.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Exact sum, nanoseconds.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// Exact minimum, nanoseconds; none when empty.
    pub fn min(&self) -> Option<u64> {
        (self.count > 0).then_some(self.min)
    }

    /// Exact maximum, nanoseconds; none when empty.
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// Exact mean, nanoseconds; none when empty.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }

    /// Value below or at which a share `q` (0 to 1) of the durations lies, nanoseconds; none when empty.
    ///
    /// The member of rank ⌈q · n⌉ (nearest rank), to three digits, never beyond the exact extremes.
    pub fn quantile(&self, q: f64) -> Option<u64> {
        self.quantile_with_infinite(q, 0).and_then(Quantile::nanos)
    }

    /// The same with `infinite` further members above all others; none when there are no members at all.
    pub fn quantile_with_infinite(&self, q: f64, infinite: u64) -> Option<Quantile> {
        let all = self.count + infinite;
        if all == 0 {
            return None;
        }
        let rank = ((q.clamp(0.0, 1.0) * all as f64).ceil() as u64).clamp(1, all);
        if rank > self.count {
            return Some(Quantile::Unbounded);
        }
        // Half a rank lower, so that the library's own rounding up lands on this rank whatever f64 makes of the share.
        let value = self.hdr.value_at_quantile((rank as f64 - 0.5) / self.count as f64);
        Some(Quantile::Finite(value.clamp(self.min, self.max)))
    }
}

/// A histogram in a file.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Stored {
    /// Number of durations.
    count: u64,
    /// Exact sum, nanoseconds, as text because it may pass 2^53.
    sum_ns: String,
    /// Exact minimum, nanoseconds.
    min_ns: Option<u64>,
    /// Exact maximum, nanoseconds.
    max_ns: Option<u64>,
    /// HdrHistogram V2, compressed, base64: what HdrHistogram's own tools read.
    hdr_v2: String,
}

impl From<Histogram> for Stored {
    fn from(histogram: Histogram) -> Self {
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&histogram.hdr, &mut bytes).expect("memory takes any histogram");
        Self {
            count: histogram.count,
            sum_ns: histogram.sum.to_string(),
            min_ns: histogram.min(),
            max_ns: histogram.max(),
            hdr_v2: STANDARD.encode(bytes),
        }
    }
}

/// A stored histogram that cannot be read.
#[derive(Debug, Error)]
pub enum HistogramError {
    /// Not base64.
    #[error("histogram is not base64")]
    Base64(#[from] base64::DecodeError),
    /// Not an HdrHistogram V2.
    #[error("histogram is not HdrHistogram V2: {0}")]
    Format(String),
    /// Counts beside it do not fit.
    #[error("histogram holds {found} durations where {expected} are said")]
    Count {
        /// Found in the histogram.
        found: u64,
        /// Said beside it.
        expected: u64,
    },
}

impl TryFrom<Stored> for Histogram {
    type Error = HistogramError;
    fn try_from(stored: Stored) -> Result<Self, HistogramError> {
        let bytes = STANDARD.decode(&stored.hdr_v2)?;
        let read: hdrhistogram::Histogram<u64> = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|e| HistogramError::Format(e.to_string()))?;
        let mut empty = Self::new();
        empty.hdr.add(&read).map_err(|e| HistogramError::Format(e.to_string()))?;
        if empty.hdr.len() != stored.count {
            return Err(HistogramError::Count { found: empty.hdr.len(), expected: stored.count });
        }
        empty.count = stored.count;
        empty.sum = stored.sum_ns.parse().map_err(|_| HistogramError::Format("sum is not a number".to_owned()))?;
        empty.min = stored.min_ns.unwrap_or(u64::MAX);
        empty.max = stored.max_ns.unwrap_or(0);
        Ok(empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::new();
        values.iter().for_each(|&value| histogram.record(value));
        histogram
    }

    proptest! {
        #[test]
        fn merging_equals_recording_both(a in prop::collection::vec(0u64..10_000_000_000, 0..50), b in prop::collection::vec(0u64..10_000_000_000, 0..50)) {
            let mut merged = of(&a);
            merged.merge(&of(&b));
            prop_assert_eq!(merged, of(&[a, b].concat()));
        }

        #[test]
        fn quantiles_are_those_of_the_sorted_list_to_three_digits(mut values in prop::collection::vec(1u64..10_000_000_000, 1..200), q in 0.0f64..=1.0) {
            let got = of(&values).quantile(q).expect("not empty") as f64;
            values.sort_unstable();
            let rank = ((q * values.len() as f64).ceil() as usize).clamp(1, values.len());
            let exact = values[rank - 1] as f64;
            prop_assert!((got - exact).abs() <= exact * 1e-3 + 1.0, "{got} for {exact}");
        }

        #[test]
        fn a_histogram_survives_its_file(values in prop::collection::vec(0u64..5_000_000_000_000, 0..50)) {
            let histogram = of(&values);
            let text = serde_json::to_string(&histogram).expect("text");
            prop_assert_eq!(serde_json::from_str::<Histogram>(&text).expect("own text"), histogram);
        }
    }

    #[test]
    fn more_than_one_per_cent_of_failures_makes_p99_unbounded() {
        let histogram = of(&vec![1000; 990]);
        assert_eq!(histogram.quantile_with_infinite(0.99, 10), Some(Quantile::Finite(1000)));
        assert_eq!(histogram.quantile_with_infinite(0.99, 11), Some(Quantile::Unbounded));
    }
}
