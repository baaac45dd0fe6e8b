//! Where values stand along an axis. All arithmetic is on numbers small enough that differences stay finite.

use std::ops::Range;

use model::report::Scale;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged};

/// Values are taken to be no larger, so that spans stay finite.
pub(super) const LARGEST: f64 = 1e300;

/// The smallest that a logarithmic axis shows.
const SMALLEST: f64 = 1e-300;

/// The rarest that a quantile axis shows, as 1 − p.
const RAREST: f64 = 1e-12;

/// Logarithms of values closer to each other are shown within a decade.
const LEAST_DECADES: f64 = 0.05;

/// Values whose differences are a smaller share of them are shown on an axis from zero, where zero may be on it.
const LEAST_SHARE: f64 = 0.1;

/// An axis from its low to its high end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ruler {
    scale: Scale,
    low: f64,
    high: f64,
}

/// Whether zero belongs on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zero {
    /// Always: lengths are compared.
    Always,
    /// Where it is near.
    Near,
    /// The axis ends where the values do, or at zero where that is near.
    Tight,
}

/// The finite values that an axis has to show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    scale: Scale,
    low: f64,
    high: f64,
}

impl Reach {
    /// None yet.
    pub(super) fn new(scale: Scale) -> Self {
        Self { scale, low: f64::INFINITY, high: f64::NEG_INFINITY }
    }

    /// Takes one in, if the axis can show it.
    pub(super) fn add(&mut self, value: f64) {
        if is_on(self.scale, value) {
            let value = value.clamp(-LARGEST, LARGEST);
            self.low = self.low.min(value);
            self.high = self.high.max(value);
        }
    }

    /// Takes a mark in, where that does not press the values into a corner.
    pub(super) fn add_mark(&mut self, value: f64) {
        let span = (self.high - self.low).max(self.high.abs() * 0.5);
        let is_near = match self.scale {
            Scale::Linear => value <= self.high + span * 0.6 && value >= self.low - span * 0.6,
            Scale::Logarithmic => value <= self.high * 20.0 && value >= self.low / 20.0,
            Scale::Quantile => true,
        };
        if is_near || self.is_empty() {
            self.add(value);
        }
    }

    /// Nothing was taken in.
    pub(super) fn is_empty(&self) -> bool {
        self.low > self.high
    }

    /// The axis; the topmost value stands at `1 − headroom` of it, and the lowest at least at `footroom`.
    pub(super) fn ruler(&self, zero: Zero, headroom: f64, footroom: f64) -> Ruler {
        if self.is_empty() {
            let low = if self.scale == Scale::Logarithmic { 1.0 } else { 0.0 };
            return Ruler { scale: self.scale, low, high: if self.scale == Scale::Quantile { 0.9 } else { low + 1.0 } };
        }
        let (mut low, mut high) = (self.low, self.high);
        if self.scale != Scale::Linear {
            let (from, to) = (place(self.scale, low), place(self.scale, high));
            let (from, to) = if to - from < LEAST_DECADES { around(from, to) } else { (from, to) };
            let span = to - from;
            let (above, below) = room(span, headroom, footroom.max(0.02));
            let low = if self.scale == Scale::Quantile && low <= 0.5 { 0.0 } else { from - below };
            return Ruler { scale: self.scale, low: unplace(self.scale, low), high: unplace(self.scale, to + above) };
        }
        // Differences so small are not pressed to look large.
        let is_flat = high - low < LEAST_SHARE * low.abs().max(high.abs());
        let is_zero_near = match zero {
            Zero::Near if is_flat => true,
            Zero::Always => true,
            Zero::Near => low.abs().min(high.abs()) <= 0.6 * low.abs().max(high.abs()),
            Zero::Tight => low.abs().min(high.abs()) <= 0.2 * low.abs().max(high.abs()),
        };
        if is_zero_near {
            low = low.min(0.0);
            high = high.max(0.0);
        }
        let least = low.abs().max(high.abs()) * 0.01;
        if low < high && high - low < least {
            (low, high) = (low - least, high + least);
        } else if low == high {
            let half = if low == 0.0 { 0.5 } else { low.abs() * 0.1 };
            (low, high) = (low - half, high + half);
        }
        let (above, below) = room(high - low, headroom, footroom);
        // An end at zero stays there: a bar that hangs in the air lies.
        let high = if high == 0.0 { high } else { high + above };
        let low = if low == 0.0 { low } else { low - below };
        let ruler = Ruler { scale: self.scale, low, high };
        // All values alike, so large that a tenth of them makes no difference.
        if ruler.low < ruler.high { ruler } else { Ruler { low: low - 1.0, high: low + 1.0, ..ruler } }
    }
}

impl Ruler {
    /// The axis of categories, side by side; the first stands at 0, the next at 1.
    pub(super) fn slots(count: usize) -> Self {
        Self { scale: Scale::Linear, low: -0.5, high: count.max(1) as f64 - 0.5 }
    }

    /// An even axis between two values.
    pub(super) fn even(low: f64, high: f64) -> Self {
        Self { scale: Scale::Linear, low, high }
    }

