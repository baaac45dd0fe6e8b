//! Places along a logarithmic axis, and buckets counted anew by them.

use cluster_tester_sdk::analysis::Histogram;

/// Buckets are 0.1 % wide; bins that are not much wider would be empty in turn.
const NARROWEST: f64 = 1.01;

/// Fewest and most bins of a histogram.
const BINS: (f64, f64) = (5.0, 40.0);

/// Lower edges of logarithmic bins, rising, nanoseconds. They begin at `least`; the last bin holds `most`, so that none
/// lies above it. About the square root of `count` bins, from 5 to 40.
pub(crate) fn edges(least: f64, most: f64, count: f64) -> Vec<f64> {
    let least = least.max(1.0);
    let bins = count.sqrt().ceil().clamp(BINS.0, BINS.1);
    // A little beyond the longest, or rounding could leave it outside.
    let ratio = (most.max(least) / least * 1.000_001).powf(1.0 / bins).max(NARROWEST);
    let number = ((most.max(least) / least).ln() / ratio.ln()).floor() as i32 + 1;
    // A lone bin has no width by itself.
    (0..number.max(2)).map(|edge| least * ratio.powi(edge)).collect()
}

/// `number` places from `least` to `most`, evenly by their logarithm.
pub(crate) fn places(least: f64, most: f64, number: u32) -> Vec<f64> {
    let least = least.max(1.0);
    let ratio = most.max(least) / least;
    let place = |step: u32| least * ratio.powf(f64::from(step) / f64::from(number - 1));
    // The last without rounding: everything is done by then.
    (0..number - 1).map(place).chain([most.max(least)]).collect()
}

/// How many durations lie in each bin; `edges` are lower ones, the last bin is open.
pub(crate) fn count(histogram: &Histogram, edges: &[f64]) -> Vec<f64> {
    let mut counts = vec![0.0; edges.len()];
    for (highest, count) in histogram.highest.iter().zip(&histogram.counts) {
        // Shorter ones than the first edge are none but by rounding.
        let bin = edges.partition_point(|edge| edge <= highest).saturating_sub(1);
        counts[bin] += count;
    }
    counts
}

/// Share of `all` whose duration is no longer than each of `places`, which rise.
pub(crate) fn shares(histogram: &Histogram, places: &[f64], all: f64) -> Vec<f64> {
    let mut buckets = histogram.highest.iter().zip(&histogram.counts).peekable();
    let mut done = 0.0;
    let until = |place: &f64| {
        while let Some((_, count)) = buckets.next_if(|(highest, _)| *highest <= place) {
            done += count;
        }
        done / all
    };
    places.iter().map(until).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(values: &[(f64, f64)]) -> Histogram {
        Histogram {
            highest: values.iter().map(|(highest, _)| *highest).collect(),
            counts: values.iter().map(|(_, count)| *count).collect(),
        }
    }

    #[test]
    fn every_duration_lies_in_a_bin_and_the_longest_in_the_last() {
        for (least, most, number) in
            [(1e6, 1e9, 1e6), (5.0, 5.0, 1.0), (1e3, 1.0005e3, 9.0), (0.0, 3.0, 1e4), (7e5, 9.1e7, 333.0)]
        {
            let histogram = histogram(&[(least, 1.0), (most, 2.0)]);
            let edges = edges(least, most, number);
            let counts = count(&histogram, &edges);
            assert_eq!(counts.iter().sum::<f64>(), 3.0, "{edges:?}");
            if most > least * NARROWEST {
                assert!(counts.last().is_some_and(|count| *count >= 2.0), "{counts:?}");
                assert!(edges.iter().all(|edge| *edge <= most), "{edges:?}");
            }
            assert!(edges.windows(2).all(|pair| pair[0] < pair[1]) && edges.len() <= 41, "{edges:?}");
        }
    }

    #[test]
    fn a_bin_holds_what_is_not_below_its_edge() {
        assert_eq!(count(&histogram(&[(10.0, 1.0), (19.0, 2.0), (20.0, 4.0)]), &[10.0, 20.0, 30.0]), [3.0, 4.0, 0.0]);
    }

    #[test]
    fn shares_end_below_one_by_what_never_was_done() {
        let histogram = histogram(&[(10.0, 1.0), (100.0, 2.0)]);
        assert_eq!(places(10.0, 1000.0, 3)[2], 1000.0);
        assert_eq!(shares(&histogram, &[9.0, 10.0, 99.0, 100.0], 4.0), [0.0, 0.25, 0.25, 0.75]);
    }
}
