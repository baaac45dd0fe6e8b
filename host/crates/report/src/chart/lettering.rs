//! Text that fits: cleaned, measured in the shipped font, cut or broken to a width.

use std::sync::LazyLock;

use plotters::style::{FontFamily, FontStyle, IntoFont, register_font};

use crate::plain;

/// Name of the shipped font.
pub(super) const FONT_NAME: &str = "DejaVu Sans";

/// The shipped font as TrueType.
pub(super) const FONT: &[u8] = include_bytes!("../../fonts/DejaVuSans.subset.ttf");

/// Letters that any text is cut to before all else, so that no text takes long to measure.
const MOST_LETTERS: usize = 400;

/// Plotters takes the height of a line (ascent and descent) for a font's size, of which DejaVu Sans has 1.164 for 1 em.
const LINE_HEIGHT: f64 = 1.164;

/// Pixels in which text is measured: widths are whole pixels there.
const MEASURED_SIZE: f64 = 200.0;

static IS_REGISTERED: LazyLock<bool> = LazyLock::new(|| register_font(FONT_NAME, FontStyle::Normal, FONT).is_ok());

/// Text as it may be shown: on one line, without control characters, signs that turn the direction of writing, and what
/// XML does not allow.
pub(super) fn clean(text: &str) -> String {
    let shown = text.chars().take(MOST_LETTERS).map(|letter| if is_bad(letter) { ' ' } else { letter });
    let mut cleaned = String::new();
    for letter in shown {
        if letter != ' ' || !cleaned.ends_with(' ') {
            cleaned.push(letter);
        }
    }
    cleaned.trim().to_owned()
}

/// A letter that is not shown: it controls, turns the direction of writing, or XML does not allow it.
pub(super) fn is_bad(letter: char) -> bool {
    !plain::is_plain(letter)
}

/// Width of a text in pixels at a font size in pixels.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let font = (FontFamily::Name(FONT_NAME), MEASURED_SIZE * LINE_HEIGHT).into_font();
    let measured = if *IS_REGISTERED { font.box_size(text).ok() } else { None };
    // Without the font (which the tests rule out) letters are taken to be wide.
    measured.map_or(text.chars().count() as f64 * 0.7, |(width, _)| f64::from(width) / MEASURED_SIZE) * size
}

/// The text, cut in its middle where it is wider than `most` pixels: names of hosts differ at their ends. Empty when
/// not even one letter fits.
pub(super) fn fit(text: &str, size: f64, most: f64) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let cut = |kept: usize| -> String {
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        letters[..head].iter().chain(&['…']).chain(&letters[letters.len() - tail..]).collect()
    };
    let (mut fits, mut too_many) = (0, letters.len());
    while fits + 1 < too_many {
        let middle = usize::midpoint(fits, too_many);
        if width(&cut(middle), size) <= most { fits = middle } else { too_many = middle }
    }
    if fits == 0 { String::new() } else { cut(fits) }
}

/// Names that are cut to `most` pixels, and still tell one from the other: where some are too wide, what all of them end
/// or begin with goes first.
pub(super) fn fit_all(names: &[String], size: f64, most: f64) -> Vec<String> {
    let is_wide = |names: &[String]| names.iter().any(|name| width(name, size) > most);
    let mut names = names.to_vec();
    if names.len() > 1 && is_wide(&names) {
        let common = common(&names, |name| Box::new(name.chars().rev()));
        if common > 3 {
            names = names.iter().map(|name| keep(name, |count| (0, count - common), "", "…")).collect();
        }
    }
    if names.len() > 1 && is_wide(&names) {
        let common = common(&names, |name| Box::new(name.chars()));
        if common > 3 {
            names = names.iter().map(|name| keep(name, |count| (common, count), "…", "")).collect();
        }
    }
    names.iter().map(|name| fit(name, size, most)).collect()
}

