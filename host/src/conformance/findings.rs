//! What was found, one line each, for people and for programs.

use std::fmt::Write as _;

use report::plain_line;
use serde::Serialize;
use serde_json::Value;

use crate::error::CliError;

/// Longest text of a finding that is shown, characters.
const TEXT: usize = 400;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Mark {
    /// As it should be.
    Ok,
    /// Allowed, and perhaps not meant.
    Warning,
    /// Against the contract, or not usable.
    Failed,
}

/// One check.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Finding {
    /// How it ended.
    pub(crate) mark: Mark,
    /// What was checked.
    pub(crate) check: &'static str,
    /// What was seen, one line.
    pub(crate) text: String,
    /// More of it, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) details: Vec<String>,
    /// The same as figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) figures: Option<Value>,
}

/// All checks, in their order.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    all: Vec<Finding>,
}

impl Findings {
    /// Adds a finding.
    pub(crate) fn add(&mut self, mark: Mark, check: &'static str, text: impl AsRef<str>) -> &mut Finding {
        let finding = Finding { mark, check, text: shown(text.as_ref()), details: Vec::new(), figures: None };
        self.all.push(finding);
        self.all.last_mut().expect("one was pushed")
    }

    /// Adds what went wrong.
    pub(crate) fn error(&mut self, check: &'static str, error: &CliError) {
        let finding = self.add(Mark::Failed, check, &error.what);
        for (label, detail) in &error.details {
            finding.detail(format!("{label}: {detail}"));
        }
        if let Some(hint) = &error.hint {
            finding.detail(format!("hint: {hint}"));
        }
    }

    /// The one added last.
    pub(crate) fn last(&mut self) -> Option<&mut Finding> {
        self.all.last_mut()
    }

    /// All of them.
    pub(crate) fn all(&self) -> &[Finding] {
        &self.all
    }

    /// So many ended like this.
    pub(crate) fn count(&self, mark: Mark) -> usize {
        self.all.iter().filter(|finding| finding.mark == mark).count()
    }

    /// Lines for people.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for finding in &self.all {
            let mark = match finding.mark {
                Mark::Ok => "ok  ",
                Mark::Warning => "warn",
                Mark::Failed => "FAIL",
            };
            let _ = writeln!(text, "  {mark}  {}: {}", finding.check, finding.text);
            for detail in &finding.details {
                let _ = writeln!(text, "          {detail}");
            }
        }
        text
    }
}

impl Finding {
    /// Adds a line.
    pub(crate) fn detail(&mut self, line: impl AsRef<str>) -> &mut Self {
        self.details.push(shown(line.as_ref()));
        self
    }

    /// Adds lines.
    pub(crate) fn details(&mut self, lines: impl IntoIterator<Item = impl AsRef<str>>) -> &mut Self {
        lines.into_iter().for_each(|line| {
            self.detail(line);
        });
        self
    }
}

/// Text that may come from a plugin, as one line that neither fills the terminal nor speaks to it.
fn shown(text: &str) -> String {
    let mut cut: String = text.chars().take(TEXT).collect();
    if text.chars().nth(TEXT).is_some() {
        cut.push('…');
    }
    plain_line(&cut).into_owned()
}
