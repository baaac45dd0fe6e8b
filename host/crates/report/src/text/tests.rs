//! What reports look like, and that no report can do harm.

use model::report::{Block, Report};
use proptest::prelude::*;

use super::{Terminal, csv, markdown, terminal};
use crate::samples;

fn plain(report: &Report, width: usize) -> String {
    terminal(report, Terminal { width, has_colours: false })
}

fn longest(text: &str) -> usize {
    text.lines().map(super::ink::width).max().unwrap_or(0)
}

#[test]
fn a_summary_fits_terminals_wide_and_narrow() {
    for width in [40, 80, 120] {
        let text = plain(&samples::summary(), width);
        assert!(longest(&text) <= width, "{width}\n{text}");
        insta::assert_snapshot!(format!("summary_{width}"), text);
    }
}

#[test]
fn charts_are_sketched_on_terminals_wide_and_narrow() {
    for width in [40, 80, 120] {
        let text = plain(&samples::comparison(), width);
        assert!(longest(&text) <= width, "{width}\n{text}");
        insta::assert_snapshot!(format!("comparison_{width}"), text);
    }
}

#[test]
fn colours_change_no_text() {
    let report = samples::summary();
    let coloured = terminal(&report, Terminal { width: 80, has_colours: true });
    let mut bare = String::new();
    let mut is_code = false;
    for one in coloured.chars() {
        match one {
            '\u{1b}' => is_code = true,
            'm' if is_code => is_code = false,
            one if !is_code => bare.push(one),
            _ => {}
        }
    }
    let trimmed = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_ne!(coloured, bare);
    assert_eq!(trimmed(&bare), trimmed(&plain(&report, 80)));
}

#[test]
fn markdown_and_csv_hold_all_tables() {
    let mut report = samples::comparison();
    report.blocks.push(Block::Table(samples::trials(6)));
    insta::assert_snapshot!("markdown", markdown(&report));
    report.blocks.drain(1..3);
    insta::assert_snapshot!("csv", csv(&report).replace("\r\n", "\n"));
}

#[test]
fn hostile_text_is_shown_and_not_sent() {
    let report = samples::hostile();
    insta::assert_snapshot!("hostile", plain(&report, 80));
    let markdown = markdown(&report);
    assert!(!markdown.contains('\u{1b}') && !markdown.contains("\u{202e}") && !markdown.contains("\n</style"));
}

proptest! {
    #[test]
    fn any_report_can_be_written_on_any_terminal(report in samples::any::report(), width in 0_usize..200, has_colours: bool) {
        let text = terminal(&report, Terminal { width, has_colours });
        let is_ours = |place: usize| has_colours && text[place..].starts_with("\u{1b}[");
        for (place, one) in text.char_indices() {
            prop_assert!(one == '\n' || !one.is_control() || (one == '\u{1b}' && is_ours(place)), "{text:?}");
        }
        if !has_colours {
            prop_assert!(longest(&text) <= width.max(20), "{}\n{text}", width);
        }
    }

    #[test]
    fn any_report_can_be_written_as_markdown_and_csv(report in samples::any::report()) {
        let text = markdown(&report);
        prop_assert!(text.chars().all(|one| one == '\n' || !one.is_control()));
        let reread = ::csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(csv(&report).as_bytes())
            .into_records().collect::<Result<Vec<_>, _>>();
        prop_assert!(reread.is_ok());
    }
}
