//! Bars: side by side within a category, or on top of each other.

use model::report::{Axis, Chart, Scale, Series};
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Lettering, Rect};
use super::columns::Columns;
use super::frame::{Across, Frame, Wishes};
use super::legend::Sample;
use super::lettering::width;
use super::number::{Alike, full, short};
use super::palette::{Marker, Tone};
use super::pen::Tag;
use super::ruler::{Reach, Ruler, Zero};

/// Height of letters.
const VALUE: f64 = 14.0;

/// Share of a category's width that its bars take.
const GROUP: f64 = 0.82;

/// Widest bar.
const WIDEST: f64 = 130.0;

/// More bars are thinner than a pixel.
const MOST_BARS: usize = 900;

/// More categories cannot be told apart.
const MOST_CATEGORIES: usize = 300;

/// Pixels that panels have across and upward, more or less: how labels are turned is decided before the axes stand.
const USUAL_WIDTH: f64 = 1_080.0;
const USUAL_HEIGHT: f64 = 480.0;

/// A bar where it stands.
struct Bar {
    series: usize,
    panel: usize,
    rect: Rect,
    /// It reaches downward from the base.
    is_below: bool,
    is_unbounded: bool,
}

/// How values of a panel are written.
struct Manner<'c> {
    turn: Turn,
    alike: Alike,
    /// Each has a unit of its own: that of the axis would hide the least of them.
    has_own_units: bool,
    axis: &'c Axis,
}

impl Manner<'_> {
    /// A value as it is written, `factor` giving it in the unit of the axis.
    fn write(&self, value: f64, factor: f64) -> String {
        match self.axis.scale {
            _ if self.has_own_units => short(value, &self.axis.unit),
            Scale::Logarithmic => short(value, &self.axis.unit),
            _ => self.alike.write(value * factor),
        }
    }
}

/// How values stand above bars.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Level,
    Upright,
    None,
}

/// Draws bars.
pub(super) fn draw(chart: &Chart, is_stacked: bool) -> Frame<'_> {
    let columns = Columns::new(chart);
    let rows = columns.rows().min((MOST_BARS / columns.series_count().max(1)).max(1)).min(MOST_CATEGORIES);
    let groups = groups(&columns, is_stacked);
    let widest_group = groups.iter().map(Vec::len).max().unwrap_or(1).max(1);
    let pitch =
        (USUAL_WIDTH / rows.max(1) as f64 * GROUP / if is_stacked { 1.0 } else { widest_group as f64 }).min(WIDEST);
    let (upward, manners, is_empty) = rulers(chart, &columns, rows, is_stacked, pitch);
    let names: Vec<String> = (0..rows).map(|row| columns.row_name(row)).collect();
    let notice = match columns.rows() {
        all if all > rows => format!("the first {rows} of {all} categories"),
        _ => String::new(),
    };
    let has_names = columns.series().any(|(_, series)| !columns.name(series).is_empty());
    let wishes = Wishes {
        across: Across::Slots(names),
        upward,
        rows: None,
        beyond: Vec::new(),
        shift: 0.0,
        are_marks_below: false,
        sample: has_names.then_some(Sample::Block),
        right: 0.0,
        notice,
        is_empty,
    };
    let mut frame = Frame::new(chart, &columns, wishes);
    if is_empty {
        return frame;
    }
    let mut stacks = vec![vec![(0.0, 0.0); rows]; frame.panels.len()];
    for (number, series) in columns.series() {
        frame.canvas.open("series", Some(number));
        let panel = columns.panel_of(series);
        for (row, stack) in stacks[panel].iter_mut().enumerate() {
            let value = columns.number(series.values, row);
            let from = is_stacked.then(|| step_on(stack, value));
            if let Some(bar) = place(&frame, &groups[panel], (number, panel), row, value, from) {
                draw_bar(&mut frame, &columns, series, &bar, row, value, is_stacked.then_some(&manners[panel]));
                if !is_stacked {
                    draw_whiskers(&mut frame, &columns, series, &bar, row, value, &manners[panel]);
                }
            }
        }
        frame.canvas.close();
    }
    if is_stacked {
        draw_totals(&mut frame, &stacks, &manners);
    }
    frame
}

/// Series of each panel, by number; a single place where they stand on each other.
fn groups(columns: &Columns<'_>, is_stacked: bool) -> Vec<Vec<usize>> {
    let mut groups = vec![Vec::new(); columns.panels().len()];
    for (number, series) in columns.series() {
        let group = &mut groups[columns.panel_of(series)];
        if !is_stacked || group.is_empty() {
            group.push(number);
        }
    }
    groups
}

