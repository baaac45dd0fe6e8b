//! A panel: a rectangle with an axis across and one upward.

use plotters::coord::CoordTranslate;
use plotters::coord::cartesian::Cartesian2d;

use super::canvas::{Point, Rect};
use super::pen::GRAIN;
use super::ruler::Ruler;

/// A panel.
pub(super) struct Panel {
    /// Where values are drawn.
    pub(super) rect: Rect,
    /// Pixels above it, kept for what has no bound: beyond all values of the axis.
    pub(super) beyond: f64,
    space: Cartesian2d<Ruler, Ruler>,
}

impl Panel {
    /// A panel with its axes.
    pub(super) fn new(rect: Rect, across: Ruler, upward: Ruler) -> Self {
        let grains = |pixels: f64| (pixels * GRAIN).round() as i32;
        let sides = (grains(rect.left)..grains(rect.right), grains(rect.bottom)..grains(rect.top));
        Self { rect, beyond: 0.0, space: Cartesian2d::new(across, upward, sides) }
    }

    /// The same with so many pixels above it for what has no bound.
    pub(super) fn with_beyond(self, beyond: f64) -> Self {
        Self { beyond, ..self }
    }

    /// Where it ends at the top, with what is kept for what has no bound.
    pub(super) fn top(&self) -> f64 {
        self.rect.top - self.beyond
    }

    /// Its axis across.
    pub(super) fn ruler_x(&self) -> &Ruler {
        self.space.x_spec()
    }

    /// Its axis upward.
    pub(super) fn ruler_y(&self) -> &Ruler {
        self.space.y_spec()
    }

    /// Where a pair of values stands; at the edge for what is beyond it.
    pub(super) fn at(&self, x: f64, y: f64) -> Point {
        let (x, y) = self.space.translate(&(x, y));
        (f64::from(x) / GRAIN, f64::from(y) / GRAIN)
    }

    /// Where a value stands across.
    pub(super) fn x(&self, value: f64) -> f64 {
        self.at(value, self.ruler_y().low()).0
    }

    /// Where a value stands upward.
    pub(super) fn y(&self, value: f64) -> f64 {
        self.at(self.ruler_x().low(), value).1
    }

    /// A value has its place across.
    pub(super) fn shows_x(&self, value: f64) -> bool {
        self.ruler_x().can_show(value) && (-1e-9..=1.0 + 1e-9).contains(&self.ruler_x().share(value))
    }
}
