//! The tables of a report as CSV (RFC 4180).

use ::csv::{QuoteStyle, Terminator, WriterBuilder};
use model::report::{Block, Cells, Report, Table, TableColumn};

use crate::{finding, plain};

/// Writes the findings of a report as a table (severity, message), gravest first, then its tables, and the charts as
/// theirs, as CSV: one after the other, each after a line with its caption and before an empty one. Numbers are in the
/// units that the headings name, unrounded; one that is not known is an empty cell, one without bound is `inf`.
///
/// Spreadsheets take a text that begins with `=`, `+`, `-`, `@` or a control character for a formula, and some run it. Such
/// a text gets a single quote (`'`) before it. Control characters are shown as escapes.
pub fn csv(report: &Report) -> String {
    let mut text = findings(report).map(|table| written(&table.caption, &table)).unwrap_or_default();
    for block in &report.blocks {
        match block {
            Block::Table(table) => text.push_str(&written(&table.caption, table)),
            Block::Chart(chart) => {
                let caption = if chart.title.trim().is_empty() { &chart.data.caption } else { &chart.title };
                text.push_str(&written(caption, &chart.data));
            }
            Block::Heading(_) | Block::Text(_) | Block::Finding(_) => {}
        }
    }
    text
}

/// The findings as a table. None when there are none.
fn findings(report: &Report) -> Option<Table> {
    let findings = finding::sorted(report.findings());
    let column = |heading: &str, texts: Vec<String>| TableColumn {
        heading: heading.to_owned(),
        unit: String::new(),
        values: Cells::Text(texts),
    };
    let severities = findings.iter().map(|finding| finding::word(finding.severity).to_owned()).collect();
    let messages = findings.iter().map(|finding| finding.message.clone()).collect();
    (!findings.is_empty()).then(|| Table {
        caption: "Findings".to_owned(),
        columns: vec![column("severity", severities), column("message", messages)],
    })
}

fn written(caption: &str, table: &Table) -> String {
    let mut writer = WriterBuilder::new()
        .flexible(true)
        .quote_style(QuoteStyle::Necessary)
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    let mut row = |cells: Vec<String>| writer.write_record(&cells).expect("memory takes all that is written");
    row(vec![harmless(caption)]);
    if !table.columns.is_empty() {
        row(table.columns.iter().map(heading).collect());
    }
    let rows = table.columns.iter().map(|column| column.values.len()).max().unwrap_or(0);
    for number in 0..rows {
        row(table.columns.iter().map(|column| cell(&column.values, number)).collect());
    }
    let bytes = writer.into_inner().expect("memory takes all that is written");
    String::from_utf8(bytes).expect("what was written is text") + "\r\n"
}

fn heading(column: &TableColumn) -> String {
    let unit = column.unit.as_str();
    let is_plain = matches!(column.values, Cells::Text(_)) || matches!(unit, "" | "1");
    harmless(&if is_plain { column.heading.clone() } else { format!("{} ({unit})", column.heading) })
}

fn cell(values: &Cells, row: usize) -> String {
    match values {
        Cells::Text(texts) => texts.get(row).map(|text| harmless(text)).unwrap_or_default(),
        Cells::Numbers(numbers) => match numbers.get(row) {
            Some(number) if !number.is_nan() => number.to_string(),
            _ => String::new(),
        },
    }
}

/// Text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let text = plain::line(text);
    if is_formula { format!("'{text}") } else { text.into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_stand_first_also_where_there_is_nothing_else() {
        use model::report::{Finding, Severity};
        let finding = |severity, message: &str| Block::Finding(Finding { severity, message: message.to_owned() });
        let blocks = vec![finding(Severity::Note, "Clock set."), finding(Severity::Invalid, "Too few, too late.")];
        assert_eq!(
            csv(&Report { title: String::new(), blocks }),
            "Findings\r\nseverity,message\r\nInvalid,\"Too few, too late.\"\r\nNote,Clock set.\r\n\r\n"
        );
    }

    #[test]
    fn texts_are_no_formulas_and_numbers_stay_numbers() {
        let column = |heading: &str, unit: &str, values| TableColumn {
            heading: heading.to_owned(),
            unit: unit.to_owned(),
            values,
        };
        let table = Table {
            caption: "Trials, \"all\"".to_owned(),
            columns: vec![
                column("name", "", Cells::Text(vec!["=cmd|' /C calc'!A0".to_owned(), "a,b\nc".to_owned()])),
                column("p99", "ns", Cells::Numbers(vec![-1_500_000.25, f64::INFINITY])),
                column("count", "1", Cells::Numbers(vec![f64::NAN])),
            ],
        };
        let report = Report { title: String::new(), blocks: vec![Block::Table(table)] };
        assert_eq!(
            csv(&report),
            "\"Trials, \"\"all\"\"\"\r\nname,p99 (ns),count\r\n'=cmd|' /C calc'!A0,-1500000.25,\r\n\"a,b c\",inf,\r\n\r\n"
        );
    }
}
