//! Lines and points in braille dots; in letters where several series could not be told apart without colours.

use model::report::{Axis, Cells, Chart, Scale};

use super::ink::{Ink, cut, right, width};
use super::sketch::{axis_label, numbers, of_panel};
use crate::column::NumberFormat;
use crate::plain;
use crate::unit::Unit;

/// Lines of text that a panel is high, without its axis.
const HEIGHT: usize = 10;
/// Columns that a panel is wide at least, and at most.
const WIDTHS: (usize, usize) = (16, 100);
/// Values whose differences are a smaller share of them are shown from zero, where the axis may start there.
const LEAST_SHARE: f64 = 0.1;
/// Share of its values that an even axis spans at least, and decades of one of powers.
const LEAST_SPAN: f64 = 0.01;
const LEAST_DECADES: f64 = 0.05;
/// What marks a series where there are no colours.
const LETTERS: [char; 8] = ['o', 'x', '+', '*', '#', '@', '%', '&'];

/// How values are placed between the ends of an axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placing {
    scale: Scale,
    from: f64,
    to: f64,
}

impl Placing {
    /// The placing that holds all values; an even one from zero where that is near. None when no value can be placed.
    pub(super) fn of(scale: Scale, values: &[f64], may_start_at_zero: bool) -> Option<Self> {
        let placed = || values.iter().filter_map(|value| placed(scale, *value));
        let mut from = placed().reduce(f64::min)?;
        let mut to = placed().reduce(f64::max)?;
        if scale == Scale::Linear {
            // Differences that are a small share of the values are not pressed to look large.
            let is_flat = to - from < to * LEAST_SHARE;
            if may_start_at_zero && from > 0.0 && (from <= to / 2.0 || is_flat) {
                from = 0.0;
            }
            let size = from.abs().max(to.abs());
            if to <= from {
                // One value only: it lies in the middle.
                let room = if size == 0.0 { 1.0 } else { size / 2.0 };
                (from, to) = (from - room, to + room);
            } else if to - from < size * LEAST_SPAN {
                (from, to) = (from - size * LEAST_SPAN, to + size * LEAST_SPAN);
            }
        } else if to - from < LEAST_DECADES {
            // The decade that holds what is so close; one around it where it lies at its end.
            let decade = ((from + 1e-9).floor(), (to - 1e-9).ceil());
            let middle = f64::midpoint(from, to);
            (from, to) = if decade.1 - decade.0 == 1.0 { decade } else { (middle - 0.5, middle + 0.5) };
        }
        (to - from).is_finite().then_some(Self { scale, from, to })
    }

    /// Where a value lies, from 0 to 1. None when it cannot be placed, or lies outside.
    pub(super) fn share(&self, value: f64) -> Option<f64> {
        let share = (placed(self.scale, value)? - self.from) / (self.to - self.from);
        (0.0..=1.0).contains(&share).then_some(share)
    }

    /// The value at the lower end.
    pub(super) fn low(&self) -> f64 {
        value_at(self.scale, self.from)
    }

    /// The value at the upper end.
    pub(super) fn high(&self) -> f64 {
        value_at(self.scale, self.to)
    }
}

fn placed(scale: Scale, value: f64) -> Option<f64> {
    let placed = match scale {
        Scale::Linear => value,
        Scale::Logarithmic if value > 0.0 => value.log10(),
        Scale::Quantile if (0.0..1.0).contains(&value) => -(1.0 - value).log10(),
        _ => return None,
    };
    placed.is_finite().then_some(placed)
}

fn value_at(scale: Scale, place: f64) -> f64 {
    match scale {
        Scale::Linear => place,
        Scale::Logarithmic => 10_f64.powf(place),
        Scale::Quantile => 1.0 - 10_f64.powf(-place),
    }
}

/// The horizontal axis of a chart.
struct Across {
    values: Vec<f64>,
    placing: Placing,
    label: String,
    ends: (String, String),
}

