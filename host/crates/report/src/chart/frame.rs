//! What surrounds the data: title, legend, axes, grid, marks; and where that leaves room for it.

use model::report::{Chart, Scale};
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Canvas, Lettering, Point, Rect};
use super::columns::Columns;
use super::legend::{Legend, Sample};
use super::lettering::{clean, fit, fit_all, width, wrap};
use super::marks;
use super::palette::Tone;
use super::panel::Panel;
use super::pen::{SIZE, Tag};
use super::ruler::Ruler;
use super::slot_labels::SlotLabels;
use super::ticks::{Labels, Ticks, ticks};
use crate::unit::Unit;

/// Pixels at the left and right of all.
const MARGIN: f64 = 26.0;

/// Heights of letters.
const TITLE: f64 = 26.0;
const LABEL: f64 = 17.0;
const TICK: f64 = 16.0;
const NOTICE: f64 = 14.0;

/// What is drawn across.
pub(super) enum Across {
    /// Numbers on an axis.
    Values(Ruler),
    /// Categories.
    Slots(Vec<String>),
    /// Series, side by side, as categories.
    Series(Vec<String>),
}

/// What a kind of chart asks of its surroundings.
pub(super) struct Wishes {
    /// What is drawn across.
    pub(super) across: Across,
    /// Axes upward, one a panel.
    pub(super) upward: Vec<Ruler>,
    /// Names of rows instead of numbers upward, and the axis of their cells' colours.
    pub(super) rows: Option<(Vec<String>, Ruler)>,
    /// How the legend shows a series; none: no legend.
    pub(super) sample: Option<Sample>,
    /// Pixels above each panel for what has no bound; empty: none.
    pub(super) beyond: Vec<f64>,
    /// Pixels kept free at the right of the panels.
    pub(super) right: f64,
    /// What is not shown; empty: nothing.
    pub(super) notice: String,
    /// Pixels by which names below stand to the right of their places.
    pub(super) shift: f64,
    /// Marks are drawn below the data.
    pub(super) are_marks_below: bool,
    /// There is nothing to show.
    pub(super) is_empty: bool,
}

/// Text that is drawn above all else.
struct Later {
    series: Option<usize>,
    at: Point,
    text: String,
    lettering: Lettering,
}

/// A chart with its surroundings drawn.
pub(super) struct Frame<'c> {
    pub(super) canvas: Canvas,
    pub(super) panels: Vec<Panel>,
    /// Places that are taken by text.
    pub(super) taken: Vec<Rect>,
    /// Scale of each panel's unit: a value times this is what its ticks show.
    pub(super) factors: Vec<f64>,
    chart: &'c Chart,
    is_empty: bool,
    has_marks: bool,
    later: Vec<Later>,
}