    /// How values are placed.
    pub(super) fn scale(&self) -> Scale {
        self.scale
    }

    /// Low end.
    pub(super) fn low(&self) -> f64 {
        self.low
    }

    /// High end.
    pub(super) fn high(&self) -> f64 {
        self.high
    }

    /// It can show the value, were it long enough.
    pub(super) fn can_show(&self, value: f64) -> bool {
        is_on(self.scale, value)
    }

    /// Where a value stands: 0 at the low end, 1 at the high end, beyond for what is beyond.
    pub(super) fn share(&self, value: f64) -> f64 {
        let value = value.clamp(-LARGEST, LARGEST);
        let (from, to) = (place(self.scale, self.low), place(self.scale, self.high));
        (place(self.scale, value) - from) / (to - from)
    }

    /// The largest number on it, sign aside: its unit's scale is chosen by this.
    pub(super) fn size(&self) -> f64 {
        self.low.abs().max(self.high.abs())
    }
}

impl Ranged for Ruler {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = self.share(*value);
        let share = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) };
        limit.0 + (share * f64::from(limit.1 - limit.0)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        super::ticks::places(self, 1.0, hint.max_num_points())
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

fn is_on(scale: Scale, value: f64) -> bool {
    value.is_finite()
        && match scale {
            Scale::Linear => true,
            Scale::Logarithmic => value > 0.0,
            Scale::Quantile => (0.0..1.0).contains(&value),
        }
}

/// The decade that holds two places close to each other; one around them where they lie at its end.
fn around(from: f64, to: f64) -> (f64, f64) {
    let (low, high) = ((from + 1e-9).floor(), (to - 1e-9).ceil());
    if high - low == 1.0 { (low, high) } else { (f64::midpoint(from, to) - 0.5, f64::midpoint(from, to) + 0.5) }
}

/// A value as a length.
fn place(scale: Scale, value: f64) -> f64 {
    match scale {
        Scale::Linear => value,
        Scale::Logarithmic => value.max(SMALLEST).log10(),
        Scale::Quantile => -(1.0 - value.clamp(0.0, 1.0)).max(RAREST).log10(),
    }
}

/// The value of a length.
fn unplace(scale: Scale, length: f64) -> f64 {
    match scale {
        Scale::Linear => length,
        Scale::Logarithmic => 10f64.powf(length.clamp(-300.0, 300.0)),
        Scale::Quantile => 1.0 - 10f64.powf(-length.clamp(0.0, 12.0)),
    }
}

/// Room above and below values, so that they keep `1 − headroom − footroom` of the whole.
fn room(span: f64, headroom: f64, footroom: f64) -> (f64, f64) {
    let (headroom, footroom) = (headroom.clamp(0.0, 0.45), footroom.clamp(0.0, 0.45));
    let whole = span / (1.0 - headroom - footroom).max(0.1);
    (whole * headroom, whole * footroom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(scale: Scale, values: &[f64]) -> Reach {
        let mut reach = Reach::new(scale);
        values.iter().for_each(|value| reach.add(*value));
        reach
    }

    #[test]
    fn zero_is_on_the_axis_where_it_is_near() {
        assert_eq!(reach(Scale::Linear, &[3.0, 10.0]).ruler(Zero::Near, 0.0, 0.0).low(), 0.0);
        assert_eq!(reach(Scale::Linear, &[9.0, 10.0]).ruler(Zero::Near, 0.0, 0.0).low(), 9.0);
        assert_eq!(reach(Scale::Linear, &[9.0, 10.0]).ruler(Zero::Always, 0.0, 0.0).low(), 0.0);
        assert_eq!(reach(Scale::Linear, &[-9.0, -8.0]).ruler(Zero::Always, 0.1, 0.1).high(), 0.0);
    }

    #[test]
    fn any_values_make_an_axis_that_has_a_length() {
        let hostile = [0.0, 5e-324, 1e-308, 1.0, 1e15, f64::MAX, f64::MIN, f64::NAN, f64::INFINITY, -1.0, 0.999_999];
        for scale in [Scale::Linear, Scale::Logarithmic, Scale::Quantile] {
            for (a, b) in hostile.iter().flat_map(|a| hostile.iter().map(move |b| (*a, *b))) {
                let ruler = reach(scale, &[a, b]).ruler(Zero::Near, 0.1, 0.1);
                assert!(ruler.low() < ruler.high(), "{scale:?} {a} {b}: {ruler:?}");
                assert!(ruler.share(a).is_nan() || (0..=100).contains(&ruler.map(&a, (0, 100))));
            }
        }
    }

    #[test]
    fn nines_are_equally_far_apart() {
        let ruler = reach(Scale::Quantile, &[0.0, 0.9999]).ruler(Zero::Near, 0.0, 0.0);
        let places = [0.9, 0.99, 0.999].map(|p| ruler.share(p));
        assert!((places[2] - 2.0 * places[1] + places[0]).abs() < 1e-9);
    }
}
