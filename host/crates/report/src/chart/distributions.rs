//! Boxes and violins: distributions side by side, from their quantiles.

use model::report::{Chart, Series};
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Lettering, Rect};
use super::columns::Columns;
use super::frame::{Across, Frame, Wishes};
use super::lettering::{clean, fit, width};
use super::number::{full, with_suffix};
use super::palette::{Marker, Tone};
use super::panel::Panel;
use super::pen::Tag;
use super::quantiles::{Quantiles, density};
use super::ruler::{Reach, Zero};

/// Places at which a density is worked out.
const PLACES: usize = 120;

/// Widest half of a violin or a box.
const WIDEST: f64 = 95.0;

/// Height of letters and of a line of a summary.
const SIZE: f64 = 13.0;
const LINE: f64 = 17.0;

/// More lines of a summary are not shown.
const MOST_LINES: usize = 8;

/// More quantiles outside the whiskers are not drawn.
const MOST_OUTSIDE: usize = 30;

/// Pixels between a violin and its summary.
const GAP: f64 = 10.0;

/// What is drawn of a distribution.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Box,
    Violin,
}

/// A distribution and its place.
struct Figure<'f, 'c> {
    number: usize,
    series: &'c Series,
    quantiles: &'f Quantiles,
    middle: f64,
    half: f64,
    form: Form,
}

/// Draws distributions.
pub(super) fn draw(chart: &Chart, form: Form) -> Frame<'_> {
    let columns = Columns::new(chart);
    let all: Vec<Quantiles> = columns.series().map(|(_, series)| Quantiles::of(&columns, series.values)).collect();
    let is_empty = all.iter().all(|quantiles| quantiles.is_empty() && !quantiles.is_unbounded);
    let mut reaches: Vec<Reach> = columns.panels().iter().map(|axis| Reach::new(axis.scale)).collect();
    for ((_, series), quantiles) in columns.series().zip(&all) {
        let reach = &mut reaches[columns.panel_of(series)];
        quantiles.points.iter().for_each(|(_, value)| reach.add(*value));
    }
    for mark in chart.marks.iter().filter(|mark| !mark.is_vertical) {
        if let Some(reach) = reaches.get_mut(mark.panel) {
            reach.add_mark(mark.at);
        }
    }
    let notice = match form {
        Form::Violin => "solid line: median; dashed line: mean",
        Form::Box => {
            "box: quartiles and median; diamond: mean; whiskers: quantiles within 1.5 heights of the box; dots: those beyond"
        }
    };
    let slot = 1_080.0 / columns.series_count().max(1) as f64;
    let summary = columns.series().flat_map(|(_, series)| lines_of(series));
    let summary_width = summary.map(|line| width(&line, SIZE)).fold(0.0, f64::max) + 14.0;
    let tallest = columns.series().map(|(_, series)| lines_of(series).len()).max().unwrap_or(0);
    // Beside where both have room; else above, in room kept for it.
    let is_beside = summary_width + GAP + 110.0 <= slot;
    let is_above = !is_beside && tallest > 0 && slot >= 54.0;
    let kept = if is_above { (tallest as f64 * LINE + 18.0) / (480.0 / columns.panels().len() as f64) } else { 0.05 };
    let beside = if is_beside && tallest > 0 { summary_width + GAP } else { 0.0 };
    let wishes = Wishes {
        across: Across::Series(columns.series().map(|(_, series)| columns.name(series)).collect()),
        upward: reaches.iter().map(|reach| reach.ruler(Zero::Near, kept, 0.04)).collect(),
        rows: None,
        beyond: Vec::new(),
        shift: -beside / 2.0,
        are_marks_below: true,
        sample: None,
        right: 0.0,
        notice: notice.to_owned(),
        is_empty,
    };
    let frame = Frame::new(chart, &columns, wishes);
    if is_empty {
        return frame;
    }
    for ((number, series), quantiles) in columns.series().zip(&all) {
        let panel = &frame.panels[columns.panel_of(series)];
        let slot = panel.rect.width() / columns.series_count() as f64;
        let half = ((slot * 0.88 - beside) / 2.0).clamp(1.0, WIDEST);
        let middle = panel.x(number as f64) - beside / 2.0;
        let figure = Figure { number, series, quantiles, middle, half, form };
        frame.canvas.open("series", Some(number));
        figure.draw(&frame, panel, &columns);
        if is_beside || is_above {
            figure.draw_summary(&frame, panel, summary_width.min(slot - 4.0), is_above);
        }
        frame.canvas.close();
    }
    frame
}

