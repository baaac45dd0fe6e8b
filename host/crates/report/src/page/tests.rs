//! What the page is made of.

use model::report::Block;
use proptest::prelude::*;

use super::{Page, html, written};
use crate::samples;

fn page(blocks: Vec<Block>) -> Page {
    let report = model::report::Report { title: "Trials".to_owned(), blocks };
    Page { title: "Trials".to_owned(), reports: vec![report], ..Page::default() }
}

#[test]
fn an_empty_page_is_a_page() {
    let text = html(&Page::default());
    assert!(text.starts_with("<!DOCTYPE html>") && text.contains("<h1>Report</h1>") && text.ends_with("</html>"));
}

#[test]
fn long_tables_are_folded_up_and_very_long_ones_are_bounded() {
    let rows = |rows: usize| html(&page(vec![Block::Table(samples::trials(rows))]));
    assert!(!rows(200).contains("more rows"));
    assert!(rows(201).contains("… 1 more rows"));
    let text = rows(6_000);
    assert!(text.contains("… 4\u{202f}800 more rows") && text.contains("The first 5\u{202f}000 of 6\u{202f}000 rows"));
    assert_eq!(text.matches("<tr").count(), 5_002);
}

#[test]
fn a_chart_of_an_unknown_kind_is_its_table() {
    let mut chart = samples::lines();
    chart.kind = "pie".to_owned();
    let text = written(&page(vec![Block::Chart(chart)]), &|_| None);
    assert!(text.contains("<figcaption>Response time by rate</figcaption>") && text.contains("<td class=\"n\">"));
    assert!(!text.contains("<svg"));
}

#[test]
fn findings_stand_first_gravest_first_and_once() {
    let mut page = page(Vec::new());
    page.reports = vec![samples::summary()];
    page.findings = page.reports[0].findings().cloned().collect();
    let text = html(&page);
    let places: Vec<_> =
        ["Trial 5: the tester", "Trial 2 had only", "clock is 3 ms"].map(|part| text.find(part)).into();
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted() && places[2] < text.find("Six trials"),
        "{places:?}"
    );
    assert_eq!(text.matches("Trial 5: the tester").count(), 1);
}

#[test]
fn the_policy_names_the_script_that_is_there() {
    let text = html(&Page::default());
    let script = text.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next()).unwrap();
    assert_eq!(script, super::SCRIPT);
    assert!(!super::STYLE.contains("</") && !super::STYLE.contains("url(") && !super::STYLE.contains("@import"));
}

/// Elements that are open at the end, or what is no element.
fn faults(text: &str) -> Vec<String> {
    const EMPTY: [&str; 4] = ["meta", "link", "!DOCTYPE", "br"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = rest.find('>').unwrap_or(rest.len());
        let tag = &rest[..end];
        let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap_or_default();
        let name = if tag.starts_with('/') { &tag[..name.len() + 1] } else { name };
        match name.strip_prefix('/') {
            Some(name) if open.pop() == Some(name) => {}
            Some(name) => return vec![format!("/{name}")],
            None if EMPTY.contains(&name) || tag.ends_with('/') => {}
            None if name == "style" || name == "script" => {
                let close = format!("</{name}>");
                rest = &rest[rest.find(&close).map_or(rest.len(), |end| end + close.len())..];
            }
            None if name.starts_with(|one: char| one.is_ascii_alphabetic())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
            {
                open.push(name)
            }
            None => return vec![tag.to_owned()],
        }
    }
    open.into_iter().map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn any_reports_make_a_well_formed_page(reports in proptest::collection::vec(samples::any::report(), 0..3)) {
        let page = Page {
            title: samples::HOSTILE.to_owned(),
            details: vec![(samples::HOSTILE.to_owned(), samples::HOSTILE.to_owned())],
            findings: reports.iter().flat_map(model::report::Report::findings).cloned().collect(),
            subtitle: String::new(),
            reports,
        };
        for text in [html(&page), written(&page, &|_| None)] {
            prop_assert_eq!(faults(&text), Vec::<String>::new());
            prop_assert_eq!(text.matches("<script").count(), 1);
            let is_harmless = ["<img", "\u{1b}", "\u{202e}"].iter().all(|part| !text.contains(part));
            prop_assert!(is_harmless);
        }
    }
}
