//! Text of plugins made harmless. Control characters, and those that change the direction of what follows or cannot be
//! seen, are written as escapes: a terminal or a browser never obeys them, and the reader sees that they were there.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Text of one line: line breaks and tabs become spaces.
pub fn line(text: &str) -> Cow<'_, str> {
    shown(text, false)
}

/// Text of several lines: line breaks stay, as `\n` alone; tabs become spaces.
pub(crate) fn lines(text: &str) -> Cow<'_, str> {
    shown(text, true)
}

fn shown(text: &str, keeps_lines: bool) -> Cow<'_, str> {
    if text.chars().all(|one| is_plain(one) || (keeps_lines && one == '\n')) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(one) = rest.next() {
        match one {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' | '\u{2028}' | '\u{2029}' => shown.push(if keeps_lines { '\n' } else { ' ' }),
            '\t' => shown.push(' '),
            one if is_plain(one) => shown.push(one),
            one => write!(shown, "\\u{{{:x}}}", one as u32).expect("strings take all that is written"),
        }
    }
    Cow::Owned(shown)
}

/// Neither a control character, nor one that changes the direction of text or hides in it, nor none at all.
pub(crate) fn is_plain(one: char) -> bool {
    !matches!(one,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}'
    ) && (one as u32) & 0xfffe != 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_is_shown_instead() {
        assert_eq!(line("\u{1b}[31mred\u{7}"), "\\u{1b}[31mred\\u{7}");
        assert_eq!(line("safe\u{202e}exe.txt"), "safe\\u{202e}exe.txt");
        assert_eq!(line("c1 \u{9b}2J"), "c1 \\u{9b}2J");
        assert_eq!(line("zero\u{200b}width\u{e0041}"), "zero\\u{200b}width\\u{e0041}");
        assert_eq!(line("\u{fffe}\u{1ffff}"), "\\u{fffe}\\u{1ffff}");
    }

    #[test]
    fn ordinary_text_of_any_language_stays() {
        for text in ["p99 ≤ 100 ms", "日本語", "שלום", "naïve 🦀 e\u{301}"] {
            assert!(matches!(line(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn line_breaks_stay_only_where_there_may_be_several_lines() {
        assert_eq!(line("a\r\nb\tc\u{2028}d"), "a b c d");
        assert_eq!(lines("a\r\nb\tc\nd"), "a\nb c\nd");
    }
}
