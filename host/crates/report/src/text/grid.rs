//! Tables on a terminal: columns aligned, as wide as needed, broken or set below one another where the terminal is narrow.

use model::report::{Cells, Table};

use super::ink::{Ink, cut, left, right, width};
use crate::column::{Column, NumberFormat};
use crate::plain;

/// Spaces between columns.
const GAP: usize = 2;
/// Text is not set narrower than this, nor are words of headings.
const LEAST_TEXT: usize = 12;
/// A heading is broken into no more lines than this.
const MOST_HEADING_LINES: usize = 4;
/// A text is broken into no more lines than this.
const MOST_TEXT_LINES: usize = 6;
/// A table of one row with more columns than this is turned on its side.
const MOST_IN_ONE_ROW: usize = 3;

/// A table as lines. At most `most_rows` rows are shown, and how many are not.
pub(super) fn table(table: &Table, most: usize, most_rows: usize, ink: Ink) -> Vec<String> {
    let mut lines = Vec::new();
    let caption = plain::line(&table.caption);
    if !caption.trim().is_empty() {
        lines.extend(textwrap::wrap(&caption, most).iter().map(|line| ink.strong(line)));
    }
    let columns: Vec<Column> = table.columns.iter().map(|column| Column::of(column, None)).collect();
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or(0);
    if rows == 0 {
        lines.push(ink.faint("(no rows)"));
    } else if rows == 1 && (columns.len() > MOST_IN_ONE_ROW || widths(&columns, 1, most).is_none()) {
        lines.extend(on_its_side(table, most, ink));
    } else {
        let shown = rows.min(most_rows);
        for (number, group) in groups(&columns, shown, most).into_iter().enumerate() {
            if number > 0 {
                lines.push(String::new());
            }
            lines.extend(block(&group, shown, most, ink));
        }
        if shown < rows {
            lines.push(ink.faint(&format!("… {} more rows", rows - shown)));
        }
    }
    lines
}

/// A row as lines, a column each: heading, value.
fn on_its_side(table: &Table, most: usize, ink: Ink) -> Vec<String> {
    let headings: Vec<_> = table.columns.iter().map(|column| plain::line(&column.heading)).collect();
    let heading_width = headings.iter().map(|heading| width(heading)).max().unwrap_or(0).min(most / 2);
    let mut lines = Vec::new();
    for (column, heading) in table.columns.iter().zip(&headings) {
        let value = match &column.values {
            Cells::Text(texts) => texts.first().map(|text| plain::line(text).into_owned()).unwrap_or_default(),
            Cells::Numbers(numbers) => {
                let value = numbers.first().map(|number| NumberFormat::of(&column.unit, numbers, None).alone(*number));
                value.filter(|value| !value.is_empty()).unwrap_or_else(|| "–".to_owned())
            }
        };
        let value_width = most.saturating_sub(heading_width + GAP).max(2);
        let mut values = textwrap::wrap(&value, value_width).into_iter();
        let first = values.next().unwrap_or_default();
        lines.push(format!("{}{}{first}", ink.faint(&left(heading, heading_width)), " ".repeat(GAP)));
        lines.extend(values.map(|value| format!("{}{value}", " ".repeat(heading_width + GAP))));
    }
    lines
}

/// The columns in groups that fit, each begun by the first column.
fn groups<'a>(columns: &'a [Column], rows: usize, most: usize) -> Vec<Vec<&'a Column>> {
    let all: Vec<&Column> = columns.iter().collect();
    if widths(columns, rows, most).is_some() || columns.len() < 2 {
        return vec![all];
    }
    let needed = |column: &Column| least_width(column, rows) + GAP;
    let mut groups: Vec<Vec<&'a Column>> = Vec::new();
    let mut used = usize::MAX;
    for column in &all[1..] {
        if used.saturating_add(needed(column)) > most {
            groups.push(vec![all[0]]);
            used = least_width(all[0], rows);
        }
        used += needed(column);
        groups.last_mut().expect("the first column begins a group").push(column);
    }
    groups
}

fn content_width(column: &Column, rows: usize) -> usize {
    column.cells.iter().take(rows).map(|cell| width(cell)).max().unwrap_or(0).max(1)
}

