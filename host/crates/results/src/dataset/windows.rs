//! Quantiles by windows of time, in bounded memory.
//!
//! First the requests of each window are counted; then windows are filled with their durations, so many neighbours at a
//! time as fit, and each is reduced to its quantiles. Samples lie roughly in the order in which they were due, so that
//! few are read more than twice. A window that alone is too large has its durations in buckets.

use std::ops::Range;

use model::Histogram;
use model::dataset::{DatasetError, Windows};
use model::histogram::{Quantile, nearest_rank};

/// Most windows.
const MOST_WINDOWS: usize = 1_000_000;
/// Shortest window, nanoseconds.
const SHORTEST: f64 = 1e6;
/// Durations that are held at a time.
const AT_A_TIME: u64 = 4 * 1024 * 1024;

/// Where windows lie: one after the other from a first instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Windowing {
    start: i64,
    /// Whole nanoseconds, so that a sum of widths is exact.
    width: i64,
}

impl Windowing {
    /// Windows of `width` nanoseconds from `start` on, where `end` is known to be reached.
    ///
    /// # Errors
    /// When the width is below a millisecond, or makes too many windows.
    pub(super) fn new(start: i64, end: i64, width: f64) -> Result<Self, DatasetError> {
        if width.is_nan() || width < SHORTEST {
            return Err(DatasetError(format!("a window of {width} ns is too short: make it at least {SHORTEST} ns")));
        }
        let windowing = Self { start, width: width.round() as i64 };
        if windowing.planned(end) > MOST_WINDOWS {
            return Err(windowing.too_many());
        }
        Ok(windowing)
    }

    fn planned(self, end: i64) -> usize {
        usize::try_from(end.saturating_sub(self.start).max(0).cast_unsigned().div_ceil(self.width.cast_unsigned()))
            .unwrap_or(usize::MAX)
    }

    fn too_many(self) -> DatasetError {
        let width = self.width;
        DatasetError(format!("windows of {width} ns would be more than {MOST_WINDOWS}: make them longer"))
    }

    /// The window of what was due then. What was due before the first one is in it.
    #[inline]
    pub(super) fn of(self, due: i64) -> usize {
        usize::try_from(due.saturating_sub(self.start) / self.width).unwrap_or(0)
    }

    /// Least and greatest instant that may be in some windows.
    pub(super) fn due(self, windows: &Range<usize>) -> (i64, i64) {
        let start = |window: usize| self.start.saturating_add(self.width.saturating_mul(window as i64));
        (if windows.start == 0 { i64::MIN } else { start(windows.start) }, start(windows.end).saturating_sub(1))
    }
}

/// How many requests are in each window.
#[derive(Debug, Clone)]
pub(super) struct WindowCounts {
    windowing: Windowing,
    counts: Vec<WindowCount>,
}

#[derive(Debug, Clone, Copy, Default)]
struct WindowCount {
    requests: u32,
    /// Successes whose duration was measured.
    finite: u32,
    /// Those that did not succeed.
    infinite: u32,
}

impl WindowCounts {
    /// None yet, in the windows up to `end`.
    pub(super) fn new(windowing: Windowing, end: i64) -> Self {
        Self { windowing, counts: vec![WindowCount::default(); windowing.planned(end).min(MOST_WINDOWS)] }
    }

    /// Counts a request; `is_measured` tells whether its duration is known.
    ///
    /// # Errors
    /// When it was due so late that there would be too many windows.
    #[inline]
    pub(super) fn add(&mut self, due: i64, is_success: bool, is_measured: bool) -> Result<(), String> {
        let window = self.windowing.of(due);
        if window >= self.counts.len() {
            if window >= MOST_WINDOWS {
                return Err(self.windowing.too_many().0);
            }
            self.counts.resize(window + 1, WindowCount::default());
        }
        let count = &mut self.counts[window];
        count.requests += 1;
        count.finite += u32::from(is_success && is_measured);
        count.infinite += u32::from(!is_success);
        Ok(())
    }

