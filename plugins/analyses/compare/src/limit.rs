//! What counts as a regression: `5% p99`, the percentage by which a figure may get worse, and the figure.

use cluster_tester_sdk::Fault;

use crate::figure::{EXPECTED, Figure};

/// Name of the option.
pub(crate) const OPTION: &str = "fail-on-regression";

/// A limit of getting worse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limit {
    /// Share by which the figure may get worse, from 0.
    pub(crate) share: f64,
    /// The figure.
    pub(crate) figure: Figure,
}

/// Reads a limit; none for a text without one.
///
/// # Errors
/// Where the text cannot be read, with the byte.
pub(crate) fn parse(text: &str) -> Result<Option<Limit>, Fault> {
    let fault = |at: usize, expected: &str| {
        let found = text.get(at..).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
        let found = if found.is_empty() { "nothing".to_owned() } else { format!("`{found}`") };
        let reason = format!("cannot read `{text}` at byte {at}: expected {expected}; found {found}");
        Fault::invalid_option(OPTION, reason)
    };
    let start = text.len() - text.trim_start().len();
    if start == text.len() {
        return Ok(None);
    }
    let number = "a percentage such as `5%`";
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    let end = text[start..].find(|c| !digits(c)).map_or(text.len(), |length| start + length);
    let percent: f64 = text[start..end].parse().map_err(|_| fault(start, number))?;
    let rest = &text[end..];
    let sign = end + rest.len() - rest.trim_start().len();
    if !text[sign..].starts_with('%') {
        return Err(fault(sign, "`%`"));
    }
    let rest = &text[sign + 1..];
    let name = sign + 1 + rest.len() - rest.trim_start().len();
    let word = rest.split_whitespace().next().unwrap_or_default();
    let figure: Figure = word.parse().map_err(|()| fault(name, EXPECTED))?;
    let behind = name + word.len();
    let after = &text[behind..];
    if !after.trim().is_empty() {
        return Err(fault(behind + after.len() - after.trim_start().len(), "nothing more"));
    }
    if figure.is_gain() && percent >= 100.0 {
        return Err(fault(start, "less than 100 %, as this figure gets worse by falling"));
    }
    Ok(Some(Limit { share: percent / 100.0, figure }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_percentage_and_a_figure() {
        let limit = |percent: f64, figure| Some(Limit { share: percent / 100.0, figure });
        for (text, expected) in [
            ("5% p99", limit(5.0, Figure::Percentile(99.0))),
            ("  2.5 %  mean ", limit(2.5, Figure::Mean)),
            ("10%capacity", limit(10.0, Figure::Capacity)),
            ("", None),
            ("  ", None),
        ] {
            assert_eq!(parse(text).expect("a limit"), expected, "{text}");
        }
    }

    #[test]
    fn the_fault_names_the_place() {
        for (text, place) in [
            ("p99", "byte 0: expected a percentage such as `5%`; found `p99`"),
            ("5 p99", "byte 2: expected `%`; found `p99`"),
            ("5%", "byte 2: expected a percentile such as `p99`"),
            ("5% p99 mean", "byte 7: expected nothing more; found `mean`"),
            ("5% p99 or so", "byte 7: expected nothing more; found `or`"),
            ("5.5.5% p99", "byte 0: expected a percentage"),
            ("-5% p99", "byte 0: expected a percentage"),
            ("100% goodput", "byte 0: expected less than 100 %"),
            ("5% médian", "byte 3: expected"),
        ] {
            let Err(Fault::InvalidOption(option)) = parse(text) else { panic!("{text} was read") };
            assert_eq!(option.name, OPTION);
            assert!(option.reason.contains(place), "{text}: {}", option.reason);
        }
    }
}