impl Across {
    fn of(chart: &Chart) -> Option<Self> {
        match &chart.data.columns.first()?.values {
            Cells::Numbers(values) => {
                let placing = Placing::of(chart.x.scale, values, false)?;
                let format = NumberFormat::of(&chart.x.unit, &[placing.low(), placing.high()], None);
                let ends = (format.alone(placing.low()), format.alone(placing.high()));
                Some(Self { values: values.clone(), placing, label: axis_label(&chart.x.label, None), ends })
            }
            Cells::Text(texts) => {
                let values: Vec<f64> = (0..texts.len()).map(|place| place as f64).collect();
                let placing = Placing::of(Scale::Linear, &values, false)?;
                let ends = (plain::line(texts.first()?).into_owned(), plain::line(texts.last()?).into_owned());
                let ends = if texts.len() > 1 { ends } else { (String::new(), ends.0) };
                Some(Self { values, placing, label: axis_label(&chart.x.label, None), ends })
            }
        }
    }
}

/// A chart of lines or points, a part for each panel; None when it cannot be drawn.
pub(super) fn plot(chart: &Chart, most: usize, ink: Ink) -> Option<Vec<String>> {
    let across = Across::of(chart)?;
    let mut lines = Vec::new();
    for (number, panel) in chart.panels.iter().enumerate() {
        lines.extend(drawn(chart, number, panel, &across, most, ink)?);
    }
    (!lines.is_empty()).then_some(lines)
}

fn drawn(chart: &Chart, number: usize, panel: &Axis, across: &Across, most: usize, ink: Ink) -> Option<Vec<String>> {
    let series = of_panel(chart, number);
    let columns = series.iter().map(|(_, series)| numbers(chart, series.values)).collect::<Option<Vec<_>>>()?;
    let values = columns.concat();
    let highest = values.iter().copied().filter(|value| value.is_finite()).fold(f64::MIN, f64::max);
    let marks: Vec<_> = chart.marks.iter().filter(|mark| mark.is_vertical || mark.panel == number).collect();
    // A limit far above what was measured would press the lines flat: it is named below, but not drawn.
    let limits = marks.iter().filter(|mark| !mark.is_vertical && mark.at <= highest * 2.0).map(|mark| mark.at);
    let zero =
        Unit::of(&panel.unit).is_from_zero().then_some(0.0).filter(|_| panel.scale == Scale::Linear && highest >= 0.0);
    let shown: Vec<f64> = values.iter().copied().chain(limits).chain(zero).collect();
    let up = Placing::of(panel.scale, &shown, true)?;

    let format = NumberFormat::of(&panel.unit, &[up.low(), up.high()], None);
    let ends = [format.bare(up.high()), format.bare(up.low())];
    let label_width = ends.iter().map(|end| width(end)).max().unwrap_or(0);
    let columns_across = most.checked_sub(label_width + 2)?.min(WIDTHS.1);
    if columns_across < WIDTHS.0 {
        return None;
    }

    let is_lettered = series.len() > 1 && !ink.has_colours;
    let mut canvas = Canvas::new(columns_across, is_lettered);
    for mark in &marks {
        if mark.is_vertical {
            canvas.rule_at(across.placing.share(mark.at));
        } else {
            canvas.rule_across(up.share(mark.at));
        }
    }
    for ((number, _), values) in series.iter().zip(&columns) {
        let mut before = None;
        for (x, value) in across.values.iter().zip(*values) {
            let across = across.placing.share(*x);
            if value.is_infinite() {
                canvas.point(across, *value > 0.0, *number);
            }
            let place = across.zip(up.share(*value));
            if let Some(place) = place {
                canvas.draw(before.filter(|_| chart.kind == "lines").unwrap_or(place), place, *number);
            }
            before = place;
        }
    }

    let mut lines = vec![ink.faint(&axis_label(&panel.label, format.shared_suffix()))];
    let arrows = |arrow: char, beyond: &[Option<usize>]| {
        let shown = |series: &Option<usize>| match series {
            // In letters, the arrow before the row tells what they are.
            Some(series) if is_lettered => letter(*series).to_string(),
            Some(series) => ink.series(&arrow.to_string(), *series),
            None => " ".to_owned(),
        };
        let cells: String = beyond.iter().map(shown).collect();
        format!("{} {}{cells}", ink.faint(&right(&arrow.to_string(), label_width)), ink.faint("│"))
    };
    lines.extend(canvas.above.as_deref().map(|beyond| arrows('↑', beyond)));
    for (row, cells) in canvas.rows(ink).into_iter().enumerate() {
        let (label, edge) = match row {
            0 => (ends[0].as_str(), '┤'),
            row if row + 1 == HEIGHT => (ends[1].as_str(), '┤'),
            _ => ("", '│'),
        };
        lines.push(format!("{} {}{cells}", ink.faint(&right(label, label_width)), ink.faint(&edge.to_string())));
    }
    lines.extend(canvas.below.as_deref().map(|beyond| arrows('↓', beyond)));
    let before = " ".repeat(label_width + 1);
    lines.push(ink.faint(&format!("{before}└{}", "─".repeat(columns_across))));
    lines.push(ink.faint(&format!("{before} {}", below(across, columns_across))));
    let mut legend: Vec<String> = Vec::new();
    if series.len() > 1 {
        for (number, series) in &series {
            let sign = if is_lettered { letter(*number) } else { '━' }.to_string();
            legend.push(format!("{} {}", ink.series(&sign, *number), plain::line(&series.name)));
        }
    }
    legend.extend(canvas.above.is_some().then(|| "↑ unbounded".to_owned()));
    legend.extend(canvas.below.is_some().then(|| "↓ −unbounded".to_owned()));
    for mark in &marks {
        let unit = if mark.is_vertical { &chart.x.unit } else { &panel.unit };
        let at = NumberFormat::of(unit, &[mark.at], None).alone(mark.at);
        legend.push(format!("{} {}: {at}", if mark.is_vertical { '┊' } else { '┈' }, plain::line(&mark.label)));
    }
    lines.extend(in_lines(&legend, &before, most));
    Some(lines)
}

