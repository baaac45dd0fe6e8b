//! Charts that wish us ill: any input gives a bounded, well-formed document.

use model::report::{Axis, Band, Cells, Chart, Mark, Scale, Series, Table, TableColumn};
use proptest::prelude::*;
use roxmltree::Document;

use super::{KINDS, chart, column, numbers, of_class, series};
use crate::chart::{MOST_MARKS, png, svg};

/// Bytes that no document passes.
const LARGEST: usize = 1_200_000;

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..1e9,
        2 => 0.0..1.0,
        1 => any::<f64>(),
        1 => prop::sample::select(vec![
            0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 1e308,
            -1e308, 1.0, -1.0, 1e15, 0.999_999_999_999_999,
        ]),
    ]
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z0-9.-]{0,12}",
        1 => any::<String>(),
        1 => prop::sample::select(vec![
            "<svg onload=\"x\">&amp;'".to_owned(), "\u{0}\u{8}\u{b}\u{1b}\u{fffe}\u{ffff}\u{202e}".to_owned(),
            "&".repeat(5_000), "a-".repeat(3_000), "W".repeat(500), " ".repeat(100), "漢字".repeat(50), "e\u{301}".repeat(99),
        ]),
    ]
}

fn cells() -> impl Strategy<Value = Cells> {
    prop_oneof![
        3 => prop::collection::vec(value(), 0..40).prop_map(Cells::Numbers),
        1 => prop::collection::vec(words(), 0..40).prop_map(Cells::Text),
    ]
}

fn any_axis() -> impl Strategy<Value = Axis> {
    let units = ["ns", "s", "/s", "bytes", "bytes/s", "%", "1", "", "widgets"].map(ToOwned::to_owned);
    let unit = prop_oneof![6 => prop::sample::select(units.to_vec()), 1 => words()];
    let scale = prop::sample::select(vec![Scale::Linear, Scale::Logarithmic, Scale::Quantile]);
    (words(), unit, scale).prop_map(|(label, unit, scale)| Axis { label, unit, scale })
}

fn number() -> impl Strategy<Value = usize> {
    prop_oneof![6 => 0_usize..6, 1 => Just(usize::MAX)]
}

fn any_series() -> impl Strategy<Value = Series> {
    let band = prop::option::of((number(), number()).prop_map(|(low, high)| Band { low, high }));
    let summary = prop::collection::vec(words(), 0..12);
    (words(), number(), number(), band, prop::option::of(number()), summary)
        .prop_map(|(name, panel, values, band, notes, summary)| Series { name, panel, values, band, notes, summary })
}

fn any_mark() -> impl Strategy<Value = Mark> {
    (any::<bool>(), number(), value(), words()).prop_map(|(is_vertical, panel, at, label)| Mark {
        is_vertical,
        panel,
        at,
        label,
    })
}

fn any_chart() -> impl Strategy<Value = Chart> {
    let columns = prop::collection::vec(cells(), 0..6);
    (
        prop::sample::select(KINDS.to_vec()),
        words(),
        any_axis(),
        prop::collection::vec(any_axis(), 0..13),
        columns,
        prop::collection::vec(any_series(), 0..60),
        prop::collection::vec(any_mark(), 0..80),
    )
        .prop_map(|(kind, title, x, panels, columns, series, marks)| Chart {
            kind: kind.to_owned(),
            file_name: String::new(),
            title,
            x,
            panels,
            data: Table { caption: String::new(), columns: columns.into_iter().map(column).collect() },
            series,
            marks,
        })
}

fn check(chart: &Chart) -> Result<String, String> {
    let drawn = svg(chart).ok_or("the kind is known")?;
    let document = Document::parse(&drawn).map_err(|error| error.to_string())?;
    let marks = of_class(&document, "value").len();
    if marks > MOST_MARKS + 50 {
        return Err(format!("{marks} marks"));
    }
    if drawn.len() > LARGEST {
        return Err(format!("{} bytes", drawn.len()));
    }
    let is_odd = |number: &str| number.contains("NaN") || number.contains("inf");
    let numbers = ["x", "y", "width", "height", "cx", "cy", "r", "d", "transform", "data-x"];
    for node in document.descendants() {
        if let Some(found) = numbers.iter().filter_map(|name| node.attribute(*name)).find(|number| is_odd(number)) {
            return Err(found.to_owned());
        }
    }
    Ok(drawn)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_chart_gives_a_bounded_document(chart in any_chart()) {
        check(&chart).map_err(TestCaseError::fail)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_chart_gives_an_image(chart in any_chart()) {
        prop_assert!(png(&chart).map_err(|error| TestCaseError::fail(error.to_string()))?.is_some());
    }
}

#[test]
fn a_million_rows_give_less_than_a_megabyte_and_keep_their_peak() {
    let rows = 1_000_000;
    for kind in KINDS {
        let mut peak: Vec<f64> = (0..rows).map(|row| f64::from(row % 977) * 1e3).collect();
        peak[765_432] = 7.654_32e9;
        let first = match kind {
            "box" | "violin" => (0..rows).map(|row| f64::from(row) / f64::from(rows)).collect(),
            _ => (0..rows).map(f64::from).collect(),
        };
        let drawn = check(&chart(kind, vec![numbers(first), numbers(peak)], vec![series("k3s", 1)])).unwrap();
        assert!(drawn.len() < 1_000_000, "{kind}: {}", drawn.len());
        if ["lines", "scatter", "histogram"].contains(&kind) {
            assert!(drawn.contains("7.6543\u{a0}s"), "{kind}");
        }
    }
}

#[test]
fn fifty_series_full_of_gaps_and_bands_stay_bounded() {
    let rows = 20_000;
    let gaps: Vec<f64> = (0..rows)
        .map(|row| match row % 4 {
            0 => f64::NAN,
            1 => f64::INFINITY,
            _ => f64::from(row),
        })
        .collect();
    for (kind, name) in KINDS.iter().flat_map(|kind| [(kind, "k3s".to_owned()), (kind, "&<".repeat(200))]) {
        let columns = vec![
            numbers((0..rows).map(|row| f64::from(row) / f64::from(rows)).collect()),
            numbers(gaps.clone()),
            column(Cells::Text(vec![name.clone(); rows as usize])),
        ];
        let one = Series { band: Some(Band { low: 1, high: 1 }), notes: Some(2), ..series(&name, 1) };
        let mut chart = chart(kind, columns, vec![one; 50]);
        check(&chart).unwrap_or_else(|fault| panic!("{kind}: {fault}"));
        chart.data.columns[0] =
            TableColumn { values: Cells::Text(vec![name; rows as usize]), ..chart.data.columns[0].clone() };
        check(&chart).unwrap_or_else(|fault| panic!("{kind}: {fault}"));
    }
}
