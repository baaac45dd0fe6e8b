//! Charts, put together piece by piece. Each function names the kind of chart and its horizontal axis; `series` adds what
//! is drawn.

use super::{Axis, Band, Cells, Chart, Mark, Scale, Series, Table, TableColumn};

impl Axis {
    /// A linear axis.
    pub fn new(label: impl Into<String>, unit: &str) -> Self {
        Self { label: label.into(), unit: unit.to_owned(), scale: Scale::Linear }
    }

    /// With another scale.
    #[must_use]
    pub fn scale(mut self, scale: Scale) -> Self {
        self.scale = scale;
        self
    }
}

impl Chart {
    /// Bars over categories; several series stand side by side.
    pub fn bars(title: impl Into<String>, heading: &str, categories: Vec<String>, y: Axis) -> Self {
        Self::new("bars", title, Axis::new(heading, ""), Cells::Text(categories), y)
    }

    /// Bars over categories; several series stand on each other.
    pub fn stacked_bars(title: impl Into<String>, heading: &str, categories: Vec<String>, y: Axis) -> Self {
        Self::new("stacked-bars", title, Axis::new(heading, ""), Cells::Text(categories), y)
    }

    /// Lines over x values; a time series has nanoseconds there. The points of each series rise in x. Rows of several
    /// series may stand one below the other, each with NaN where it has no point: x then begins anew with each.
    pub fn lines(title: impl Into<String>, x: Axis, values: Vec<f64>, y: Axis) -> Self {
        Self::new("lines", title, x, Cells::Numbers(values), y)
    }

    /// Points.
    pub fn scatter(title: impl Into<String>, x: Axis, values: Vec<f64>, y: Axis) -> Self {
        Self::new("scatter", title, x, Cells::Numbers(values), y)
    }

    /// Counts by bins, given by their lower edges, rising; the last is as wide as the one before it.
    pub fn histogram(title: impl Into<String>, x: Axis, lower_edges: Vec<f64>, y: Axis) -> Self {
        Self::new("histogram", title, x, Cells::Numbers(lower_edges), y)
    }

    /// Shares of requests that were done by then; the values of the series are from 0 to 1.
    pub fn cdf(title: impl Into<String>, x: Axis, values: Vec<f64>) -> Self {
        Self::lines(title, x, values, Axis::new("share of requests", "1"))
    }

    /// Values by percentile, on a scale that spreads the tail. `probabilities` are from 0 to below 1, rising.
    pub fn percentiles(title: impl Into<String>, probabilities: Vec<f64>, y: Axis) -> Self {
        let x = Axis::new("percentile", "1").scale(Scale::Quantile);
        Self::lines(title, x, probabilities, y)
    }

    /// Boxes from their quantiles at `probabilities`, one a series.
    pub fn boxes(title: impl Into<String>, probabilities: Vec<f64>, y: Axis) -> Self {
        Self::new("box", title, Axis::new("", ""), Cells::Numbers(probabilities), y)
    }

    /// Violins from their quantiles at `probabilities`, one a series; a hundred or more show the shape.
    pub fn violins(title: impl Into<String>, probabilities: Vec<f64>, y: Axis) -> Self {
        Self::new("violin", title, Axis::new("", ""), Cells::Numbers(probabilities), y)
    }

    /// A field of colours: a row for each of `rows`, a column for each series.
    pub fn heat_map(title: impl Into<String>, heading: &str, rows: Vec<String>, values: Axis) -> Self {
        Self::new("heat-map", title, Axis::new(heading, ""), Cells::Text(rows), values)
    }

    fn new(kind: &str, title: impl Into<String>, x: Axis, first: Cells, y: Axis) -> Self {
        let title = title.into();
        let column = TableColumn { heading: x.label.clone(), unit: x.unit.clone(), values: first };
        let data = Table { caption: title.clone(), columns: vec![column] };
        let (kind, file_name) = (kind.to_owned(), String::new());
        Self { kind, file_name, title, x, panels: vec![y], data, series: Vec::new(), marks: Vec::new() }
    }