/// The ends of the horizontal axis and between them what it shows.
fn below(across: &Across, columns: usize) -> String {
    let (low, high) = (cut(&across.ends.0, columns / 3), cut(&across.ends.1, columns / 3));
    let room = columns - width(&low) - width(&high);
    let label = cut(&across.label, room.saturating_sub(2));
    let before = (room - width(&label)) / 2;
    format!("{low}{}{label}{}{high}", " ".repeat(before), " ".repeat(room - width(&label) - before))
}

/// Entries of a legend, as many on a line as fit.
fn in_lines(entries: &[String], before: &str, most: usize) -> Vec<String> {
    let visible = |text: &str| {
        // Escape codes of ours take no columns.
        let mut is_code = false;
        text.chars().fold(String::new(), |mut shown, one| {
            match one {
                '\u{1b}' => is_code = true,
                'm' if is_code => is_code = false,
                one if !is_code => shown.push(one),
                _ => {}
            }
            shown
        })
    };
    let mut lines: Vec<String> = Vec::new();
    let mut used = usize::MAX;
    for entry in entries {
        let needed = width(&visible(entry)) + 3;
        if used.saturating_add(needed) > most {
            lines.push(format!("{before} {entry}"));
            used = width(before) + 1 + needed;
        } else {
            let line = lines.last_mut().expect("an entry before began the line");
            line.push_str("   ");
            line.push_str(entry);
            used += needed;
        }
    }
    lines
}

fn letter(series: usize) -> char {
    LETTERS[series % LETTERS.len()]
}

/// A field of cells, each with two by four dots or one letter.
struct Canvas {
    columns: usize,
    is_lettered: bool,
    cells: Vec<Cell>,
    /// The row above all others, and the one below: where a series has points without bound.
    above: Option<Vec<Option<usize>>>,
    below: Option<Vec<Option<usize>>>,
}

/// What a cell holds.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    dots: u8,
    series: Option<usize>,
    rule: Option<char>,
}

impl Canvas {
    fn new(columns: usize, is_lettered: bool) -> Self {
        Self { columns, is_lettered, cells: vec![Cell::default(); columns * HEIGHT], above: None, below: None }
    }

    fn rule_at(&mut self, share: Option<f64>) {
        let Some(share) = share else { return };
        let column = (share * (self.columns - 1) as f64).round() as usize;
        for row in 0..HEIGHT {
            self.cells[row * self.columns + column].rule = Some('┊');
        }
    }