/// Axes upward, how values are written on each, and whether there are none.
fn rulers<'c>(
    chart: &Chart,
    columns: &'c Columns<'_>,
    rows: usize,
    is_stacked: bool,
    pitch: f64,
) -> (Vec<Ruler>, Vec<Manner<'c>>, bool) {
    let panels = columns.panels();
    let height = USUAL_HEIGHT / panels.len() as f64;
    let mut rulers = Vec::new();
    let mut manners = Vec::new();
    let mut is_empty = true;
    for (panel, axis) in panels.iter().enumerate() {
        let mut reach = Reach::new(axis.scale);
        let mut stacks = vec![(0.0, 0.0); rows];
        let mut has_below = false;
        for (_, series) in columns.series().filter(|(_, series)| columns.panel_of(series) == panel) {
            for (row, stack) in stacks.iter_mut().enumerate() {
                let value = columns.number(series.values, row);
                is_empty &= value.is_nan();
                has_below |= value < 0.0;
                if is_stacked {
                    step_on(stack, value);
                    reach.add(stack.0);
                    reach.add(stack.1);
                    continue;
                }
                reach.add(value);
                if let Some(band) = series.band {
                    reach.add(columns.number(band.low, row));
                    reach.add(columns.number(band.high, row));
                }
            }
        }
        for mark in chart.marks.iter().filter(|mark| !mark.is_vertical && mark.panel == panel) {
            reach.add_mark(mark.at);
        }
        let plain = reach.ruler(Zero::Always, 0.0, 0.0);
        let factor = crate::unit::Unit::of(&axis.unit).scale_for(plain.size()).factor;
        let of_panel = columns.series().filter(|(_, series)| columns.panel_of(series) == panel);
        let single = of_panel.flat_map(|(_, series)| (0..rows).map(move |row| columns.number(series.values, row)));
        let totals = stacks.iter().flat_map(|(above, below)| [*above, *below]);
        let shown: Vec<f64> = single.chain(totals).filter(|value| value.is_finite()).collect();
        let alike = Alike::of(shown.iter().map(|value| value * factor), axis.scale);
        let unit = crate::unit::Unit::of(&axis.unit);
        let is_hidden = |value: &f64| *value != 0.0 && (value * factor).abs() < 0.1;
        let has_own_units = unit.is_scaled() && shown.iter().any(is_hidden);
        let mut manner = Manner { turn: Turn::None, alike, has_own_units, axis };
        let written = shown.iter().map(|value| width(&manner.write(*value, factor), VALUE)).fold(0.0, f64::max);
        manner.turn = match pitch {
            _ if written <= pitch => Turn::Level,
            _ if pitch >= VALUE => Turn::Upright,
            _ => Turn::None,
        };
        let room = match manner.turn {
            Turn::Level => 26.0,
            Turn::Upright => written + 14.0,
            Turn::None => 12.0,
        };
        let headroom = room / height;
        rulers.push(reach.ruler(Zero::Always, headroom, if has_below { headroom } else { 0.0 }));
        manners.push(manner);
    }
    (rulers, manners, is_empty)
}

/// Adds a value to the stack above or below zero, and tells where it begins.
fn step_on((above, below): &mut (f64, f64), value: f64) -> f64 {
    let side = if value < 0.0 { below } else { above };
    let from = *side;
    if !value.is_nan() {
        *side += value;
    }
    from
}

/// Where a bar stands; none for what cannot be shown.
fn place(
    frame: &Frame<'_>,
    group: &[usize],
    (series, panel): (usize, usize),
    row: usize,
    value: f64,
    from: Option<f64>,
) -> Option<Bar> {
    let is_unbounded = value.is_infinite();
    let shown = &frame.panels[panel];
    let ruler = shown.ruler_y();
    if !is_unbounded && !ruler.can_show(value) {
        return None;
    }
    let slot = shown.rect.width() / frame.panels[panel].ruler_x().high().mul_add(1.0, 0.5).max(1.0);
    let wide = (slot * GROUP / group.len().max(1) as f64).min(WIDEST);
    let place = group.iter().position(|number| *number == series).unwrap_or(0) as f64;
    let left = shown.x(row as f64) + wide * (place - group.len().max(1) as f64 / 2.0);
    let base = if ruler.scale() == Scale::Linear { 0.0 } else { ruler.low() };
    let from = from.unwrap_or(base);
    let to = if from == base { value } else { from + value };
    let (start, end) = (shown.y(from), shown.y(to));
    // A hair of paper between neighbours.
    let gap = if wide > 8.0 { 1.0 } else { 0.0 };
    let rect = Rect { left: left + gap, top: start.min(end), right: left + wide - gap, bottom: start.max(end) };
    Some(Bar { series, panel, rect, is_below: value < 0.0, is_unbounded })
}

