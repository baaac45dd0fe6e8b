//! Draws charts. Plotters gives coordinates and elements, and measures text; the SVG is written by a backend of ours, which
//! knows classes and fractions of pixels; the PNG is that SVG, rendered by resvg.
//!
//! Colours stand in the SVG as plain values, so that any viewer shows it right, and as classes `f-NAME` (filled) and `s-NAME`
//! (stroked), for which a `style` element within takes the custom property `--NAME` where the page sets one: `ink`, `muted`,
//! `grid`, `paper`, `series-0` to `series-7` (the colours of further series repeat, with other dashes and markers). Text on
//! bars and in cells is black or white by the plain colours: a page should leave those of series alone, or keep their
//! lightness.

mod bars;
mod canvas;
mod columns;
mod distributions;
mod frame;
mod heat_map;
mod histogram;
mod legend;
mod lettering;
mod lines;
mod marks;
mod number;
mod palette;
mod panel;
mod pen;
mod quantiles;
mod raster;
mod ruler;
mod scatter;
mod slot_labels;
#[cfg(test)]
mod tests;
mod thinning;
mod ticks;
mod traces;
mod unbounded;

use model::report::Chart;
use thiserror::Error;

pub use canvas::font_style;

/// Most marks of values in a chart.
const MOST_MARKS: usize = 2_000;

/// Why a chart cannot be drawn.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct DrawError(pub String);

/// Draws a chart as SVG: a complete document with a size, a view box and the shipped font. In a page it takes colours
/// from the page's custom properties where they are set, so that it is light or dark with it.
///
/// All that belongs to a series is in one or more groups with `class="series"` and `data-series` (number from 0). Each
/// mark that stands for a value has `class="value"`, `data-series`, and `data-tip` (the text shown on hover); those of
/// lines and histograms have `data-x` too, their place across in the view box. Each legend entry has `class="legend"` and
/// `data-series`; of boxes, violins and heat maps the names below are the legend. Lines across have `class="mark"` and
/// `data-tip`. None when the kind is not known: then the chart is shown as its table.
pub fn svg(chart: &Chart) -> Option<String> {
    document(chart, false)
}

/// Draws a chart as PNG of 3600 × 2100 pixels, 300 dpi written in it. None when the kind is not known.
///
/// # Errors
/// When it cannot be encoded.
pub fn png(chart: &Chart) -> Result<Option<Vec<u8>>, DrawError> {
    document(chart, true).map(|svg| raster::render(&svg)).transpose()
}

fn document(chart: &Chart, is_plain: bool) -> Option<String> {
    let frame = match chart.kind.as_str() {
        "bars" => bars::draw(chart, false),
        "stacked-bars" => bars::draw(chart, true),
        "lines" => lines::draw(chart),
        "scatter" => scatter::draw(chart),
        "histogram" => histogram::draw(chart),
        "box" => distributions::draw(chart, distributions::Form::Box),
        "violin" => distributions::draw(chart, distributions::Form::Violin),
        "heat-map" => heat_map::draw(chart),
        _ => return None,
    };
    Some(frame.finish(is_plain))
}
