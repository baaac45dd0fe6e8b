//! How far arrivals at the target are from the schedule that was asked for.

use std::time::Duration;

use crate::bootstrap;

/// Distances of one run's arrivals, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Distance {
    /// Arrivals counted.
    pub(crate) arrivals: u64,
    /// Median distance.
    pub p50_ns: f64,
    /// 99th percentile.
    pub p99_ns: f64,
    /// The largest.
    pub(crate) max_ns: f64,
}

/// The distances of `stamps` (nanoseconds, in any order) from a perfect schedule at `rate` a second, those within `skip`
/// of the first left out. `None` with fewer than two arrivals after that.
///
/// `d_i = t_i − (t0 + i/rate)`, with `t0` the median of `t_i − i/rate`: a constant delay between sending and stamping is
/// no fault of the sender's. `i` counts arrivals as seen, so one that never came shifts all that follow it.
pub(crate) fn distance(mut stamps: Vec<u64>, rate: f64, skip: Duration) -> Option<Distance> {
    stamps.sort_unstable();
    let skip = u64::try_from(skip.as_nanos()).unwrap_or(u64::MAX);
    let from = stamps.first()?.saturating_add(skip);
    let counted = &stamps[stamps.partition_point(|&stamp| stamp < from)..];
    let first = *counted.first().filter(|_| counted.len() > 1)?;
    let offsets: Vec<f64> =
        counted.iter().enumerate().map(|(i, &stamp)| (stamp - first) as f64 - i as f64 * 1e9 / rate).collect();
    let start = bootstrap::median(&offsets)?;
    let mut distances: Vec<f64> = offsets.iter().map(|offset| (offset - start).abs()).collect();
    distances.sort_by(f64::total_cmp);
    // The nearest rank: the smallest distance that the share of arrivals is within.
    let at = |share: f64| distances[((distances.len() as f64 * share).ceil() as usize).max(1) - 1];
    Some(Distance { arrivals: counted.len() as u64, p50_ns: at(0.5), p99_ns: at(0.99), max_ns: at(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SKIP: Duration = Duration::from_millis(500);

    fn perfect() -> Vec<u64> {
        (0..3000).map(|i| 7_000_000_000 + i * 1_000_000).collect()
    }

    #[test]
    fn a_perfect_schedule_has_no_distance_and_its_start_is_left_out() {
        let distance = distance(perfect(), 1000.0, SKIP).unwrap();
        assert_eq!(distance, Distance { arrivals: 2500, p50_ns: 0.0, p99_ns: 0.0, max_ns: 0.0 });
    }

    #[test]
    fn a_constant_delay_is_no_distance_and_a_late_arrival_is() {
        let mut stamps: Vec<u64> = perfect().iter().map(|stamp| stamp + 40_000).collect();
        stamps[600..630].iter_mut().for_each(|stamp| *stamp += 300_000);
        stamps.reverse();
        let distance = distance(stamps, 1000.0, SKIP).unwrap();
        assert_eq!((distance.p50_ns, distance.p99_ns, distance.max_ns), (0.0, 300_000.0, 300_000.0));
    }

    #[test]
    fn a_rate_that_is_too_low_drifts_away() {
        let stamps = (0..2000).map(|i| i * 1_001_000).collect();
        let distance = distance(stamps, 1000.0, SKIP).unwrap();
        // 1 µs more an arrival, 1 500 of them, counted from the middle.
        assert!((740_000.0..=760_000.0).contains(&distance.max_ns), "{distance:?}");
    }

    #[test]
    fn too_few_arrivals_have_none() {
        assert_eq!(distance(vec![], 1000.0, SKIP), None);
        assert_eq!(distance(vec![5, 9], 1000.0, SKIP), None);
    }
}
