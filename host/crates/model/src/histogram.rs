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

/// Values below this have a bucket each; above, each doubling is cut into half as many, which keeps three digits.
const SUB_BUCKETS: u64 = 2048;

/// Number of buckets.
const BUCKETS: usize = bucket_of(HIGHEST) + 1;

/// Counts of durations in nanoseconds: an HDR histogram of three digits, with exact count, sum, minimum and maximum.
///
/// The layout is HdrHistogram's, and files hold its format; the counting is done here, because it happens several times
/// a request. An empty one holds no memory, another about 270 kB, of which the system gives those pages that are used;
/// one that is packed or read from a file a few.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(into = "Stored", try_from = "Stored")]
#[schemars(with = "Stored")]
pub struct Histogram {
    /// By bucket; empty while nothing was recorded, and when packed.
    buckets: Vec<u64>,
    /// When packed: the buckets that hold something, rising, with their counts.
    packed: Vec<(u32, u64)>,
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

/// Bucket of a value up to [`HIGHEST`] (Tene, HdrHistogram: the exponent chooses the row, the leading bits the place).
const fn bucket_of(nanos: u64) -> usize {
    let shift = (SUB_BUCKETS - 1).leading_zeros() - (nanos | (SUB_BUCKETS - 1)).leading_zeros();
    shift as usize * (SUB_BUCKETS / 2) as usize + (nanos >> shift) as usize
}

/// Highest value of a bucket.
const fn highest_of(bucket: usize) -> u64 {
    let half = SUB_BUCKETS / 2;
    let bucket = bucket as u64;
    if bucket < SUB_BUCKETS {
        return bucket;
    }
    let shift = bucket / half - 1;
    ((bucket - shift * half + 1) << shift) - 1
}

/// Rank, from 1, of the member of `n` below or at which a share `q` (0 to 1) of them lies: ⌈q · n⌉, the nearest rank.
pub fn nearest_rank(q: f64, n: u64) -> u64 {
    // 99.9 / 100 is a little more than 0.999 in f64; that must not make 1000 of rank 999.
    ((q.clamp(0.0, 1.0) * n as f64 * (1.0 - 1e-12)).ceil() as u64).clamp(1, n.max(1))
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

/// The same durations, however they are held.
impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        let exact = |histogram: &Self| (histogram.count, histogram.sum, histogram.min, histogram.max);
        exact(self) == exact(other) && self.counts().eq(other.counts())
    }
}

impl Eq for Histogram {}

impl Histogram {
    /// An empty histogram.
    pub const fn new() -> Self {
        Self { buckets: Vec::new(), packed: Vec::new(), count: 0, sum: 0, min: u64::MAX, max: 0 }
    }

    /// Records one duration, nanoseconds.
    #[inline]
    pub fn record(&mut self, nanos: u64) {
        if self.buckets.is_empty() {
            self.allocate();
        }
        self.buckets[bucket_of(nanos.min(HIGHEST))] += 1;
        self.count += 1;
        self.sum += u128::from(nanos);
        self.min = self.min.min(nanos);
        self.max = self.max.max(nanos);
    }

    #[cold]
    fn allocate(&mut self) {
        self.buckets = vec![0; BUCKETS];
        for (bucket, count) in std::mem::take(&mut self.packed) {
            self.buckets[bucket as usize] = count;
        }
    }

    /// Gives back the memory of buckets that hold nothing. Of many histograms that are over, few pages stay; recording
    /// another duration unpacks it.
    pub fn pack(&mut self) {
        self.packed = self.counts().map(|(bucket, count)| (bucket as u32, count)).collect();
        self.buckets = Vec::new();
    }

    /// The buckets that hold something, rising, with their counts.
    fn counts(&self) -> impl Iterator<Item = (usize, u64)> + '_ {
        let buckets = self.buckets.iter().copied().enumerate().filter(|(_, count)| *count > 0);
        buckets.chain(self.packed.iter().map(|(bucket, count)| (*bucket as usize, *count)))
    }

    /// The buckets that hold something, rising: highest duration of each, nanoseconds, never beyond the exact extremes,
    /// and how many lie in it.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.counts().map(|(bucket, count)| (highest_of(bucket).min(self.max).max(self.min), count))
    }

    /// Adds another's durations: the same as having recorded both here.
    pub fn merge(&mut self, other: &Self) {
        if self.is_empty() {
            self.buckets.clone_from(&other.buckets);
            self.packed.clone_from(&other.packed);
        } else if !other.is_empty() {
            if self.buckets.is_empty() {
                self.allocate();
            }
            self.buckets.iter_mut().zip(&other.buckets).for_each(|(to, from)| *to += from);
            other.packed.iter().for_each(|(bucket, count)| self.buckets[*bucket as usize] += count);
        }
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// True when nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.count == 0
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
        let rank = nearest_rank(q, all);
        if rank > self.count {
            return Some(Quantile::Unbounded);
        }
        let mut seen = 0;
        let bucket = self.counts().find(|(_, count)| {
            seen += count;
            seen >= rank
        });
        let value = bucket.map_or(self.max, |(bucket, _)| highest_of(bucket));
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
        let mut hdr = empty_hdr();
        for (bucket, count) in histogram.counts() {
            hdr.record_n(highest_of(bucket).min(HIGHEST), count).expect("bounds are those of the buckets");
        }
        let mut bytes = Vec::new();
        V2DeflateSerializer::new().serialize(&hdr, &mut bytes).expect("memory takes any histogram");
        Self {
            count: histogram.count,
            sum_ns: histogram.sum.to_string(),
            min_ns: histogram.min(),
            max_ns: histogram.max(),
            hdr_v2: STANDARD.encode(bytes),
        }
    }
}

