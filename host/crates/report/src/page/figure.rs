//! Charts of a page: the drawing, and its data as a table.

use maud::{Markup, PreEscaped, html as markup};
use model::report::Chart;

use super::line::Line;
use super::{Draw, Ids, drawing, table};

/// Rows of a chart's table that the page holds.
const MOST_ROWS: usize = 1_000;

/// A chart: drawn where its kind is known, with its table folded up below; else its table.
pub(super) fn figure(chart: &Chart, draw: Draw<'_>, ids: &mut Ids) -> Markup {
    let number = ids.next();
    let title = if chart.title.trim().is_empty() { "Chart" } else { chart.title.trim() };
    let mut data = chart.data.clone();
    if data.caption.trim() == chart.title.trim() {
        data.caption.clear();
    }
    let drawn = draw(chart).and_then(|svg| drawing::inline(&svg, &format!("chart-{number}-"), title, &mut ids.styles));
    markup! {
        figure class="chart-box" {
            @if let Some(svg) = drawn {
                div class="drawing" { (PreEscaped(svg)) }
                details class="data" {
                    summary { "Data as table" span class="unseen" { ": " (Line(title)) } }
                    (table::table(&data, Some(title), MOST_ROWS, ids))
                }
            } @else {
                figcaption { (Line(title)) }
                (table::table(&data, Some(title), MOST_ROWS, ids))
            }
        }
    }
}
