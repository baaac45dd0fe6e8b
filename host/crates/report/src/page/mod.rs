//! A page of HTML: findings, reports, what figures can be traced by. It loads nothing, and its policy lets it load
//! nothing; all text of plugins is escaped by the templates, and its control characters are shown.

mod drawing;
mod figure;
mod line;
mod section;
mod table;

use std::collections::HashSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html as markup};
use model::report::{Chart, Finding, Report, Severity};
use sha2::{Digest as _, Sha256};

use crate::finding;
use line::{Line, Lines};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
/// Findings beyond this are folded up, if they are only notes.
const MOST_FINDINGS: usize = 6;

/// What a page says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Title.
    pub title: String,
    /// A line below the title: when, where, by which version.
    pub subtitle: String,
    /// What the reader should know first: whether the figures can be used. Shown before all else, gravest first, together
    /// with those of the reports; none twice.
    pub findings: Vec<Finding>,
    /// Reports, in reading order, each a section.
    pub reports: Vec<Report>,
    /// What a figure can be traced by, a name and a text each (plans as JSON, for example), folded up at the end.
    pub details: Vec<(String, String)>,
}

/// How a chart is drawn: as SVG, or None where its kind is not known.
type Draw<'a> = &'a dyn Fn(&Chart) -> Option<String>;

/// Writes a page: one self-contained file that loads nothing from anywhere. Tables show at most 5 000 rows, those of
/// charts 1 000, and say how many they leave out.
pub fn html(page: &Page) -> String {
    written(page, &crate::chart::svg)
}

fn written(page: &Page, draw: Draw<'_>) -> String {
    let title = if page.title.trim().is_empty() { "Report" } else { page.title.trim() };
    let has_several = page.reports.len() > 1;
    let mut ids = Ids::default();
    markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                link rel="icon" href="data:,";
                title { (Line(title)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header class="page" {
                    div {
                        h1 { (Line(title)) }
                        @if !page.subtitle.trim().is_empty() { p class="subtitle" { (Line(&page.subtitle)) } }
                    }
                    // The script shows it: without one it would do nothing.
                    button id="theme" type="button" hidden { "Theme: system" }
                }
                main {
                    (banner(page))
                    @if has_several {
                        nav aria-labelledby="contents" {
                            h2 id="contents" { "Contents" }
                            ol {
                                @for (number, report) in page.reports.iter().enumerate() {
                                    li { a href={ "#report-" (number + 1) } { (Line(&section::title(report, number))) } }
                                }
                            }
                        }
                    }
                    @for (number, report) in page.reports.iter().enumerate() {
                        (section::section(report, number, title, has_several, draw, &mut ids))
                    }
                    @if !page.details.is_empty() {
                        section class="details" aria-labelledby="details" {
                            h2 id="details" { "Where the figures come from" }
                            @for (name, text) in &page.details {
                                details { summary { (Line(name)) } pre tabindex="0" { (Lines(text)) } }
                            }
                        }
                    }
                }
                div id="tip" role="status" aria-live="polite" {}
                script { (PreEscaped(SCRIPT)) }
            }
        }
    }
    .into_string()
}

/// Findings of the page and of its reports, gravest first, and where they come from.
fn banner(page: &Page) -> Markup {
    let all = page.findings.iter().chain(page.reports.iter().flat_map(Report::findings));
    let sorted = finding::sorted(all);
    if sorted.is_empty() {
        return Markup::default();
    }
    let notes = sorted.iter().filter(|finding| finding.severity == Severity::Note).count();
    let folded = if sorted.len() > MOST_FINDINGS && notes > 1 { notes } else { 0 };
    let (shown, folded) = sorted.split_at(sorted.len() - folded);
    let source = |finding: &Finding| {
        let is_the_pages = page.findings.contains(finding) || page.reports.len() < 2;
        page.reports.iter().position(|report| !is_the_pages && report.findings().any(|other| other == finding))
    };
    let list = |findings: &[&Finding]| {
        markup! {
            ul class="findings" {
                @for finding in findings {
                    li class=(class(finding.severity)) {
                        (sign(finding.severity))
                        span {
                            (Line(&finding.message))
                            @if let Some(number) = source(finding) {
                                " " a href={ "#report-" (number + 1) } { (Line(&section::title(&page.reports[number], number))) }
                            }
                        }
                    }
                }
            }
        }
    };
    markup! {
        section class="banner" aria-labelledby="findings" {
            h2 id="findings" { "What to know first" }
            @if !shown.is_empty() { (list(shown)) }
            @if !folded.is_empty() {
                details { summary { (folded.len()) " notes" } (list(folded)) }
            }
        }
    }
}

/// The word for how much a finding matters, and an icon beside it.
fn sign(severity: Severity) -> Markup {
    let icon = match severity {
        Severity::Invalid => "✕",
        Severity::Regression => "▼",
        Severity::Caution => "!",
        Severity::Note => "i",
    };
    markup! {
        strong { span class="icon" aria-hidden="true" { (icon) } (finding::word(severity)) }
        // Read aloud, and kept by those who copy the text.
        span class="unseen" { ": " }
    }
}

fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Invalid => "invalid",
        Severity::Regression => "regression",
        Severity::Caution => "caution",
        Severity::Note => "note",
    }
}

/// What the page may do: nothing but show itself, and run the one script whose digest this is. Charts may set their style
/// inline, and bring a font within themselves.
fn policy() -> String {
    let digest = STANDARD.encode(Sha256::digest(SCRIPT));
    format!(
        "default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; font-src data:; \
         base-uri 'none'; form-action 'none'"
    )
}

/// What the page has so far that it must have but once.
#[derive(Debug, Default)]
struct Ids {
    last: usize,
    styles: HashSet<String>,
}

impl Ids {
    /// A number that nothing else on the page has.
    fn next(&mut self) -> usize {
        self.last += 1;
        self.last
    }
}

#[cfg(test)]
mod browser;
#[cfg(test)]
mod chromium;
#[cfg(test)]
mod tests;