    /// Adds another thread's.
    pub(super) fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), WindowCount::default());
        }
        for (to, from) in self.counts.iter_mut().zip(&other.counts) {
            to.requests += from.requests;
            to.finite += from.finite;
            to.infinite += from.infinite;
        }
    }

    /// Windows that are filled together, in order.
    pub(super) fn bands(&self) -> Vec<Range<usize>> {
        let mut bands: Vec<Range<usize>> = Vec::new();
        let mut held = 0;
        for (window, count) in self.counts.iter().enumerate() {
            held += u64::from(count.finite);
            match bands.last_mut() {
                Some(band) if held <= AT_A_TIME => band.end = window + 1,
                _ => {
                    held = u64::from(count.finite);
                    bands.push(window..window + 1);
                }
            }
        }
        bands
    }

    /// The answer, without quantiles.
    pub(super) fn into_windows(self, quantiles: Vec<f64>) -> Windows {
        let Windowing { start, width } = self.windowing;
        Windows {
            starts: (0..self.counts.len()).map(|window| (start + width * window as i64) as f64).collect(),
            counts: self.counts.iter().map(|count| f64::from(count.requests)).collect(),
            quantiles,
        }
    }
}

/// The durations of some windows.
pub(super) struct Band {
    windowing: Windowing,
    windows: Range<usize>,
    /// Where the durations of each window begin among `values`, and how many came.
    places: Vec<(usize, usize)>,
    values: Vec<u64>,
    infinite: Vec<u64>,
    /// Instead of `values`, of a window that alone is too large.
    large: Option<Histogram>,
}

impl Band {
    /// With room for the durations of some of the windows.
    pub(super) fn of(counts: &WindowCounts, windows: Range<usize>) -> Self {
        let of_band = &counts.counts[windows.clone()];
        let mut place = 0;
        let mut places = Vec::with_capacity(of_band.len());
        for count in of_band {
            places.push((place, 0));
            place += count.finite as usize;
        }
        let is_large = place as u64 > AT_A_TIME;
        Self {
            windowing: counts.windowing,
            windows,
            places,
            values: if is_large { Vec::new() } else { vec![0; place] },
            infinite: of_band.iter().map(|count| u64::from(count.infinite)).collect(),
            large: is_large.then(Histogram::new),
        }
    }

    /// Takes the duration of a success, when it is of one of these windows.
    #[inline]
    pub(super) fn add(&mut self, due: i64, nanos: u64) {
        let window = self.windowing.of(due);
        if !self.windows.contains(&window) {
            return;
        }
        if let Some(large) = &mut self.large {
            return large.record(nanos);
        }
        let (start, count) = &mut self.places[window - self.windows.start];
        self.values[*start + *count] = nanos;
        *count += 1;
    }

    /// Appends the quantiles of each window.
    pub(super) fn quantiles(mut self, probabilities: &[f64], quantiles: &mut Vec<f64>) {
        let mut asked: Vec<usize> = (0..probabilities.len()).collect();
        asked.sort_by(|a, b| probabilities[*a].total_cmp(&probabilities[*b]));
        for ((start, count), infinite) in self.places.iter().zip(&self.infinite) {
            let at = quantiles.len();
            quantiles.resize(at + probabilities.len(), f64::NAN);
            if let Some(large) = &self.large {
                for (index, q) in probabilities.iter().enumerate() {
                    quantiles[at + index] = large.quantile_with_infinite(*q, *infinite).map_or(f64::NAN, number);
                }
                continue;
            }
            let all = *count as u64 + infinite;
            if all == 0 {
                continue;
            }
            let mut rest = &mut self.values[*start..*start + *count];
            let mut below = 0;
            // Rising, so that what lies below one need not be looked at for the next.
            for index in &asked {
                let rank = nearest_rank(probabilities[*index], all) as usize;
                quantiles[at + index] = if rank > *count {
                    f64::INFINITY
                } else if let Some(place) = rank.checked_sub(below + 1) {
                    let (_, value, _) = rest.select_nth_unstable(place);
                    let value = *value;
                    // It stays among the rest: the same rank may be asked for again.
                    rest = &mut rest[place..];
                    below += place;
                    value as f64
                } else {
                    f64::NAN
                };
            }
        }
    }
}

