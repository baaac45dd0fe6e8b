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
}

/// A chart of bars; None when it has too many or too few, or the terminal is too narrow.
pub(super) fn bars(chart: &Chart, most: usize, ink: Ink) -> Option<Vec<String>> {
    let categories = labels(chart);
    let mut lines = Vec::new();
    for (number, panel) in chart.panels.iter().enumerate() {
        let series = of_panel(chart, number);
        let columns = series.iter().map(|(_, series)| numbers(chart, series.values)).collect::<Option<Vec<_>>>()?;
        let mut bars = Vec::new();
        for (row, category) in categories.iter().enumerate() {
            for (place, (number, series)) in series.iter().enumerate() {
                let category = if place == 0 { category.clone() } else { String::new() };
                let name =
                    if columns.len() > 1 { crate::plain::line(&series.name).into_owned() } else { String::new() };
                let value = columns[place].get(row).copied().unwrap_or(f64::NAN);
                bars.push(Bar { category, name, series: *number, value });
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
    if edges.is_empty() || edges.iter().any(|edge| !edge.is_finite()) {
        return None;
    }
    let together = edges.len().div_ceil(MOST_BINS);
    let last = edges[edges.len() - 1];
    let end = last + if edges.len() > 1 { last - edges[edges.len() - 2] } else { 0.0 };
    let format = NumberFormat::of(&chart.x.unit, &[edges, &[end]].concat(), None);
    let mut lines = Vec::new();
    for (number, series) in chart.series.iter().enumerate() {
        let counts = numbers(chart, series.values)?;
        let panel = chart.panels.get(series.panel)?;
        let mut bars = Vec::new();
        for (bin, counts) in counts.chunks(together).take(edges.len().div_ceil(together)).enumerate() {
            let upper = edges.get((bin + 1) * together).copied().unwrap_or(end);
            let lower = edges[bin * together];
            let category = match format.shared_suffix() {
                Some(_) => format!("{} – {}", format.bare(lower), format.alone(upper)),
                None => format!("{} – {}", format.alone(lower), format.alone(upper)),
            };
            let value = counts.iter().filter(|count| !count.is_nan()).sum();
            bars.push(Bar { category, name: String::new(), series: number, value });
        }
        let label = match series.name.as_str() {
            "" => panel.label.clone(),
            name => format!("{name}: {} by {}", panel.label, axis_label(&chart.x.label, None)),
        };
        lines.extend(drawn(&label, &panel.unit, &bars, most, ink)?);
    }
    (!lines.is_empty()).then_some(lines)
}

fn drawn(label: &str, unit: &str, bars: &[Bar], most: usize, ink: Ink) -> Option<Vec<String>> {
    if bars.is_empty() || bars.len() > MOST_BARS {
        return None;
    }
    let values: Vec<f64> = bars.iter().map(|bar| bar.value).collect();
    let format = NumberFormat::of(unit, &values, None);
    let texts: Vec<String> = values
        .iter()
        .map(|value| Some(format.bare(*value)).filter(|text| !text.is_empty()).unwrap_or_else(|| "–".to_owned()))
        .collect();
    let widest = |of: &dyn Fn(&Bar) -> usize| bars.iter().map(of).max().unwrap_or(0);
    let category_width = widest(&|bar| width(&bar.category)).min(most * 2 / 5);
    let name_width = widest(&|bar| width(&bar.name)).min(most / 4);
    let value_width = texts.iter().map(|text| width(text)).max().unwrap_or(0);
    let before = category_width + 1 + if name_width > 0 { name_width + 1 } else { 0 };
    let length = most.checked_sub(before + value_width + 1)?.min(LENGTHS.1);
    if length < LENGTHS.0 {
        return None;
    }
    let finite = || values.iter().filter(|value| value.is_finite());
    let (least, highest) =
        finite().fold((0.0, 0.0), |(least, most): (f64, f64), value| (least.min(*value), most.max(*value)));
    let span = if highest - least > 0.0 { highest - least } else { 1.0 };
    let zero = (-least / span * length as f64).round() as usize;
    let mut lines = vec![ink.faint(&cut(&axis_label(label, format.shared_suffix()), most))];
    for (bar, text) in bars.iter().zip(&texts) {
        let mut line = left(&bar.category, category_width) + " ";
        if name_width > 0 {
            line += &(left(&bar.name, name_width) + " ");
        }
        line += &ink.series(&left(&blocks(bar.value, span, zero, length), length), bar.series);
        line += " ";
        line += &right(text, value_width);
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