/// The same bounds for every histogram in a file, so that any two can be added.
fn empty_hdr() -> hdrhistogram::Histogram<u64> {
    hdrhistogram::Histogram::new_with_bounds(1, HIGHEST, SIGNIFICANT_DIGITS).expect("bounds are valid")
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
        let mut histogram = Self::new();
        for step in read.iter_recorded() {
            let bucket = bucket_of(step.value_iterated_to().min(HIGHEST)) as u32;
            match histogram.packed.last_mut() {
                // Another tool's buckets may be finer than ours.
                Some((last, count)) if *last == bucket => *count += step.count_at_value(),
                _ => histogram.packed.push((bucket, step.count_at_value())),
            }
        }
        if read.len() != stored.count {
            return Err(HistogramError::Count { found: read.len(), expected: stored.count });
        }
        histogram.count = stored.count;
        histogram.sum = stored.sum_ns.parse().map_err(|_| HistogramError::Format("sum is not a number".to_owned()))?;
        histogram.min = stored.min_ns.unwrap_or(u64::MAX);
        histogram.max = stored.max_ns.unwrap_or(0);
        Ok(histogram)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packed(mut histogram: Histogram) -> Histogram {
        histogram.pack();
        histogram
    }

    fn of(values: &[u64]) -> Histogram {
        let mut histogram = Histogram::new();
        values.iter().for_each(|&value| histogram.record(value));
        histogram
    }

    #[test]
    fn buckets_rise_and_stay_within_the_extremes() {
        let histogram = of(&[7, 7, 1_000_003, 1_000_004]);
        for histogram in [histogram.clone(), packed(histogram)] {
            assert_eq!(histogram.buckets().collect::<Vec<_>>(), [(7, 2), (1_000_004, 2)]);
        }
        assert_eq!(Histogram::new().buckets().count(), 0);
    }

    proptest! {
        #[test]
        fn merging_equals_recording_both(a in prop::collection::vec(0u64..10_000_000_000, 0..50), b in prop::collection::vec(0u64..10_000_000_000, 0..50)) {
            let both = of(&[a.clone(), b.clone()].concat());
            for to in [of(&a), packed(of(&a))] {
                for from in [of(&b), packed(of(&b))] {
                    let mut merged = to.clone();
                    merged.merge(&from);
                    prop_assert_eq!(&merged, &both);
                    prop_assert!(merged == packed(both.clone()) && (a.is_empty() || merged != of(&b)));
                }
            }
        }

        #[test]
        fn a_packed_histogram_says_the_same_and_goes_on(values in prop::collection::vec(0u64..10_000_000_000, 0..50), next in 0u64..10_000_000_000, q in 0.0f64..=1.0) {
            let mut histogram = of(&values);
            let mut small = packed(packed(histogram.clone()));
            prop_assert_eq!(small.buckets.capacity(), 0);
            prop_assert_eq!(small.quantile(q), histogram.quantile(q));
            prop_assert_eq!(serde_json::to_string(&small).expect("text"), serde_json::to_string(&histogram).expect("text"));
            small.record(next);
            histogram.record(next);
            prop_assert_eq!(small, histogram);
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

    #[test]
    fn nothing_recorded_takes_no_memory() {
        let mut merged = Histogram::new();
        merged.merge(&Histogram::new());
        assert_eq!(merged.buckets.capacity(), 0);
        assert_eq!((merged.quantile(0.5), merged.min(), merged.mean()), (None, None, None));
    }

    #[test]
    fn a_percentile_typed_as_99_9_is_the_999th_of_1000() {
        let histogram = of(&(1..=1000).collect::<Vec<_>>());
        assert_eq!(histogram.quantile(99.9 / 100.0), Some(999));
        assert_eq!((histogram.quantile(0.0), histogram.quantile(1.0)), (Some(1), Some(1000)));
    }

    proptest! {
        #[test]
        fn buckets_are_those_of_hdr_histogram(nanos in 0u64..=HIGHEST, shift in 0u32..42) {
            let nanos = nanos >> shift;
            prop_assert_eq!(highest_of(bucket_of(nanos)), empty_hdr().highest_equivalent(nanos));
            prop_assert!(nanos == 0 || bucket_of(nanos) - bucket_of(nanos - 1) <= 1);
        }
    }
}
