//! Whether a steady state was steady: response times and goodput in slices of time, and a test for a trend in them.
//!
//! Meant for a steady state whose rate is constant: where the plan's rate changes, so may the response time.

use std::fmt;

/// Most slices kept.
const SLICES: usize = 60;

/// Length of the first slices, a power of two of nanoseconds (0.13 s), so that a slice is found by a shift.
const FIRST_SHIFT: u32 = 27;

/// Fewest slices that tell a trend from chance.
const FEWEST: usize = 8;

/// Smallest change, as a share, that is worth a word.
const CHANGE: f64 = 0.2;

/// |Z| beyond which chance alone is less likely than 1 %: the 99.5th percentile of the normal distribution.
const SIGNIFICANT: f64 = 2.576;

/// Sums of response times in slices of equal length: at most 60, which double in length when they are full.
///
/// Merging what several threads saw is the same as recording all in one. Takes 1 kB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steadiness {
    /// A slice is 2^shift nanoseconds.
    shift: u32,
    slices: Vec<Slice>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Slice {
    successes: u64,
    /// Response times of the successes, nanoseconds.
    response_times: u64,
}

/// A trend over a steady state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// What had it.
    pub figure: DriftingFigure,
    /// Fitted change from the first slice to the last, as a share of the first: 0.45 is 45 % more; above −1.
    pub change: f64,
    /// Fitted value at the first slice: nanoseconds, or successes a second.
    pub from: f64,
    /// Fitted value at the last.
    pub to: f64,
    /// Slices that it was seen in.
    pub slices: usize,
}

/// A figure that should not drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriftingFigure {
    /// Mean response time of successes.
    ResponseTime,
    /// Successes a second.
    Goodput,
}

impl Default for Steadiness {
    fn default() -> Self {
        Self::new()
    }
}

impl Steadiness {
    /// With nothing recorded.
    pub const fn new() -> Self {
        Self { shift: FIRST_SHIFT, slices: Vec::new() }
    }

    /// Adds a request of the steady state: its intended start, in nanoseconds since that began, and its response time.
    #[inline]
    pub fn record(&mut self, since_phase_start_ns: u64, response_time_ns: u64, is_success: bool) {
        let mut index = (since_phase_start_ns >> self.shift) as usize;
        if index >= self.slices.len() {
            self.grow(since_phase_start_ns);
            index = (since_phase_start_ns >> self.shift) as usize;
        }
        // A failure is a success that is missing; it has a slice all the same.
        let slice = &mut self.slices[index];
        slice.successes += u64::from(is_success);
        slice.response_times = slice.response_times.saturating_add(if is_success { response_time_ns } else { 0 });
    }

    /// Makes the slice of an instant.
    #[cold]
    fn grow(&mut self, since_phase_start_ns: u64) {
        while since_phase_start_ns >> self.shift >= SLICES as u64 {
            self.double();
        }
        let slices = (since_phase_start_ns >> self.shift) as usize + 1;
        self.slices.resize(slices.max(self.slices.len()), Slice::default());
    }

    fn double(&mut self) {
        self.shift += 1;
        self.slices = self
            .slices
            .chunks(2)
            .map(|pair| pair.iter().fold(Slice::default(), |sum, slice| sum.plus(*slice)))
            .collect();
    }

    /// Adds what another thread saw.
    pub fn merge(&mut self, other: &Self) {
        while self.shift < other.shift {
            self.double();
        }
        let mut other = other.clone();
        while other.shift < self.shift {
            other.double();
        }
        self.slices.resize(self.slices.len().max(other.slices.len()), Slice::default());
        self.slices.iter_mut().zip(other.slices).for_each(|(to, from)| *to = to.plus(from));
    }

    /// The trend of the response time if there is one, else that of goodput if there is one.
    ///
    /// A trend is one that a Mann–Kendall test on the means of at least 8 slices finds at the 1 % level (Mann 1945; Kendall,
    /// Rank Correlation Methods, 1975), and that changes the figure by at least 20 % by the line of Theil and Sen (Sen 1968).
    /// Both go by order, so that one stall or pause is no trend. The last slice may be cut short and is left out.
    pub fn drift(&self) -> Option<Drift> {
        let whole = &self.slices[..self.slices.len().saturating_sub(1)];
        let seconds = (1u64 << self.shift) as f64 / 1e9;
        let by_index = || whole.iter().enumerate().map(|(index, slice)| (index as f64, slice));
        let means = by_index().filter(|(_, slice)| slice.successes > 0);
        let means: Vec<_> =
            means.map(|(at, slice)| (at, slice.response_times as f64 / slice.successes as f64)).collect();
        let goodputs: Vec<_> = by_index().map(|(at, slice)| (at, slice.successes as f64 / seconds)).collect();
        trend(DriftingFigure::ResponseTime, &means).or_else(|| trend(DriftingFigure::Goodput, &goodputs))
    }
}

