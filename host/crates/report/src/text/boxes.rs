//! Boxes on one line each: from the least to the greatest, the middle half as a box, the median in it.

use model::report::{Cells, Chart, Scale, Table, TableColumn};

use super::grid;
use super::ink::{Ink, left, width};
use super::plot::Placing;
use super::sketch::{axis_label, numbers, of_panel};
use crate::column::NumberFormat;
use crate::plain;

/// Probabilities that are drawn, and their names.
const PROBABILITIES: [(f64, &str); 5] = [(0.0, "least"), (0.25, "p25"), (0.5, "p50"), (0.75, "p75"), (1.0, "most")];
/// Columns that the boxes' axis has at least, and at most.
const LENGTHS: (usize, usize) = (16, 80);

/// A chart of boxes, and a table of what they show; None when it cannot be drawn.
pub(super) fn boxes(chart: &Chart, most: usize, ink: Ink) -> Option<Vec<String>> {
    let probabilities = numbers(chart, 0).filter(|found| !found.is_empty())?;
    let mut lines = Vec::new();
    for (panel_number, panel) in chart.panels.iter().enumerate() {
        let series = of_panel(chart, panel_number);
        let mut figures = Vec::new();
        for (_, series) in &series {
            let quantiles = numbers(chart, series.values)?;
            figures.push(PROBABILITIES.map(|(probability, _)| quantile(probabilities, quantiles, probability)));
        }
        let all: Vec<f64> = figures.iter().flatten().copied().collect();
        let placing = Placing::of(panel.scale, &all, false)?;
        let names: Vec<_> = series.iter().map(|(_, series)| plain::line(&series.name).into_owned()).collect();
        let name_width = names.iter().map(|name| width(name)).max().unwrap_or(0).min(most / 4);
        let length = most.checked_sub(name_width + 1)?.min(LENGTHS.1);
        if length < LENGTHS.0 {
            return None;
        }
        let format = NumberFormat::of(&panel.unit, &[placing.low(), placing.high()], None);
        let scale = if panel.scale == Scale::Logarithmic { ", logarithmic" } else { "" };
        lines.push(ink.faint(&format!("{}{scale}", axis_label(&panel.label, None))));
        for ((name, figures), (number, _)) in names.iter().zip(&figures).zip(&series) {
            lines.push(format!(
                "{} {}",
                left(name, name_width),
                ink.series(&drawn(figures, &placing, length), *number)
            ));
        }
        let (low, high) = (format.alone(placing.low()), format.alone(placing.high()));
        let between = " ".repeat(length.saturating_sub(width(&low) + width(&high)));
        lines.push(ink.faint(&format!("{}{low}{between}{high}", " ".repeat(name_width + 1))));
        lines.push(String::new());
        lines.extend(grid::table(&table(&names, &figures, &panel.unit), most, usize::MAX, ink));
    }
    (!lines.is_empty()).then_some(lines)
}

fn table(names: &[String], figures: &[[f64; 5]], unit: &str) -> Table {
    let mut columns =
        vec![TableColumn { heading: String::new(), unit: String::new(), values: Cells::Text(names.to_vec()) }];
    for (place, (_, heading)) in PROBABILITIES.iter().enumerate() {
        let values = Cells::Numbers(figures.iter().map(|figures| figures[place]).collect());
        columns.push(TableColumn { heading: (*heading).to_owned(), unit: unit.to_owned(), values });
    }
    Table { caption: String::new(), columns }
}

/// The quantile of the probability nearest to the one asked for; NaN when there is none.
fn quantile(probabilities: &[f64], quantiles: &[f64], wanted: f64) -> f64 {
    let nearest = probabilities
        .iter()
        .zip(quantiles)
        .filter(|(probability, _)| !probability.is_nan())
        .min_by(|(one, _), (other, _)| (*one - wanted).abs().total_cmp(&(*other - wanted).abs()));
    nearest.map_or(f64::NAN, |(_, quantile)| *quantile)
}

fn drawn(figures: &[f64; 5], placing: &Placing, length: usize) -> String {
    let place = |value: f64| {
        let share = if value == f64::INFINITY { Some(1.0) } else { placing.share(value) };
        share.map(|share| (share * (length - 1) as f64).round() as usize)
    };
    let places: Vec<Option<usize>> = figures.iter().map(|figure| place(*figure)).collect();
    let mut line = vec![' '; length];
    let mut fill = |from: Option<usize>, to: Option<usize>, with: char| {
        if let (Some(from), Some(to)) = (from, to) {
            line[from.min(to)..=to.max(from)].fill(with);
        }
    };
    fill(places[0], places[4], '─');
    fill(places[1], places[3], '▒');
    fill(places[0], places[0], '├');
    fill(places[4], places[4], if figures[4] == f64::INFINITY { '▶' } else { '┤' });
    fill(places[2], places[2], '┃');
    line.into_iter().collect()
}
