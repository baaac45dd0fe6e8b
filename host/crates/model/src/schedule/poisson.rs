//! The gaps of a Poisson process, each a function of the seed and the index alone.

/// Bits after the point of a position: fine enough for a rate of one an hour. Sums of whole numbers are the same in whatever
/// order they are made.
const POINT: u32 = 40;

/// 1 as a gap.
const ONE: i64 = 1 << POINT;

/// Keeps the gaps apart from the seeds of iterations, which are mixed from the run's seed in the same way.
const STREAM: u64 = 0x6172_7269_7661_6C73;

/// Where the arrivals of a Poisson process of rate 1 lie, by adding up exponential gaps.
#[derive(Debug, Clone)]
pub(super) struct Positions {
    key: u64,
    next: u64,
    /// Position of the last arrival: whole arrivals, and the rest, of which [`ONE`] is one.
    whole: i64,
    rest: i64,
}

impl Positions {
    /// From the first arrival on.
    pub(super) fn new(seed: u64) -> Self {
        Self { key: mix(seed ^ STREAM), next: 0, whole: 0, rest: 0 }
    }

    /// Position of arrival `index`. No index may be lower than the one before. Takes some nanoseconds an index passed.
    #[inline]
    pub(super) fn of(&mut self, index: u64) -> f64 {
        while self.next <= index {
            let rest = self.rest + gap(self.key, self.next);
            self.whole += rest >> POINT;
            self.rest = rest & (ONE - 1);
            self.next += 1;
        }
        self.whole as f64 + self.rest as f64 * (1.0 / ONE as f64)
    }
}

/// Gap before arrival `index`: exponential with mean [`ONE`], at most 37 of it.
#[inline]
fn gap(key: u64, index: u64) -> i64 {
    const RESOLUTION: f64 = 1.0 / (1u64 << 53) as f64;
    let bits = mix(key.wrapping_add(index.wrapping_mul(0x9E37_79B9_7F4A_7C15))) >> 11;
    // Signed: a processor has no instruction for the others.
    let uniform = (bits as i64 + 1) as f64 * RESOLUTION;
    (ln(uniform) * -(ONE as f64) + 0.5) as i64
}

/// Finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
#[inline]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Natural logarithm of a number in (0, 1], within 1e-12.
///
/// Not the system's: libraries differ in the last bit, and every machine must have the same schedule. By ln m =
/// 2 artanh((m − 1) / (m + 1)) for m in [√½, √2) and the exponent.
#[inline]
fn ln(x: f64) -> f64 {
    // Moves √½ to a power of two, so that the exponent is that of the nearest one.
    const SQRT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    let above = x.to_bits().wrapping_sub(SQRT_HALF) as i64;
    let exponent = above >> 52;
    let m = f64::from_bits(x.to_bits().wrapping_sub((exponent as u64) << 52));
    let z = (m - 1.0) / (m + 1.0);
    let z2 = z * z;
    let z4 = z2 * z2;
    // Pairs, so that they are computed side by side; factors, because a division takes as long as all of them.
    const fn over(n: u32) -> f64 {
        1.0 / n as f64
    }
    let head = (1.0 + z2 * const { over(3) }) + z4 * (const { over(5) } + z2 * const { over(7) });
    let tail = (const { over(9) } + z2 * const { over(11) })
        + z4 * ((const { over(13) } + z2 * const { over(15) }) + z4 * const { over(17) });
    let series = head + z4 * z4 * tail;
    exponent as f64 * std::f64::consts::LN_2 + 2.0 * z * series
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_logarithm_is_that_of_the_library_to_twelve_digits(x in 0.0f64..=1.0, shift in 0i32..53) {
            let x = (x * 2f64.powi(-shift)).max(f64::MIN_POSITIVE);
            prop_assert!((ln(x) - x.ln()).abs() <= 1e-12 * x.ln().abs().max(1.0), "{} for {}", ln(x), x.ln());
        }

        #[test]
        fn positions_are_the_same_however_they_are_reached(seed: u64, steps in prop::collection::vec(1u64..50, 1..20)) {
            let (mut each, mut some) = (Positions::new(seed), Positions::new(seed));
            let (mut index, mut position) = (0, 0.0);
            for step in steps {
                for index in index..index + step {
                    position = each.of(index);
                }
                index += step;
                prop_assert_eq!(some.of(index - 1), position);
            }
        }
    }

    #[test]
    fn the_logarithm_of_one_is_nothing_and_of_the_least_uniform_37() {
        assert_eq!(ln(1.0), 0.0);
        assert!((ln(2f64.powi(-53)) + 36.736_800_569_677_1).abs() < 1e-9);
    }

    #[test]
    fn gaps_have_mean_and_deviation_one_and_do_not_follow_each_other() {
        let key = mix(7);
        let count = 200_000;
        let gaps: Vec<f64> = (0..count).map(|index| gap(key, index) as f64 / ONE as f64).collect();
        let mean = gaps.iter().sum::<f64>() / count as f64;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / count as f64;
        let lag = gaps.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum::<f64>() / count as f64;
        // Standard errors are 0.0022, 0.0063 and 0.0022: five of them.
        assert!((mean - 1.0).abs() < 0.011, "{mean}");
        assert!((variance - 1.0).abs() < 0.032, "{variance}");
        assert!(lag.abs() < 0.011, "{lag}");
    }
}
