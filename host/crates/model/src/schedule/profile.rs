//! The rate over time, and when so many arrivals have come by it.

use crate::arrivals::Stage;
use crate::units::{Nanos, Span};

/// A rate that is constant, or rises or falls evenly, from one instant to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Segment {
    /// First instant.
    pub(super) start: Nanos,
    /// The instant after its last.
    pub(super) end: Nanos,
    /// Arrivals before it, by the integral of the rate.
    pub(super) units_start: f64,
    /// Arrivals before its end.
    pub(super) units_end: f64,
    /// Rate at its start, per second.
    rate: f64,
    /// Change of the rate, per second and second.
    slope: f64,
}

impl Segment {
    fn new(before: Option<&Self>, from: f64, to: f64, length: Nanos) -> Self {
        let (start, units_start) = before.map_or((0, 0.0), |before| (before.end, before.units_end));
        let seconds = length as f64 / 1e9;
        let units_end = whole_when_near(units_start + (from + to) / 2.0 * seconds);
        Self { start, end: start + length, units_start, units_end, rate: from, slope: (to - from) / seconds }
    }

    /// The instant at which `units` arrivals have come: the inverse of the integral of the rate.
    ///
    /// Never falls as `units` grows, and is exact where the rate is constant and the interval a whole number of nanoseconds.
    #[inline]
    pub(super) fn at(&self, units: f64) -> Nanos {
        let units = (units - self.units_start).max(0.0);
        let nanos = if self.slope == 0.0 { units * 1e9 / self.rate } else { self.ramp(units) };
        // Adding a half and cutting off is rounding, for what is not negative, and a third of its cost.
        (self.start + (nanos + 0.5) as Nanos).min(self.end)
    }

    /// Solves units = rate · t + slope · t² / 2 for t, in the form that does not cancel when the slope is small (Press et
    /// al., Numerical Recipes, 5.6).
    #[inline]
    fn ramp(&self, units: f64) -> f64 {
        // Without their last six bits, units that differ do so by more than the rounding below, so that order is kept.
        let units = f64::from_bits(units.to_bits() & !0x3F);
        let root = (self.rate * self.rate + 2.0 * self.slope * units).max(0.0).sqrt();
        let divisor = self.rate + root;
        if divisor > 0.0 { 2.0 * units / divisor * 1e9 } else { 0.0 }
    }
}

/// Adding up stages makes 2.9999999999999996 of 3: an arrival would come at the end of one stage that is due at the
/// beginning of the next.
fn whole_when_near(units: f64) -> f64 {
    let whole = units.round();
    if (units - whole).abs() <= 1e-9 { whole } else { units }
}

/// The segments of a warm-up, which holds the rate at which the first stage begins, and the stages.
pub(super) fn segments(stages: &[Stage], warm_up: Span) -> Vec<Segment> {
    let first = stages.first().map_or(0.0, |stage| stage.from);
    let warm_up = Stage { from: first, to: first, length: warm_up };
    let mut segments: Vec<Segment> = Vec::with_capacity(stages.len() + 1);
    for stage in std::iter::once(&warm_up).chain(stages) {
        let mut length = stage.length.nanos();
        if length == 0 {
            continue;
        }
        // One rate that goes on is one segment, so that no rounding comes between.
        if stage.from == stage.to
            && let Some(before) = segments.pop_if(|last| last.slope == 0.0 && last.rate == stage.from)
        {
            length += before.end - before.start;
        }
        segments.push(Segment::new(segments.last(), stage.from, stage.to, length));
    }
    segments
}