impl<'c> Frame<'c> {
    /// Draws what surrounds the data.
    pub(super) fn new(chart: &'c Chart, columns: &Columns<'c>, wishes: Wishes) -> Self {
        let canvas = Canvas::new();
        let (page_width, page_height) = (f64::from(SIZE.0), f64::from(SIZE.1));
        let mut top = draw_title(&canvas, chart, page_width);
        let named: Vec<(usize, String)> = columns
            .series()
            .map(|(number, series)| (number, columns.name(series)))
            .filter(|(_, name)| !name.is_empty())
            .collect();
        if let Some(sample) = wishes.sample {
            let legend = Legend::lay(&named, page_width - 2.0 * MARGIN);
            legend.draw(&canvas, MARGIN, top, sample);
            top += legend.height() + 2.0;
        }
        if !wishes.notice.is_empty() {
            let lettering = Lettering::centred(NOTICE).at(HPos::Left, VPos::Top).in_tone(Tone::Muted);
            canvas.text((MARGIN, top + 2.0), &fit(&wishes.notice, NOTICE, page_width - 2.0 * MARGIN), lettering);
            top += 20.0;
        }
        // Ticks upward, for the height that the panels will have at least.
        let count = wishes.upward.len().max(1);
        let most = (((page_height - top - 70.0) / count as f64 - 36.0) / 36.0).clamp(2.0, 8.0) as usize;
        let panels = columns.panels();
        let upward: Vec<Ticks> = wishes
            .upward
            .iter()
            .zip(panels)
            .map(|(ruler, axis)| match &wishes.rows {
                Some((names, colours)) => row_ticks(names, &Unit::of(&axis.unit).scale_for(colours.size()).suffix),
                None if wishes.is_empty => Ticks { all: Vec::new(), unit: String::new() },
                None => ticks_upward(ruler, &axis.unit, most),
            })
            .collect();
        let labels = upward.iter().flat_map(|ticks| &ticks.all).map(|(_, label)| width(label, TICK));
        let mut left = (MARGIN + labels.fold(0.0, f64::max) + 10.0).max(60.0);
        let beside = marks::width_beside(&chart.marks);
        let right = page_width - MARGIN - wishes.right - beside;
        let (ruler, slots) = match &wishes.across {
            Across::Values(ruler) => (*ruler, None),
            Across::Slots(names) | Across::Series(names) => (Ruler::slots(names.len()), Some(names)),
        };
        let lay = |left: f64| slots.map(|names| SlotLabels::lay(names, (right - left) / names.len().max(1) as f64));
        let mut slot_labels = lay(left);
        if let (Some(labels), Some(names)) = (&slot_labels, slots) {
            // The first slanting name must not leave the page.
            let half = (right - left) / names.len().max(1) as f64 / 2.0;
            left = left.max((labels.left() + 16.0 - half).min(right / 3.0));
            slot_labels = lay(left);
        }
        let across = across_ticks(&wishes, chart, &ruler, right - left);
        let label =
            slots.map_or_else(|| titled(&clean(&chart.x.label), &across.unit), |_| x_label(chart, columns, &wishes));
        let below = slot_labels.as_ref().map_or(26.0, SlotLabels::height);
        let bottom = page_height - 14.0 - if label.is_empty() { 0.0 } else { 26.0 } - below;
        let titles: Vec<String> =
            panels.iter().zip(&upward).map(|(axis, ticks)| titled(&clean(&axis.label), &ticks.unit)).collect();
        let above = if titles.iter().all(String::is_empty) {
            10.0
        } else {
            // The label of the lowest tick above, the title, and the label of the highest tick below.
            37.0
        };
        let probe = Panel::new(Rect { left, top, right, bottom }, ruler, Ruler::even(0.0, 1.0));
        let flags = marks::height_above(&chart.marks, &probe);
        let height = ((bottom - top - flags) / count as f64).max(30.0);
        let drawn: Vec<Panel> = wishes
            .upward
            .iter()
            .enumerate()
            .map(|(number, upward)| {
                let beyond = wishes.beyond.get(number).copied().unwrap_or(0.0);
                let top = top + flags + number as f64 * height + above + beyond;
                let bottom = (top + height - above - beyond).max(top + 10.0);
                Panel::new(Rect { left, top, right, bottom }, ruler, *upward).with_beyond(beyond)
            })
            .collect();
        for (number, ((panel, ticks), title)) in drawn.iter().zip(&upward).zip(&titles).enumerate() {
            let raised = if number == 0 { flags } else { 0.0 };
            let lettering = Lettering::centred(LABEL).at(HPos::Left, VPos::Center);
            canvas.text((MARGIN, panel.top() - raised - above * 0.5), &fit(title, LABEL, right - MARGIN), lettering);
            let is_last = number + 1 == drawn.len();
            draw_grid(&canvas, panel, ticks, &across, wishes.rows.is_some(), is_last);
        }
        if let (Some(labels), Some(panel)) = (&slot_labels, drawn.last()) {
            let is_series = matches!(wishes.across, Across::Series(_));
            labels.draw(
                &canvas,
                panel.rect.bottom,
                |slot| panel.x(slot as f64) + wishes.shift,
                |slot| is_series.then_some(slot),
            );
        }
        let lettering = Lettering::centred(LABEL).at(HPos::Center, VPos::Bottom);
        canvas.text((f64::midpoint(left, right), page_height - 12.0), &fit(&label, LABEL, right - left), lettering);
        let factors =
            drawn.iter().zip(panels).map(|(panel, axis)| Unit::of(&axis.unit).scale_for(panel.ruler_y().size()).factor);
        let factors = factors.collect();
        let (mut taken, mut has_marks) = (Vec::new(), true);
        if wishes.are_marks_below && !wishes.is_empty {
            marks::draw(&canvas, &chart.marks, &drawn);
            taken = marks::places(&chart.marks, &drawn);
            has_marks = false;
        }
        Self { canvas, panels: drawn, taken, factors, chart, is_empty: wishes.is_empty, has_marks, later: Vec::new() }
    }

    /// Takes a place for text, if it lies within `bounds` and is free.
    pub(super) fn take(&mut self, place: Rect, bounds: &Rect) -> bool {
        // Beyond some thousand labels nothing can be read any more, and looking takes long.
        let is_free =
            self.taken.len() < 3_000 && bounds.holds(&place) && !self.taken.iter().any(|taken| taken.meets(&place));
        if is_free {
            self.taken.push(place);
        }
        is_free
    }

    /// Writes text above all else, with a rim of paper; it comes and goes with its series.
    pub(super) fn write_later(&mut self, series: Option<usize>, at: Point, text: String, lettering: Lettering) {
        self.later.push(Later { series, at, text, lettering });
    }

    /// Draws what lies above the data, and gives the document.
    pub(super) fn finish(self, is_plain: bool) -> String {
        if self.is_empty {
            for panel in &self.panels {
                let middle = (
                    f64::midpoint(panel.rect.left, panel.rect.right),
                    f64::midpoint(panel.rect.top, panel.rect.bottom),
                );
                self.canvas.text(middle, "no data", Lettering::centred(20.0).in_tone(Tone::Muted));
            }
        } else {
            if self.has_marks {
                marks::draw(&self.canvas, &self.chart.marks, &self.panels);
            }
            for later in self.later.chunk_by(|a, b| a.series == b.series) {
                self.canvas.open(if later[0].series.is_some() { "series" } else { "" }, later[0].series);
                for Later { at, text, lettering, .. } in later {
                    self.canvas.tag(Tag { has_rim: true, ..Tag::default() }).text(*at, text, *lettering);
                }
                self.canvas.close();
            }
        }
        self.canvas.finish(&clean(&self.chart.title), is_plain)
    }
}

