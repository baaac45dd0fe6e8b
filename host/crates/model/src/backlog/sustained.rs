//! Decides, when a trial is over, whether its rate was sustained: the target ended what arrived, and its queue did not grow.
//!
//! An overload of a share ε shows in response times only as ε times the length of the trial; it shows here as requests
//! that did not end.

use super::Backlog;

/// Blocks whose means the line is fitted through.
const BLOCKS: usize = 20;
/// Fewest blocks for a line.
const FEWEST_BLOCKS: usize = 8;
/// Most correlation of a block with the next that is corrected for.
const MOST_CORRELATION: f64 = 0.95;
/// 95th percentile of the normal distribution.
const NORMAL_95: f64 = 1.645;
/// A line must rise by more than this many requests: one by rounding of each end.
const ROUNDING: f64 = 2.0;
/// 95th percentiles of Student's t by degrees of freedom.
const STUDENT_95: [(f64, f64); 11] = [
    (1.0, 6.314),
    (2.0, 2.920),
    (3.0, 2.353),
    (4.0, 2.132),
    (5.0, 2.015),
    (6.0, 1.943),
    (8.0, 1.860),
    (10.0, 1.812),
    (15.0, 1.753),
    (20.0, 1.725),
    (f64::INFINITY, NORMAL_95),
];

/// A line through the requests under way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// Requests a second by which they rise; below 0 when they fall.
    pub per_second: f64,
    /// The rise is at least this, with a confidence of 95 % (one-sided).
    pub at_least: f64,
}

impl Backlog {
    /// Requests that arrived and did not end, over the whole steady state; below 0 when more ended than arrived.
    pub fn deficit(&self) -> f64 {
        self.arrivals() as f64 - self.ends() as f64
    }

    /// What a target that keeps up may lack by chance, in requests, with a confidence of 95 %.
    ///
    /// The deficit is the requests under way at the end less those at the start. Both vary by σ, the standard deviation of
    /// those under way around their line, and are whole: 1 + 1.645 √2 σ.
    pub fn chance_deficit(&self) -> f64 {
        let under_way: Vec<f64> = self.in_flight().map(|count| count as f64).collect();
        Line::through(&under_way).map_or(1.0, |line| 1.0 + NORMAL_95 * 2f64.sqrt() * line.deviation())
    }

    /// The line through the requests under way; none of fewer than 8 slices.
    ///
    /// Least squares through the means of 20 blocks (as many as there are slices, when fewer). A queue remembers, so what is
    /// left over is correlated from block to block, and the textbook's error of a slope would call every second queue near
    /// its capacity a growing one. The variance is therefore multiplied by (1 + r) / (1 − r), and the n blocks count as
    /// n (1 − r) / (1 + r), where r is the correlation of a residual with the next (Santer et al., Journal of Geophysical
    /// Research 105, 2000, 7337), corrected for its bias in a line of n points, r = (n r̂ + 2) / (n − 4) (Kendall, Biometrika
    /// 41, 1954, 403), and kept from 0 to 0.95. In simulation 3 to 7 % of series without trend, from white noise to a random
    /// walk, have a bound above 0.
    pub fn slope(&self) -> Option<Slope> {
        let under_way: Vec<f64> = self.in_flight().map(|count| count as f64).collect();
        // The first few are left out where they fill no block.
        let length = (under_way.len() / BLOCKS).max(1);
        let blocks: Vec<f64> = under_way[under_way.len() % length..]
            .chunks(length)
            .map(|block| block.iter().sum::<f64>() / block.len() as f64)
            .collect();
        let count = blocks.len() as f64;
        let line = (blocks.len() >= FEWEST_BLOCKS).then(|| Line::through(&blocks)).flatten()?;
        let correlation = ((count * line.correlation() + 2.0) / (count - 4.0)).clamp(0.0, MOST_CORRELATION);
        let inflation = (1.0 + correlation) / (1.0 - correlation);
        let freedom = (count / inflation - 2.0).max(1.0);
        let error = (line.squares / (count - 2.0) * inflation / line.spread).sqrt();
        let seconds = length as f64 * self.slice_ns as f64 / 1e9;
        (seconds > 0.0).then(|| Slope {
            per_second: line.slope / seconds,
            at_least: (line.slope - student_95(freedom) * error) / seconds,
        })
    }

