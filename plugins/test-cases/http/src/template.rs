//! Text with placeholders, taken apart once so that filling it in costs one allocation.

use std::fmt::Write;

use cluster_tester_sdk::{Context, Fault};
use serde_json::{Map, Value};

/// A text with `{load}`, `{iteration}` and `{row.NAME}` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
    /// Room for the text with its placeholders filled in.
    capacity: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Load,
    Iteration,
    /// A field of the iteration's row of data.
    Row(String),
}

/// How what a row holds is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// All but letters, digits, `-`, `.`, `_` and `~` as `%XX` (RFC 3986).
    Percent,
    /// As it is.
    None,
}

impl Template {
    /// Takes a text apart; `{{` and `}}` are braces.
    ///
    /// # Errors
    /// A sentence that tells what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (mut parts, mut literal, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = &rest[at..];
            if let Some(after) = brace.strip_prefix("{{").or_else(|| brace.strip_prefix("}}")) {
                literal.push_str(&brace[..1]);
                rest = after;
                continue;
            }
            let (part, after) = if let Some(after) = brace.strip_prefix("{load}") {
                (Part::Load, after)
            } else if let Some(after) = brace.strip_prefix("{iteration}") {
                (Part::Iteration, after)
            } else if let Some((name, after)) = brace.strip_prefix("{row.").and_then(|after| after.split_once('}')) {
                (Part::Row(name.to_owned()), after)
            } else {
                let shown = brace.split_inclusive('}').next().unwrap_or(brace);
                return Err(format!(
                    "`{shown}` is no placeholder: expected `{{load}}`, `{{iteration}}` or `{{row.NAME}}`, or `{{{{` and `}}}}` for braces"
                ));
            };
            parts.push(Part::Text(std::mem::take(&mut literal)));
            parts.push(part);
            rest = after;
        }
        literal.push_str(rest);
        parts.push(Part::Text(literal));
        parts.retain(|part| *part != Part::Text(String::new()));
        let room = |part: &Part| if let Part::Text(text) = part { text.len() } else { 20 };
        Ok(Self { capacity: parts.iter().map(room).sum(), parts })
    }

    /// The text for an iteration.
    ///
    /// # Errors
    /// When it asks for a row that there is not, or for a field that the row has not.
    pub(crate) fn fill(&self, context: &Context, escape: Escape) -> Result<String, Fault> {
        let mut text = String::with_capacity(self.capacity);
        let mut row = None;
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Load => write!(text, "{}", context.load).expect("a string takes all"),
                Part::Iteration => write!(text, "{}", context.iteration).expect("a string takes all"),
                Part::Row(name) => {
                    let row = match &mut row {
                        Some(row) => row,
                        none => none.insert(fields(context)?),
                    };
                    match row.get(name) {
                        None => return Err(format!("the row of data has no field `{name}`: {}", names(row)).into()),
                        Some(Value::String(value)) => push(&mut text, value, escape),
                        Some(value) => push(&mut text, &value.to_string(), escape),
                    }
                }
            }
        }
        Ok(text)
    }
}

fn fields(context: &Context) -> Result<Map<String, Value>, Fault> {
    let row = context.row.as_deref().ok_or("`{row.…}` needs a data feed: give one with `--feed`")?;
    Ok(serde_json::from_str(row)?)
}

fn names(row: &Map<String, Value>) -> String {
    let names: Vec<_> = row.keys().map(|name| format!("`{name}`")).collect();
    format!("it has {}", names.join(", "))
}

fn push(text: &mut String, value: &str, escape: Escape) {
    if escape == Escape::None {
        return text.push_str(value);
    }
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02X}").expect("a string takes all");
        }
    }
}
