//! A report as a section of a page.

use std::borrow::Cow;

use maud::{Markup, html as markup};
use model::report::{Block, Report};

use super::line::{Line, Lines};
use super::{Draw, Ids, class, figure, sign, table};

/// What a report is called: its title, or its number (from 0) where it has none.
pub(super) fn title(report: &Report, number: usize) -> Cow<'_, str> {
    match report.title.trim() {
        "" => format!("Report {}", number + 1).into(),
        title => title.into(),
    }
}

/// A report. Its findings stand in the banner; where there are several reports, they are repeated here, where they apply.
pub(super) fn section(
    report: &Report,
    number: usize,
    page_title: &str,
    has_several: bool,
    draw: Draw<'_>,
    ids: &mut Ids,
) -> Markup {
    let title = title(report, number);
    let id = format!("report-{}", number + 1);
    let is_said_before = !has_several && (title == page_title || report.title.trim().is_empty());
    markup! {
        section class="report" aria-labelledby=(id) {
            h2 id=(id) class=[is_said_before.then_some("unseen")] { (Line(&title)) }
            @for block in &report.blocks {
                @match block {
                    Block::Heading(heading) => h3 { (Line(heading)) },
                    Block::Text(text) => p class="prose" { (Lines(text.trim())) },
                    Block::Table(data) => (table::table(data, None, table::MOST_ROWS, ids)),
                    Block::Chart(chart) => (figure::figure(chart, draw, ids)),
                    Block::Finding(finding) => @if has_several {
                        p class={ "finding " (class(finding.severity)) } {
                            (sign(finding.severity)) span { (Line(&finding.message)) }
                        }
                    },
                }
            }
        }
    }
}
