//! The legend: entries in rows above the chart, never on it.

use plotters::style::text_anchor::{HPos, VPos};

use super::canvas::{Canvas, Lettering, Rect};
use super::lettering::{fit_all, width};
use super::palette::{Tone, dash, marker};
use super::pen::Tag;

/// Height of letters and of a row.
const SIZE: f64 = 17.0;
const ROW: f64 = 26.0;

/// Width of the sample before a name, and of the gaps behind both.
const SAMPLE: f64 = 26.0;
const SAMPLE_GAP: f64 = 7.0;
const GAP: f64 = 24.0;

/// Widths that names are cut to, until all entries fit on so many rows.
const WIDTHS: [f64; 5] = [420.0, 260.0, 180.0, 120.0, 72.0];
const MOST_ROWS: usize = 4;

/// What stands before a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    /// A block of colour.
    Block,
    /// A line with a marker.
    Line,
    /// A marker.
    Marker,
}

/// Entries where they will stand.
pub(super) struct Legend {
    entries: Vec<Entry>,
    rows: usize,
}

struct Entry {
    series: usize,
    name: String,
    left: f64,
    row: usize,
}

impl Legend {
    /// Places entries, by number and name of their series, on rows of a width.
    pub(super) fn lay(series: &[(usize, String)], room: f64) -> Self {
        let mut legend = Self { entries: Vec::new(), rows: 0 };
        for most in WIDTHS {
            legend = Self::lay_cut(series, room, most);
            if legend.rows <= MOST_ROWS {
                break;
            }
        }
        legend
    }

    fn lay_cut(series: &[(usize, String)], room: f64, most: f64) -> Self {
        let (mut left, mut row) = (0.0, 0);
        let mut entries = Vec::new();
        let names: Vec<String> = series.iter().map(|(_, name)| name.clone()).collect();
        for ((series, _), name) in series.iter().zip(fit_all(&names, SIZE, most)) {
            let entry = SAMPLE + SAMPLE_GAP + width(&name, SIZE);
            if left > 0.0 && left + entry > room {
                (left, row) = (0.0, row + 1);
            }
            entries.push(Entry { series: *series, name, left, row });
            left += entry + GAP;
        }
        let rows = if entries.is_empty() { 0 } else { row + 1 };
        Self { entries, rows }
    }

    /// Pixels that it takes.
    pub(super) fn height(&self) -> f64 {
        self.rows as f64 * ROW
    }

    /// Draws it.
    pub(super) fn draw(&self, canvas: &Canvas, left: f64, top: f64, sample: Sample) {
        for Entry { series, name, left: offset, row } in &self.entries {
            let tone = Tone::Series(*series);
            let (left, middle) = (left + offset, top + *row as f64 * ROW + ROW / 2.0);
            canvas.open("legend", Some(*series));
            let right = left + SAMPLE + SAMPLE_GAP + width(name, SIZE);
            canvas.block(Rect { left, top: middle - ROW / 2.0, right, bottom: middle + ROW / 2.0 }, tone, 0.0);
            match sample {
                Sample::Block => {
                    let block =
                        Rect { left: left + 6.0, top: middle - 8.0, right: left + SAMPLE, bottom: middle + 8.0 };
                    canvas.block(block, tone, 1.0);
                }
                Sample::Line => {
                    canvas.tag(Tag { dash: dash(*series), ..Tag::default() });
                    canvas.line(&[(left, middle), (left + SAMPLE, middle)], tone, 2.5);
                    canvas.marker((left + SAMPLE / 2.0, middle), 5.0, marker(*series), tone);
                }
                Sample::Marker => canvas.marker((left + SAMPLE / 2.0, middle), 6.0, marker(*series), tone),
            }
            let lettering = Lettering::centred(SIZE).at(HPos::Left, VPos::Center);
            canvas.text((left + SAMPLE + SAMPLE_GAP, middle), name, lettering);
            canvas.close();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_series_with_long_names_stay_within_the_width_and_a_few_rows() {
        let series: Vec<_> = (0..50).map(|number| (number, format!("a rather long name of series {number}"))).collect();
        let legend = Legend::lay(&series, 1_150.0);
        assert!(legend.rows <= 7, "{}", legend.rows);
        assert!(legend.entries.iter().all(|entry| entry.left + SAMPLE + width(&entry.name, SIZE) <= 1_150.0));
    }
}
