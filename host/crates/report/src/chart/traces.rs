//! Series of points over one axis across: what lines and clouds of points have in common.

use model::report::{Axis, Chart, Scale, Series};
use plotters::style::text_anchor::{HPos, VPos};

use super::MOST_MARKS;
use super::canvas::{Lettering, Point, Rect};
use super::columns::Columns;
use super::frame::{Across, Frame, Wishes};
use super::legend::Sample;
use super::lettering::{fit, width};
use super::number::full;
use super::palette::Tone;
use super::pen::Tag;
use super::ruler::{Reach, Ruler, Zero};
use super::unbounded;
use crate::unit::Unit;

/// Height of letters beside points.
pub(super) const NOTE: f64 = 14.0;

/// Categories, at most.
const MOST_CATEGORIES: usize = 2_000;

/// A series with its points.
pub(super) struct Trace<'t, 'c> {
    pub(super) number: usize,
    pub(super) series: &'c Series,
    columns: &'t Columns<'c>,
    places: &'t [f64],
    /// Values by row; NaN where nothing can be shown.
    pub(super) values: Vec<f64>,
}

/// Draws the surroundings, and each series by `draw`.
pub(super) fn draw<'c>(chart: &'c Chart, sample: Sample, draw: impl Fn(&Trace<'_, 'c>, &mut Frame<'c>)) -> Frame<'c> {
    let columns = Columns::new(chart);
    let rows = if columns.has_categories() { columns.rows().min(MOST_CATEGORIES) } else { columns.rows() };
    let places: Vec<f64> =
        (0..rows).map(|row| if columns.has_categories() { row as f64 } else { columns.number(0, row) }).collect();
    let (across, upward, beyond, is_empty) = axes(chart, &columns, &places, rows);
    let notice = match columns.rows() {
        all if all > rows => format!("the first {rows} of {all} categories"),
        _ => String::new(),
    };
    let has_names = columns.series().any(|(_, series)| !columns.name(series).is_empty());
    let wishes = Wishes {
        across,
        upward,
        beyond,
        rows: None,
        sample: has_names.then_some(sample),
        right: 0.0,
        notice,
        is_empty,
        shift: 0.0,
        are_marks_below: true,
    };
    let mut frame = Frame::new(chart, &columns, wishes);
    if is_empty {
        return frame;
    }
    for (number, series) in columns.series() {
        let panel = &frame.panels[columns.panel_of(series)];
        let value = |row: usize| {
            let value = columns.number(series.values, row);
            let can_show = value.is_infinite() || panel.ruler_y().can_show(value);
            if can_show && panel.ruler_x().can_show(places[row]) { value } else { f64::NAN }
        };
        let values = (0..rows).map(value).collect();
        let trace = Trace { number, series, columns: &columns, places: &places, values };
        frame.canvas.open("series", Some(number));
        draw(&trace, &mut frame);
        frame.canvas.close();
    }
    frame
}

/// Axis across, axes upward, pixels above each for what has no bound, and whether nothing is known.
type Axes = (Across, Vec<Ruler>, Vec<f64>, bool);

fn axes(chart: &Chart, columns: &Columns<'_>, places: &[f64], rows: usize) -> Axes {
    let mut across = Reach::new(chart.x.scale);
    let mut reaches: Vec<Reach> = columns.panels().iter().map(|axis| Reach::new(axis.scale)).collect();
    let mut unbounded = vec![0; reaches.len()];
    let mut is_empty = true;
    let can_place = |place: f64| match chart.x.scale {
        Scale::Linear => place.is_finite(),
        Scale::Logarithmic => place > 0.0 && place.is_finite(),
        Scale::Quantile => (0.0..1.0).contains(&place),
    };
    for (_, series) in columns.series() {
        let reach = &mut reaches[columns.panel_of(series)];
        let is_unbounded =
            |(row, place): (usize, &f64)| can_place(*place) && columns.number(series.values, row) == f64::INFINITY;
        unbounded[columns.panel_of(series)] += usize::from(places.iter().enumerate().any(is_unbounded));
        let edges = series.band.map(|band| [band.low, band.high]).into_iter().flatten();
        for column in edges.chain([series.values]) {
            for (row, _) in places.iter().enumerate().filter(|(_, place)| can_place(**place)) {
                let value = columns.number(column, row);
                is_empty &= value.is_nan();
                reach.add(value);
            }
        }
    }
    // The axis across shows all rows of a time, also those of which nothing is known.
    places.iter().for_each(|place| across.add(*place));
    for mark in chart.marks.iter() {
        if mark.is_vertical {
            across.add_mark(mark.at);
        } else if let Some(reach) = reaches.get_mut(mark.panel) {
            reach.add_mark(mark.at);
        }
    }
    let across = if columns.has_categories() {
        Across::Slots((0..rows).map(|row| columns.row_name(row)).collect())
    } else {
        Across::Values(across.ruler(Zero::Tight, 0.012, 0.012))
    };
    // Rates and shares are compared by their lengths.
    let zero = |axis: &Axis| if Unit::of(&axis.unit).is_from_zero() { Zero::Always } else { Zero::Near };
    let upward = reaches.iter().zip(columns.panels());
    let upward = upward.map(|(reach, axis)| reach.ruler(zero(axis), 0.06, 0.04)).collect();
    (across, upward, unbounded.into_iter().map(unbounded::height).collect(), is_empty)
}

impl Trace<'_, '_> {
    /// Its panel.
    pub(super) fn panel(&self) -> usize {
        self.columns.panel_of(self.series)
    }

    /// How many series share the room for points.
    pub(super) fn sharers(&self) -> usize {
        self.columns.series_count().max(1)
    }

    /// A number of one of its rows.
    pub(super) fn number_of(&self, column: usize, row: usize) -> f64 {
        self.columns.number(column, row)
    }

    /// Where a value of a row stands; none when it has no place.
    pub(super) fn at(&self, frame: &Frame<'_>, row: usize, value: f64) -> Option<Point> {
        let panel = &frame.panels[self.panel()];
        let place = self.places[row];
        let can_show = panel.ruler_x().can_show(place) && (value.is_infinite() || panel.ruler_y().can_show(value));
        can_show.then(|| match panel.at(place, value) {
            (x, _) if value == f64::INFINITY => (x, panel.rect.top - panel.beyond / 2.0),
            at => at,
        })
    }

    /// Points of its kind that may be told on hover.
    pub(super) fn most_told(&self) -> usize {
        (MOST_MARKS / self.sharers()).max(4)
    }

    /// Places for the pointer on rows, and their notes.
    pub(super) fn tell(&self, frame: &mut Frame<'_>, rows: impl IntoIterator<Item = usize>, radius: f64) {
        for row in rows {
            let Some((x, y)) = self.at(frame, row, self.values[row]) else { continue };
            let unit = self.columns.unit_of(self.series);
            let mut told = full(self.values[row], unit);
            if let Some(band) = self.series.band {
                let [low, high] = [band.low, band.high].map(|column| full(self.columns.number(column, row), unit));
                told = format!("{told}, {low} to {high}");
            }
            let note = self.columns.note(self.series, row);
            let tip = self.columns.tip(self.series, &self.columns.row_name(row), &told, note.as_deref());
            let tag = Tag { class: "value", series: Some(self.number), tip, has_place: true, ..Tag::default() };
            frame.canvas.tag(tag).touch((x, y), radius);
            if let Some(note) = note {
                self.write_note(frame, (x, y), &note);
            }
        }
    }

    /// Writes a note on the first free side of its point, or nowhere.
    fn write_note(&self, frame: &mut Frame<'_>, (x, y): Point, note: &str) {
        let bounds = frame.panels[self.panel()].rect;
        let note = fit(note, NOTE, 200.0);
        let (long, half) = (width(&note, NOTE), NOTE / 2.0 + 1.0);
        let sides = [(x - long / 2.0, y - 15.0), (x + 8.0, y), (x - long / 2.0, y + 15.0), (x - long - 8.0, y)];
        for (left, middle) in sides {
            let place = Rect { left, top: middle - half, right: left + long, bottom: middle + half };
            if frame.take(place, &bounds) {
                let lettering = Lettering::centred(NOTE).at(HPos::Left, VPos::Center).in_tone(Tone::Muted);
                frame.write_later(Some(self.number), (left, middle), note, lettering);
                return;
            }
        }
    }
}
