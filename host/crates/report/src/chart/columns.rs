//! Safe access to what a chart draws: columns may be missing, of unlike lengths, or of the wrong type.

use std::borrow::Cow;

use model::report::{Axis, Cells, Chart, Scale, Series};

use super::lettering::clean;
use super::number::{full, significant};

/// More are not drawn.
pub(super) const MOST_SERIES: usize = 50;

/// More are not drawn: the series of further ones are drawn in the last.
pub(super) const MOST_PANELS: usize = 10;

/// Letters of a name or a note in what is shown on hover.
const MOST_LETTERS: usize = 64;

/// A chart's data.
pub(super) struct Columns<'c> {
    chart: &'c Chart,
    /// Instead of the chart's own, where that has none or no unit.
    own_panel: Option<[Axis; 1]>,
}

impl<'c> Columns<'c> {
    /// Those of a chart.
    pub(super) fn new(chart: &'c Chart) -> Self {
        let axis = Axis { label: String::new(), unit: String::new(), scale: Scale::Linear };
        let own_panel = match chart.panels.first() {
            None => Some([axis]),
            Some(first) => unit_of_cells(chart, first).map(|unit| [Axis { unit: unit.to_owned(), ..first.clone() }]),
        };
        Self { chart, own_panel }
    }

    /// Number of rows: as many as the first column has.
    pub(super) fn rows(&self) -> usize {
        self.chart.data.columns.first().map_or(0, |column| column.values.len())
    }

    /// Series that are drawn, with their numbers.
    pub(super) fn series(&self) -> impl Iterator<Item = (usize, &'c Series)> + use<'c> {
        self.chart.series.iter().take(MOST_SERIES).enumerate()
    }

    /// Number of series that are drawn.
    pub(super) fn series_count(&self) -> usize {
        self.chart.series.len().min(MOST_SERIES)
    }

    /// Vertical axes; at least one.
    pub(super) fn panels(&self) -> &[Axis] {
        match &self.own_panel {
            Some(own) => own,
            None => &self.chart.panels[..self.chart.panels.len().min(MOST_PANELS)],
        }
    }

    /// Panel that a series is drawn in.
    pub(super) fn panel_of(&self, series: &Series) -> usize {
        series.panel.min(self.panels().len() - 1)
    }

    /// Unit of a series' values.
    pub(super) fn unit_of(&self, series: &Series) -> &str {
        &self.panels()[self.panel_of(series)].unit
    }

    /// A number; NaN where there is none.
    pub(super) fn number(&self, column: usize, row: usize) -> f64 {
        match self.chart.data.columns.get(column).map(|column| &column.values) {
            Some(Cells::Numbers(values)) => values.get(row).copied().unwrap_or(f64::NAN),
            _ => f64::NAN,
        }
    }

    /// All numbers of a column, NaN where there are none.
    pub(super) fn numbers(&self, column: usize) -> Vec<f64> {
        (0..self.rows()).map(|row| self.number(column, row)).collect()
    }

    /// Text of a cell, cleaned; none where it is empty.
    pub(super) fn text(&self, column: usize, row: usize) -> Option<String> {
        let text = match &self.chart.data.columns.get(column)?.values {
            Cells::Text(values) => Cow::Borrowed(values.get(row)?.as_str()),
            Cells::Numbers(values) => Cow::Owned(significant(*values.get(row)?, 4)),
        };
        Some(clean(&text)).filter(|text| !text.is_empty())
    }

    /// A note of a series.
    pub(super) fn note(&self, series: &Series, row: usize) -> Option<String> {
        self.text(series.notes?, row)
    }

    /// The first column is text: its values are categories.
    pub(super) fn has_categories(&self) -> bool {
        matches!(self.chart.data.columns.first().map(|column| &column.values), Some(Cells::Text(_)))
    }

    /// Name of a row: its text, or its number with the unit of the horizontal axis.
    pub(super) fn row_name(&self, row: usize) -> String {
        if self.has_categories() {
            return self.text(0, row).unwrap_or_default();
        }
        full(self.number(0, row), &self.chart.x.unit)
    }

    /// Name of a series, cleaned.
    pub(super) fn name(&self, series: &Series) -> String {
        clean(&series.name)
    }

    /// What is shown on hover: series, row, value with unit, note.
    pub(super) fn tip(&self, series: &Series, row: &str, value: &str, note: Option<&str>) -> String {
        let name = cut(&self.name(series));
        let row = cut(row);
        let place =
            [name.as_str(), row.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let note = note.map(|note| format!(" ({})", cut(note))).unwrap_or_default();
        if place.is_empty() { format!("{value}{note}") } else { format!("{place}: {value}{note}") }
    }
}

/// The unit of a heat map's cells where its axis names none: that of their columns, if they have one.
fn unit_of_cells<'c>(chart: &'c Chart, axis: &Axis) -> Option<&'c str> {
    if chart.kind != "heat-map" || !matches!(axis.unit.as_str(), "" | "1") {
        return None;
    }
    let mut units = chart.series.iter().filter_map(|series| Some(chart.data.columns.get(series.values)?.unit.as_str()));
    let first = units.next().filter(|unit| !matches!(*unit, "" | "1"))?;
    units.all(|unit| unit == first).then_some(first)
}

/// Cut in its middle, for where no width matters.
fn cut(text: &str) -> String {
    let count = text.chars().count();
    if count <= MOST_LETTERS {
        return text.to_owned();
    }
    let half = MOST_LETTERS / 2;
    text.chars().take(half).chain(['…']).chain(text.chars().skip(count - half)).collect()
}
