//! Draws one chart of every kind, and some that are hard to draw, with made-up figures of three clusters:
//! `cargo run --release -p report --example gallery -- DIRECTORY`.

mod bars;
mod distributions;
mod lines;

use std::error::Error;
use std::path::Path;

use model::report::{Axis, Cells, Chart, Mark, Scale, Series, Table, TableColumn};

const CLUSTERS: [&str; 3] = ["k3s", "k0s", "microk8s"];

/// Made-up chance, the same each time.
struct Chance(u64);

impl Chance {
    fn even(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.even()).sum::<f64>() - 6.0
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: gallery DIRECTORY")?;
    std::fs::create_dir_all(&directory)?;
    for chart in charts() {
        let path = Path::new(&directory).join(&chart.file_name);
        std::fs::write(path.with_extension("svg"), report::svg(&chart).ok_or("a kind is not known")?)?;
        std::fs::write(path.with_extension("png"), report::png(&chart)?.ok_or("a kind is not known")?)?;
    }
    Ok(())
}

fn charts() -> Vec<Chart> {
    vec![
        bars::capacity(),
        bars::processors(),
        bars::ram(),
        bars::outcomes(),
        bars::change(),
        lines::latency_curve(),
        lines::timeline(),
        lines::percentiles(),
        lines::long_run(),
        lines::samples(),
        distributions::response_times(),
        distributions::bins(),
        distributions::boxes(),
        distributions::violins(3),
        distributions::violins(9),
        distributions::matrix(),
        distributions::change_matrix(),
        lines::many(),
        lines::nothing(),
    ]
}

fn axis(label: &str, unit: &str, scale: Scale) -> Axis {
    Axis { label: label.into(), unit: unit.into(), scale }
}

fn numbers(heading: &str, values: Vec<f64>) -> TableColumn {
    TableColumn { heading: heading.into(), unit: String::new(), values: Cells::Numbers(values) }
}

fn text(heading: &str, values: Vec<String>) -> TableColumn {
    TableColumn { heading: heading.into(), unit: String::new(), values: Cells::Text(values) }
}

fn series(name: &str, values: usize) -> Series {
    Series { name: name.into(), panel: 0, values, band: None, notes: None, summary: Vec::new() }
}

fn mark(is_vertical: bool, at: f64, label: &str) -> Mark {
    Mark { is_vertical, panel: 0, at, label: label.into() }
}

fn chart(kind: &str, file_name: &str, title: &str, x: Axis, y: Axis, columns: Vec<TableColumn>) -> Chart {
    Chart {
        kind: kind.into(),
        file_name: file_name.into(),
        title: title.into(),
        x,
        panels: vec![y],
        data: Table { caption: title.into(), columns },
        series: Vec::new(),
        marks: Vec::new(),
    }
}

fn no_axis() -> Axis {
    axis("", "", Scale::Linear)
}
