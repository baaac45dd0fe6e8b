//! Reports for tests: such as analyses give, and such as they should not.

pub(crate) mod any;

use std::fmt::Write as _;

use model::report::{
    Axis, Band, Block, Cells, Chart, Finding, Mark, Report, Scale, Series, Severity, Table, TableColumn,
};

/// A column of text.
pub(crate) fn text(heading: &str, values: &[&str]) -> TableColumn {
    let values = Cells::Text(values.iter().map(|value| (*value).to_owned()).collect());
    TableColumn { heading: heading.to_owned(), unit: String::new(), values }
}

/// A column of numbers.
pub(crate) fn numbers(heading: &str, unit: &str, values: &[f64]) -> TableColumn {
    TableColumn { heading: heading.to_owned(), unit: unit.to_owned(), values: Cells::Numbers(values.to_vec()) }
}

/// A table.
pub(crate) fn table(caption: &str, columns: Vec<TableColumn>) -> Table {
    Table { caption: caption.to_owned(), columns }
}

/// An axis.
pub(crate) fn axis(label: &str, unit: &str, scale: Scale) -> Axis {
    Axis { label: label.to_owned(), unit: unit.to_owned(), scale }
}

/// A chart of one panel, with a series for each column but the first.
pub(crate) fn chart(kind: &str, title: &str, x: Axis, y: Axis, columns: Vec<TableColumn>) -> Chart {
    let series = columns.iter().enumerate().skip(1).map(|(values, column)| Series {
        name: column.heading.clone(),
        panel: 0,
        values,
        band: None,
        notes: None,
        summary: Vec::new(),
    });
    Chart {
        kind: kind.to_owned(),
        file_name: String::new(),
        title: title.to_owned(),
        x,
        panels: vec![y],
        series: series.collect(),
        data: table(title, columns),
        marks: Vec::new(),
    }
}

fn finding(severity: Severity, message: &str) -> Block {
    Block::Finding(Finding { severity, message: message.to_owned() })
}

/// Response times over the rate, with a limit.
pub(crate) fn lines() -> Chart {
    let rates: Vec<f64> = (1..=20).map(|step| f64::from(step) * 100.0).collect();
    let times = |knee: f64| -> Vec<f64> {
        rates.iter().map(|rate| 2e6 + 1e6 / (1.0 - (rate / knee).min(0.98)) * (1.0 + rate / 900.0)).collect()
    };
    let mut chart = chart(
        "lines",
        "Response time by rate",
        axis("offered rate", "/s", Scale::Linear),
        axis("response time p99", "ns", Scale::Linear),
        vec![
            numbers("offered rate", "/s", &rates),
            numbers("baseline", "ns", &times(2100.0)),
            numbers("candidate", "ns", &times(1700.0)),
        ],
    );
    let mark = |is_vertical, at, label: &str| Mark { is_vertical, panel: 0, at, label: label.to_owned() };
    chart.marks = vec![mark(false, 60e6, "SLO"), mark(true, 1450.0, "bound of the candidate")];
    chart
}

/// Processor shares of hosts, by kind of work.
pub(crate) fn bars() -> Chart {
    chart(
        "bars",
        "Processor share by host",
        axis("host", "", Scale::Linear),
        axis("processor", "%", Scale::Linear),
        vec![
            text("host", &["gateway-1", "worker-1", "worker-2", "database"]),
            numbers("baseline", "%", &[12.5, 71.25, 68.0, 33.0]),
            numbers("candidate", "%", &[13.0, 94.5, 93.0, f64::NAN]),
        ],
    )
}

/// Service times in bins.
pub(crate) fn histogram() -> Chart {
    let edges: Vec<f64> = (0..40).map(|bin| 1e6 + f64::from(bin) * 250_000.0).collect();
    let counts: Vec<f64> =
        (0..40).map(|bin| (40_000.0 * (-(f64::from(bin) - 9.0).powi(2) / 40.0).exp()).round()).collect();
    chart(
        "histogram",
        "Service time of trial 3",
        axis("service time", "ns", Scale::Linear),
        axis("requests", "1", Scale::Linear),
        vec![numbers("from", "ns", &edges), numbers("baseline", "1", &counts)],
    )
}

