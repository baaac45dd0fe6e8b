//! The rates that may be tried. Trials at equal rates add up, so rates must be equal and not merely near.

use model::Rate;

/// Steps that bounds of the width asked for are apart.
const STEPS_A_WIDTH: f64 = 4.0;
/// Significant digits beyond those of the width that rates are rounded to.
const DIGITS: i32 = 4;
/// Share of the width that the steps use; the rest is for rounding.
const USED: f64 = 0.998;

/// Rates in equal ratios from the least to the most, by index from 0.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grid {
    min: f64,
    max: f64,
    /// ln of the ratio of two neighbours.
    step: f64,
    /// Index of the most.
    last: usize,
    /// Significant digits of the rates.
    digits: i32,
}

impl Grid {
    /// Rates from `min` to `max` a second, four steps to a relative `width`.
    pub(crate) fn new(min: f64, max: f64, width: f64) -> Self {
        let step = -(-width * USED).ln_1p() / STEPS_A_WIDTH;
        // The last step is as long as it must be, but not so short that rounding would swallow it.
        let last = ((max / min).ln() / step - 4e-3).ceil().max(f64::from(u8::from(max > min))) as usize;
        Self { min, max, step, last, digits: DIGITS + -width.log10().floor() as i32 }
    }

    /// Index of the most.
    pub(crate) fn last(&self) -> usize {
        self.last
    }

    /// Rate of an index, a second.
    pub(crate) fn rate(&self, index: usize) -> f64 {
        match index {
            0 => self.min,
            index if index >= self.last => self.max,
            index => rounded(self.min * (index as f64 * self.step).exp(), self.digits).clamp(self.min, self.max),
        }
    }

    /// The same as a `Rate`.
    pub(crate) fn typed(&self, index: usize) -> Rate {
        Rate::per_second(self.rate(index)).expect("between two rates")
    }

    /// Index of the rate that is nearest.
    pub(crate) fn index(&self, rate: f64) -> usize {
        let index = ((rate / self.min).ln() / self.step).round().max(0.0) as usize;
        if rate >= self.max { self.last } else { index.min(self.last.saturating_sub(1)) }
    }

    /// Steps that bounds of a relative width may be apart; at least one.
    pub(crate) fn steps(&self, width: f64) -> usize {
        ((-(-width).ln_1p() / self.step + 1e-9).floor() as usize).max(1)
    }
}

/// To so many significant digits.
pub(crate) fn rounded(rate: f64, digits: i32) -> f64 {
    let places = digits - 1 - rate.log10().floor() as i32;
    let factor = 10f64.powi(places.abs());
    if places >= 0 { (rate * factor).round() / factor } else { (rate / factor).round() * factor }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_four_steps_apart_are_within_the_width() {
        for (min, max, width) in [(1.0, 1e7, 0.01), (0.013, 7.0, 0.001), (200.0, 2000.0, 0.05), (3.0, 900.0, 0.5)] {
            let grid = Grid::new(min, max, width);
            assert_eq!(grid.steps(width), 4);
            for index in 4..=grid.last() {
                let (lower, upper) = (grid.rate(index - 4), grid.rate(index));
                assert!((upper - lower) / upper <= width, "{lower} to {upper}");
                assert!(grid.rate(index) > grid.rate(index - 1));
            }
            assert_eq!((grid.rate(0), grid.rate(grid.last())), (min, max));
        }
    }

    #[test]
    fn a_rate_has_its_index_back() {
        for (min, max) in [(1.0, 1e6), (200.0, 2000.0), (50.0, 51.0), (50.0, 50.0), (0.5, 0.500001)] {
            let grid = Grid::new(min, max, 0.01);
            for index in 0..=grid.last() {
                assert_eq!(grid.index(grid.rate(index)), index, "{min} to {max}");
            }
            assert_eq!((grid.index(min / 2.0), grid.index(max * 2.0)), (0, grid.last()));
        }
    }
}
