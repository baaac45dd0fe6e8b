//! A chart as data: what is drawn, and how.

use serde::Serialize;

use super::Table;

/// A chart. A kind that is not known is shown as its table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// `bars`, `stacked-bars`, `lines`, `scatter`, `histogram`, `box`, `violin` or `heat-map`.
    pub kind: String,
    /// Name for files, without extension; empty: made from the title.
    pub file_name: String,
    /// Title, one line.
    pub title: String,
    /// Horizontal axis; ignored where the first column is text, whose values are categories.
    pub x: Axis,
    /// Vertical axes, one panel each, from top to bottom, over the same horizontal axis.
    pub panels: Vec<Axis>,
    /// What is drawn. First column: x values, or categories. For `lines` the points of each series rise in x, the column as
    /// a whole need not: rows of several series may stand one below the other, each with NaN where it has no point. For
    /// `histogram` the lower edges of the bins, rising (the last bin is as wide as the one before it); for `box` and
    /// `violin` probabilities from 0 to 1, of which the other columns are the quantiles; for `heat-map` the rows.
    pub data: Table,
    /// How columns make series, in the order of drawing.
    pub series: Vec<Series>,
    /// Lines across.
    pub marks: Vec<Mark>,
}

/// An axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Axis {
    /// What is shown, without the unit.
    pub label: String,
    /// Its unit, as in tables.
    pub unit: String,
    /// How values are placed on it.
    pub scale: Scale,
}

/// How values are placed on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Evenly, from zero where that is near.
    Linear,
    /// By their logarithm. Values that are not above zero are left out.
    Logarithmic,
    /// Probabilities from 0 to below 1 by the logarithm of 1 / (1 − p): 0.9, 0.99 and 0.999 are equally far apart.
    Quantile,
}

/// A series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// Its panel, from 0.
    pub panel: usize,
    /// Column of its values, by number.
    pub values: usize,
    /// Edges of a band around it (lines), or of its whiskers (bars).
    pub band: Option<Band>,
    /// Column of text written into its bars or beside its points.
    pub notes: Option<usize>,
    /// Lines of text in a box beside a `box` or `violin`; empty: none.
    pub summary: Vec<String>,
}

/// The edges of a band, as columns by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Band {
    /// Lower edge.
    pub low: usize,
    /// Upper edge.
    pub high: usize,
}

/// A line across a chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mark {
    /// It stands at a value of the horizontal axis; else it lies at one of the vertical axis.
    pub is_vertical: bool,
    /// Panel that it lies in, from 0; a vertical one crosses all.
    pub panel: usize,
    /// The value.
    pub at: f64,
    /// What it means, a few words.
    pub label: String,
}
