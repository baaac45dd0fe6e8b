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

    /// Its tables, in order; with [`Table::text_of`] and [`Table::numbers_of`] a unit test looks into them.
    pub fn tables(&self) -> Vec<&Table> {
        self.blocks
            .iter()
            .filter_map(|block| match block {
                Block::Table(table) => Some(table),
                _ => None,
            })
            .collect()
    }

    /// Its tables with this caption, in order.
    pub fn tables_of(&self, caption: &str) -> Vec<&Table> {
        self.tables().into_iter().filter(|table| table.caption == caption).collect()
    }

    /// Its charts, in order.
    pub fn charts(&self) -> Vec<&Chart> {
        self.blocks
            .iter()
            .filter_map(|block| match block {
                Block::Chart(chart) => Some(chart),
                _ => None,
            })
            .collect()
    }

    /// What its findings say, in order.
    pub fn findings(&self) -> Vec<(Severity, &str)> {
        self.blocks
            .iter()
            .filter_map(|block| match block {
                Block::Finding(Finding { severity, message }) => Some((*severity, &**message)),
                _ => None,
            })
            .collect()
    }

    /// What its findings of one severity say, in order.
    pub fn findings_of(&self, severity: Severity) -> Vec<&str> {
        let findings = self.findings().into_iter();
        findings.filter(|(found, _)| *found == severity).map(|(_, message)| message).collect()
    }

    /// What its findings say, without how much they matter, in order.
    pub fn messages(&self) -> Vec<&str> {
        self.findings().into_iter().map(|(_, message)| message).collect()
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

    /// The first column of text with this heading.
    pub fn text_of(&self, heading: &str) -> Option<&[String]> {
        self.columns.iter().find_map(|column| match &column.values {
            Cells::Text(values) if column.heading == heading => Some(&**values),
            _ => None,
        })
    }

    /// The first column of numbers with this heading.
    pub fn numbers_of(&self, heading: &str) -> Option<&[f64]> {
        self.columns.iter().find_map(|column| match &column.values {
            Cells::Numbers(values) if column.heading == heading => Some(&**values),
            _ => None,
        })
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
        assert_eq!((report.charts().len(), report.findings()), (0, vec![(Severity::Caution, "The tester was busy.")]));
        assert_eq!((report.messages(), report.findings_of(Severity::Note)), (vec!["The tester was busy."], vec![]));
        let [table] = report.tables_of("Rates")[..] else { panic!("one table") };
        assert_eq!((table.numbers_of("rate"), table.numbers_of("host")), (Some(&[7.5][..]), None));
        assert_eq!(table.text_of("host").map(<[String]>::len), Some(1));
        let columns: Vec<_> = table.columns.iter().map(|column| (&*column.heading, &*column.unit)).collect();
        assert_eq!(columns, [("host", ""), ("rate", "/s")]);
    }
}