fn draw_title(canvas: &Canvas, chart: &Chart, page_width: f64) -> f64 {
    let title = clean(&chart.title);
    if title.is_empty() {
        return 18.0;
    }
    let lines = wrap(&title, TITLE, page_width - 2.0 * MARGIN, 2);
    for (number, line) in lines.iter().enumerate() {
        let lettering = Lettering::centred(TITLE).at(HPos::Left, VPos::Center);
        canvas.text((MARGIN, 32.0 + number as f64 * 32.0), line, lettering);
    }
    24.0 + lines.len() as f64 * 32.0
}

/// An axis' name and unit.
fn titled(label: &str, unit: &str) -> String {
    match (label.is_empty(), unit.is_empty()) {
        (_, true) => label.to_owned(),
        (true, false) => unit.to_owned(),
        (false, false) => format!("{label} ({unit})"),
    }
}

/// Name of the axis below categories: the heading of their column, where numbers are the categories the axis' own.
fn x_label(chart: &Chart, columns: &Columns<'_>, wishes: &Wishes) -> String {
    match wishes.across {
        Across::Slots(_) if !columns.has_categories() => clean(&chart.x.label),
        _ => String::new(),
    }
}

/// Ticks upward: three at least, also where there is little room, as one alone tells no distance.
fn ticks_upward(ruler: &Ruler, unit: &str, most: usize) -> Ticks {
    let found = |most: usize| ticks(ruler, unit, most, Labels::Upward);
    (most..most + 5).map(found).find(|ticks| ticks.all.len() >= 3).unwrap_or_else(|| found(most))
}

fn row_ticks(names: &[String], unit: &str) -> Ticks {
    // Rows are read from the top.
    let count = names.len();
    let names = fit_all(names, TICK, 230.0);
    let named = names.into_iter().enumerate().map(|(row, name)| ((count - 1 - row) as f64, name));
    Ticks { all: named.collect(), unit: unit.to_owned() }
}

/// Ticks across: as many as their labels leave room for.
fn across_ticks(wishes: &Wishes, chart: &Chart, ruler: &Ruler, room: f64) -> Ticks {
    let none = Ticks { all: Vec::new(), unit: String::new() };
    if wishes.is_empty || !matches!(wishes.across, Across::Values(_)) {
        return none;
    }
    for most in (2..=12).rev() {
        let found = ticks(ruler, &chart.x.unit, most, Labels::Across);
        let mut free = f64::NEG_INFINITY;
        let is_clear = found.all.iter().all(|(at, label)| {
            let half = width(label, TICK) / 2.0 + 7.0;
            let middle = ruler.share(*at) * room;
            let was_free = middle - half >= free;
            free = middle + half;
            was_free
        });
        if is_clear {
            return found;
        }
    }
    none_or_ends(ticks(ruler, &chart.x.unit, 2, Labels::Across))
}

/// The outer two of ticks that are too many.
fn none_or_ends(mut ticks: Ticks) -> Ticks {
    let last = ticks.all.len().saturating_sub(1);
    for tick in ticks.all.iter_mut().take(last).skip(1) {
        tick.1.clear();
    }
    ticks
}

fn draw_grid(canvas: &Canvas, panel: &Panel, upward: &Ticks, across: &Ticks, is_rows: bool, is_last: bool) {
    let rect = panel.rect;
    let shown = (rect.height() / 16.0).max(1.0);
    let every = (upward.all.len() as f64 / shown).ceil().max(1.0) as usize;
    for (number, (at, label)) in upward.all.iter().enumerate() {
        let y = panel.y(*at);
        if !is_rows {
            canvas.line(&[(rect.left, y), (rect.right, y)], Tone::Grid, 1.0);
        }
        if number % every == 0 {
            let lettering = Lettering::centred(TICK).at(HPos::Right, VPos::Center);
            canvas.text((rect.left - 8.0, y), label, lettering);
        }
    }
    if panel.beyond > 0.0 {
        // What has no bound stands above this line, all values below it.
        canvas.line(&[(rect.left, rect.top), (rect.right, rect.top)], Tone::Muted, 1.0);
    }
    for (at, label) in &across.all {
        let x = panel.x(*at);
        canvas.line(&[(x, panel.top()), (x, rect.bottom)], Tone::Grid, 1.0);
        if is_last {
            canvas.text((x, rect.bottom + 7.0), label, Lettering::centred(TICK).at(HPos::Center, VPos::Top));
        }
    }
    if !is_rows {
        let base = if panel.ruler_y().scale() == Scale::Linear {
            panel.y(0.0f64.clamp(panel.ruler_y().low(), panel.ruler_y().high()))
        } else {
            rect.bottom
        };
        canvas.line(&[(rect.left, base), (rect.right, base)], Tone::Ink, 1.2);
    }
}
