//! Bars that lie, with their values behind them.

use model::report::Chart;

use super::ink::{Ink, cut, left, right, width};
use super::sketch::{axis_label, labels, numbers, of_panel};
use crate::column::NumberFormat;

/// More bars than this are easier to read as a table.
const MOST_BARS: usize = 48;
/// Bins of a histogram that are drawn; more are put together.
const MOST_BINS: usize = 20;
/// Columns that the longest bar has at least, and at most.
const LENGTHS: (usize, usize) = (8, 60);

/// A bar to be drawn.
struct Bar {
    category: String,
    name: String,
    series: usize,
    value: f64,
    /// The ends of its interval.
    band: Option<(f64, f64)>,
}

/// A chart of bars; None when it has too many or too few, or the terminal is too narrow.
pub(super) fn bars(chart: &Chart, most: usize, ink: Ink) -> Option<Vec<String>> {
    let categories = labels(chart);
    let mut lines = Vec::new();
    for (number, panel) in chart.panels.iter().enumerate() {
        let series = of_panel(chart, number);
        let columns = series.iter().map(|(_, series)| numbers(chart, series.values)).collect::<Option<Vec<_>>>()?;
        let end = |column: usize, row: usize| Some(*numbers(chart, column)?.get(row)?).filter(|end| !end.is_nan());
        let is_stacked = chart.kind == "stacked-bars";
        let mut bars = Vec::new();
        for (row, category) in categories.iter().enumerate() {
            for (place, (number, series)) in series.iter().enumerate() {
                let category = if place == 0 { category.clone() } else { String::new() };
                let name =
                    if columns.len() > 1 { crate::plain::line(&series.name).into_owned() } else { String::new() };
                let value = columns[place].get(row).copied().unwrap_or(f64::NAN);
                let band = series.band.filter(|_| !is_stacked);
                let band = band.and_then(|band| end(band.low, row).zip(end(band.high, row)));
                bars.push(Bar { category, name, series: *number, value, band });
            }
        }
        let label = match series.as_slice() {
            [(_, only)] if !only.name.is_empty() && only.name != panel.label => {
                format!("{}: {}", panel.label, only.name)
            }
            _ => panel.label.clone(),
        };
        lines.extend(drawn(&label, &panel.unit, &bars, most, ink)?);
    }
    (!lines.is_empty()).then_some(lines)
}

/// A histogram, a part for each series; None when it cannot be drawn.
pub(super) fn histogram(chart: &Chart, most: usize, ink: Ink) -> Option<Vec<String>> {
    let edges = numbers(chart, 0)?;
    let (edges, end) = without_closing_edge(chart, edges);
    if edges.is_empty() || edges.iter().any(|edge| !edge.is_finite()) {
        return None;
    }
    let together = edges.len().div_ceil(MOST_BINS);
    let last = edges[edges.len() - 1];
    let end = end.unwrap_or(last + if edges.len() > 1 { last - edges[edges.len() - 2] } else { 0.0 });
    let format = NumberFormat::of(&chart.x.unit, &[edges, &[end]].concat(), None);
    let mut lines = Vec::new();
    for (number, series) in chart.series.iter().enumerate() {
        let counts = numbers(chart, series.values)?;
        let panel = chart.panels.get(series.panel)?;
        let mut bars = Vec::new();
        let counts = &counts[..counts.len().min(edges.len())];
        for (bin, counts) in counts.chunks(together).enumerate() {
            let upper = edges.get((bin + 1) * together).copied().unwrap_or(end);
            let lower = edges[bin * together];
            let category = match format.shared_suffix() {
                Some(_) => format!("{} – {}", format.bare(lower), format.alone(upper)),
                None => format!("{} – {}", format.alone(lower), format.alone(upper)),
            };
            let value = counts.iter().filter(|count| !count.is_nan()).sum();
            bars.push(Bar { category, name: String::new(), series: number, value, band: None });
        }
        let label = heading(&series.name, &panel.label, &chart.x.label);
        lines.extend(drawn(&label, &panel.unit, &bars, most, ink)?);
    }
    (!lines.is_empty()).then_some(lines)
}

/// The edges of bins, and where the last ends: edges whose last row counts nothing end with a closing edge, which is no
/// bin beyond the greatest value.
fn without_closing_edge<'a>(chart: &'a Chart, edges: &'a [f64]) -> (&'a [f64], Option<f64>) {
    let [bins @ .., closing] = edges else { return (edges, None) };
    let counts = |row: usize| chart.series.iter().filter_map(move |series| numbers(chart, series.values)?.get(row));
    let is_closing = counts(bins.len()).all(|count| count.is_nan() || *count == 0.0);
    if is_closing && !bins.is_empty() { (bins, Some(*closing)) } else { (edges, None) }
}

/// What a histogram shows: series, panel and axis, without what one says again.
fn heading(series: &str, panel: &str, across: &str) -> String {
    let has = |whole: &str, part: &str| whole.to_lowercase().contains(&part.to_lowercase());
    let named = match (series, panel) {
        (series, "") => series.to_owned(),
        (series, panel) if has(panel, series) => panel.to_owned(),
        (series, panel) => format!("{series}: {panel}"),
    };
    if has(&named, across) || has(panel, " by ") { named } else { format!("{named} by {across}") }
}