impl Slice {
    fn plus(self, other: Self) -> Self {
        Self {
            successes: self.successes + other.successes,
            response_times: self.response_times.saturating_add(other.response_times),
        }
    }
}

/// The trend of points (x, y), x rising, if it is one worth a word.
fn trend(figure: DriftingFigure, points: &[(f64, f64)]) -> Option<Drift> {
    let (first, last) = (points.first()?, points.last()?);
    if points.len() < FEWEST || mann_kendall(points).abs() < SIGNIFICANT {
        return None;
    }
    let pairs = points.iter().enumerate().flat_map(|(index, a)| points[index + 1..].iter().map(move |b| (a, b)));
    let slope = median(pairs.map(|(a, b)| (b.1 - a.1) / (b.0 - a.0)).collect());
    let level = median(points.iter().map(|(x, y)| y - slope * x).collect());
    // A line may begin or end below 0 where the points lie on a curve; they themselves do not.
    let lowest = points.iter().map(|(_, y)| *y).fold(f64::INFINITY, f64::min);
    let (from, to) = ((level + slope * first.0).max(lowest), (level + slope * last.0).max(lowest));
    let change = if from > 0.0 { to / from - 1.0 } else { f64::INFINITY };
    (change.abs() >= CHANGE).then_some(Drift { figure, change, from, to, slices: points.len() })
}

/// Z of the Mann–Kendall test: about normal when there is no trend, positive when y rises.
///
/// S = Σ sign(yⱼ − yᵢ) over i < j; its variance is (n (n − 1) (2n + 5) − Σ t (t − 1) (2t + 5)) / 18, t the sizes of groups of
/// equal y; Z = (S ∓ 1) / √variance (Gilbert, Statistical Methods for Environmental Pollution Monitoring, 1987, 16.4).
fn mann_kendall(points: &[(f64, f64)]) -> f64 {
    let sign = |a: f64, b: f64| i64::from(b > a) - i64::from(b < a);
    let later =
        points.iter().enumerate().flat_map(|(index, a)| points[index + 1..].iter().map(move |b| sign(a.1, b.1)));
    let s = later.sum::<i64>();
    let spread = |n: usize| (n * (n - 1) * (2 * n + 5)) as f64;
    let mut sorted: Vec<f64> = points.iter().map(|(_, y)| *y).collect();
    sorted.sort_by(f64::total_cmp);
    let ties: f64 = sorted.chunk_by(|a, b| a == b).map(|group| spread(group.len())).sum();
    let variance = (spread(points.len()) - ties) / 18.0;
    if variance > 0.0 { (s - s.signum()) as f64 / variance.sqrt() } else { 0.0 }
}

