//! Draws charts.

use model::report::Chart;
use thiserror::Error;

/// Why a chart cannot be drawn.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct DrawError(pub String);

/// Draws a chart as SVG: a complete document with a size, a view box and the shipped font. In a page it takes colours
/// from the page's custom properties where they are set, so that it is light or dark with it.
///
/// Each mark that stands for a value has `class="value"`, `data-series` (number from 0), and `data-tip` (the text shown
/// on hover); each legend entry has `class="legend"` and `data-series`. None when the kind is not known: then the chart
/// is shown as its table.
pub fn svg(chart: &Chart) -> Option<String> {
    let _ = chart;
    None
}

/// Draws a chart as PNG of 3600 × 2100 pixels, 300 dpi written in it. None when the kind is not known.
///
/// # Errors
/// When it cannot be encoded.
pub fn png(chart: &Chart) -> Result<Option<Vec<u8>>, DrawError> {
    let _ = chart;
    Ok(None)
}
