//! What is wrong with an SLO, and where.

use std::fmt;

use thiserror::Error;

/// An SLO that cannot be read. Its message has a second and third line: the text, and a mark under the place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct SloError {
    /// The whole text.
    pub text: String,
    /// Byte in it at which reading failed; its length when something is missing at the end.
    pub at: usize,
    /// What could have been there.
    pub expected: String,
    /// What is there; empty at the end.
    pub found: String,
}

impl fmt::Display for SloError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, at, expected, found } = self;
        let found = if found.is_empty() { "nothing".to_owned() } else { format!("`{}`", on_one_line(found)) };
        let before = text.get(..*at).map_or(0, |before| before.chars().count());
        writeln!(f, "cannot read the condition at byte {at}: expected {expected}; found {found}")?;
        writeln!(f, "  {}", on_one_line(text))?;
        write!(f, "  {:before$}^", "")
    }
}

/// So that the mark stands under its place, and a text cannot move the terminal's cursor.
fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// An SLO names a metric that the test case does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the test case has no metric `{name}`: {}", listed(declared))]
pub struct UndeclaredMetric {
    /// As typed.
    pub name: String,
    /// Those that it has.
    pub declared: Vec<String>,
}

fn listed(declared: &[String]) -> String {
    if declared.is_empty() {
        return "it declares none".to_owned();
    }
    let names: Vec<_> = declared.iter().map(|name| format!("`{name}`")).collect();
    format!("it declares {}", names.join(", "))
}
