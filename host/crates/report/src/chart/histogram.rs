//! Histograms: bars from edge to edge of their bins; several lie over each other, each with its outline.

use model::report::{Chart, Scale};

use super::MOST_MARKS;
use super::canvas::Rect;
use super::columns::Columns;
use super::frame::{Across, Frame, Wishes};
use super::legend::Sample;
use super::number::full;
use super::palette::{Tone, dash};
use super::pen::Tag;
use super::ruler::{Reach, Zero};
use super::thinning::stretches;

/// More bars are thinner than two pixels.
const MOST_BINS: usize = 500;

/// A bar that is drawn: its edges, its value, and how many bins it stands for.
struct Bin {
    from: f64,
    to: f64,
    value: f64,
    bins: usize,
}

/// Draws histograms.
pub(super) fn draw(chart: &Chart) -> Frame<'_> {
    let columns = Columns::new(chart);
    let most = (MOST_MARKS / columns.series_count().max(1)).clamp(10, MOST_BINS);
    let edges = edges(&columns);
    let drawn: Vec<Vec<Bin>> =
        columns.series().map(|(_, series)| bins(&columns, &edges, series.values, most)).collect();
    let mut across = Reach::new(chart.x.scale);
    let mut reaches: Vec<Reach> = columns.panels().iter().map(|axis| Reach::new(axis.scale)).collect();
    for (bins, (_, series)) in drawn.iter().zip(columns.series()) {
        for bin in bins {
            across.add(bin.from);
            across.add(bin.to);
            reaches[columns.panel_of(series)].add(bin.value);
        }
    }
    for mark in &chart.marks {
        if mark.is_vertical {
            across.add_mark(mark.at);
        } else if let Some(reach) = reaches.get_mut(mark.panel) {
            reach.add_mark(mark.at);
        }
    }
    let is_empty = drawn.iter().all(Vec::is_empty);
    let has_names = columns.series().any(|(_, series)| !columns.name(series).is_empty());
    let wishes = Wishes {
        across: Across::Values(across.ruler(Zero::Tight, 0.01, 0.01)),
        upward: reaches.iter().map(|reach| reach.ruler(Zero::Always, 0.06, 0.0)).collect(),
        rows: None,
        beyond: Vec::new(),
        shift: 0.0,
        are_marks_below: false,
        sample: has_names.then_some(Sample::Block),
        right: 0.0,
        notice: String::new(),
        is_empty,
    };
    let frame = Frame::new(chart, &columns, wishes);
    let is_lone = columns.series_count() == 1;
    for ((number, series), bins) in columns.series().zip(&drawn) {
        let panel = &frame.panels[columns.panel_of(series)];
        let base = if panel.ruler_y().scale() == Scale::Linear { 0.0 } else { panel.ruler_y().low() };
        let mut outline = Vec::new();
        frame.canvas.open("series", Some(number));
        for bin in bins.iter().filter(|bin| panel.ruler_x().can_show(bin.to)) {
            let from = if panel.ruler_x().can_show(bin.from) { bin.from } else { panel.ruler_x().low() };
            let can_show = bin.value.is_infinite() || panel.ruler_y().can_show(bin.value);
            let ((left, start), (right, end)) =
                (panel.at(from, base), panel.at(bin.to, if can_show { bin.value } else { base }));
            outline.extend([(left, end), (right, end)]);
            let rect = Rect { left, top: start.min(end), right, bottom: start.max(end) };
            let (x_unit, unit) = (&chart.x.unit, columns.unit_of(series));
            let place = format!("{} to {}", full(bin.from, x_unit), full(bin.to, x_unit));
            let what = if bin.bins > 1 {
                format!("{}, the most of {} bins", full(bin.value, unit), bin.bins)
            } else {
                full(bin.value, unit)
            };
            let tip = columns.tip(series, &place, &what, None);
            let gap = if is_lone && rect.width() > 4.0 { 0.5 } else { 0.0 };
            let rect = Rect { left: rect.left + gap, right: rect.right - gap, ..rect };
            frame.canvas.tag(Tag { class: "value", series: Some(number), tip, has_place: true, ..Tag::default() });
            frame.canvas.block(rect, Tone::Series(number), if is_lone { 0.85 } else { 0.3 });
        }
        if !is_lone && !outline.is_empty() {
            let foot = panel.y(base);
            outline.insert(0, (outline[0].0, foot));
            outline.push((outline[outline.len() - 1].0, foot));
            frame.canvas.tag(Tag { dash: dash(number), ..Tag::default() });
            frame.canvas.line(&outline, Tone::Series(number), 1.8);
        }
        frame.canvas.close();
    }
    frame
}

/// Edges of the bins, one more than bins. The last is as wide as the one before it; a last row that counts nothing is its
/// closing edge.
fn edges(columns: &Columns<'_>) -> Vec<f64> {
    let mut edges = columns.numbers(0);
    let closing = edges.len().saturating_sub(1);
    let mut counts = columns.series().map(|(_, series)| columns.number(series.values, closing));
    if edges.len() > 1 && counts.all(|count| count.is_nan() || count == 0.0) {
        return edges;
    }
    let last = match edges.as_slice() {
        [] => return edges,
        [lone] => lone + 1.0,
        [.., before, last] => last + (last - before),
    };
    edges.push(last);
    edges
}

/// The bars of a series: bins with both edges and a value, neighbours put together where they are too many.
fn bins(columns: &Columns<'_>, edges: &[f64], column: usize, most: usize) -> Vec<Bin> {
    let rows = edges.len().saturating_sub(1);
    stretches(rows, most)
        .filter_map(|(from, to)| {
            let values = (from..to).map(|row| columns.number(column, row)).filter(|value| !value.is_nan());
            let value = values.reduce(f64::max)?;
            let bin = Bin { from: edges[from], to: edges[to], value, bins: to - from };
            (bin.from.is_finite() && bin.to.is_finite() && bin.from < bin.to).then_some(bin)
        })
        .collect()
}