fn longest_word(heading: &str) -> usize {
    heading.split(' ').map(width).max().unwrap_or(0).min(LEAST_TEXT)
}

/// Numbers are never cut; text and headings are broken into lines, but not too narrow ones.
fn least_width(column: &Column, rows: usize) -> usize {
    let content = content_width(column, rows);
    let content = if column.is_numbers { content } else { content.min(LEAST_TEXT) };
    content.max(longest_word(&column.heading))
}

/// Widths of columns that fit together, as wide as they need where there is room: headings are broken first, then the
/// longest texts. None when they cannot fit.
fn widths<'a>(columns: impl IntoIterator<Item = &'a Column>, rows: usize, most: usize) -> Option<Vec<usize>> {
    let columns: Vec<&Column> = columns.into_iter().collect();
    let mut widths: Vec<usize> =
        columns.iter().map(|column| content_width(column, rows).max(width(&column.heading))).collect();
    let room = most.saturating_sub(GAP * columns.len().saturating_sub(1));
    let whole: Vec<usize> =
        columns.iter().map(|column| content_width(column, rows).max(longest_word(&column.heading))).collect();
    let least: Vec<usize> = columns.iter().map(|column| least_width(column, rows)).collect();
    for least in [whole, least] {
        while widths.iter().sum::<usize>() > room {
            let widest = (0..widths.len()).filter(|at| widths[*at] > least[*at]).max_by_key(|at| widths[*at]);
            let Some(widest) = widest else { break };
            widths[widest] -= 1;
        }
    }
    (widths.iter().sum::<usize>() <= room).then_some(widths)
}

/// A group of columns as lines.
fn block(columns: &[&Column], rows: usize, most: usize, ink: Ink) -> Vec<String> {
    let widths = widths(columns.iter().copied(), rows, most).unwrap_or_else(|| {
        // Narrower than any number: then all is cut, and each cut is seen.
        let share = (most / columns.len().max(1)).saturating_sub(GAP).max(1);
        columns.iter().map(|column| least_width(column, rows).min(share)).collect()
    });
    let set = |column: &Column, text: &str, width: usize| {
        if column.is_numbers { right(text, width) } else { left(text, width) }
    };
    let headings: Vec<Vec<String>> = columns
        .iter()
        .zip(&widths)
        .map(|(column, width)| broken(&column.heading, *width, MOST_HEADING_LINES))
        .collect();
    let height = headings.iter().map(Vec::len).max().unwrap_or(0);
    let gap = " ".repeat(GAP);
    let mut lines = Vec::new();
    for row in 0..height {
        let cells = columns.iter().zip(&headings).zip(&widths).map(|((column, heading), width)| {
            let line = (row + heading.len()).checked_sub(height).map_or("", |row| heading[row].as_str());
            ink.strong(&set(column, line, *width))
        });
        lines.push(cells.collect::<Vec<_>>().join(&gap));
    }
    let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    lines.push(ink.faint(&rules.join(&gap)));
    for row in 0..rows {
        let cell = |column: &Column| column.cells.get(row).map_or("", String::as_str).to_owned();
        let cells: Vec<Vec<String>> = columns
            .iter()
            .zip(&widths)
            .map(|(column, width)| match (column.is_numbers, cell(column)) {
                (true, cell) if cell.is_empty() => vec!["–".to_owned()],
                (true, cell) => vec![cell],
                (false, cell) => broken(&cell, *width, MOST_TEXT_LINES),
            })
            .collect();
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
            let set = columns
                .iter()
                .zip(&cells)
                .zip(&widths)
                .map(|((column, cells), width)| set(column, cells.get(line).map_or("", String::as_str), *width));
            lines.push(set.collect::<Vec<_>>().join(&gap));
        }
    }
    lines
}

/// Text broken into lines of a width, at most so many; what is left out is shown by `…`.
fn broken(text: &str, most: usize, most_lines: usize) -> Vec<String> {
    let wrapped = textwrap::wrap(text, most);
    let mut lines: Vec<String> = wrapped.iter().take(most_lines).map(|line| cut(line, most)).collect();
    if wrapped.len() > most_lines {
        let last = lines.last_mut().expect("there are more lines than are shown");
        *last = cut(&format!("{last}{}", " ".repeat(most)), most);
    }
    lines
}