    /// True when the target kept up with what arrived, to within half of `width` (a share of the rate, above 0, below 1).
    ///
    /// It did not when the [deficit](Self::deficit) is more than `width` / 2 of the arrivals and more than
    /// [chance](Self::chance_deficit) makes of it: 29 of 30 are as many as 30, when one is under way at a time. Nor when the
    /// requests under way [rise](Self::slope), with a confidence of 95 %, and by more than 2 over the steady state.
    pub fn is_sustained(&self, width: f64) -> bool {
        let deficit = self.deficit();
        let is_behind = deficit > width / 2.0 * self.arrivals() as f64 && deficit > self.chance_deficit();
        let seconds = self.slice_ns as f64 * self.slices.len() as f64 / 1e9;
        let rises = self.slope().is_some_and(|slope| slope.at_least > 0.0 && slope.per_second * seconds > ROUNDING);
        !is_behind && !rises
    }
}

/// A least-squares line through points at 0, 1, 2, …
struct Line {
    slope: f64,
    /// Σ (x − x̄)².
    spread: f64,
    /// Sum of the squared residuals.
    squares: f64,
    residuals: Vec<f64>,
}

impl Line {
    /// None of fewer than three points.
    fn through(points: &[f64]) -> Option<Self> {
        let count = points.len() as f64;
        let middle = (count - 1.0) / 2.0;
        let mean = points.iter().sum::<f64>() / count;
        let by_distance = || points.iter().enumerate().map(|(at, point)| (at as f64 - middle, point));
        let spread: f64 = by_distance().map(|(distance, _)| distance * distance).sum();
        let slope = by_distance().map(|(distance, point)| distance * point).sum::<f64>() / spread;
        let residuals: Vec<f64> = by_distance().map(|(distance, point)| point - mean - slope * distance).collect();
        let squares = residuals.iter().map(|residual| residual * residual).sum();
        (points.len() >= 3).then_some(Self { slope, spread, squares, residuals })
    }

    /// Standard deviation of the points around it.
    fn deviation(&self) -> f64 {
        (self.squares / (self.residuals.len() as f64 - 2.0)).sqrt()
    }

    /// Correlation of a residual with the next; 0 when there are none.
    fn correlation(&self) -> f64 {
        let products: f64 = self.residuals.iter().zip(&self.residuals[1..]).map(|(one, next)| one * next).sum();
        if self.squares > 0.0 { products / self.squares } else { 0.0 }
    }
}

