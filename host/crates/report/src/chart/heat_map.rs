//! Heat maps: a cell a value, its colour by a scale that a bar at the right explains, its number in it where there is room.

use model::report::{Axis, Chart, Scale};
use plotters::style::text_anchor::{HPos, VPos};

use super::MOST_MARKS;
use super::canvas::{Lettering, Rect};
use super::columns::Columns;
use super::frame::{Across, Frame, Wishes};
use super::lettering::{fit, width};
use super::number::{Alike, full};
use super::palette::{Tone, shade};
use super::pen::Tag;
use super::ruler::{Reach, Ruler, Zero};
use super::ticks::{Labels, ticks};
use crate::unit::Unit;

/// Heights of letters in cells: the largest that fits all.
const SIZES: [f64; 4] = [16.0, 14.0, 12.0, 10.0];

/// Pixels that the bar of colours takes at the right, and its own width.
const BESIDE: f64 = 120.0;
const BAR: f64 = 20.0;

/// Colours of the bar.
const STEPS: usize = 64;

/// Draws a heat map.
pub(super) fn draw(chart: &Chart) -> Frame<'_> {
    let columns = Columns::new(chart);
    let count = columns.series_count();
    let rows = columns.rows().min((MOST_MARKS / count.max(1)).clamp(1, 100));
    let axis = columns.panels()[0].clone();
    let mut reach = Reach::new(axis.scale);
    let mut is_empty = true;
    let mut has_both = (false, false);
    for (_, series) in columns.series() {
        for value in (0..rows).map(|row| columns.number(series.values, row)) {
            reach.add(value);
            is_empty &= value.is_nan();
            has_both = (has_both.0 || value < 0.0, has_both.1 || value > 0.0);
        }
    }
    let is_diverging = axis.scale == Scale::Linear && has_both == (true, true);
    let colours = reach.ruler(if is_diverging { Zero::Always } else { Zero::Tight }, 0.0, 0.0);
    let colours = if is_diverging { Ruler::even(-colours.size(), colours.size()) } else { colours };
    let names = columns.series().map(|(_, series)| columns.name(series)).collect();
    let notice = match columns.rows() {
        all if all > rows => format!("the first {rows} of {all} rows"),
        _ => String::new(),
    };
    let wishes = Wishes {
        across: Across::Series(names),
        upward: vec![Ruler::slots(rows)],
        rows: Some(((0..rows).map(|row| columns.row_name(row)).collect(), colours)),
        beyond: Vec::new(),
        shift: 0.0,
        are_marks_below: true,
        sample: None,
        right: BESIDE,
        notice,
        is_empty,
    };
    let frame = Frame::new(chart, &columns, wishes);
    if is_empty {
        return frame;
    }
    draw_cells(&frame, &columns, rows, &axis, &colours, is_diverging);
    draw_scale(&frame, &axis, &colours, is_diverging);
    frame
}

fn draw_cells(frame: &Frame<'_>, columns: &Columns<'_>, rows: usize, axis: &Axis, colours: &Ruler, is_diverging: bool) {
    let panel = &frame.panels[0];
    let factor = Unit::of(&axis.unit).scale_for(colours.size()).factor;
    let (wide, high) = (panel.rect.width() / columns.series_count() as f64, panel.rect.height() / rows.max(1) as f64);
    let of_series = |values: usize| (0..rows).map(move |row| columns.number(values, row) * factor);
    let all: Vec<f64> = columns.series().flat_map(|(_, series)| of_series(series.values)).collect();
    let alike = Alike::of(all.iter().copied(), axis.scale);
    let label = |value: f64| if value.is_nan() { "–".to_owned() } else { alike.write(value * factor) };
    let all = columns.series().flat_map(|(_, series)| (0..rows).map(move |row| (series.values, row)));
    let widest = all.map(|(column, row)| width(&label(columns.number(column, row)), 1.0)).fold(0.0, f64::max);
    let size = SIZES.into_iter().find(|size| widest * size + 6.0 <= wide && size + 4.0 <= high);
    let gap = if wide > 12.0 && high > 12.0 { 0.75 } else { 0.0 };
    for (number, series) in columns.series() {
        frame.canvas.open("series", Some(number));
        for row in 0..rows {
            let value = columns.number(series.values, row);
            let (x, y) = panel.at(number as f64, (rows - 1 - row) as f64);
            let rect = Rect {
                left: x - wide / 2.0 + gap,
                top: y - high / 2.0 + gap,
                right: x + wide / 2.0 - gap,
                bottom: y + high / 2.0 - gap,
            };
            let share = match value {
                _ if value.is_infinite() => Some(if value > 0.0 { 1.0 } else { 0.0 }),
                _ if colours.can_show(value) => Some(colours.share(value)),
                _ => None,
            };
            let tip = columns.tip(series, &columns.row_name(row), &full(value, &axis.unit), None);
            let tag = Tag { class: "value", series: Some(number), tip, ..Tag::default() };
            let tone = match share {
                Some(share) => {
                    let shade = shade(share, is_diverging);
                    frame.canvas.tag(tag).block(rect, Tone::Exact(shade), 1.0);
                    shade.text_on()
                }
                None => {
                    frame.canvas.outline(rect, Tone::Grid, 1.0);
                    Tone::Muted
                }
            };
            if let Some(size) = size {
                frame.canvas.text((x, y), &label(value), Lettering::centred(size).in_tone(tone));
            }
        }
        frame.canvas.close();
    }
}

/// The bar of colours with its ticks.
fn draw_scale(frame: &Frame<'_>, axis: &Axis, colours: &Ruler, is_diverging: bool) {
    let rect = frame.panels[0].rect;
    let left = rect.right + 24.0;
    let step = rect.height() / STEPS as f64;
    for number in 0..STEPS {
        let bottom = rect.bottom - number as f64 * step;
        let colour = shade((number as f64 + 0.5) / STEPS as f64, is_diverging);
        // Half a pixel over the next, so that no seam is seen.
        let block = Rect { left, top: (bottom - step - 0.5).max(rect.top), right: left + BAR, bottom };
        frame.canvas.block(block, Tone::Exact(colour), 1.0);
    }
    let found = ticks(colours, &axis.unit, (rect.height() / 60.0).clamp(2.0, 8.0) as usize, Labels::OneUnit);
    let room = BESIDE - 24.0 - BAR - 10.0 + 16.0;
    for (at, label) in &found.all {
        let y = rect.bottom - colours.share(*at).clamp(0.0, 1.0) * rect.height();
        frame.canvas.line(&[(left + BAR, y), (left + BAR + 5.0, y)], Tone::Ink, 1.0);
        let lettering = Lettering::centred(14.0).at(HPos::Left, VPos::Center);
        frame.canvas.text((left + BAR + 9.0, y), &fit(label, 14.0, room), lettering);
    }
}
