//! Text with placeholders, taken apart once so that filling it in costs one allocation.

use std::fmt::Write;

use cluster_tester_sdk::Context;

/// A text with `{load}` and `{iteration}` in it.
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
            } else {
                let shown = brace.split_inclusive('}').next().unwrap_or(brace);
                return Err(format!(
                    "`{shown}` is no placeholder: expected `{{load}}` or `{{iteration}}`, or `{{{{` and `}}}}` for braces"
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
    pub(crate) fn fill(&self, context: &Context) -> String {
        let mut text = String::with_capacity(self.capacity);
        for part in &self.parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Load => write!(text, "{}", context.load).expect("a string takes all"),
                Part::Iteration => write!(text, "{}", context.iteration).expect("a string takes all"),
            }
        }
        text
    }
}