fn draw_bar(
    frame: &mut Frame<'_>,
    columns: &Columns<'_>,
    series: &Series,
    bar: &Bar,
    row: usize,
    value: f64,
    stacked: Option<&Manner<'_>>,
) {
    let is_stacked = stacked.is_some();
    let note = columns.note(series, row);
    let mut told = full(value, columns.unit_of(series));
    if let Some(band) = series.band {
        let [low, high] =
            [band.low, band.high].map(|column| full(columns.number(column, row), columns.unit_of(series)));
        told = format!("{told}, {low} to {high}");
    }
    let tip = columns.tip(series, &columns.row_name(row), &told, note.as_deref());
    let tag = Tag { class: "value", series: Some(bar.series), tip, ..Tag::default() };
    let rect = bar.rect;
    if rect.height() < 8.0 {
        frame.canvas.block(rect, Tone::Series(bar.series), 1.0);
        let reached = if is_stacked { rect } else { Rect { top: rect.top - 8.0, ..rect } };
        frame.canvas.tag(tag).block(reached, Tone::Series(bar.series), 0.0);
    } else {
        frame.canvas.tag(tag).block(rect, Tone::Series(bar.series), 1.0);
    }
    let inside = match (note, bar.is_unbounded, stacked) {
        (_, true, _) => Some("unbounded".to_owned()),
        (None, _, Some(manner)) => Some(manner.write(value, frame.factors[bar.panel])),
        (note, ..) => note,
    };
    if let Some(inside) = inside {
        write_inside(frame, bar, &inside, is_stacked);
    }
    if bar.is_unbounded {
        let (y, form) =
            if bar.is_below { (rect.bottom - 8.0, Marker::Upended) } else { (rect.top + 8.0, Marker::Triangle) };
        let tone = Tone::Series(bar.series).rgb().text_on();
        frame.canvas.marker((f64::midpoint(rect.left, rect.right), y), (rect.width() / 4.0).min(5.0), form, tone);
    }
}

/// Writes into a bar, level or upright, where there is room: near its base, in the middle of a part of a stack.
fn write_inside(frame: &Frame<'_>, bar: &Bar, text: &str, is_stacked: bool) {
    let rect = bar.rect;
    let length = width(text, VALUE);
    let is_level = length + 6.0 <= rect.width() && rect.height() >= VALUE + 5.0;
    // The arrow of an unbounded bar stands at its end.
    let kept = if bar.is_unbounded { 26.0 } else { 10.0 };
    let is_upright = rect.width() >= VALUE + 2.0 && rect.height() >= length + kept;
    if !is_level && !is_upright {
        return;
    }
    let tone = Tone::Series(bar.series).rgb().text_on();
    let x = f64::midpoint(rect.left, rect.right);
    let reach = if is_level { VALUE / 2.0 + 4.0 } else { length / 2.0 + 6.0 };
    let y = match (is_stacked, bar.is_below) {
        (true, _) => f64::midpoint(rect.top, rect.bottom),
        _ if bar.is_unbounded && bar.is_below => rect.bottom - reach - 14.0,
        _ if bar.is_unbounded => rect.top + reach + 14.0,
        (false, true) => rect.top + reach,
        (false, false) => rect.bottom - reach,
    };
    let turn = if is_level { 0.0 } else { -90.0 };
    frame.canvas.text((x, y), text, Lettering::centred(VALUE).in_tone(tone).turned(turn));
}