    /// With a name for files, without extension.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = name.into();
        self
    }

    /// With one more panel below, over the same horizontal axis; the series that follow are drawn in it.
    #[must_use]
    pub fn panel(mut self, y: Axis) -> Self {
        self.panels.push(y);
        self
    }

    /// With a series in the last panel.
    #[must_use]
    pub fn series(mut self, name: impl Into<String>, values: Vec<f64>) -> Self {
        let name = name.into();
        let unit = self.panels.last().map_or_else(String::new, |axis| axis.unit.clone());
        let values = self.column(name.clone(), unit, Cells::Numbers(values));
        let panel = (self.panels.len() as u32).saturating_sub(1);
        self.series.push(Series { name, panel, values, band: None, notes: None, summary: Vec::new() });
        self
    }

    /// The last series with a band around it (lines), or with whiskers (bars).
    #[must_use]
    pub fn band(mut self, low: Vec<f64>, high: Vec<f64>) -> Self {
        let Some(name) = self.series.last().map(|series| series.name.clone()) else { return self };
        let unit = self.panels.last().map_or_else(String::new, |axis| axis.unit.clone());
        let low = self.column(format!("{name}, lower"), unit.clone(), Cells::Numbers(low));
        let high = self.column(format!("{name}, upper"), unit, Cells::Numbers(high));
        self.on_last(|series| series.band = Some(Band { low, high }))
    }

    /// The last series with text in its bars or beside its points.
    #[must_use]
    pub fn notes(mut self, notes: Vec<String>) -> Self {
        let Some(name) = self.series.last().map(|series| series.name.clone()) else { return self };
        let column = self.column(format!("{name}, note"), String::new(), Cells::Text(notes));
        self.on_last(|series| series.notes = Some(column))
    }

    /// The last series with a few lines of text in a box beside it (boxes and violins).
    #[must_use]
    pub fn summary(self, lines: impl IntoIterator<Item = String>) -> Self {
        self.on_last(|series| series.summary = lines.into_iter().collect())
    }

    /// With a line at a value of the horizontal axis.
    #[must_use]
    pub fn vertical_mark(mut self, at: f64, label: impl Into<String>) -> Self {
        self.marks.push(Mark { is_vertical: true, panel: 0, at, label: label.into() });
        self
    }

    /// With a line at a value of the last panel's vertical axis.
    #[must_use]
    pub fn horizontal_mark(mut self, at: f64, label: impl Into<String>) -> Self {
        let panel = (self.panels.len() as u32).saturating_sub(1);
        self.marks.push(Mark { is_vertical: false, panel, at, label: label.into() });
        self
    }

    /// The values of the first series with this name, where they are numbers.
    pub fn values_of(&self, series: &str) -> Option<&[f64]> {
        let found = self.series.iter().find(|found| found.name == series)?;
        match &self.data.columns.get(found.values as usize)?.values {
            Cells::Numbers(values) => Some(values),
            Cells::Text(_) => None,
        }
    }

    fn column(&mut self, heading: String, unit: String, values: Cells) -> u32 {
        self.data.columns.push(TableColumn { heading, unit, values });
        (self.data.columns.len() - 1) as u32
    }

    fn on_last(mut self, change: impl FnOnce(&mut Series)) -> Self {
        if let Some(series) = self.series.last_mut() {
            change(series);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_name_the_columns_that_hold_them() {
        let chart = Chart::lines("Rates", Axis::new("time", "ns"), vec![0.0, 1.0], Axis::new("rate", "/s"))
            .series("offered", vec![1.0, 2.0])
            .band(vec![0.5, 1.5], vec![1.5, 2.5])
            .panel(Axis::new("processor", "%"))
            .series("node-1", vec![30.0, 40.0])
            .horizontal_mark(90.0, "limit");
        let headings: Vec<_> = chart.data.columns.iter().map(|column| &*column.heading).collect();
        assert_eq!(headings, ["time", "offered", "offered, lower", "offered, upper", "node-1"]);
        let places: Vec<_> = chart.series.iter().map(|series| (series.panel, series.values)).collect();
        assert_eq!(places, [(0, 1), (1, 4)]);
        assert_eq!((chart.values_of("node-1"), chart.values_of("node-2")), (Some(&[30.0, 40.0][..]), None));
        assert!(chart.series[0].band.is_some_and(|band| (band.low, band.high) == (2, 3)));
        assert_eq!((chart.marks[0].panel, chart.data.columns[4].unit.as_str()), (1, "%"));
    }
}
