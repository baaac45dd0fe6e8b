//! Decides whether what an analysis returned is a report that can be drawn, and makes its texts fit to be shown.
//!
//! Texts lose their control characters, and secrets; what is wrong with numbers, lengths and references is told.

use model::report as ours;

use crate::bindings::report as wit;
use crate::text::{self, Secrets};

/// Most parts.
const BLOCKS: usize = 1_000;
/// Most columns of a table.
const COLUMNS: usize = 200;
/// Most rows of a table.
const ROWS: usize = 1_000_000;
/// Most series of a chart.
const SERIES: usize = 50;
/// Most panels of a chart.
const PANELS: usize = 20;
/// Most marks of a chart, and lines of a series' summary.
const MARKS: usize = 1_000;
/// Longest title, heading, caption, label, unit or name, bytes.
const LINE: usize = 1_000;
/// Bytes of a name in a message.
const NAMED: usize = 60;
/// Longest other text, bytes.
const TEXT: usize = 64 * 1024;

/// Checks a report against the contract. What is wrong reads on from "returned".
///
/// # Errors
/// What the contract forbids, for its author.
pub(crate) fn check(report: wit::Report, secrets: &Secrets) -> Result<ours::Report, String> {
    if report.blocks.len() > BLOCKS {
        return Err(format!("a report of {} parts; at most {BLOCKS} are allowed", report.blocks.len()));
    }
    let texts = Texts { secrets };
    let title = texts.line("a title", report.title)?;
    let blocks = report.blocks.into_iter().map(|block| texts.block(block)).collect::<Result<_, _>>()?;
    Ok(ours::Report { title, blocks })
}

struct Texts<'a> {
    secrets: &'a Secrets,
}