/// 95th percentile of Student's t, to 0.01: linear in 1 / freedom between those of the table.
fn student_95(freedom: f64) -> f64 {
    let at = STUDENT_95.partition_point(|(known, _)| *known < freedom).clamp(1, STUDENT_95.len() - 1);
    let ((fewer, high), (more, low)) = (STUDENT_95[at - 1], STUDENT_95[at]);
    let share = (1.0 / freedom - 1.0 / more) / (1.0 / fewer - 1.0 / more);
    low + (high - low) * share.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::BacklogSlice;
    use super::*;
    use proptest::prelude::*;

    /// With these under way at the end of each slice of 100 ms; `rate` arrive in each.
    fn under_way(at_start: u64, rate: u64, counts: impl IntoIterator<Item = u64>) -> Backlog {
        let mut before = at_start;
        let slices = counts.into_iter().map(|after| {
            let ends = before + rate - after;
            before = after;
            BacklogSlice { arrivals: rate, ends }
        });
        Backlog { at_start, slice_ns: 100_000_000, slices: slices.collect() }
    }

    /// Normal, mean 0, standard deviation 1 (Box and Muller).
    fn normal(seed: u64, index: u64) -> f64 {
        let uniform = |index: u64| {
            let mut z =
                seed.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
        };
        let radius = (-2.0 * (1.0 - uniform(2 * index)).ln()).sqrt();
        radius * (std::f64::consts::TAU * uniform(2 * index + 1)).cos()
    }

    /// 200 slices around 1000 under way, standard deviation 50, each correlated with the next; those under way rise by `rise`.
    fn remembering(seed: u64, correlation: f64, rise: f64) -> Backlog {
        let mut value = normal(seed, 0);
        let counts = (1..=200).map(|at| {
            value = correlation * value + (1.0 - correlation * correlation).sqrt() * normal(seed, at);
            (1000.0 + 50.0 * value + rise * at as f64 / 200.0) as u64
        });
        under_way(1000, 5000, counts)
    }

    #[test]
    fn a_queue_that_remembers_does_not_rise_by_chance() {
        for correlation in [0.0, 0.5, 0.9, 0.98, 0.999] {
            let rises = |seed| remembering(seed, correlation, 0.0).slope().is_some_and(|slope| slope.at_least > 0.0);
            let rising = (0..500).filter(|seed| rises(*seed)).count();
            // 5 % are meant.
            assert!(rising <= 45, "{rising} of 500 at {correlation}");
        }
    }

    #[test]
    fn a_queue_that_grows_rises() {
        let slope = remembering(1, 0.0, 400.0).slope().expect("200 slices");
        assert!((15.0..25.0).contains(&slope.per_second) && slope.at_least > 15.0, "{slope:?}");
        let rises = |seed| remembering(seed, 0.5, 200.0).slope().is_some_and(|slope| slope.at_least > 0.0);
        assert!((0..100).filter(|seed| rises(*seed)).count() >= 90);
    }

    #[test]
    fn a_steady_growth_too_small_to_see_in_response_times_is_not_sustained() {
        // 0.2 % of 5000 a slice.
        let backlog = under_way(0, 5000, (1..=300).map(|at| 10 * at));
        assert_eq!(backlog.deficit(), 3000.0);
        assert!(!backlog.is_sustained(0.01));
        // 1 % of the arrivals is within a width of 5 %, but the queue grows.
        assert!(!under_way(0, 1000, (1..=100).map(|at| 10 * at)).is_sustained(0.05));
    }

    #[test]
    fn one_request_under_way_at_a_time_is_sustained() {
        for last in [0, 1] {
            let backlog = under_way(0, 1, (0..29).map(|at| at % 2).chain([last]));
            assert!(backlog.is_sustained(0.01), "{} of 30", backlog.ends());
        }
        // The third of a second in which a request is under way falls on the ends of some slices.
        assert!(under_way(3, 3, (0..60).map(|at| u64::from(at >= 30) + 3)).is_sustained(0.01));
    }

    #[test]
    fn a_target_that_lost_more_than_half_the_width_is_not_sustained() {
        let lost = |share: u64| under_way(0, 1000, (1..=30).map(|_| 0).chain([31 * share]));
        assert!(lost(4).is_sustained(0.01));
        assert!(!lost(6).is_sustained(0.01));
        assert!(lost(6).is_sustained(0.02));
    }

    #[test]
    fn a_stall_that_was_made_up_for_is_sustained() {
        let counts = (0..100u64).map(|at| if (40..45).contains(&at) { (at - 39) * 100 } else { 5 });
        assert!(under_way(5, 1000, counts).is_sustained(0.01));
    }

    #[test]
    fn without_slices_there_is_neither_slope_nor_deficit() {
        let nothing = Backlog::default();
        assert_eq!((nothing.slope(), nothing.deficit()), (None, 0.0));
        assert!(nothing.is_sustained(0.01));
        assert_eq!(under_way(0, 10, [1, 2, 3, 4, 5, 6, 7]).slope(), None);
    }

    #[test]
    fn percentiles_of_t_are_those_of_the_book() {
        for (freedom, value) in [(1.0, 6.314), (7.0, 1.895), (12.0, 1.782), (18.0, 1.734), (40.0, 1.684), (0.5, 6.314)]
        {
            assert!((student_95(freedom) - value).abs() < 0.01, "{freedom}: {}", student_95(freedom));
        }
    }

    proptest! {
        #[test]
        fn nothing_is_too_odd_to_be_judged(
            at_start in 0u64..1000, slice_ns in 0u64..10_000_000_000,
            slices in prop::collection::vec((0u64..10_000, 0u64..10_000), 0..120), width in 0.001f64..0.5,
        ) {
            let slices = slices.into_iter().map(|(arrivals, ends)| BacklogSlice { arrivals, ends }).collect();
            let backlog = Backlog { at_start, slice_ns, slices };
            let _ = backlog.is_sustained(width);
            if let Some(slope) = backlog.slope() {
                prop_assert!(slope.at_least <= slope.per_second && slope.per_second.is_finite());
            }
        }
    }
}
