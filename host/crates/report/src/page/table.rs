//! Tables of a page: they scroll in a box of their own, and long ones are folded up.

use maud::{Markup, html as markup};
use model::report::Table;

use super::Ids;
use super::line::Line;
use crate::column::{self, Column};
use crate::plain;

/// Rows of a table that the page holds.
pub(super) const MOST_ROWS: usize = 5_000;
/// Rows that are shown before the rest is folded up.
const MOST_UNFOLDED: usize = 200;
/// Cells of a column in which none has more letters are not broken: on paper, and on a screen, which scrolls.
const MOST_UNBROKEN: (usize, usize) = (14, 28);
/// Headings of numbers with more letters are broken into lines.
const MOST_UNBROKEN_HEADING: usize = 11;
/// Narrow space between groups of three digits.
const THOUSANDS: char = '\u{202f}';

/// A table. `name` is what it is called where it has no caption.
pub(super) fn table(table: &Table, name: Option<&str>, most_rows: usize, ids: &mut Ids) -> Markup {
    let columns: Vec<Column> = table.columns.iter().map(|column| Column::of(column, Some(THOUSANDS))).collect();
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    let (held, unfolded) = (rows.min(most_rows), rows.min(MOST_UNFOLDED).min(most_rows));
    let id = format!("table-{}", ids.next());
    let caption = plain::line(table.caption.trim());
    let label = name.filter(|_| caption.is_empty()).map(plain::line);
    markup! {
        figure class="table" {
            @if !caption.is_empty() { figcaption id=(id) { (caption) } }
            @if rows == 0 {
                p class="empty" { "No rows." }
            } @else {
                (rows_of(&columns, 0..unfolded, (!caption.is_empty()).then_some(&*id), label.as_deref()))
            }
            @if held > unfolded {
                details class="more" {
                    summary { "… " (grouped(held - unfolded)) " more rows" }
                    (rows_of(&columns, unfolded..held, None, Some("More rows")))
                }
            }
            @if rows > held {
                p class="left-out" {
                    "The first " (grouped(held)) " of " (grouped(rows)) " rows are shown. As CSV, all are written."
                }
            }
        }
    }
}

fn grouped(number: usize) -> String {
    column::grouped(&number.to_string(), Some(THOUSANDS))
}

/// How cells of a column are set: `n` numbers; `brief` and `short` texts, which are not broken, the latter on a screen
/// only; `long` texts, which are.
fn setting(column: &Column) -> &'static str {
    let longest = column.cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
    match longest {
        _ if column.is_numbers => "n",
        longest if longest <= MOST_UNBROKEN.0 => "brief",
        longest if longest <= MOST_UNBROKEN.1 => "short",
        _ => "long",
    }
}

fn rows_of(columns: &[Column], rows: std::ops::Range<usize>, caption: Option<&str>, label: Option<&str>) -> Markup {
    let columns: Vec<(&Column, &str)> = columns.iter().map(|column| (column, setting(column))).collect();
    let cell = |column: &'_ Column, row: usize| {
        match column.cells.get(row) {
            Some(cell) if cell.is_empty() && column.is_numbers => "–",
            Some(cell) => cell,
            None => "",
        }
        .to_owned()
    };
    markup! {
        div class="scroll" role="region" aria-labelledby=[caption] aria-label=[label] {
            table {
                thead {
                    tr { @for (column, setting) in &columns {
                        @let is_broken = column.heading.chars().count() > MOST_UNBROKEN_HEADING;
                        th scope="col" class={ (setting) @if is_broken { " broken" } } { (Line(&column.heading)) }
                    } }
                }
                tbody {
                    @for row in rows {
                        tr { @for (place, (column, setting)) in columns.iter().enumerate() {
                            @if place == 0 {
                                th scope="row" class=(setting) { (cell(column, row)) }
                            } @else {
                                td class=(setting) { (cell(column, row)) }
                            }
                        } }
                    }
                }
            }
        }
    }
}
