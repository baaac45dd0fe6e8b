//! Reports and tables, put together piece by piece.

use super::{Block, Cells, Chart, Finding, Report, Severity, Table, TableColumn};

impl Report {
    /// An empty report.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), blocks: Vec::new() }
    }

    /// With a heading.
    #[must_use]
    pub fn heading(self, text: impl Into<String>) -> Self {
        self.block(Block::Heading(text.into()))
    }

    /// With a paragraph.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        self.block(Block::Text(text.into()))
    }

    /// With a table.
    #[must_use]
    pub fn table(self, table: Table) -> Self {
        self.block(Block::Table(table))
    }

    /// With a chart.
    #[must_use]
    pub fn chart(self, chart: Chart) -> Self {
        self.block(Block::Chart(chart))
    }

    /// With something the reader should know first.
    #[must_use]
    pub fn finding(self, severity: Severity, message: impl Into<String>) -> Self {
        self.block(Block::Finding(Finding { severity, message: message.into() }))
    }

    /// With any part.
    #[must_use]
    pub fn block(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}

impl Table {
    /// A table without columns.
    pub fn new(caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), columns: Vec::new() }
    }

    /// With a column of text.
    #[must_use]
    pub fn text(self, heading: impl Into<String>, values: Vec<String>) -> Self {
        self.column(heading.into(), "", Cells::Text(values))
    }

    /// With a column of numbers in `unit` (`ns`, `s`, `/s`, `bytes`, `bytes/s`, `%`, `1`); the host chooses the scale to
    /// show. NaN is an empty cell.
    #[must_use]
    pub fn numbers(self, heading: impl Into<String>, unit: &str, values: Vec<f64>) -> Self {
        self.column(heading.into(), unit, Cells::Numbers(values))
    }

    fn column(mut self, heading: String, unit: &str, values: Cells) -> Self {
        self.columns.push(TableColumn { heading, unit: unit.to_owned(), values });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_keeps_its_blocks_in_the_order_of_reading() {
        let table = Table::new("Rates").text("host", vec!["a".into()]).numbers("rate", "/s", vec![7.5]);
        let report = Report::new("Capacity")
            .finding(Severity::Caution, "The tester was busy.")
            .heading("Rates")
            .table(table)
            .text("That is all.");
        assert!(matches!(
            report.blocks.as_slice(),
            [Block::Finding(_), Block::Heading(_), Block::Table(_), Block::Text(_)]
        ));
        let Block::Table(table) = &report.blocks[2] else { panic!("no table") };
        let columns: Vec<_> = table.columns.iter().map(|column| (&*column.heading, &*column.unit)).collect();
        assert_eq!(columns, [("host", ""), ("rate", "/s")]);
    }
}
