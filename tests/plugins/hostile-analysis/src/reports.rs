//! Reports that break a rule.

use cluster_tester_sdk::analysis::{Axis, Chart, Report, Severity, Table};

use crate::Act;

const MILLION: usize = 1_000_000;
/// What a terminal, a page or a line would take for more than text.
const ESCAPES: &str = "\x1b[31m<script>alert(1)</script>\u{9b}2J\r\nnext\0&amp;";

pub(crate) fn good() -> Report {
    Report::new("Good").text("Nothing was broken.")
}

pub(crate) fn of(act: Act) -> Report {
    let table = || Table::new("Figures").numbers("a", "ns", vec![1.0, 2.0]);
    match act {
        Act::Ragged => Report::new("Ragged").table(table().numbers("b", "ns", vec![1.0])),
        Act::Nan => {
            let odd = vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0];
            let chart = Chart::lines("Odd", axis(), odd.clone(), axis()).series("odd", odd.clone());
            let chart = chart.horizontal_mark(f64::NAN, "nowhere");
            Report::new("Odd").table(Table::new("Odd").numbers("odd", "1", odd)).chart(chart)
        }
        Act::Million => {
            let points: Vec<f64> = (0..MILLION).map(|point| point as f64).collect();
            Report::new("Many").chart(Chart::scatter("Many", axis(), points.clone(), axis()).series("y", points))
        }
        Act::ManyRows => Report::new("Many").table(Table::new("Many").numbers("n", "1", vec![0.0; MILLION + 1])),
        Act::HugeReport => {
            let columns =
                (0..9).fold(Table::new("Huge"), |table, n| table.numbers(format!("{n}"), "1", vec![0.0; MILLION]));
            Report::new("Huge").table(columns)
        }
        Act::Escapes => escapes(),
        Act::HugeText => Report::new("Huge").text("x".repeat(65 * 1024)),
        Act::LongTitle => Report::new("x".repeat(1_001)),
        Act::ManyBlocks => (0..1_001).fold(Report::new("Many"), |report, _| report.heading("again")),
        Act::ManyColumns => {
            let many = (0..201).fold(Table::new("Many"), |table, n| table.numbers(format!("{n}"), "1", Vec::new()));
            Report::new("Many").table(many)
        }
        Act::ManySeries => {
            Report::new("Many").chart((0..51).fold(chart(), |chart, n| chart.series(format!("{n}"), vec![1.0, 2.0])))
        }
        Act::AbsentColumn => changed(|chart| chart.series[0].values = 7),
        Act::TextSeries => changed(|chart| chart.series[0].values = 2),
        Act::NumberNotes => changed(|chart| chart.series[0].notes = Some(1)),
        Act::AbsentPanel => changed(|chart| chart.series[0].panel = 1),
        Act::AbsentPanelOfMark => changed(|chart| chart.marks[0].panel = 1),
        Act::NoPanel => changed(|chart| chart.panels.clear()),
        Act::NoColumn => changed(|chart| {
            chart.series.clear();
            chart.data.columns.clear();
        }),
        Act::UnknownKind => changed(|chart| chart.kind = "hologram".to_owned()),
        Act::BadFileName => changed(|chart| chart.file_name = "../../etc/C:\\passwd\n".to_owned()),
        _ => good(),
    }
}

fn axis() -> Axis {
    Axis::new("value", "ns")
}

fn chart() -> Chart {
    let chart = Chart::lines("Drawn", axis(), vec![1.0, 2.0], axis()).series("s", vec![3.0, 4.0]);
    chart.notes(vec!["a".into(), "b".into()]).horizontal_mark(3.5, "limit")
}

fn changed(change: impl FnOnce(&mut Chart)) -> Report {
    let mut chart = chart();
    change(&mut chart);
    Report::new("Changed").chart(chart)
}

fn escapes() -> Report {
    let all = || vec![ESCAPES.to_owned()];
    let mut chart = Chart::bars(ESCAPES, ESCAPES, all(), Axis::new(ESCAPES, ESCAPES))
        .series(ESCAPES, vec![1.0])
        .notes(all())
        .summary(all())
        .vertical_mark(0.0, ESCAPES)
        .file_name(ESCAPES);
    chart.kind = ESCAPES.to_owned();
    Report::new(ESCAPES)
        .heading(ESCAPES)
        .text(ESCAPES)
        .finding(Severity::Regression, ESCAPES)
        .table(Table::new(ESCAPES).text(ESCAPES, all()).numbers(ESCAPES, ESCAPES, vec![1.0]))
        .chart(chart)
}