    fn rule_across(&mut self, share: Option<f64>) {
        let Some(share) = share else { return };
        let row = ((1.0 - share) * (HEIGHT - 1) as f64).round() as usize;
        for cell in &mut self.cells[row * self.columns..(row + 1) * self.columns] {
            cell.rule = Some('┈');
        }
    }

    /// Marks a point without bound.
    fn point(&mut self, across: Option<f64>, is_above: bool, series: usize) {
        let Some(share) = across else { return };
        let row = if is_above { &mut self.above } else { &mut self.below };
        let row = row.get_or_insert_with(|| vec![None; self.columns]);
        row[(share * (self.columns - 1) as f64).round() as usize] = Some(series);
    }

    /// Draws from one place to another, each given by its shares of the width and the height.
    fn draw(&mut self, from: (f64, f64), to: (f64, f64), series: usize) {
        let (across, up) = if self.is_lettered { (self.columns, HEIGHT) } else { (self.columns * 2, HEIGHT * 4) };
        let dot = |(x, y): (f64, f64)| (x * (across - 1) as f64, (1.0 - y) * (up - 1) as f64);
        let (from, to) = (dot(from), dot(to));
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).ceil().max(1.0);
        for step in 0..=steps as usize {
            let share = step as f64 / steps;
            let x = (from.0 + (to.0 - from.0) * share).round() as usize;
            let y = (from.1 + (to.1 - from.1) * share).round() as usize;
            self.set(x, y, series);
        }
    }

    fn set(&mut self, x: usize, y: usize, series: usize) {
        // Bits of the eight dots of a braille character, by row and column.
        const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let (column, row) = if self.is_lettered { (x, y) } else { (x / 2, y / 4) };
        let cell = &mut self.cells[row * self.columns + column];
        cell.series = Some(series);
        if !self.is_lettered {
            cell.dots |= DOTS[y % 4][x % 2];
        }
    }

    fn rows(&self, ink: Ink) -> Vec<String> {
        let shown = |cell: &Cell| match (cell.series, cell.rule) {
            (Some(series), _) if self.is_lettered => letter(series).to_string(),
            (Some(series), _) => {
                let dots = char::from_u32(0x2800 + u32::from(cell.dots)).expect("all 256 patterns are characters");
                ink.series(&dots.to_string(), series)
            }
            (None, Some(rule)) => ink.faint(&rule.to_string()),
            (None, None) => " ".to_owned(),
        };
        self.cells.chunks(self.columns).map(|row| row.iter().map(shown).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_as_far_apart_as_their_nines() {
        let placing = Placing::of(Scale::Quantile, &[0.0, 0.9, 0.99, 0.999], false).unwrap();
        for (value, share) in [(0.0, 0.0), (0.9, 1.0 / 3.0), (0.99, 2.0 / 3.0), (0.999, 1.0)] {
            assert!((placing.share(value).unwrap() - share).abs() < 1e-9, "{value}");
        }
        assert_eq!(placing.share(1.0), None);
    }

    #[test]
    fn an_even_axis_starts_at_zero_where_that_is_near() {
        assert_eq!(Placing::of(Scale::Linear, &[2.0, 10.0], true).unwrap().low(), 0.0);
        assert_eq!(Placing::of(Scale::Linear, &[9.0, 10.0], true).unwrap().low(), 9.0);
    }

    #[test]
    fn an_axis_of_values_nearly_alike_invents_no_differences() {
        assert_eq!(Placing::of(Scale::Linear, &[9.5, 10.0], true).unwrap().low(), 0.0);
        let flat = Placing::of(Scale::Linear, &[123.21, 123.24], false).unwrap();
        assert!(flat.high() - flat.low() > 2.4, "{flat:?}");
        let decade = Placing::of(Scale::Logarithmic, &[3e6], true).unwrap();
        assert!((decade.high() / decade.low() - 10.0).abs() < 1e-6, "{decade:?}");
    }

    #[test]
    fn values_that_have_no_place_have_none() {
        assert!(Placing::of(Scale::Logarithmic, &[0.0, -1.0, f64::NAN], false).is_none());
        let placing = Placing::of(Scale::Logarithmic, &[1.0, 100.0], false).unwrap();
        assert_eq!((placing.share(0.0), placing.share(10.0)), (None, Some(0.5)));
    }
}