fn lines_of(series: &Series) -> Vec<String> {
    series.summary.iter().take(MOST_LINES).map(|line| clean(line)).collect()
}

impl Figure<'_, '_> {
    fn draw(&self, frame: &Frame<'_>, panel: &Panel, columns: &Columns<'_>) {
        match self.form {
            Form::Violin => self.draw_violin(frame, panel),
            Form::Box => self.draw_box(frame, panel),
        }
        if self.quantiles.is_unbounded {
            let y = panel.rect.top + 8.0;
            frame.canvas.marker((self.middle, y), 6.0, Marker::Triangle, Tone::Series(self.number));
            if self.half > 40.0 {
                let lettering = Lettering::centred(SIZE).at(HPos::Left, VPos::Center);
                frame.canvas.text((self.middle + 10.0, y), "unbounded", lettering);
            }
        }
        self.draw_values(frame, panel, columns);
    }

    /// The density, mirrored; the median a solid line, the mean a dashed one.
    fn draw_violin(&self, frame: &Frame<'_>, panel: &Panel) {
        let ruler = panel.ruler_y();
        // In lengths of the axis: a logarithmic axis shows the density of logarithms.
        let shares: Vec<f64> = self
            .quantiles
            .draws()
            .into_iter()
            .filter(|value| ruler.can_show(*value))
            .map(|value| ruler.share(value))
            .collect();
        let found = density(&shares, PLACES);
        let width_at = |share: f64| {
            let above = found.partition_point(|(place, _)| *place < share).min(found.len().saturating_sub(1));
            found.get(above).map_or(0.0, |(_, density)| density * self.half)
        };
        let side = |sign: f64| {
            let middle = self.middle;
            let y = |share: f64| panel.rect.bottom - share * panel.rect.height();
            found.iter().map(move |(share, density)| (middle + sign * density * self.half, y(*share)))
        };
        let mut outline: Vec<_> = side(-1.0).collect();
        outline.extend(side(1.0).rev());
        if outline.is_empty() {
            return;
        }
        outline.push(outline[0]);
        frame.canvas.form(&outline, Tone::Series(self.number), 0.45);
        frame.canvas.line(&outline, Tone::Series(self.number), 1.6);
        // The tails that no draw reached.
        let ends = [self.quantiles.points.first(), self.quantiles.points.last()];
        for (end, tip) in ends.into_iter().flatten().zip([found[0], found[found.len() - 1]]) {
            if ruler.can_show(end.1) {
                let from = panel.rect.bottom - tip.0 * panel.rect.height();
                frame.canvas.line(
                    &[(self.middle, from), (self.middle, panel.y(end.1))],
                    Tone::Series(self.number),
                    1.6,
                );
            }
        }
        for (value, dash) in [(self.quantiles.at(0.5), ""), (self.quantiles.mean(), "5 3")] {
            if ruler.can_show(value) {
                let (y, half) = (panel.y(value), width_at(ruler.share(value)).max(6.0));
                frame.canvas.tag(Tag { dash, ..Tag::default() });
                frame.canvas.line(&[(self.middle - half, y), (self.middle + half, y)], Tone::Ink, 2.0);
            }
        }
    }