impl Texts<'_> {
    /// A text of one line.
    fn line(&self, what: &str, text: String) -> Result<String, String> {
        let text = self.bounded(what, text, LINE)?;
        Ok(self.secrets.redact(text::line(&text, usize::MAX)))
    }

    /// A text that may have several lines.
    fn text(&self, what: &str, text: String) -> Result<String, String> {
        let text = self.bounded(what, text, TEXT)?;
        Ok(self.secrets.redact(text::tidy(&text, usize::MAX)))
    }

    fn bounded(&self, what: &str, text: String, most: usize) -> Result<String, String> {
        if text.len() > most {
            return Err(format!("{what} of {} bytes; at most {most} are allowed", text.len()));
        }
        Ok(text)
    }

    fn block(&self, block: wit::Block) -> Result<ours::Block, String> {
        Ok(match block {
            wit::Block::Heading(heading) => ours::Block::Heading(self.line("a heading", heading)?),
            wit::Block::Text(text) => ours::Block::Text(self.text("a text", text)?),
            wit::Block::Table(table) => ours::Block::Table(self.table(table)?),
            wit::Block::Finding(finding) => ours::Block::Finding(ours::Finding {
                severity: match finding.severity {
                    wit::Severity::Note => ours::Severity::Note,
                    wit::Severity::Caution => ours::Severity::Caution,
                    wit::Severity::Invalid => ours::Severity::Invalid,
                    wit::Severity::Regression => ours::Severity::Regression,
                },
                message: self.text("a finding", finding.message)?,
            }),
            wit::Block::Chart(chart) => ours::Block::Chart(self.chart(chart)?),
        })
    }

    fn table(&self, table: wit::Table) -> Result<ours::Table, String> {
        let caption = self.line("a caption", table.caption)?;
        let table_name = named(&caption);
        if table.columns.len() > COLUMNS {
            let number = table.columns.len();
            return Err(format!("the table `{table_name}` with {number} columns; at most {COLUMNS} are allowed"));
        }
        let mut columns: Vec<ours::TableColumn> = Vec::with_capacity(table.columns.len());
        for column in table.columns {
            let heading = self.line("a heading of a column", column.heading)?;
            let values = self.cells(column.values)?;
            let wrong = |what: &str| {
                Err(format!(
                    "the table `{table_name}`, whose column `{}` has {} values; {what}",
                    named(&heading),
                    values.len()
                ))
            };
            if values.len() > ROWS {
                return wrong(&format!("at most {ROWS} are allowed"));
            }
            match columns.first().map(|first| first.values.len()) {
                Some(rows) if rows != values.len() => return wrong(&format!("its first column has {rows}")),
                _ => {}
            }
            columns.push(ours::TableColumn { heading, unit: self.line("a unit", column.unit)?, values });
        }
        Ok(ours::Table { caption, columns })
    }

    fn cells(&self, cells: wit::Cells) -> Result<ours::Cells, String> {
        Ok(match cells {
            wit::Cells::Text(cells) => {
                ours::Cells::Text(cells.into_iter().map(|cell| self.text("a cell", cell)).collect::<Result<_, _>>()?)
            }
            wit::Cells::Numbers(numbers) => ours::Cells::Numbers(numbers),
        })
    }

    fn chart(&self, chart: wit::Chart) -> Result<ours::Chart, String> {
        let title = self.line("a title of a chart", chart.title)?;
        let data = self.table(chart.data)?;
        let wrong = |what: String| format!("the chart `{}`, {what}", named(&title));
        for (what, number, most) in [
            ("panels", chart.panels.len(), PANELS),
            ("series", chart.series.len(), SERIES),
            ("marks", chart.marks.len(), MARKS),
        ] {
            if number > most {
                return Err(wrong(format!("which has {number} {what}; at most {most} are allowed")));
            }
        }
        if chart.panels.is_empty() || data.columns.is_empty() {
            let what = if chart.panels.is_empty() { "vertical axis" } else { "column" };
            return Err(wrong(format!("which has no {what}")));
        }
        let panels = chart.panels.len();
        let in_panel = |panel: u32, whose: &str| {
            let panel = panel as usize;
            if panel < panels {
                Ok(panel)
            } else {
                Err(wrong(format!("whose {whose} is in panel {panel}; it has {panels}")))
            }
        };
        let series = chart.series.into_iter().map(|series| {
            let panel = in_panel(series.panel, "series")?;
            self.series(series, panel, &data).map_err(&wrong)
        });
        let series = series.collect::<Result<_, _>>()?;
        let marks = chart.marks.into_iter().map(|mark| {
            // One that stands crosses all panels.
            let panel = if mark.is_vertical { 0 } else { in_panel(mark.panel, "mark")? };
            let label = self.line("a label of a mark", mark.label)?;
            Ok(ours::Mark { is_vertical: mark.is_vertical, panel, at: mark.at, label })
        });
        let marks = marks.collect::<Result<_, String>>()?;
        Ok(ours::Chart {
            kind: self.line("a kind of chart", chart.kind)?,
            file_name: file_name(&self.line("a name of a file", chart.file_name)?),
            x: self.axis(chart.x)?,
            panels: chart.panels.into_iter().map(|axis| self.axis(axis)).collect::<Result<_, _>>()?,
            title,
            data,
            series,
            marks,
        })
    }

    fn axis(&self, axis: wit::Axis) -> Result<ours::Axis, String> {
        Ok(ours::Axis {
            label: self.line("a label of an axis", axis.label)?,
            unit: self.line("a unit", axis.unit)?,
            scale: match axis.scale {
                wit::Scale::Linear => ours::Scale::Linear,
                wit::Scale::Logarithmic => ours::Scale::Logarithmic,
                wit::Scale::Quantile => ours::Scale::Quantile,
            },
        })
    }

    /// What is wrong reads on from the chart's name.
    fn series(&self, series: wit::Series, panel: usize, data: &ours::Table) -> Result<ours::Series, String> {
        let name = self.line("a name of a series", series.name)?;
        let column = |number: u32, is_text: bool| {
            let series = named(&name);
            match data.columns.get(number as usize) {
                None => {
                    let columns = data.columns.len();
                    Err(format!("whose series `{series}` names column {number}; there are {columns}, numbered from 0"))
                }
                Some(found) if matches!(found.values, ours::Cells::Text(_)) != is_text => {
                    let wanted = if is_text { "text" } else { "numbers" };
                    Err(format!("whose series `{series}` names column {number}, which holds no {wanted}"))
                }
                Some(_) => Ok(number as usize),
            }
        };
        if series.summary.len() > MARKS {
            return Err(format!("whose series `{}` has {} lines of text", named(&name), series.summary.len()));
        }
        let band = |band: wit::Band| {
            Ok::<_, String>(ours::Band { low: column(band.low, false)?, high: column(band.high, false)? })
        };
        let (values, band) = (column(series.values, false)?, series.band.map(band).transpose()?);
        let notes = series.notes.map(|notes| column(notes, true)).transpose()?;
        let summary = series.summary.into_iter().map(|line| self.line("a line of a summary", line));
        let summary = summary.collect::<Result<_, _>>()?;
        Ok(ours::Series { panel, values, band, notes, summary, name })
    }
}

/// A text that was made fit, as it stands in a message.
fn named(text: &str) -> String {
    text::line(text, NAMED)
}

/// A name that is one part of a path; made rather than refused, because it is often made from what users call things.
fn file_name(name: &str) -> String {
    let name: String = name.chars().map(|c| if matches!(c, '/' | '\\' | ':') { '-' } else { c }).collect();
    name.trim_start_matches('.').trim().to_owned()
}
