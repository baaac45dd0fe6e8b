//! How sure a median is: a percentile bootstrap, seeded, so that the same figures give the same interval.

/// A median with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    /// The median of the figures.
    pub(crate) median: f64,
    /// 2.5th percentile of the medians of the resamples.
    pub(crate) low: f64,
    /// 97.5th percentile of them.
    pub(crate) high: f64,
}

const RESAMPLES: usize = 10_000;
const SEED: u64 = 0x5eed;

/// The median of `values`, with a bootstrap interval (Efron's percentile method: as many draws with replacement as there
/// are values, 10 000 times). `None` without values.
pub(crate) fn median_interval(values: &[f64]) -> Option<Interval> {
    let median_of_all = median(values)?;
    let mut random = SplitMix(SEED);
    let mut draw = vec![0.0; values.len()];
    let mut medians = Vec::with_capacity(RESAMPLES);
    for _ in 0..RESAMPLES {
        draw.fill_with(|| values[random.below(values.len())]);
        medians.extend(median(&draw));
    }
    medians.sort_by(f64::total_cmp);
    let at = |share: f64| medians[((RESAMPLES - 1) as f64 * share).round() as usize];
    Some(Interval { median: median_of_all, low: at(0.025), high: at(0.975) })
}

/// The median: the middle value, or the mean of the two in the middle. `None` without values.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 { upper } else { (sorted[middle - 1] + upper) / 2.0 })
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct SplitMix(u64);

impl SplitMix {
    /// A number below `bound`; the bias of the multiplication is nothing at these sizes.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        ((u128::from(mixed) * bound as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn equal_figures_leave_no_doubt() {
        assert_eq!(median_interval(&[1.1; 15]), Some(Interval { median: 1.1, low: 1.1, high: 1.1 }));
        assert_eq!(median_interval(&[]), None);
    }

    #[test]
    fn the_interval_holds_the_median_and_repeats() {
        let values: Vec<f64> = (1..=15).map(f64::from).collect();
        let interval = median_interval(&values).unwrap();
        assert_eq!(interval.median, 8.0);
        // Order statistics of a binomial(15, 1/2): the fourth and the twelfth value bound 95 %, give or take one.
        assert!((3.0..=5.0).contains(&interval.low), "{interval:?}");
        assert!((11.0..=13.0).contains(&interval.high), "{interval:?}");
        assert_eq!(median_interval(&values), Some(interval));
    }

    #[test]
    fn draws_reach_every_value_and_none_beyond() {
        let mut random = SplitMix(1);
        let mut counts = [0; 7];
        (0..7000).for_each(|_| counts[random.below(7)] += 1);
        assert!(counts.iter().all(|count| (850..=1150).contains(count)), "{counts:?}");
    }
}
