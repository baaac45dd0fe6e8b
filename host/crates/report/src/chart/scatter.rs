//! Clouds of points.

use std::collections::HashSet;

use model::report::Chart;

use super::canvas::Point;
use super::frame::Frame;
use super::legend::Sample;
use super::palette::{Tone, marker};
use super::traces::{self, Trace};

/// Markers in all; denser clouds are drawn as dots, of which there may be more.
const MOST_MARKERS: usize = 2_000;
const MOST_DOTS: usize = 24_000;

/// Radius of a marker, of a dot, and of the place for the pointer.
const MARKER: f64 = 4.2;
const DOT: f64 = 1.7;
const TOUCH: f64 = 6.0;

/// Side of the squares, in pixels, of which each shows one point at first.
const SQUARE: f64 = 1.0;

/// Draws a scatter chart.
pub(super) fn draw(chart: &Chart) -> Frame<'_> {
    traces::draw(chart, Sample::Marker, draw_cloud)
}

fn draw_cloud(trace: &Trace<'_, '_>, frame: &mut Frame<'_>) {
    let points: Vec<(usize, Point)> =
        (0..trace.values.len()).filter_map(|row| Some((row, trace.at(frame, row, trace.values[row])?))).collect();
    let tone = Tone::Series(trace.number);
    if points.len() <= MOST_MARKERS / trace.sharers() {
        for (_, at) in &points {
            frame.canvas.marker(*at, MARKER, marker(trace.number), tone);
        }
    } else {
        let kept = thin(&points, MOST_DOTS / trace.sharers());
        let dots: Vec<Point> = kept.iter().map(|(_, at)| *at).collect();
        frame.canvas.dots(&dots, DOT, tone);
    }
    let told = thin(&points, trace.most_told());
    trace.tell(frame, told.into_iter().map(|(row, _)| row), TOUCH);
}

/// Points that show where all are: one of each small square, in squares that grow until few enough are left. The outermost
/// points keep a neighbour in their square at least.
fn thin(points: &[(usize, Point)], most: usize) -> Vec<(usize, Point)> {
    if points.len() <= most {
        return points.to_vec();
    }
    let mut kept = points.to_vec();
    let mut square = SQUARE;
    while kept.len() > most.max(1) && square < 2_000.0 {
        let mut taken = HashSet::new();
        kept.retain(|(_, (x, y))| taken.insert(((x / square) as i64, (y / square) as i64)));
        square *= 1.4;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thinned_cloud_keeps_its_form_and_its_outliers() {
        let mut points: Vec<(usize, Point)> =
            (0..100_000).map(|row| (row, (f64::from(row as u32 % 317), f64::from(row as u32 / 317)))).collect();
        points.push((100_000, (900.0, 650.0)));
        let kept = thin(&points, 2_000);
        assert!((500..=2_000).contains(&kept.len()), "{}", kept.len());
        assert!(kept.iter().any(|(row, _)| *row == 100_000));
        let middle = kept.iter().filter(|(_, (x, y))| (100.0..200.0).contains(x) && (100.0..200.0).contains(y));
        assert!(middle.count() > 50);
    }
}
