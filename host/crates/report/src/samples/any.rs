//! Any report at all: ragged tables, numbers without value, text that would act, columns that are not there.

use model::report::{
    Axis, Band, Block, Cells, Chart, Finding, Mark, Report, Scale, Series, Severity, Table, TableColumn,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z ]{0,30}",
        "[<>&\"'|`\\\\=+@\\-\n\r\t\u{0}\u{1b}\u{7f}\u{9b}\u{202e}\u{fffe}日é\u{301}]{0,20}",
        Just(super::HOSTILE.to_owned()),
    ]
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -1e3..1e9_f64,
        1 => any::<f64>(),
        1 => Just(0.0),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => 0.0..1.0_f64,
    ]
}

fn unit() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(vec!["ns", "s", "/s", "bytes", "bytes/s", "%", "1", ""]).prop_map(str::to_owned),
        text()
    ]
}

fn column() -> impl Strategy<Value = TableColumn> {
    let values = prop_oneof![vec(text(), 0..6).prop_map(Cells::Text), vec(number(), 0..12).prop_map(Cells::Numbers)];
    (text(), unit(), values).prop_map(|(heading, unit, values)| TableColumn { heading, unit, values })
}

fn table() -> impl Strategy<Value = Table> {
    (text(), vec(column(), 0..8)).prop_map(|(caption, columns)| Table { caption, columns })
}

fn axis() -> impl Strategy<Value = Axis> {
    let scale = proptest::sample::select(vec![Scale::Linear, Scale::Logarithmic, Scale::Quantile]);
    (text(), unit(), scale).prop_map(|(label, unit, scale)| Axis { label, unit, scale })
}

fn series() -> impl Strategy<Value = Series> {
    let band = proptest::option::of((0..9_usize, 0..9_usize).prop_map(|(low, high)| Band { low, high }));
    (text(), 0..3_usize, 0..9_usize, band, proptest::option::of(0..9_usize), vec(text(), 0..3))
        .prop_map(|(name, panel, values, band, notes, summary)| Series { name, panel, values, band, notes, summary })
}

fn chart() -> impl Strategy<Value = Chart> {
    let kinds = ["bars", "stacked-bars", "lines", "scatter", "histogram", "box", "violin", "heat-map", "pie"];
    let kind = proptest::sample::select(kinds.map(str::to_owned).to_vec());
    let mark = (any::<bool>(), 0..3_usize, number(), text()).prop_map(|(is_vertical, panel, at, label)| Mark {
        is_vertical,
        panel,
        at,
        label,
    });
    (kind, text(), axis(), vec(axis(), 0..3), table(), vec(series(), 0..5), vec(mark, 0..3)).prop_map(
        |(kind, title, x, panels, data, series, marks)| Chart {
            kind,
            file_name: String::new(),
            title,
            x,
            panels,
            data,
            series,
            marks,
        },
    )
}

fn finding() -> impl Strategy<Value = Finding> {
    let severities = vec![Severity::Note, Severity::Caution, Severity::Invalid, Severity::Regression];
    (proptest::sample::select(severities), text()).prop_map(|(severity, message)| Finding { severity, message })
}

/// Any report.
pub(crate) fn report() -> impl Strategy<Value = Report> {
    let block = prop_oneof![
        text().prop_map(Block::Heading),
        text().prop_map(Block::Text),
        table().prop_map(Block::Table),
        finding().prop_map(Block::Finding),
        chart().prop_map(Block::Chart),
        chart().prop_map(Block::Chart),
    ];
    (text(), vec(block, 0..6)).prop_map(|(title, blocks)| Report { title, blocks })
}
