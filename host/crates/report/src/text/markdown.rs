//! A report as Markdown in the flavour of GitHub.

use model::report::{Block, Chart, Finding, Report, Severity, Table};

use crate::column::Column;
use crate::{finding, plain};

/// Narrow space between groups of three digits.
const THOUSANDS: char = '\u{202f}';

/// Writes a report as Markdown. A chart is its table.
pub fn markdown(report: &Report) -> String {
    let mut parts = Vec::new();
    if !report.title.trim().is_empty() {
        parts.push(format!("# {}", escaped(&report.title)));
    }
    parts.extend(finding::sorted(report.findings()).into_iter().map(written));
    for block in &report.blocks {
        match block {
            Block::Heading(heading) => parts.push(format!("## {}", escaped(heading))),
            Block::Text(text) => parts.push(prose(text)),
            Block::Table(table) => parts.push(tabled(&table.caption, table)),
            Block::Chart(chart) => parts.push(charted(chart)),
            Block::Finding(_) => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() { String::new() } else { parts.join("\n\n") + "\n" }
}

fn written(finding: &Finding) -> String {
    let alert = match finding.severity {
        Severity::Invalid | Severity::Regression => "CAUTION",
        Severity::Caution => "WARNING",
        Severity::Note => "NOTE",
    };
    format!("> [!{alert}]\n> **{}:** {}", finding::word(finding.severity), escaped(&finding.message))
}

/// Paragraphs; a backslash keeps a line break within one.
fn prose(text: &str) -> String {
    let text = plain::lines(text);
    let lines: Vec<String> = text.trim().lines().map(escaped).collect();
    let paragraphs = lines.split(String::is_empty).filter(|lines| !lines.is_empty());
    paragraphs.map(|lines| lines.join("\\\n")).collect::<Vec<_>>().join("\n\n")
}

fn charted(chart: &Chart) -> String {
    tabled(if chart.title.trim().is_empty() { &chart.data.caption } else { &chart.title }, &chart.data)
}

fn tabled(caption: &str, table: &Table) -> String {
    let columns: Vec<Column> = table.columns.iter().map(|column| Column::of(column, Some(THOUSANDS))).collect();
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let caption = escaped(caption);
    let mut lines = Vec::new();
    if !caption.is_empty() {
        lines.push(format!("**{caption}**"));
        lines.push(String::new());
    }
    if columns.is_empty() {
        return lines.join("\n").trim_end().to_owned();
    }
    let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    lines.push(row(columns.iter().map(|column| escaped(&column.heading)).collect()));
    lines.push(row(columns.iter().map(|column| if column.is_numbers { "---:" } else { ":---" }.to_owned()).collect()));
    for number in 0..rows {
        let cell = |column: &Column| escaped(column.cells.get(number).map_or("", String::as_str));
        lines.push(row(columns.iter().map(cell).collect()));
    }
    lines.join("\n")
}

/// One line of text that stands for itself: no markup, no HTML, no mention, no link.
fn escaped(text: &str) -> String {
    let text = plain::line(text);
    let text = text.trim();
    let mut shown = String::with_capacity(text.len() + 8);
    for (place, one) in text.char_indices() {
        match one {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '!' | '$' => {
                shown.push('\\');
                shown.push(one);
            }
            '&' => shown.push_str("&amp;"),
            // An entity, since a backslash does not stop a mention or a link that is made of plain text.
            '@' => shown.push_str("&#64;"),
            ':' if text[place..].starts_with("://") => shown.push_str("&#58;"),
            // At the start these would begin a list, a rule or the underline of a heading.
            '-' | '+' | '=' if place == 0 => {
                shown.push('\\');
                shown.push(one);
            }
            '.' | ')' if place > 0 && text[..place].bytes().all(|byte| byte.is_ascii_digit()) => {
                // `1.` begins a list, `1.5` does not.
                if text[place + 1..].starts_with(' ') || text.len() == place + 1 {
                    shown.push('\\');
                }
                shown.push(one);
            }
            one => shown.push(one),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_stands_for_itself() {
        assert_eq!(escaped("a|b *c* <script>"), "a\\|b \\*c\\* \\<script\\>");
        assert_eq!(escaped("- no list"), "\\- no list");
        assert_eq!(escaped("1. no list"), "1\\. no list");
        assert_eq!(escaped("1.5 ms"), "1.5 ms");
        assert_eq!(escaped("@someone see http://a.example"), "&#64;someone see http&#58;//a.example");
        assert_eq!(escaped("two\nlines\u{1b}"), "two lines\\\\u{1b}");
    }
}
