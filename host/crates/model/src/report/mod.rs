//! What an analysis says: text, tables, findings and charts, in reading order. The same as the plugins' interface
//! `report`; how it is drawn is left to the library that draws.

mod chart;

use serde::{Deserialize, Serialize};

pub use chart::{Axis, Band, Chart, Mark, Scale, Series};

/// A report, in reading order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Title, one line.
    pub title: String,
    /// Its parts.
    pub blocks: Vec<Block>,
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableColumn {
    /// Heading, one line.
    pub heading: String,
    /// Unit of numbers: `ns`, `s`, `/s`, `bytes`, `bytes/s`, `%`, `1` (a count or a ratio), empty, or any other.
    pub unit: String,
    /// Values.
    pub values: Cells,
}

/// Values of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cells {
    /// Text.
    Text(Vec<String>),
    /// Numbers; NaN is an empty cell, infinite is unbounded.
    Numbers(Vec<f64>),
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// A sentence.
    pub message: String,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
