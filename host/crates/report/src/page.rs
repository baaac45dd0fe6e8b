//! A page of HTML.

use model::report::{Finding, Report};

/// What a page says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Title.
    pub title: String,
    /// A line below the title: when, where, by which version.
    pub subtitle: String,
    /// What the reader should know first: whether the figures can be used. Shown before all else, gravest first.
    pub findings: Vec<Finding>,
    /// Reports, in reading order, each a section.
    pub reports: Vec<Report>,
    /// What a figure can be traced by, a name and a text each (plans as JSON, for example), folded up at the end.
    pub details: Vec<(String, String)>,
}

/// Writes a page: one self-contained file that loads nothing from anywhere.
pub fn html(page: &Page) -> String {
    let _ = page;
    String::new()
}
