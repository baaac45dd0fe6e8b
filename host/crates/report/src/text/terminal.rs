//! A report on a terminal: findings first, then all parts in order.

use model::report::{Block, Finding, Report};
use textwrap::Options;

use super::ink::{Ink, cut, width};
use super::{grid, sketch};
use crate::{finding, plain};

/// Narrower terminals are written to as if they had so many columns.
const LEAST_WIDTH: usize = 20;
/// Lines of prose are not longer than this, however wide the terminal.
const MOST_PROSE: usize = 100;
/// Rows of a table that are shown.
const MOST_ROWS: usize = 200;

/// How a terminal shows text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// Columns.
    pub width: usize,
    /// Colours may be used.
    pub has_colours: bool,
}

/// Writes a report for a terminal: findings, tables, small charts. Control characters in its text are shown, not sent. Of
/// a table of more than 200 rows the first are shown.
pub fn terminal(report: &Report, terminal: Terminal) -> String {
    let width = terminal.width.max(LEAST_WIDTH);
    let ink = Ink { has_colours: terminal.has_colours };
    let mut parts = Vec::new();
    if !report.title.trim().is_empty() {
        parts.push(headed(&report.title, '═', width, ink));
    }
    let findings = finding::sorted(report.findings());
    if !findings.is_empty() {
        parts.push(findings.into_iter().flat_map(|finding| written(finding, width, ink)).collect());
    }
    for block in &report.blocks {
        match block {
            Block::Heading(heading) => parts.push(headed(heading, '─', width, ink)),
            Block::Text(text) => parts.push(wrapped(text, width.min(MOST_PROSE))),
            Block::Table(table) => parts.push(grid::table(table, width, MOST_ROWS, ink)),
            Block::Chart(chart) => parts.push(sketch::chart(chart, width, ink)),
            Block::Finding(_) => {}
        }
    }
    let mut text = String::new();
    for (number, part) in parts.iter().filter(|part| !part.is_empty()).enumerate() {
        if number > 0 {
            text.push('\n');
        }
        for line in part {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text
}

fn headed(heading: &str, rule: char, most: usize, ink: Ink) -> Vec<String> {
    let mut lines = wrapped(&plain::line(heading), most);
    let length = lines.iter().map(|line| width(line)).max().unwrap_or(0);
    for line in &mut lines {
        *line = ink.strong(line);
    }
    if length > 0 {
        lines.push(ink.faint(&rule.to_string().repeat(length)));
    }
    lines
}

fn written(finding: &Finding, width: usize, ink: Ink) -> Vec<String> {
    let word = finding::word(finding.severity);
    let label = format!("{word}: ");
    let message = plain::line(&finding.message);
    let options = Options::new(width.min(MOST_PROSE)).initial_indent(&label).subsequent_indent("  ");
    let mut lines: Vec<String> =
        textwrap::wrap(message.trim(), options).into_iter().map(|line| line.into_owned()).collect();
    if lines.is_empty() {
        lines.push(label.clone());
    }
    lines[0] = lines[0].replacen(word, &ink.severity(word, finding.severity), 1);
    lines
}

/// Lines of plain text, none longer than the width.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let text = plain::lines(text);
    let lines = textwrap::wrap(text.trim_end(), width);
    // A wide character may be wider than what is left for it.
    lines.into_iter().map(|line| cut(&line, width.max(2))).collect()
}
