//! Texts that come from a plugin, made fit for a line on a terminal or in a file.

/// Longest text of a plugin in a message, bytes.
pub(crate) const MESSAGE: usize = 1_000;

/// Cuts a text to `most` bytes and writes control characters but line breaks as escapes: a text of a plugin neither
/// fills the memory nor speaks to the terminal.
pub(crate) fn tidy(text: &str, most: usize) -> String {
    let cut = &text[..text.floor_char_boundary(most)];
    let mut tidy = String::with_capacity(cut.len());
    for c in cut.chars() {
        if c.is_control() && c != '\n' { tidy.extend(c.escape_debug()) } else { tidy.push(c) }
    }
    if cut.len() < text.len() {
        tidy.push('…');
    }
    tidy
}

/// The same as one line.
pub(crate) fn line(text: &str, most: usize) -> String {
    tidy(text, most).replace('\n', "\\n")
}

/// Secrets, which no text may hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Secrets(Vec<String>);

impl Secrets {
    /// Those values that are there in whole and not as shown.
    pub(crate) fn between(
        whole: &serde_json::Map<String, serde_json::Value>,
        shown: &serde_json::Map<String, serde_json::Value>,
    ) -> Self {
        let mut secrets = Vec::new();
        for (name, value) in whole {
            collect(value, shown.get(name), &mut secrets);
        }
        // One character would make every message unreadable, and is no secret.
        secrets.retain(|secret| secret.len() > 1);
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self(secrets)
    }

    /// The text without them.
    pub(crate) fn redact(&self, text: String) -> String {
        self.0.iter().fold(text, |text, secret| text.replace(secret, model::plan::REDACTED))
    }
}

fn collect(whole: &serde_json::Value, shown: Option<&serde_json::Value>, secrets: &mut Vec<String>) {
    use serde_json::Value;
    if shown == Some(whole) {
        return;
    }
    match (whole, shown) {
        (Value::Object(whole), Some(Value::Object(shown))) => {
            whole.iter().for_each(|(name, value)| collect(value, shown.get(name), secrets));
        }
        (Value::Array(whole), Some(Value::Array(shown))) => {
            whole.iter().zip(shown).for_each(|(value, shown)| collect(value, Some(shown), secrets));
        }
        (Value::Object(whole), _) => whole.values().for_each(|value| collect(value, None, secrets)),
        (Value::Array(whole), _) => whole.iter().for_each(|value| collect(value, None, secrets)),
        (Value::String(text), _) => secrets.push(text.clone()),
        (Value::Number(number), _) => secrets.push(number.to_string()),
        (Value::Null | Value::Bool(_), _) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_neither_fills_memory_nor_speaks_to_the_terminal() {
        assert_eq!(tidy("a\x1b[2Jb\nc", 100), "a\\u{1b}[2Jb\nc");
        assert_eq!(tidy(&"ü".repeat(600), MESSAGE).len(), MESSAGE + "…".len());
        assert_eq!(line("a\nb", 100), "a\\nb");
    }

    #[test]
    fn secrets_are_found_wherever_they_stand_and_taken_out_of_texts() {
        let whole =
            json!({ "token": "hunter2", "pin": 4711, "headers": { "a": "b", "cookie": "crumb" }, "path": "/x" });
        let shown = json!({ "token": "(redacted)", "pin": "(redacted)", "headers": { "a": "b", "cookie": "(redacted)" }, "path": "/x" });
        let (Some(whole), Some(shown)) = (whole.as_object(), shown.as_object()) else { panic!("objects") };
        let text = Secrets::between(whole, shown).redact("`hunter2` and 4711 and crumb, but /x".to_owned());
        assert_eq!(text, "`(redacted)` and (redacted) and (redacted), but /x");
    }
}
