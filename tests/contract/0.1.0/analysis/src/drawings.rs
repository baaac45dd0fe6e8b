//! A chart of each kind, and one of a kind that there is not; between them they use all that a chart may have.

use crate::bindings::cluster_tester::plugin::report::{
    Axis, Band, Cells, Chart, Mark, Scale, Series, Table, TableColumn,
};

pub(crate) fn all() -> Vec<Chart> {
    let edges = || vec![1.0, 2.0, 3.0];
    let probabilities = || vec![0.0, 0.5, 1.0];
    vec![
        chart("bars", categories(), Scale::Linear),
        chart("stacked-bars", categories(), Scale::Linear),
        chart("lines", Cells::Numbers(edges()), Scale::Logarithmic),
        chart("scatter", Cells::Numbers(edges()), Scale::Linear),
        chart("histogram", Cells::Numbers(edges()), Scale::Linear),
        chart("box", Cells::Numbers(probabilities()), Scale::Linear),
        chart("violin", Cells::Numbers(probabilities()), Scale::Linear),
        chart("heat-map", Cells::Numbers(edges()), Scale::Linear),
        chart("lines", Cells::Numbers(vec![0.5, 0.9, 0.99]), Scale::Quantile),
        chart("sundial", categories(), Scale::Linear),
    ]
}

fn categories() -> Cells {
    Cells::Text(["a", "b", "c"].map(str::to_owned).to_vec())
}

fn chart(kind: &str, first: Cells, scale: Scale) -> Chart {
    let column =
        |heading: &str, unit: &str, values| TableColumn { heading: heading.to_owned(), unit: unit.to_owned(), values };
    let axis = |label: &str, scale| Axis { label: label.to_owned(), unit: "ns".to_owned(), scale };
    let series = |name: &str, panel, is_whole: bool| Series {
        name: name.to_owned(),
        panel,
        values: 1,
        band: is_whole.then_some(Band { low: 2, high: 3 }),
        notes: is_whole.then_some(4),
        summary: if is_whole { vec!["median 20 ns".to_owned()] } else { Vec::new() },
    };
    let mark = |is_vertical, at| Mark { is_vertical, panel: 0, at, label: "here".to_owned() };
    let of_scale = match scale {
        Scale::Linear => "linear",
        Scale::Logarithmic => "logarithmic",
        Scale::Quantile => "quantile",
    };
    let is_numbers = matches!(first, Cells::Numbers(_));
    let numbers = |values: [f64; 3]| Cells::Numbers(values.to_vec());
    Chart {
        kind: kind.to_owned(),
        file_name: format!("kept-{kind}-{of_scale}"),
        title: format!("Kept {kind}"),
        x: axis("x", scale),
        panels: vec![axis("y", Scale::Linear), axis("y again", Scale::Logarithmic)],
        data: Table {
            caption: format!("Data of {kind}"),
            columns: vec![
                column("x", "1", first),
                column("values", "ns", numbers([10.0, 20.0, 30.0])),
                column("low", "ns", numbers([9.0, 19.0, 29.0])),
                column("high", "ns", numbers([11.0, 21.0, f64::INFINITY])),
                column("notes", "", categories()),
            ],
        },
        series: vec![series("whole", 0, true), series("bare", 1, false)],
        marks: if is_numbers { vec![mark(true, 2.0), mark(false, 15.0)] } else { vec![mark(false, 15.0)] },
    }
}