/// Response times of two runs as boxes.
pub(crate) fn boxes() -> Chart {
    chart(
        "box",
        "Response time",
        axis("probability", "1", Scale::Linear),
        axis("response time", "ns", Scale::Logarithmic),
        vec![
            numbers("probability", "1", &[0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0]),
            numbers("baseline", "ns", &[1e6, 1.4e6, 2e6, 3e6, 5e6, 2e7, 9e7]),
            numbers("candidate", "ns", &[1.2e6, 2e6, 3e6, 6e6, 1.5e7, 8e7, f64::INFINITY]),
        ],
    )
}

/// The largest trials, with everything that a table may hold.
pub(crate) fn trials(rows: usize) -> Table {
    let column = |of: &dyn Fn(usize) -> f64| (0..rows).map(of).collect::<Vec<_>>();
    let cases = ["Fibonacci", "BubbleSort", "checkout with a very long name that has to be cut"];
    let slos: Vec<_> =
        (0..rows).map(|row| if row % 3 == 0 { "p99 < 100 ms" } else { "p99 < 100 ms, errors < 1 %" }).collect();
    table(
        "Trials",
        vec![
            numbers("Trial", "1", &column(&|row| row as f64 + 1.0)),
            text("Test case", &(0..rows).map(|row| cases[row % 3]).collect::<Vec<_>>()),
            numbers("Load", "1", &column(&|row| 20.0 + (row % 7) as f64)),
            numbers("Intended rate", "/s", &column(&|row| 500.0 + row as f64 * 250.0)),
            numbers("Goodput", "/s", &column(&|row| 499.25 + row as f64 * 248.5)),
            numbers("Requests", "1", &column(&|row| 15_000.0 + row as f64 * 7_500.0)),
            numbers("Response time p50", "ns", &column(&|row| 1.2e6 + row as f64 * 2.1e5)),
            numbers(
                "Response time p99",
                "ns",
                &column(&|row| if row % 5 == 4 { f64::INFINITY } else { 8.1e6 + row as f64 * 1.7e6 }),
            ),
            numbers("Release lag p99", "ns", &column(&|row| 900.0 * 40.0_f64.powi(row as i32 % 4))),
            numbers("Failed", "%", &column(&|row| if row % 5 == 4 { f64::NAN } else { 0.02 * row as f64 })),
            text("SLO", &slos),
        ],
    )
}

/// A report of a run, as an analysis gives it.
pub(crate) fn summary() -> Report {
    Report {
        title: "Summary of baseline".to_owned(),
        blocks: vec![
            Block::Text(
                "Six trials of 30 s each at rising rates, against http://gateway-1:8080. The first five seconds of each are \
                 the warm-up and count nowhere.\nPercentiles are of the response time, counted from the intended start."
                    .to_owned(),
            ),
            finding(Severity::Note, "The target's clock is 3 ms ahead of the tester's."),
            finding(Severity::Caution, "Trial 2 had only 40 good requests: its p99 is one of them."),
            finding(
                Severity::Invalid,
                "Trial 5: the tester offered 96.1 % of the intended rate, because its processors were busy. Its figures are the \
                 tester's, not the target's.",
            ),
            Block::Heading("Trials".to_owned()),
            Block::Table(trials(6)),
            Block::Heading("Hosts".to_owned()),
            Block::Table(table(
                "Load generator",
                vec![
                    text("Host", &["tester"]),
                    numbers("Processors", "1", &[8.0]),
                    numbers("Memory", "bytes", &[33.5e9]),
                    text("Kernel", &["6.1.0-18-amd64"]),
                    numbers("Busy", "%", &[97.25]),
                    numbers("Temperature", "°C", &[f64::NAN]),
                ],
            )),
            Block::Chart(bars()),
            Block::Chart(histogram()),
        ],
    }
}