fn number(quantile: Quantile) -> f64 {
    quantile.nanos().map_or(f64::INFINITY, |nanos| nanos as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn windows(requests: &[(i64, Option<u64>)], width: f64, probabilities: &[f64]) -> Windows {
        let windowing = Windowing::new(0, 100_000_000, width).expect("wide enough");
        let mut counts = WindowCounts::new(windowing, 100_000_000);
        requests.iter().for_each(|(due, nanos)| counts.add(*due, nanos.is_some(), true).expect("few windows"));
        let mut quantiles = Vec::new();
        for windows in counts.bands() {
            let mut band = Band::of(&counts, windows);
            requests.iter().filter_map(|(due, nanos)| Some((*due, (*nanos)?))).for_each(|(due, ns)| band.add(due, ns));
            band.quantiles(probabilities, &mut quantiles);
        }
        counts.into_windows(quantiles)
    }

    #[test]
    fn empty_windows_have_no_quantile_and_failures_are_infinite() {
        let requests = [(1, Some(5)), (2, Some(7)), (3, None), (60_000_000, None)];
        let got = windows(&requests, 50e6, &[1.0, 0.5, 0.0, 0.5]);
        assert_eq!(got.starts, [0.0, 50e6]);
        assert_eq!(got.counts, [3.0, 1.0]);
        let infinite = f64::INFINITY;
        assert_eq!(got.quantiles, [infinite, 7.0, 5.0, 7.0, infinite, infinite, infinite, infinite]);
        let none = windows(&[], 50e6, &[0.5]);
        assert_eq!((none.counts.as_slice(), none.quantiles.iter().all(|q| q.is_nan())), ([0.0, 0.0].as_slice(), true));
    }

    #[test]
    fn too_many_or_too_short_windows_are_refused() {
        for (end, width) in [(1_000_000_000_000_000_000, 1e6), (1_000, 999_999.0), (1_000, f64::NAN)] {
            assert!(Windowing::new(0, end, width).is_err(), "{end} {width}");
        }
        let windowing = Windowing::new(0, 1_000_000_000, 1e6).expect("a thousand");
        let mut counts = WindowCounts::new(windowing, 1_000_000_000);
        assert!(counts.add(i64::MAX, true, true).is_err());
        assert!(counts.add(i64::MIN, true, true).is_ok());
    }

    proptest! {
        #[test]
        fn quantiles_are_those_of_the_sorted_window(
            requests in prop::collection::vec((0i64..100_000_000, prop::option::weighted(0.9, 0u64..1_000)), 0..300),
            probabilities in prop::collection::vec(0.0f64..=1.0, 1..5),
        ) {
            let got = windows(&requests, 10e6, &probabilities);
            prop_assert_eq!(got.starts.len(), 10);
            for window in 0..10 {
                let of_window = requests.iter().filter(|(due, _)| due / 10_000_000 == window);
                let mut sorted: Vec<f64> = of_window.map(|(_, ns)| ns.map_or(f64::INFINITY, |ns| ns as f64)).collect();
                sorted.sort_by(f64::total_cmp);
                prop_assert_eq!(got.counts[window as usize], sorted.len() as f64);
                for (index, q) in probabilities.iter().enumerate() {
                    let found = got.quantiles[window as usize * probabilities.len() + index];
                    match sorted.get(nearest_rank(*q, sorted.len() as u64) as usize - 1) {
                        Some(expected) => prop_assert_eq!(found, *expected),
                        None => prop_assert!(found.is_nan()),
                    }
                }
            }
        }
    }
}