fn drawn(label: &str, unit: &str, bars: &[Bar], most: usize, ink: Ink) -> Option<Vec<String>> {
    if bars.is_empty() || bars.len() > MOST_BARS {
        return None;
    }
    let values: Vec<f64> = bars.iter().map(|bar| bar.value).collect();
    let ends: Vec<f64> = bars.iter().filter_map(|bar| bar.band).flat_map(|(low, high)| [low, high]).collect();
    let all = [&values[..], &ends].concat();
    let format = NumberFormat::of(unit, &all, None);
    let texts: Vec<String> = values
        .iter()
        .map(|value| Some(format.bare(*value)).filter(|text| !text.is_empty()).unwrap_or_else(|| "–".to_owned()))
        .collect();
    let interval = |bar: &Bar| match bar.band {
        Some((low, high)) => format!(" [{} … {}]", format.bare(low), format.bare(high)),
        None => String::new(),
    };
    let intervals: Vec<String> = bars.iter().map(interval).collect();
    let widest = |of: &dyn Fn(&Bar) -> usize| bars.iter().map(of).max().unwrap_or(0);
    let category_width = widest(&|bar| width(&bar.category)).min(most * 2 / 5);
    let name_width = widest(&|bar| width(&bar.name)).min(most / 4);
    let value_width = texts.iter().map(|text| width(text)).max().unwrap_or(0);
    let before = category_width + 1 + if name_width > 0 { name_width + 1 } else { 0 };
    let interval_width = intervals.iter().map(|text| width(text)).max().unwrap_or(0);
    let room = |behind: usize| most.checked_sub(before + behind + 1).filter(|room| *room >= LENGTHS.0);
    // Where the terminal is too narrow for bars with their intervals, they stand alone.
    let (length, has_intervals) = match room(value_width + interval_width) {
        Some(room) => (room, true),
        None => (room(value_width)?, false),
    };
    let length = length.min(LENGTHS.1);
    let finite = || all.iter().filter(|value| value.is_finite());
    let (least, highest) =
        finite().fold((0.0, 0.0), |(least, most): (f64, f64), value| (least.min(*value), most.max(*value)));
    let span = if highest - least > 0.0 { highest - least } else { 1.0 };
    // One bar alone would be as long as any other one alone.
    let is_lone = bars.len() == 1 && ends.is_empty();
    let zero = (-least / span * length as f64).round() as usize;
    let mut lines = vec![ink.faint(&cut(&axis_label(label, format.shared_suffix()), most))];
    for ((bar, text), interval) in bars.iter().zip(&texts).zip(&intervals) {
        let mut line = left(&bar.category, category_width) + " ";
        if name_width > 0 {
            line += &(left(&bar.name, name_width) + " ");
        }
        if !is_lone {
            line += &ink.series(&left(&blocks(bar.value, span, zero, length), length), bar.series);
            line += " ";
        }
        line += &right(text, value_width);
        if has_intervals {
            line += interval;
        }
        lines.push(line);
    }
    Some(lines)
}

/// A bar from zero to a value, in eighths of a column where it goes to the right.
fn blocks(value: f64, span: f64, zero: usize, length: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if value.is_nan() {
        return String::new();
    }
    if value < 0.0 {
        let columns = if value.is_finite() { (-value / span * length as f64).round() as usize } else { zero };
        let columns = columns.min(zero);
        return " ".repeat(zero - columns) + &"█".repeat(columns);
    }
    let room = length - zero.min(length);
    if value == f64::INFINITY {
        return " ".repeat(zero) + &"█".repeat(room.saturating_sub(1)) + "▶";
    }
    let eighths = ((value / span * length as f64 * 8.0).round() as usize).min(room * 8);
    let eighths = if value > 0.0 { eighths.max(1) } else { eighths };
    " ".repeat(zero) + &"█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_says_nothing_twice() {
        assert_eq!(heading("response time", "requests by response time", "time"), "requests by response time");
        assert_eq!(heading("baseline", "requests", "service time"), "baseline: requests by service time");
        assert_eq!(heading("", "requests", "time"), "requests by time");
    }

    #[test]
    fn bars_are_as_long_as_their_values_and_lie_on_both_sides_of_zero() {
        assert_eq!(blocks(2.0, 4.0, 0, 8), "████");
        assert_eq!(blocks(2.25, 4.0, 0, 8), "████▌");
        assert_eq!(blocks(-1.0, 4.0, 2, 8), "██");
        assert_eq!(blocks(1.0, 4.0, 2, 8), "  ██");
        assert_eq!(blocks(0.0, 4.0, 0, 8), "");
        assert_eq!(blocks(1e-9, 4.0, 0, 8), "▏");
        assert_eq!(blocks(f64::INFINITY, 4.0, 2, 8), "  █████▶");
    }
}