    /// A box from quartile to quartile; whiskers to the outermost known quantiles within one and a half of its height
    /// (Tukey), dots for those beyond.
    fn draw_box(&self, frame: &Frame<'_>, panel: &Panel) {
        let canvas = &frame.canvas;
        let tone = Tone::Series(self.number);
        let [low, median, high] = [0.25, 0.5, 0.75].map(|p| self.quantiles.at(p));
        if !panel.ruler_y().can_show(high) {
            return;
        }
        let reach = (high - low) * 1.5;
        let is_within = |value: f64| value >= low - reach && value <= high + reach;
        let shown = || self.quantiles.points.iter().filter(|(_, value)| panel.ruler_y().can_show(*value));
        let within = || shown().map(|(_, value)| *value).filter(|value| is_within(*value));
        let least = within().fold(low, f64::min);
        let most = within().fold(high, f64::max);
        let half = self.half.min(60.0);
        for (from, to) in [(low, least), (high, most)] {
            canvas.line(&[(self.middle, panel.y(from)), (self.middle, panel.y(to))], Tone::Ink, 1.5);
            canvas.line(
                &[(self.middle - half / 2.0, panel.y(to)), (self.middle + half / 2.0, panel.y(to))],
                Tone::Ink,
                1.5,
            );
        }
        let rect =
            Rect { left: self.middle - half, right: self.middle + half, top: panel.y(high), bottom: panel.y(low) };
        canvas.block(rect, Tone::Paper, 1.0);
        canvas.block(rect, tone, 0.55);
        canvas.outline(rect, tone, 1.6);
        let y = panel.y(median);
        canvas.line(&[(self.middle - half, y), (self.middle + half, y)], Tone::Ink, 2.6);
        let mean = self.quantiles.mean();
        if panel.ruler_y().can_show(mean) {
            canvas.marker((self.middle, panel.y(mean)), 5.0, Marker::Diamond, Tone::Paper);
            canvas.marker((self.middle, panel.y(mean)), 3.6, Marker::Diamond, Tone::Ink);
        }
        let outside: Vec<f64> = shown().map(|(_, value)| *value).filter(|value| !is_within(*value)).collect();
        let stride = outside.len().div_ceil(MOST_OUTSIDE).max(1);
        // From the outermost: that one is always shown.
        for value in outside.iter().rev().step_by(stride).chain(outside.first()) {
            canvas.marker((self.middle, panel.y(*value)), 3.0, Marker::Circle, tone);
        }
    }

    /// What is told on hover: the figure as a whole, and the quantiles that people ask for.
    fn draw_values(&self, frame: &Frame<'_>, panel: &Panel, columns: &Columns<'_>) {
        let unit = columns.unit_of(self.series);
        let told = |p: f64| format!("p{} {}", trimmed(p * 100.0), full(self.quantiles.at(p), unit));
        let mean = full(self.quantiles.mean(), unit);
        let (first, last) = (self.quantiles.points.first(), self.quantiles.points.last());
        if let Some((first, last)) = first.zip(last) {
            let known = [0.25, 0.5, 0.75, 0.9, 0.99, 0.999].into_iter().filter(|p| *p <= last.0).map(told);
            let parts: Vec<String> = known.chain([format!("mean {mean}")]).collect();
            let tip = columns.tip(self.series, "", &parts.join(", "), None);
            let can_show = |value: f64| panel.ruler_y().can_show(value);
            let (low, high) = (if can_show(first.1) { first.1 } else { panel.ruler_y().low() }, last.1);
            let (left, right) = (self.middle - self.half, self.middle + self.half);
            let (top, bottom) = (panel.y(if can_show(high) { high } else { low }), panel.y(low));
            frame.canvas.tag(Tag { class: "value", series: Some(self.number), tip, ..Tag::default() });
            frame.canvas.block(
                Rect { left, top: top.min(bottom - 8.0), right, bottom },
                Tone::Series(self.number),
                0.0,
            );
        }
    }

    /// The summary, in a box beside the figure's upper end, or above it.
    fn draw_summary(&self, frame: &Frame<'_>, panel: &Panel, room: f64, is_above: bool) {
        let lines = lines_of(self.series);
        if lines.is_empty() {
            return;
        }
        let height = lines.len() as f64 * LINE + 8.0;
        let (left, top) = if is_above {
            (self.middle - room / 2.0, panel.rect.top + 4.0)
        } else {
            let high = self.quantiles.at(0.75);
            let y = if panel.ruler_y().can_show(high) { panel.y(high) } else { panel.rect.top };
            let top = (y - height / 2.0)
                .clamp(panel.rect.top + 2.0, (panel.rect.bottom - height - 2.0).max(panel.rect.top + 2.0));
            (self.middle + self.half + GAP, top)
        };
        let rect = Rect { left, top, right: left + room, bottom: top + height };
        frame.canvas.block(rect, Tone::Paper, 0.85);
        frame.canvas.outline(rect, Tone::Grid, 1.0);
        for (number, line) in lines.iter().enumerate() {
            let lettering = Lettering::centred(SIZE).at(HPos::Left, VPos::Center);
            let y = top + 4.0 + (number as f64 + 0.5) * LINE;
            frame.canvas.text((left + 6.0, y), &fit(line, SIZE, room - 10.0), lettering);
        }
    }
}

fn trimmed(per_cent: f64) -> String {
    with_suffix(&super::number::significant(per_cent, 6), "")
}
