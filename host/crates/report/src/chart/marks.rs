//! Lines across a chart, with flags above it and labels beside it that stay clear of each other and of the data.

use model::report::Mark;
use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Canvas, Lettering, Rect};
use super::lettering::{clean, fit_all, width, wrap};
use super::palette::Tone;
use super::panel::Panel;
use super::pen::Tag;

/// More are not drawn.
const MOST: usize = 60;

/// Height of letters and of a line.
const SIZE: f64 = 14.0;
const LINE: f64 = 18.0;

/// Widest label beside, and flag above.
const WIDEST: f64 = 175.0;
const WIDEST_FLAGS: [f64; 4] = [320.0, 160.0, 100.0, 60.0];

/// Most rows of flags: what does not fit on them is told on hover.
const MOST_ROWS: usize = 4;

/// Dash of the lines.
const DASH: &str = "6 4";

/// A vertical mark: its place, its label and the row, counted upward, that its flag stands on.
struct Flag {
    at: f64,
    /// Its label, whole, and as its flag has it.
    told: String,
    label: String,
    left: f64,
    right: f64,
    row: Option<usize>,
}

impl Flag {
    /// Lays it to the left of its mark.
    fn turn_left(&mut self) {
        (self.left, self.right) = (self.at - (self.right - self.left), self.at);
    }
}

/// Pixels that the labels of level marks take at the right.
pub(super) fn width_beside(marks: &[Mark]) -> f64 {
    let level = marks.iter().take(MOST).filter(|mark| !mark.is_vertical && mark.at.is_finite());
    let widths = level.flat_map(|mark| wrap(&clean(&mark.label), SIZE, WIDEST, 3)).map(|line| width(&line, SIZE));
    widths.fold(0.0, |widest: f64, width| widest.max(width + 10.0))
}

/// Pixels that flags take above the topmost panel.
pub(super) fn height_above(marks: &[Mark], panel: &Panel) -> f64 {
    let rows = flags(marks, panel).iter().filter_map(|flag| flag.row).max().map_or(0, |row| row + 1);
    rows as f64 * LINE
}

/// Places of the lines: text of others stays away from them.
pub(super) fn places(marks: &[Mark], panels: &[Panel]) -> Vec<Rect> {
    let around = |left: f64, top: f64, right: f64, bottom: f64| Rect {
        left: left - 2.0,
        top: top - 2.0,
        right: right + 2.0,
        bottom: bottom + 2.0,
    };
    let of_panel = |(number, panel): (usize, &Panel)| -> Vec<Rect> {
        let rect = panel.rect;
        let place = |mark: &Mark| {
            if mark.is_vertical {
                let x = panel.x(mark.at);
                panel.shows_x(mark.at).then(|| around(x, panel.top(), x, rect.bottom))
            } else {
                let y = panel.y(mark.at);
                (mark.panel == number).then(|| around(rect.left, y, rect.right, y))
            }
        };
        marks.iter().take(MOST).filter_map(place).collect()
    };
    panels.iter().enumerate().flat_map(of_panel).collect()
}

/// Draws all of them.
pub(super) fn draw(canvas: &Canvas, marks: &[Mark], panels: &[Panel]) {
    let Some(first) = panels.first() else { return };
    let flags = flags(marks, first);
    for flag in &flags {
        let row = flag.row.map_or(0.0, |row| row as f64 + 1.0);
        let top = first.top() - row * LINE;
        stroke(canvas, &[(flag.at, top), (flag.at, first.rect.bottom)], &flag.told);
        for panel in &panels[1..] {
            stroke(canvas, &[(flag.at, panel.top()), (flag.at, panel.rect.bottom)], &flag.told);
        }
    }
    // After all lines, with a rim of paper.
    for flag in &flags {
        let Some(row) = flag.row else { continue };
        let y = first.top() - (row as f64 + 0.5) * LINE;
        let lettering = Lettering::centred(SIZE).at(HPos::Left, VPos::Center);
        canvas.tag(Tag { has_rim: true, ..Tag::default() }).text((flag.left + 5.0, y), &flag.label, lettering);
    }
    for (number, panel) in panels.iter().enumerate() {
        let is_here = |mark: &&Mark| !mark.is_vertical && mark.panel.min(panels.len() - 1) == number;
        beside(canvas, marks.iter().take(MOST).filter(is_here), panel);
    }
}

/// Places flags, cut as far as all need it to find a row.
fn flags(marks: &[Mark], panel: &Panel) -> Vec<Flag> {
    let mut flags = Vec::new();
    for widest in WIDEST_FLAGS {
        flags = flags_cut(marks, panel, widest);
        if flags.iter().all(|flag| flag.row.is_some() || flag.label.is_empty()) {
            break;
        }
    }
    flags
}

