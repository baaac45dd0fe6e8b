//! What holds for every chart, and for those that wish us ill.

mod hostile;

use model::report::{Axis, Band, Cells, Chart, Mark, Scale, Series, Table, TableColumn};
use roxmltree::Document;

use super::{MOST_MARKS, font_style, png, svg};

/// All kinds.
const KINDS: [&str; 8] = ["bars", "stacked-bars", "lines", "scatter", "histogram", "box", "violin", "heat-map"];

fn axis(unit: &str, scale: Scale) -> Axis {
    Axis { label: "Response time".to_owned(), unit: unit.to_owned(), scale }
}

fn column(values: Cells) -> TableColumn {
    TableColumn { heading: String::new(), unit: String::new(), values }
}

fn numbers(values: Vec<f64>) -> TableColumn {
    column(Cells::Numbers(values))
}

fn text(values: &[&str]) -> TableColumn {
    column(Cells::Text(values.iter().map(|value| (*value).to_owned()).collect()))
}

fn series(name: &str, values: usize) -> Series {
    Series { name: name.to_owned(), panel: 0, values, band: None, notes: None, summary: Vec::new() }
}

fn chart(kind: &str, columns: Vec<TableColumn>, all: Vec<Series>) -> Chart {
    Chart {
        kind: kind.to_owned(),
        file_name: String::new(),
        title: "Title".to_owned(),
        x: axis("ns", Scale::Linear),
        panels: vec![axis("ns", Scale::Linear)],
        data: Table { caption: String::new(), columns },
        series: all,
        marks: Vec::new(),
    }
}

/// Two series of a few plain values.
fn plain(kind: &str) -> Chart {
    let first = vec![0.0, 0.25, 0.5, 0.75];
    let columns = vec![numbers(first), numbers(vec![1e6, 2e6, 3e6, 9e6]), numbers(vec![4e6, 4e6, 5e6, 5e6])];
    chart(kind, columns, vec![series("k3s", 1), series("k0s", 2)])
}

/// Elements of a class, by tag name and attributes.
fn of_class<'d>(document: &'d Document<'_>, class: &str) -> Vec<roxmltree::Node<'d, 'd>>
where
{
    let has = |node: &roxmltree::Node<'_, '_>| {
        node.attribute("class").is_some_and(|classes| classes.split(' ').any(|one| one == class))
    };
    document.descendants().filter(has).collect()
}

fn words(document: &Document<'_>) -> Vec<String> {
    let is_text = |node: &roxmltree::Node<'_, '_>| node.has_tag_name("text");
    document.descendants().filter(is_text).filter_map(|node| node.text()).map(ToOwned::to_owned).collect()
}

#[test]
fn a_kind_that_is_not_known_is_not_drawn() {
    assert!(svg(&plain("pie")).is_none());
    assert!(png(&plain("pie")).unwrap().is_none());
}

#[test]
fn every_kind_tells_its_values_and_its_legend() {
    for kind in KINDS {
        let drawn = svg(&plain(kind)).unwrap();
        let document = Document::parse(&drawn).unwrap();
        let values = of_class(&document, "value");
        assert!(values.len() >= 2, "{kind}");
        for value in values {
            assert!(["0", "1"].contains(&value.attribute("data-series").unwrap()), "{kind}");
            assert!(value.attribute("data-tip").unwrap().contains("ms"), "{kind}");
            let group = value.ancestors().find(|node| node.attribute("class") == Some("series")).unwrap();
            assert_eq!(group.attribute("data-series"), value.attribute("data-series"), "{kind}");
        }
        let legend = of_class(&document, "legend");
        let named: Vec<_> = legend.iter().map(|entry| entry.attribute("data-series").unwrap()).collect();
        assert_eq!(named, ["0", "1"], "{kind}");
        assert!(drawn.contains(font_style()), "{kind}");
        assert_eq!(document.root_element().attribute("viewBox"), Some("0 0 1200 700"));
    }
}

#[test]
fn points_of_lines_tell_where_they_stand() {
    let drawn = svg(&plain("lines")).unwrap();
    let document = Document::parse(&drawn).unwrap();
    let places: Vec<f64> = of_class(&document, "value")
        .iter()
        .filter(|value| value.attribute("data-series") == Some("0"))
        .map(|value| value.attribute("data-x").unwrap().parse().unwrap())
        .collect();
    assert_eq!(places.len(), 4);
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(places.iter().all(|place| (0.0..1_200.0).contains(place)));
}