/// Median; 0 of nothing.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        1 => values[middle],
        _ if values.is_empty() => 0.0,
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, unit, divisor, hint) = match self.figure {
            DriftingFigure::ResponseTime => {
                ("response time", " ms", 1e6, "a longer warm-up, a longer trial or a lower rate")
            }
            DriftingFigure::Goodput => ("goodput", "/s", 1.0, "a longer warm-up or a lower rate"),
        };
        let verb = if self.change > 0.0 { "rose" } else { "fell" };
        let by =
            if self.change.is_finite() { format!(" by {:.0} %", self.change.abs() * 100.0) } else { String::new() };
        let (from, to) = (self.from / divisor, self.to / divisor);
        write!(
            f,
            "{name} {verb}{by} over the steady state, from {from:.3}{unit} to {to:.3}{unit}: the figures are of no steady \
             state, try {hint}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: u64 = 1_000_000_000;

    /// Uniform in [0, 1), from a seed and an index.
    fn uniform(seed: u64, index: u64) -> f64 {
        let mut z = seed.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(index.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// `seconds` at 200/s of times that are exponential around 1 ms, times `level` of the share that has passed.
    fn noisy(seed: u64, seconds: u64, level: impl Fn(f64) -> f64) -> Steadiness {
        let mut steadiness = Steadiness::new();
        for index in 0..seconds * 200 {
            let passed = index as f64 / (seconds * 200) as f64;
            let nanos = -1e6 * (1.0 - uniform(seed, index)).ln() * level(passed);
            steadiness.record(index * SECOND / 200, nanos as u64, true);
        }
        steadiness
    }

    #[test]
    fn noise_is_no_drift() {
        let warnings = (0..400).filter(|seed| noisy(*seed, 10 + seed % 50, |_| 1.0).drift().is_some()).count();
        // 1 % would do so by chance, and most of these change by less than 20 %.
        assert!(warnings <= 4, "{warnings} of 400");
    }

    #[test]
    fn a_ramp_of_half_as_much_again_is_drift() {
        for seed in 0..50 {
            let drift = noisy(seed, 30, |passed| 1.0 + passed / 2.0).drift().expect("a ramp");
            assert_eq!(drift.figure, DriftingFigure::ResponseTime);
            assert!((0.25..0.8).contains(&drift.change), "{drift:?}, seed {seed}");
        }
        let fall = noisy(1, 30, |passed| 2.0 - passed).drift().expect("a fall");
        assert!((-0.6..-0.4).contains(&fall.change), "{fall:?}");
    }

    #[test]
    fn an_overloaded_target_is_drift() {
        let drift = noisy(1, 20, |passed| 0.01 + passed * 100.0).drift().expect("a queue that grows");
        assert!(drift.change > 1.0, "{drift:?}");
    }

    #[test]
    fn one_stall_is_no_drift() {
        let stall = |passed: f64| if (0.9..0.95).contains(&passed) { 50.0 } else { 1.0 };
        assert_eq!(noisy(3, 30, stall).drift(), None);
    }

    #[test]
    fn what_is_too_short_has_no_drift() {
        assert_eq!(noisy(1, 1, |passed| 1.0 + passed * 9.0).drift(), None);
        assert_eq!(Steadiness::new().drift(), None);
    }

    #[test]
    fn failures_that_become_more_are_drift_of_goodput() {
        let mut steadiness = Steadiness::new();
        for index in 0..6000 {
            steadiness.record(index * SECOND / 200, 1_000_000, index % 100 >= index / 100);
        }
        let drift = steadiness.drift().expect("fewer successes");
        assert_eq!(drift.figure, DriftingFigure::Goodput);
        assert!((-0.75..-0.45).contains(&drift.change), "{drift:?}");
    }

    #[test]
    fn the_sentence_says_by_how_much() {
        let drift = Drift { figure: DriftingFigure::ResponseTime, change: 0.45, from: 2e6, to: 2.9e6, slices: 30 };
        assert_eq!(
            drift.to_string(),
            "response time rose by 45 % over the steady state, from 2.000 ms to 2.900 ms: the figures are of no steady state, \
             try a longer warm-up, a longer trial or a lower rate"
        );
    }

    #[test]
    fn z_is_that_of_the_book() {
        let points = |ys: &[f64]| ys.iter().enumerate().map(|(x, y)| (x as f64, *y)).collect::<Vec<_>>();
        // S = 45, variance 10 · 9 · 25 / 18 = 125.
        let rising = points(&[1., 2., 3., 4., 5., 6., 7., 8., 9., 10.]);
        assert!((mann_kendall(&rising) - 44.0 / 125f64.sqrt()).abs() < 1e-12);
        // S = 5 − 0 with one pair equal: variance (4 · 3 · 13 − 2 · 9) / 18.
        let tied = points(&[1., 2., 2., 3.]);
        assert!((mann_kendall(&tied) - 4.0 / (138.0 / 18.0f64).sqrt()).abs() < 1e-12);
        assert_eq!(mann_kendall(&points(&[5.; 9])), 0.0);
    }

    proptest! {
        #[test]
        fn merging_equals_recording_both(
            requests in prop::collection::vec((0u64..500_000_000_000, 0u64..1_000_000_000, any::<bool>(), any::<bool>()), 0..100),
            shift in 0u32..20,
        ) {
            let (mut one, mut two, mut both) = (Steadiness::new(), Steadiness::new(), Steadiness::new());
            for (at, nanos, is_success, is_first) in requests {
                let at = if is_first { at >> shift } else { at };
                if is_first { &mut one } else { &mut two }.record(at, nanos, is_success);
                both.record(at, nanos, is_success);
            }
            one.merge(&two);
            prop_assert!(one.slices.len() <= SLICES);
            prop_assert_eq!(one, both);
        }
    }
}
