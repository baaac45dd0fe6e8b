//! Reports as text.

use model::report::Report;

/// How a terminal shows text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Columns.
    pub width: usize,
    /// Colours may be used.
    pub has_colours: bool,
}

/// Writes a report for a terminal: findings, tables, small charts. Control characters in its text are shown, not sent.
pub fn terminal(report: &Report, terminal: Terminal) -> String {
    let _ = (report, terminal);
    String::new()
}

/// Writes a report as Markdown. A chart is its table.
pub fn markdown(report: &Report) -> String {
    let _ = report;
    String::new()
}

/// Writes the tables of a report, and the charts as theirs, as CSV: one after the other, each after a line with its caption
/// and before an empty one. Numbers are in the units that the headings name, unrounded.
pub fn csv(report: &Report) -> String {
    let _ = report;
    String::new()
}
