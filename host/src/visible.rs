//! Makes texts fit to be shown: what a plugin, a target, a host or a registry says never speaks to the terminal, and
//! never turns the reading direction of what stands around it.

use std::borrow::Cow;

/// Characters that act on a terminal, or on how a line is read, instead of being seen (Unicode's `Cc`, and of `Cf` those
/// of "Trojan Source", CVE-2021-42574). Line breaks and tabs are ours.
pub(crate) fn is_unseen(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => true,
        c => c.is_control(),
    }
}

/// The text with those written as escapes, `\u{…}`.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |c| c.escape_unicode().to_string())
}

/// The same within JSON, where they stand in strings alone: as `\u....`, so that the value stays what it is.
pub(crate) fn visible_json(text: &str) -> Cow<'_, str> {
    escaped(text, |c| format!("\\u{:04x}", u32::from(c)))
}

fn escaped(text: &str, escape: impl Fn(char) -> String) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unseen(c) { seen.push_str(&escape(c)) } else { seen.push(c) }
    }
    Cow::Owned(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_shown_and_does_not_act() {
        assert_eq!(visible("a\x1b[2J\u{9b}\r\u{202e}b\n\tü"), "a\\u{1b}[2J\\u{9b}\\u{d}\\u{202e}b\n\tü");
        assert!(matches!(visible("plain\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_value_in_json_stays_what_it_is() {
        let value = serde_json::json!({ "a\u{202e}": "\x1b[2J \u{9b}\u{feff}\n" });
        let text = serde_json::to_string_pretty(&value).expect("JSON");
        let seen = visible_json(&text);
        assert!(!seen.chars().any(is_unseen), "{seen}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&seen).expect("JSON"), value);
    }
}