/// A report on two runs, with charts.
pub(crate) fn comparison() -> Report {
    let mut heat = chart(
        "heat-map",
        "Response time p50 by load and rate",
        axis("rate", "/s", Scale::Linear),
        axis("load", "1", Scale::Linear),
        vec![
            text("load", &["20", "22", "24"]),
            numbers("500/s", "ns", &[1.1e6, 1.9e6, 3.3e6]),
            numbers("1000/s", "ns", &[1.2e6, 2.4e6, 9.8e6]),
        ],
    );
    heat.data.caption = "Medians".to_owned();
    Report {
        title: "Candidate against baseline".to_owned(),
        blocks: vec![
            finding(Severity::Regression, "The candidate carries 1 450/s, the baseline 1 900/s: 23.7 % less."),
            Block::Chart(lines()),
            Block::Chart(boxes()),
            Block::Chart(heat),
        ],
    }
}

/// Text that would act, were it not made harmless.
pub(crate) const HOSTILE: &str =
    "<script>alert(1)</script>\u{1b}[31m\u{202e}\"'&|`*\n</style><img src=x onerror=alert(2)>";

/// A report whose every text would act.
pub(crate) fn hostile() -> Report {
    let mut chart = chart(
        "lines",
        HOSTILE,
        axis(HOSTILE, HOSTILE, Scale::Logarithmic),
        axis(HOSTILE, HOSTILE, Scale::Quantile),
        vec![numbers(HOSTILE, HOSTILE, &[1.0, f64::NAN]), numbers(HOSTILE, HOSTILE, &[0.5])],
    );
    chart.series[0].panel = 7;
    chart.series[0].band = Some(Band { low: 9, high: 12 });
    Report {
        title: HOSTILE.to_owned(),
        blocks: vec![
            Block::Heading(HOSTILE.to_owned()),
            Block::Text(HOSTILE.to_owned()),
            finding(Severity::Note, HOSTILE),
            Block::Table(table(HOSTILE, vec![text(HOSTILE, &[HOSTILE, "=1+1"]), numbers(HOSTILE, HOSTILE, &[0.0])])),
            Block::Chart(chart),
        ],
    }
}

/// A drawing with the classes and attributes that the page's script goes by: a field of points, a legend above.
pub(crate) fn drawing(chart: &Chart) -> Option<String> {
    if chart.kind == "heat-map" {
        return None;
    }
    let mut svg = "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" width=\"1200\" \
                   height=\"700\" viewBox=\"0 0 1200 700\" font-size=\"18\"><title>x</title>\
                   <defs><clipPath id=\"field\"><rect x=\"80\" y=\"60\" width=\"1080\" height=\"580\"/></clipPath></defs>\
                   <rect width=\"1200\" height=\"700\" style=\"fill:var(--paper,#fff)\"/>\
                   <path d=\"M80 60V640H1160\" style=\"fill:none;stroke:var(--ink,#222)\"/>"
        .to_owned();
    let values = |column: usize| match &chart.data.columns[column].values {
        Cells::Numbers(numbers) => numbers.clone(),
        Cells::Text(texts) => vec![f64::NAN; texts.len()],
    };
    let most = chart.series.iter().flat_map(|series| values(series.values)).filter(|value| value.is_finite());
    let most = most.fold(1e-9, f64::max);
    for (number, series) in chart.series.iter().enumerate() {
        let (x, colour) = (100 + number * 200, format!("var(--series-{number},#07b)"));
        let name = series.name.replace('&', "&amp;").replace('<', "&lt;");
        write!(
            svg,
            "<g class=\"legend\" data-series=\"{number}\"><rect x=\"{x}\" y=\"20\" width=\"20\" height=\"20\" \
             style=\"fill:{colour}\"/><text x=\"{}\" y=\"36\" style=\"fill:var(--ink,#222)\">{name}</text></g>\
             <g class=\"series\" data-series=\"{number}\" clip-path=\"url(#field)\">",
            x + 28
        )
        .expect("strings take all that is written");
        let values = values(series.values);
        for (row, value) in values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            let x = 120.0 + 1020.0 * row as f64 / values.len().max(2) as f64 + number as f64 * 14.0;
            let height = 560.0 * value / most;
            write!(
                svg,
                "<rect class=\"value\" data-series=\"{number}\" data-tip=\"{name}, row {row}&#10;{value}\" x=\"{x:.1}\" \
                 y=\"{:.1}\" width=\"12\" height=\"{height:.1}\" style=\"fill:{colour}\"/>",
                640.0 - height
            )
            .expect("strings take all that is written");
        }
        svg.push_str("</g>");
    }
    Some(svg + "</svg>\n")
}