/// Letters that all names have in common from one end, back to the last sign between words, which stays with the rest.
fn common<'n>(names: &'n [String], from_end: impl Fn(&'n str) -> Box<dyn Iterator<Item = char> + 'n>) -> usize {
    let first: Vec<char> = from_end(&names[0]).collect();
    let alike = |name: &'n str| from_end(name).zip(&first).take_while(|(letter, other)| letter == *other).count();
    let shared = names.iter().map(|name| alike(name)).min().unwrap_or(0);
    // A name that is nothing else has to keep something.
    let shortest = names.iter().map(|name| name.chars().count()).min().unwrap_or(0);
    let is_between = |letter: &char| !letter.is_alphanumeric();
    let words = first[..shared].iter().rposition(is_between).map_or(0, |place| place + 1);
    if words < shortest { words } else { 0 }
}

fn keep(name: &str, part: impl Fn(usize) -> (usize, usize), before: &str, behind: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let (from, to) = part(letters.len());
    let kept: String = letters[from..to].iter().collect();
    format!("{before}{kept}{behind}")
}

/// The text on at most `lines` lines of `most` pixels, broken after spaces, hyphens, dots and slashes; what does not fit
/// is cut.
pub(super) fn wrap(text: &str, size: f64, most: f64, lines: usize) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for piece in text.split_inclusive([' ', '-', '.', '/', '_']) {
        match words.last_mut() {
            // A unit stays whole: `500/s`.
            Some(word) if word.ends_with('/') && piece.trim_end().len() <= 2 => word.push_str(piece),
            _ => words.push(piece.to_owned()),
        }
    }
    let mut wrapped: Vec<String> = vec![String::new()];
    for word in words {
        let line = wrapped.last_mut().expect("there is a line");
        if line.is_empty() || width(&format!("{line}{}", word.trim_end()), size) <= most || wrapped.len() == lines {
            wrapped.last_mut().expect("there is a line").push_str(&word);
        } else {
            wrapped.push(word);
        }
    }
    wrapped.iter().map(|line| fit(line.trim_end(), size, most)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_measured_in_the_shipped_font() {
        assert!(*IS_REGISTERED);
        // Figures of DejaVu Sans are 1303 of 2048 units wide.
        assert!((width("0", 100.0) - 63.6).abs() < 1.0, "{}", width("0", 100.0));
        assert_eq!(width("0", 100.0), width("1", 100.0));
    }

    #[test]
    fn a_unit_is_not_broken_off_its_number() {
        assert_eq!(wrap("k3s 1: http 1, 500/s", 10.0, 75.0, 2), ["k3s 1: http 1,", "500/s"]);
    }

    #[test]
    fn a_name_too_long_keeps_its_ends() {
        let cut = fit("node-of-the-first-cluster-01", 10.0, 80.0);
        assert!(cut.starts_with("node") && cut.ends_with("01") && cut.contains('…'), "{cut}");
        assert!(width(&cut, 10.0) <= 80.0);
        assert_eq!(fit("abc", 10.0, 0.0), "");
    }

    #[test]
    fn names_that_share_their_ends_are_told_apart() {
        let names = |part: &str| (1..4).map(|host| format!("ip-10-0-13-20{host}{part}")).collect::<Vec<_>>();
        let cut = fit_all(&names(".eu-central-1.compute.internal"), 10.0, 100.0);
        assert_eq!(cut, ["ip-10-0-13-201…", "ip-10-0-13-202…", "ip-10-0-13-203…"]);
        let cut = fit_all(&names(""), 10.0, 50.0);
        assert_eq!(cut, ["…201", "…202", "…203"]);
        let alike = vec!["the.same.name".to_owned(); 3];
        assert!(fit_all(&alike, 10.0, 40.0).iter().all(|name| width(name, 10.0) <= 40.0));
    }

    #[test]
    fn what_cannot_be_shown_is_left_out() {
        assert_eq!(clean("a\u{0}b\n\u{202e}c\u{ffff}"), "a b c");
    }
}
