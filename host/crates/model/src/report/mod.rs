//! What an analysis says: text, tables, findings and charts, in reading order. The same as the plugins' interface
//! `report`; how it is drawn is left to the library that draws.

mod chart;

use serde::{Serialize, Serializer};

pub use chart::{Axis, Band, Chart, Mark, Scale, Series};

/// A report, in reading order.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Title, one line.
    pub title: String,
    /// Its parts.
    pub blocks: Vec<Block>,
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// Heading of a section, one line.
    Heading(String),
    /// A paragraph of plain text.
    Text(String),
    /// A table.
    Table(Table),
    /// Something the reader should know first.
    Finding(Finding),
    /// A chart.
    Chart(Chart),
}

/// A table, column by column.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Table {
    /// Caption, one line.
    pub caption: String,
    /// Columns, all of one length.
    pub columns: Vec<TableColumn>,
}

impl Table {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.iter().map(|column| column.values.len()).min().unwrap_or(0)
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableColumn {
    /// Heading, one line.
    pub heading: String,
    /// Unit of numbers: `ns`, `s`, `/s`, `bytes`, `bytes/s`, `%`, `1` (a count or a ratio), empty, or any other.
    pub unit: String,
    /// Values.
    pub values: Cells,
}

/// Values of a column.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cells {
    /// Text.
    Text(Vec<String>),
    /// Numbers; NaN is an empty cell, infinite is unbounded. In JSON they are null and `"unbounded"`.
    #[serde(serialize_with = "numbers")]
    Numbers(Vec<f64>),
}

/// JSON has neither NaN nor infinity, and both mean something here.
fn numbers<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Number {
        Finite(f64),
        Unknown(()),
        Unbounded(&'static str),
    }
    serializer.collect_seq(values.iter().map(|value| match value {
        value if value.is_finite() => Number::Finite(*value),
        value if value.is_nan() => Number::Unknown(()),
        _ => Number::Unbounded("unbounded"),
    }))
}

impl Cells {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Numbers(values) => values.len(),
        }
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// A sentence.
    pub message: String,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Take care when you use these figures.
    Caution,
    /// Do not use these figures.
    Invalid,
    /// What the user asked not to happen did: the command ends with an exit code of its own.
    Regression,
}

impl Report {
    /// Its findings, in reading order.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Finding(finding) => Some(finding),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_tells_what_is_not_known_from_what_has_no_bound() {
        let cells = Cells::Numbers(vec![1.5, f64::NAN, f64::INFINITY]);
        let json = serde_json::to_value(&cells).expect("plain data");
        assert_eq!(json, serde_json::json!({ "numbers": [1.5, null, "unbounded"] }));
    }
}
