//! Lines, with bands.

use std::cell::RefCell;

use model::report::Chart;

use super::canvas::{Point, Rect};
use super::frame::Frame;
use super::legend::Sample;
use super::palette::{Tone, dash, marker};
use super::pen::Tag;
use super::thinning::{stretches, thin};
use super::traces::{self, Trace};
use super::unbounded::Runs;

/// Points drawn in all, so that a document stays below a megabyte.
const MOST_POINTS: usize = 24_000;

/// Points of one series; more than two a pixel are not seen.
const MOST_OF_ONE: usize = 2_400;

/// A line of no more points has a marker at each; others have some along them.
const SPARSE: usize = 48;
const ALONG: usize = 9;

/// Radius of a marker, of a point between gaps, and of the place for the pointer.
const MARKER: f64 = 4.2;
const DOT: f64 = 2.2;
const TOUCH: f64 = 7.0;

/// Draws a line chart.
pub(super) fn draw(chart: &Chart) -> Frame<'_> {
    // How many series of each panel have points without bound so far: their arrows stand below each other.
    let ranks = RefCell::new(vec![0; chart.panels.len().max(1)]);
    let has_bands = chart.series.iter().any(|series| series.band.is_some());
    traces::draw(chart, Sample::Line, |trace, frame| {
        let parts = trace.sharers() * if has_bands { 3 } else { 1 };
        let most = (MOST_POINTS / parts).clamp(40, MOST_OF_ONE);
        draw_band(trace, frame, most);
        let runs = draw_line(trace, frame, most);
        if !runs.is_empty() {
            let mut ranks = ranks.borrow_mut();
            runs.draw(frame, trace.number, trace.panel(), ranks[trace.panel()]);
            ranks[trace.panel()] += 1;
        }
        let most = trace.most_told();
        // Of each stretch up to four rows are kept, where two are asked for.
        let told = if trace.values.len() <= most { most } else { most / 2 };
        trace.tell(frame, thin(&trace.values, told), TOUCH);
    })
}

/// The band, in pieces between its gaps.
fn draw_band(trace: &Trace<'_, '_>, frame: &Frame<'_>, most: usize) {
    let Some(band) = trace.series.band else { return };
    let (mut lower, mut upper): (Vec<Point>, Vec<Point>) = (Vec::new(), Vec::new());
    let mut pieces = Vec::new();
    for (from, to) in stretches(trace.values.len(), most) {
        let of = |column: usize| (from..to).map(move |row| trace.number_of(column, row));
        let low = of(band.low).filter(|value| !value.is_nan()).reduce(f64::min);
        let high = of(band.high).filter(|value| !value.is_nan()).reduce(f64::max);
        let middle = usize::midpoint(from, to - 1);
        let edges = low.zip(high).map(|(low, high)| (low.min(high), low.max(high)));
        // The lower edge of a logarithmic axis stands for zero and less.
        let floor = frame.panels[trace.panel()].ruler_y();
        let edges = edges.map(|(low, high)| (if floor.can_show(low) { low } else { low.max(floor.low()) }, high));
        match edges.and_then(|(low, high)| trace.at(frame, middle, low).zip(trace.at(frame, middle, high))) {
            Some((low, high)) => {
                lower.push(low);
                upper.push(high);
            }
            None => pieces.push((std::mem::take(&mut lower), std::mem::take(&mut upper))),
        }
    }
    pieces.push((lower, upper));
    // Lone rows: whiskers.
    let mut lone = Vec::new();
    for (lower, mut upper) in pieces {
        if let ([(x, low)], [(_, high)]) = (&lower[..], &upper[..]) {
            lone.push(vec![(*x, *low), (*x, *high)]);
        } else if !lower.is_empty() {
            upper.extend(lower.into_iter().rev());
            frame.canvas.form(&upper, Tone::Series(trace.number), 0.2);
        }
    }
    frame.canvas.lines(&lone, Tone::Series(trace.number), 1.5);
}

/// The line, in pieces between its gaps, with its markers. Gives its points without bound.
fn draw_line(trace: &Trace<'_, '_>, frame: &mut Frame<'_>, most: usize) -> Runs {
    let mut pieces: Vec<Vec<Point>> = vec![Vec::new()];
    let mut runs = Runs::new(trace.sharers());
    for row in thin(&trace.values, most) {
        let value = trace.values[row];
        let piece = pieces.last_mut().expect("there is a piece");
        match trace.at(frame, row, value) {
            Some(at) if value.is_finite() => {
                piece.push(at);
                runs.end();
                continue;
            }
            Some((x, _)) => runs.add(x, value > 0.0, piece.last().copied()),
            None => runs.end(),
        }
        if !piece.is_empty() {
            pieces.push(Vec::new());
        }
    }
    let tone = Tone::Series(trace.number);
    let count: usize = pieces.iter().map(Vec::len).sum();
    frame.canvas.tag(Tag { dash: dash(trace.number), ..Tag::default() });
    frame.canvas.lines(&pieces, tone, if count > 600 { 1.6 } else { 2.4 });
    let lone: Vec<Point> = pieces.iter().filter(|piece| piece.len() == 1).map(|piece| piece[0]).collect();
    frame.canvas.dots(&lone, DOT, tone);
    let bounds = frame.panels[trace.panel()].rect;
    let stride = if count <= SPARSE { 1 } else { count / ALONG };
    // Markers of neighbours stand beside each other, not on one another.
    let first = if stride == 1 { 0 } else { trace.number * stride * 3 / 8 % stride };
    for (x, y) in pieces.iter().flatten().copied().skip(first).step_by(stride) {
        frame.canvas.marker((x, y), MARKER, marker(trace.number), tone);
        if stride == 1 {
            frame.take(Rect { left: x - 4.0, top: y - 4.0, right: x + 4.0, bottom: y + 4.0 }, &bounds);
        }
    }
    runs
}
