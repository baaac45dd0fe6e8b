//! Emphasis and colours of a terminal, where they may be used; and the widths of text on it.

use model::report::Severity;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Whether escape codes may be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink {
    /// Colours may be used.
    pub(super) has_colours: bool,
}

impl Ink {
    /// What matters more.
    pub(super) fn strong(self, text: &str) -> String {
        self.coloured(text, "1")
    }

    /// What matters less.
    pub(super) fn faint(self, text: &str) -> String {
        self.coloured(text, "2")
    }

    /// The word for how much a finding matters.
    pub(super) fn severity(self, text: &str, severity: Severity) -> String {
        let code = match severity {
            Severity::Invalid => "1;31",
            Severity::Regression => "1;35",
            Severity::Caution => "1;33",
            Severity::Note => "1;36",
        };
        self.coloured(text, code)
    }

    /// What belongs to a series, by its number.
    pub(super) fn series(self, text: &str, number: usize) -> String {
        const CODES: [&str; 6] = ["34", "33", "32", "35", "36", "31"];
        self.coloured(text, CODES[number % CODES.len()])
    }

    fn coloured(self, text: &str, code: &str) -> String {
        if self.has_colours && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Columns that text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// Text in at most so many columns; what is left out is shown by `…`.
pub(super) fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut taken = String::new();
    let mut used = 0;
    for one in text.chars() {
        used += one.width().unwrap_or(0);
        if used + 1 > most {
            break;
        }
        taken.push(one);
    }
    if most > 0 {
        taken.push('…');
    }
    taken
}

/// Text cut and filled with spaces behind to just so many columns.
pub(super) fn left(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let fill = " ".repeat(columns.saturating_sub(width(&text)));
    text + &fill
}

/// Text cut and filled with spaces before to just so many columns.
pub(super) fn right(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    " ".repeat(columns.saturating_sub(width(&text))) + &text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_the_columns_that_it_takes() {
        assert_eq!(cut("checkout", 5), "chec…");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!((left("é", 3).as_str(), right("é", 3).as_str()), ("é  ", "  é"));
    }
}
