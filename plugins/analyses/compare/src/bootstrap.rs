//! Bands around a mean by drawing from what was seen, again and again.
//!
//! Percentile bootstrap: B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979)
//! 1–26. Neighbours that depend on each other are drawn together: H. R. Künsch, "The jackknife and the bootstrap for
//! general stationary observations", Annals of Statistics 17 (1989) 1217–1241. With few values the bands are too
//! narrow, by √((n − 1)/n) at least: charts show them, nothing is decided by them.

use fastrand::Rng;

/// Draws; their 2.5 % ends are known to about a tenth of the band.
const DRAWS: usize = 2_000;

/// Band that holds the mean of `values` in `confidence` (0 to 1) of the draws, `together` neighbours at a time (1: each
/// on its own). NaN for fewer than two values.
pub(crate) fn band(values: &[f64], together: usize, confidence: f64, random: &mut Rng) -> (f64, f64) {
    let count = values.len();
    if count < 2 {
        return (f64::NAN, f64::NAN);
    }
    let together = together.clamp(1, count);
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let (mut sum, mut drawn) = (0.0, 0);
            while drawn < count {
                let start = random.usize(0..=count - together);
                let taken = together.min(count - drawn);
                sum += values[start..start + taken].iter().sum::<f64>();
                drawn += taken;
            }
            sum / count as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let beyond = ((1.0 - confidence) / 2.0 * DRAWS as f64).round() as usize;
    (means[beyond.min(DRAWS / 2)], means[(DRAWS - 1).saturating_sub(beyond).max(DRAWS / 2)])
}

/// How many neighbours to draw together of `count` values in time: the cube root, as Künsch found best.
pub(crate) fn together(count: usize) -> usize {
    (count as f64).cbrt().ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seeds are printed when an assertion fails.
    const SEED: u64 = 0x00C0_FFEE;

    #[test]
    fn a_band_holds_the_true_mean_about_as_often_as_it_says() {
        let mut random = Rng::with_seed(SEED);
        let mut held = 0;
        for _ in 0..400 {
            // A sum of twelve uniform numbers is near to normal, with mean 6.
            let values: Vec<f64> = (0..20).map(|_| (0..12).map(|_| random.f64()).sum()).collect();
            let (low, high) = band(&values, 1, 0.95, &mut random);
            held += u32::from(low <= 6.0 && 6.0 <= high);
        }
        let share = f64::from(held) / 400.0;
        assert!((0.89..0.97).contains(&share), "seed {SEED:#x}: {share}");
    }

    #[test]
    fn neighbours_that_are_alike_widen_the_band() {
        let mut random = Rng::with_seed(SEED);
        let values: Vec<f64> = (0..30).map(|index| f64::from(index / 5 % 2)).collect();
        let width = |together, random: &mut Rng| {
            let (low, high) = band(&values, together, 0.95, random);
            high - low
        };
        let (alone, blocks) = (width(1, &mut random), width(5, &mut random));
        assert!(blocks > alone * 1.2, "seed {SEED:#x}: {alone} {blocks}");
        assert!(band(&[1.0], 1, 0.95, &mut random).0.is_nan());
        assert_eq!(together(27), 3);
    }
}