fn draw_whiskers(
    frame: &mut Frame<'_>,
    columns: &Columns<'_>,
    series: &Series,
    bar: &Bar,
    row: usize,
    value: f64,
    manner: &Manner<'_>,
) {
    let mut whiskers = None;
    if let Some(band) = series.band {
        let panel = &frame.panels[bar.panel];
        let (low, high) = (columns.number(band.low, row), columns.number(band.high, row));
        let can_show = |edge: f64| edge.is_infinite() || panel.ruler_y().can_show(edge);
        if can_show(low) && can_show(high) {
            let x = f64::midpoint(bar.rect.left, bar.rect.right);
            let (low, high) = (panel.y(low), panel.y(high));
            let half = (bar.rect.width() / 4.0).min(8.0);
            let canvas = &frame.canvas;
            // Light below dark: seen on any colour.
            canvas.line(&[(x, low), (x, high)], Tone::Paper, 3.4);
            canvas.line(&[(x, low), (x, high)], Tone::Ink, 1.6);
            for end in [low, high] {
                canvas.line(&[(x - half, end), (x + half, end)], Tone::Ink, 1.6);
            }
            whiskers = Some((high.min(low), high.max(low), half));
        }
    }
    if !bar.is_unbounded {
        let label = manner.write(value, frame.factors[bar.panel]);
        let x = f64::midpoint(bar.rect.left, bar.rect.right);
        match whiskers {
            Some(whiskers) => write_beside(frame, bar, label, x, whiskers, manner.turn),
            None => {
                write_beyond(
                    frame,
                    Some(bar.series),
                    label,
                    x,
                    (bar.rect.top, bar.rect.bottom),
                    bar.is_below,
                    manner.turn,
                );
            }
        }
    }
}

/// Writes a value at its bar's end, right of its whiskers, whose end it is not; where they leave no room there, inside the
/// bar behind them; beyond them where there is no room either.
fn write_beside(
    frame: &mut Frame<'_>,
    bar: &Bar,
    label: String,
    x: f64,
    (top, bottom, half): (f64, f64, f64),
    turn: Turn,
) {
    let rect = bar.rect;
    let needed = if turn == Turn::Upright { VALUE } else { width(&label, VALUE) };
    let room = rect.width() / 2.0 - half - 3.0;
    let shift = match turn {
        Turn::Upright => half + 3.0 + VALUE / 2.0,
        _ => half + 3.0 + needed / 2.0,
    };
    if turn != Turn::None && needed <= room + 2.0 {
        return write_beyond(frame, Some(bar.series), label, x + shift, (rect.top, rect.bottom), bar.is_below, turn);
    }
    let behind = if bar.is_below { top - rect.top } else { rect.bottom - bottom };
    if turn == Turn::Level && needed <= rect.width() && behind >= 2.0 * VALUE + 12.0 {
        let y = if bar.is_below { top - 5.0 - VALUE / 2.0 } else { bottom + 5.0 + VALUE / 2.0 };
        let tone = Tone::Series(bar.series).rgb().text_on();
        frame.canvas.text((x, y), &label, Lettering::centred(VALUE).in_tone(tone));
        return;
    }
    let ends = (rect.top.min(top), rect.bottom.max(bottom));
    write_beyond(frame, Some(bar.series), label, x, ends, bar.is_below, turn);
}

/// Writes a value above a bar, or below one that reaches downward.
fn write_beyond(
    frame: &mut Frame<'_>,
    series: Option<usize>,
    label: String,
    x: f64,
    (top, bottom): (f64, f64),
    is_below: bool,
    turn: Turn,
) {
    let y = if is_below { bottom + 5.0 } else { top - 5.0 };
    let lettering = Lettering::centred(VALUE);
    let lettering = match (turn, is_below) {
        (Turn::None, _) => return,
        (Turn::Level, false) => lettering.at(HPos::Center, VPos::Bottom),
        (Turn::Level, true) => lettering.at(HPos::Center, VPos::Top),
        (Turn::Upright, false) => lettering.at(HPos::Left, VPos::Center).turned(-90.0),
        (Turn::Upright, true) => lettering.at(HPos::Right, VPos::Center).turned(-90.0),
    };
    frame.write_later(series, (x, y), label, lettering);
}

fn draw_totals(frame: &mut Frame<'_>, stacks: &[Vec<(f64, f64)>], manners: &[Manner<'_>]) {
    for (panel, (stacks, manner)) in stacks.iter().zip(manners).enumerate() {
        for (row, (above, below)) in stacks.iter().enumerate() {
            let shown = &frame.panels[panel];
            let x = shown.x(row as f64);
            let ends = [(*above, false), (*below, true)].map(|(total, is_below)| (total, shown.y(total), is_below));
            for (total, y, is_below) in ends.iter().filter(|(total, ..)| *total != 0.0 && total.is_finite()) {
                let label = manner.write(*total, frame.factors[panel]);
                write_beyond(frame, None, label, x, (*y, *y), *is_below, manner.turn);
            }
        }
    }
}
