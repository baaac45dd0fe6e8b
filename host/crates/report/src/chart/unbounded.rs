//! Points of lines that have no bound: dotted above the axis, where no value stands, with an arrow here and there, and a
//! word beside the first.

use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Lettering, Point, Rect};
use super::frame::Frame;
use super::lettering::width;
use super::palette::{Marker, Tone};
use super::pen::Tag;
use super::traces::NOTE;

/// Pixels between arrows of neighbours.
const ARROWS: f64 = 45.0;

/// Runs that are labelled in words.
const MOST_LABELLED: usize = 3;

/// Runs of all series together; further ones of a series are drawn as one.
const MOST_RUNS: usize = 300;

/// Pixels from the edge, and between the lines of series.
const INWARD: f64 = 11.0;
const APART: f64 = 13.0;

/// Lines that stand apart; those of further series stand on them again.
const MOST_LINES: usize = 5;

/// Pixels above the axis that so many series with points above all bounds take.
pub(super) fn height(series: usize) -> f64 {
    match series.min(MOST_LINES) {
        0 => 0.0,
        lines => 2.0 * INWARD + APART * (lines - 1) as f64,
    }
}

/// Neighbouring points without bound.
pub(super) struct Run {
    /// The point before them.
    from: Option<Point>,
    /// Where they stand across.
    places: Vec<f64>,
    is_above: bool,
}

/// The runs of a series, in their order.
pub(super) struct Runs {
    all: Vec<Run>,
    most: usize,
    is_open: bool,
}

impl Runs {
    /// None yet. `sharers` is the number of series in the chart.
    pub(super) fn new(sharers: usize) -> Self {
        Self { all: Vec::new(), most: (MOST_RUNS / sharers.max(1)).max(4), is_open: false }
    }

    /// There are none.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Takes in a point without bound, and the one before it that has one.
    pub(super) fn add(&mut self, x: f64, is_above: bool, from: Option<Point>) {
        let is_new = !self.is_open || self.all.last().is_none_or(|run| run.is_above != is_above);
        if is_new && self.all.len() < self.most {
            self.all.push(Run { from, places: Vec::new(), is_above });
        }
        self.is_open = true;
        self.all.last_mut().expect("the first opens a run").places.push(x);
    }

    /// A point followed that has a bound, or is missing.
    pub(super) fn end(&mut self) {
        self.is_open = false;
    }

    /// Draws them, below those of `rank` other series.
    pub(super) fn draw(&self, frame: &mut Frame<'_>, series: usize, panel: usize, rank: usize) {
        let rect = frame.panels[panel].rect;
        let top = frame.panels[panel].top();
        // With a hair of room for the letters of the outermost.
        let bounds = Rect { top: top - 1.0, ..rect };
        let inward = INWARD + APART * (rank % MOST_LINES) as f64;
        let level = |run: &Run| if run.is_above { top + inward } else { rect.bottom - inward };
        for run in &self.all {
            run.draw(frame, series, level(run), &bounds);
        }
        let long = width("unbounded", NOTE);
        for run in self.all.iter().take(MOST_LABELLED) {
            let first = run.places.first().copied().unwrap_or(rect.left);
            let y = level(run);
            let last = run.places.last().copied().unwrap_or(first);
            // At the left edge the word stands once, for all.
            let edge = (rank == 0).then_some(rect.left + 6.0);
            let sides = [first - 12.0 - long, last + 12.0, first + 12.0, first + 57.0];
            for left in sides.into_iter().chain(edge) {
                let place = Rect { left, top: y - 6.0, right: left + long, bottom: y + 6.0 };
                if frame.take(place, &bounds) {
                    let lettering = Lettering::centred(NOTE).at(HPos::Left, VPos::Center);
                    frame.write_later(Some(series), (left, y), "unbounded".to_owned(), lettering);
                    break;
                }
            }
        }
    }
}

impl Run {
    fn draw(&self, frame: &mut Frame<'_>, series: usize, y: f64, rect: &Rect) {
        let Some((first, last)) = self.places.first().zip(self.places.last()) else { return };
        let tone = Tone::Series(series);
        let mut path: Vec<Point> = self.from.into_iter().collect();
        path.extend([(*first, y), (*last, y)]);
        frame.canvas.tag(Tag { dash: "2 3", ..Tag::default() }).line(&path, tone, 1.6);
        let mut drawn = f64::NEG_INFINITY;
        for x in self.places.iter().filter(|x| x.is_finite()) {
            if x - drawn >= ARROWS {
                drawn = *x;
                let form = if self.is_above { Marker::Triangle } else { Marker::Upended };
                frame.canvas.marker((*x, y), 6.0, form, tone);
                frame.take(Rect { left: x - 7.0, top: y - 7.0, right: x + 7.0, bottom: y + 7.0 }, rect);
            }
        }
    }
}