#[test]
fn markup_and_control_characters_are_shown_as_text() {
    let mut chart = plain("bars");
    chart.title = "<script>alert('x')</script>\u{0}\u{1b}[31m & \"more\"\u{ffff}".to_owned();
    chart.series[0].name = "]]><b>".to_owned();
    let drawn = svg(&chart).unwrap();
    let document = Document::parse(&drawn).unwrap();
    assert!(!document.descendants().any(|node| node.has_tag_name("script") || node.has_tag_name("b")));
    let words = words(&document);
    assert!(words.iter().any(|word| word == "<script>alert('x')</script> [31m & \"more\""), "{words:?}");
    assert!(words.iter().any(|word| word == "]]><b>"));
}

#[test]
fn a_chart_of_nothing_says_so() {
    for kind in KINDS {
        let empty = chart(kind, vec![numbers(vec![]), numbers(vec![])], vec![series("k3s", 1)]);
        let unknown = chart(kind, vec![numbers(vec![0.5]), numbers(vec![f64::NAN])], vec![series("k3s", 1)]);
        let none = chart(kind, vec![], vec![]);
        for chart in [empty, unknown, none] {
            let drawn = svg(&chart).unwrap();
            let words = words(&Document::parse(&drawn).unwrap());
            assert!(words.iter().any(|word| word == "no data"), "{kind}: {words:?}");
        }
    }
}

#[test]
fn what_has_no_bound_is_drawn_at_the_edge_and_named() {
    for kind in ["bars", "lines"] {
        let mut chart = plain(kind);
        chart.data.columns[1] = numbers(vec![1e6, 2e6, 3e6, f64::INFINITY]);
        let drawn = svg(&chart).unwrap();
        let document = Document::parse(&drawn).unwrap();
        assert!(words(&document).iter().any(|word| word == "unbounded"), "{kind}");
        let tips = of_class(&document, "value");
        assert!(tips.iter().any(|value| value.attribute("data-tip").unwrap().ends_with("unbounded")), "{kind}");
    }
}

#[test]
fn values_that_are_missing_leave_a_gap() {
    let values = vec![1e6, 2e6, f64::NAN, 3e6, 4e6];
    let columns = vec![numbers(vec![0.0, 1.0, 2.0, 3.0, 4.0]), numbers(values)];
    let drawn = svg(&chart("lines", columns, vec![series("", 1)])).unwrap();
    let document = Document::parse(&drawn).unwrap();
    let is_of_two = |node: &roxmltree::Node<'_, '_>| {
        node.attribute("d").is_some_and(|path| path.matches('M').count() == 2 && !path.ends_with('z'))
    };
    assert_eq!(document.descendants().filter(is_of_two).count(), 1);
}

#[test]
fn the_image_is_large_enough_for_print() {
    let image = png(&plain("lines")).unwrap().unwrap();
    let reader = ::png::Decoder::new(std::io::Cursor::new(image)).read_info().unwrap();
    assert_eq!((reader.info().width, reader.info().height), (3_600, 2_100));
    assert_eq!(reader.info().pixel_dims.unwrap().xppu, 11_811);
}

#[test]
fn a_mark_far_away_does_not_press_the_values_together() {
    let mut chart = plain("lines");
    chart.marks = vec![Mark { is_vertical: false, panel: 0, at: 1e12, label: "far".to_owned() }];
    let drawn = svg(&chart).unwrap();
    let words = words(&Document::parse(&drawn).unwrap());
    assert!(words.iter().any(|word| word == "↑ far"), "{words:?}");
}

#[test]
fn bands_and_notes_are_told_on_hover() {
    let mut chart = plain("bars");
    chart.data.columns.push(text(&["note", "", "", ""]));
    chart.series.truncate(1);
    chart.series[0].band = Some(Band { low: 2, high: 2 });
    chart.series[0].notes = Some(3);
    let drawn = svg(&chart).unwrap();
    let document = Document::parse(&drawn).unwrap();
    let values = of_class(&document, "value");
    let tip = values[0].attribute("data-tip").unwrap().replace('\u{a0}', " ");
    assert_eq!(tip, "k3s, 0 ms: 1 ms, 4 ms to 4 ms (note)");
    assert!(values.len() <= MOST_MARKS);
}