/// Places flags so that no line crosses one: each stands higher than all marks that it reaches over. They lie to the right
/// of their marks, and are placed from right to left; where the page ends, and where one would be crossed else, they lie to
/// the left, and are placed first, from left to right.
fn flags_cut(marks: &[Mark], panel: &Panel, widest: f64) -> Vec<Flag> {
    let is_shown = |mark: &&Mark| mark.is_vertical && panel.shows_x(mark.at);
    let shown: Vec<(f64, String)> =
        marks.iter().filter(is_shown).take(MOST).map(|mark| (panel.x(mark.at), clean(&mark.label))).collect();
    let labels = fit_all(&shown.iter().map(|(_, told)| told.clone()).collect::<Vec<_>>(), SIZE, widest);
    let flag = |((at, told), label)| Flag { at, told, label, left: at, right: at, row: None };
    let mut flags: Vec<Flag> = shown.into_iter().zip(labels).map(flag).collect();
    flags.sort_by(|a, b| b.at.total_cmp(&a.at));
    // Where the rest of the page ends.
    let edge = panel.rect.right + 20.0;
    let length = |flag: &Flag| width(&flag.label, SIZE) + 12.0;
    for flag in &mut flags {
        flag.right = flag.at + length(flag);
        if flag.right > edge {
            flag.turn_left();
        }
    }
    // Whoever stands below a flag that lies to the left must end below it.
    let is_under = |flag: &Flag, other: &Flag| other.left < other.at && other.left < flag.at && flag.at < other.at;
    while let Some(number) = (0..flags.len()).find(|number| {
        let flag = &flags[*number];
        flag.left == flag.at && flag.right > flag.at && flags.iter().any(|other| is_under(flag, other))
    }) {
        flags[number].turn_left();
    }
    let (is_left, is_right) = (|flag: &Flag| flag.left < flag.at, |flag: &Flag| flag.left == flag.at);
    let leftward: Vec<usize> = (0..flags.len()).rev().filter(|number| is_left(&flags[*number])).collect();
    let rightward: Vec<usize> = (0..flags.len()).filter(|number| is_right(&flags[*number])).collect();
    let mut placed: Vec<usize> = Vec::new();
    for number in leftward.into_iter().chain(rightward) {
        let flag = &flags[number];
        if flag.label.is_empty() {
            continue;
        }
        let is_over = |other: &&Flag| other.left < flag.right && flag.left < other.right.max(other.at + 1.0);
        let over = placed.iter().map(|number| &flags[*number]).filter(is_over).filter_map(|other| other.row).max();
        flags[number].row = Some(over.map_or(0, |row| row + 1)).filter(|row| *row < MOST_ROWS);
        placed.push(number);
    }
    flags
}

/// Draws level marks of a panel, and their labels at its right, from top to bottom.
fn beside<'m>(canvas: &Canvas, marks: impl Iterator<Item = &'m Mark>, panel: &Panel) {
    let mut labels: Vec<(f64, Vec<String>)> = Vec::new();
    for mark in marks.filter(|mark| mark.at.is_finite() && panel.ruler_y().can_show(mark.at)) {
        let label = clean(&mark.label);
        let share = panel.ruler_y().share(mark.at);
        let y = panel.y(mark.at);
        let label = match share {
            _ if share > 1.0 => format!("↑ {label}"),
            _ if share < 0.0 => format!("↓ {label}"),
            _ => {
                stroke(canvas, &[(panel.rect.left, y), (panel.rect.right, y)], &label);
                label
            }
        };
        labels.push((y, wrap(&label, SIZE, WIDEST, 3)));
    }
    labels.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut free = panel.rect.top - LINE / 2.0;
    for (y, lines) in labels {
        let top = (y - lines.len() as f64 * LINE / 2.0).max(free);
        free = top + lines.len() as f64 * LINE;
        if free > panel.rect.bottom + LINE {
            break;
        }
        for (number, line) in lines.iter().enumerate() {
            let lettering = Lettering::centred(SIZE).at(HPos::Left, VPos::Center);
            canvas.text((panel.rect.right + 8.0, top + (number as f64 + 0.5) * LINE), line, lettering);
        }
    }
}

/// A dashed line, on a lighter one so that it is seen on any colour, and a broad place for the pointer.
fn stroke(canvas: &Canvas, points: &[(f64, f64); 2], label: &str) {
    canvas.line(points, Tone::Paper, 3.0);
    canvas.tag(Tag { dash: DASH, ..Tag::default() });
    canvas.line(points, Tone::Ink, 1.4);
    let [(left, top), (right, bottom)] = *points;
    canvas.tag(Tag { class: "mark", tip: label.to_owned(), ..Tag::default() });
    canvas.block(Rect { left: left - 3.0, top: top - 3.0, right: right + 3.0, bottom: bottom + 3.0 }, Tone::Ink, 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::ruler::Ruler;

    #[test]
    fn no_flag_stands_on_another_nor_on_a_line_of_one_further_right() {
        let rect = Rect { left: 60.0, top: 150.0, right: 1_150.0, bottom: 600.0 };
        let panel = Panel::new(rect, Ruler::even(0.0, 100.0), Ruler::even(0.0, 1.0));
        let at = [5.0, 6.0, 7.0, 30.0, 31.0, 60.0, 90.0, 95.0, 99.0];
        let mark = |at: &f64| Mark { is_vertical: true, panel: 0, at: *at, label: format!("event number {at}") };
        let found = flags(&at.iter().map(mark).collect::<Vec<_>>(), &panel);
        for (number, flag) in found.iter().enumerate() {
            let row = flag.row.unwrap();
            for other in found[..number].iter().chain(&found[number + 1..]) {
                let is_crossed = flag.left < other.at && other.at < flag.right && other.row.unwrap() >= row;
                let is_on = other.row == flag.row && flag.left < other.right && other.left < flag.right;
                assert!(!is_crossed && !is_on, "{} and {}", flag.label, other.label);
            }
            assert!(flag.right <= 1_190.0);
        }
    }
}
