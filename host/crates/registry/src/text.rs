//! Texts that come from a registry, made fit for a line on a terminal.

/// Longest text of a registry in a message, bytes.
const MESSAGE: usize = 500;

/// Cuts a text and writes what is not plainly visible as escapes: a text of a registry neither fills the screen nor
/// speaks to the terminal, nor turns the reading direction of what stands around it.
pub(crate) fn line(text: &str) -> String {
    let text = text.trim();
    let cut = &text[..text.floor_char_boundary(MESSAGE)];
    let mut line = String::with_capacity(cut.len());
    for c in cut.chars() {
        let turns = matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if c.is_control() || turns { line.extend(c.escape_unicode()) } else { line.push(c) }
    }
    if cut.len() < text.len() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_cannot_speak_to_the_terminal() {
        assert_eq!(line("no\x1b[2J\u{202e}x\r\n"), "no\\u{1b}[2J\\u{202e}x");
        assert!(line(&"ü".repeat(5_000)).len() < 510);
    }
}
