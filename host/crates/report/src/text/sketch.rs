//! Small charts on a terminal. What cannot be drawn there is shown as its table.

use model::report::{Cells, Chart, Series, Table};

use super::ink::{Ink, width as columns};
use super::{bars, boxes, grid, plot};
use crate::column::NumberFormat;
use crate::plain;

/// Rows of a chart's table that are shown.
const MOST_ROWS: usize = 40;

/// A chart as lines.
pub(super) fn chart(chart: &Chart, width: usize, ink: Ink) -> Vec<String> {
    let draw = |ink: Ink| match chart.kind.as_str() {
        "bars" | "stacked-bars" => bars::bars(chart, width, ink),
        "histogram" => bars::histogram(chart, width, ink),
        "lines" | "scatter" => plot::plot(chart, width, ink),
        "box" | "violin" => boxes::boxes(chart, width, ink),
        _ => None,
    };
    // Long units and labels can make a drawing wider than the terminal. Escape codes take no columns, so they are left out.
    let fits = |lines: &Vec<String>| lines.iter().all(|line| columns(line) <= width);
    let drawn = draw(Ink { has_colours: false }).filter(fits).and_then(|_| draw(ink));
    let title = plain::line(&chart.title);
    let mut lines: Vec<String> = textwrap::wrap(&title, width).iter().map(|line| ink.strong(line)).collect();
    match drawn {
        Some(drawn) => lines.extend(drawn),
        None => {
            let caption = if chart.data.caption == chart.title { String::new() } else { chart.data.caption.clone() };
            lines.extend(grid::table(&Table { caption, ..chart.data.clone() }, width, MOST_ROWS, ink));
        }
    }
    lines
}

/// The series of a panel, with their numbers.
pub(super) fn of_panel(chart: &Chart, panel: usize) -> Vec<(usize, &Series)> {
    chart.series.iter().enumerate().filter(|(_, series)| series.panel == panel).collect()
}

/// Numbers of a column; None when it is not there, or text.
pub(super) fn numbers(chart: &Chart, column: usize) -> Option<&[f64]> {
    match &chart.data.columns.get(column)?.values {
        Cells::Numbers(numbers) => Some(numbers),
        Cells::Text(_) => None,
    }
}

/// The first column as labels.
pub(super) fn labels(chart: &Chart) -> Vec<String> {
    match chart.data.columns.first().map(|column| &column.values) {
        Some(Cells::Text(texts)) => texts.iter().map(|text| plain::line(text).into_owned()).collect(),
        Some(Cells::Numbers(numbers)) => {
            let format = NumberFormat::of(&chart.x.unit, numbers, None);
            numbers.iter().map(|number| format.alone(*number)).collect()
        }
        None => Vec::new(),
    }
}

/// What an axis shows, with a unit in brackets.
pub(super) fn axis_label(label: &str, suffix: Option<&str>) -> String {
    let label = plain::line(label);
    match suffix.filter(|suffix| !suffix.is_empty()) {
        Some(suffix) => format!("{label} ({suffix})"),
        None => label.into_owned(),
    }
}
