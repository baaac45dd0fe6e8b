//! Points of lines that have no bound: dotted along the edge, with an arrow here and there, and a word beside the first.

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
const INWARD: f64 = 8.0;
const APART: f64 = 13.0;

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
        let inward = INWARD + APART * (rank % 5) as f64;
        let level = |run: &Run| if run.is_above { rect.top + inward } else { rect.bottom - inward };
        for run in &self.all {
            run.draw(frame, series, level(run), &rect);
        }
        let long = width("unbounded", NOTE);
        for run in self.all.iter().take(MOST_LABELLED) {
            let first = run.places.first().copied().unwrap_or(rect.left);
            let y = level(run);
            let below = if run.is_above { y + 17.0 } else { y - 17.0 };
            let sides =
                [(first - 12.0 - long, y), (first + 12.0, y), (first + 4.0, below), (first - 4.0 - long, below)];
            for (left, y) in sides {
                let place = Rect { left, top: y - 8.0, right: left + long, bottom: y + 8.0 };
                if frame.take(place, &rect) {
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
