//! Columns of a table as a person reads them. Numbers that lie within three decades share a scale, told once in the
//! heading, and as many decimals; numbers further apart have each their own.

use model::report::{Cells, TableColumn};

use crate::plain;
use crate::unit::Unit;

/// Numbers that lie further apart than this have each their own scale.
const MOST_RATIO: f64 = 1_000.0;

/// A column to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    /// Heading, one line, with the unit in brackets where all cells share it.
    pub(crate) heading: String,
    /// Cells, one line each; empty where a number is not known.
    pub(crate) cells: Vec<String>,
    /// They are numbers: to be set to the right.
    pub(crate) is_numbers: bool,
}

impl Column {
    /// How a column of a table is shown. `thousands` stands between groups of three digits.
    pub(crate) fn of(column: &TableColumn, thousands: Option<char>) -> Self {
        let heading = plain::line(&column.heading).into_owned();
        match &column.values {
            Cells::Text(texts) => {
                let cells = texts.iter().map(|text| plain::line(text).into_owned()).collect();
                Self { heading, cells, is_numbers: false }
            }
            Cells::Numbers(numbers) => {
                let format = NumberFormat::of(&column.unit, numbers, thousands);
                let heading = match format.shared_suffix() {
                    Some(suffix) if !suffix.is_empty() && !heading.is_empty() => format!("{heading} ({suffix})"),
                    Some(suffix) if !suffix.is_empty() => suffix.to_owned(),
                    _ => heading,
                };
                let cells = numbers.iter().map(|number| format.bare(*number)).collect();
                Self { heading, cells, is_numbers: true }
            }
        }
    }
}

/// How the numbers of a column, or of an axis, are shown.
#[derive(Debug, Clone)]
pub(crate) struct NumberFormat {
    unit: Unit,
    thousands: Option<char>,
    shared: Option<Shared>,
}

/// What numbers close to one another share.
#[derive(Debug, Clone)]
struct Shared {
    factor: f64,
    suffix: String,
    decimals: usize,
    is_grouped: bool,
}

impl NumberFormat {
    /// The format for these numbers, of this unit.
    pub(crate) fn of(unit: &str, numbers: &[f64], thousands: Option<char>) -> Self {
        let unit = Unit::of(&plain::line(unit));
        let sizes = || numbers.iter().map(|number| number.abs()).filter(|size| size.is_finite());
        let most = sizes().fold(0.0, f64::max);
        let least = sizes().filter(|size| *size > 0.0).fold(most, f64::min);
        // Counts are never cut, however far apart they are.
        let is_whole = sizes().all(|size| size.fract() == 0.0) && most < 1e15;
        let is_scaled = !matches!(unit, Unit::Plain | Unit::PerCent | Unit::Other(_));
        let is_shared = (is_whole && !is_scaled) || most <= least * MOST_RATIO;
        let shared = is_shared.then(|| {
            // Rates of four and five digits are read more easily than broken thousands.
            let is_rate = matches!(unit, Unit::PerSecond) && most < 99_999.5;
            let scale = unit.scale_for(if is_rate { least } else { most });
            // Four digits tell apart what is nearly the same; the further it is apart, the fewer of the least are needed.
            let least_digits = if most < least * 2.0 { 4 } else { 2 + i32::from(most < least * 100.0) };
            let wanted = decimals_for(most * scale.factor, 4).max(decimals_for(least * scale.factor, least_digits));
            let decimals = if is_whole && scale.factor == 1.0 { 0 } else { needed(numbers, scale.factor, wanted) };
            let is_grouped = most * scale.factor >= 9_999.5;
            Shared { factor: scale.factor, suffix: scale.suffix, decimals, is_grouped }
        });
        Self { unit, thousands, shared }
    }

    /// What is written behind every number; None when each has its own. Empty for plain numbers.
    pub(crate) fn shared_suffix(&self) -> Option<&str> {
        self.shared.as_ref().map(|shared| shared.suffix.as_str())
    }

    /// A number as it stands below a heading that tells the shared unit. Empty when it is not known.
    pub(crate) fn bare(&self, number: f64) -> String {
        match &self.shared {
            _ if number.is_nan() => String::new(),
            _ if number == f64::INFINITY => "unbounded".to_owned(),
            _ if number == f64::NEG_INFINITY => "−unbounded".to_owned(),
            Some(shared) => {
                written(number * shared.factor, shared.decimals, self.thousands.filter(|_| shared.is_grouped))
            }
            None => {
                let scale = self.unit.scale_for(number);
                let value = number * scale.factor;
                let decimals = needed(&[value], 1.0, decimals_for(value.abs(), 3));
                let text = written(value, decimals, self.thousands.filter(|_| value.abs() >= 9_999.5));
                with_suffix(&text, &scale.suffix)
            }
        }
    }

    /// A number with its unit, to stand alone. Empty when it is not known.
    pub(crate) fn alone(&self, number: f64) -> String {
        match &self.shared {
            Some(shared) if number.is_finite() => with_suffix(&self.bare(number), &shared.suffix),
            _ => self.bare(number),
        }
    }
}

/// A number and what is written behind it, with a space but before `/s`.
fn with_suffix(number: &str, suffix: &str) -> String {
    match suffix {
        "" => number.to_owned(),
        "/s" => format!("{number}{suffix}"),
        _ => format!("{number} {suffix}"),
    }
}

/// Decimals by which a number above zero has so many significant digits; at most 12.
fn decimals_for(number: f64, digits: i32) -> usize {
    if number <= 0.0 || !number.is_finite() {
        return 0;
    }
    (digits - 1 - number.log10().floor() as i32).clamp(0, 12) as usize
}

/// So many decimals, less those that are zero in all of the numbers.
fn needed(numbers: &[f64], factor: f64, wanted: usize) -> usize {
    let zeros = |number: &f64| {
        let text = format!("{:.wanted$}", number * factor);
        text.len() - text.trim_end_matches('0').len()
    };
    let spare = numbers.iter().filter(|number| number.is_finite()).map(zeros).min().unwrap_or(wanted);
    wanted - spare.min(wanted)
}

/// A finite number with so many decimals. One too large to be read digit by digit is written with an exponent.
fn written(number: f64, decimals: usize, thousands: Option<char>) -> String {
    if number.abs() >= 1e15 {
        return format!("{number:.3e}").replace('-', "−");
    }
    let text = format!("{:.decimals$}", number.abs());
    let is_zero = text.bytes().all(|byte| byte == b'0' || byte == b'.');
    if is_zero && number != 0.0 {
        return format!("{number:.2e}").replace('-', "−");
    }
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut shown = if number < 0.0 && !is_zero { "−".to_owned() } else { String::new() };
    shown.push_str(&grouped(whole, thousands));
    if let Some(fraction) = fraction {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

/// Digits with a character between groups of three.
pub(crate) fn grouped(digits: &str, thousands: Option<char>) -> String {
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if let Some(thousands) = thousands.filter(|_| place > 0 && (digits.len() - place).is_multiple_of(3)) {
            shown.push(thousands);
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(unit: &str, numbers: &[f64]) -> (String, Vec<String>) {
        let values = Cells::Numbers(numbers.to_vec());
        let column = Column::of(&TableColumn { heading: "h".to_owned(), unit: unit.to_owned(), values }, Some(' '));
        (column.heading, column.cells)
    }

    fn check(unit: &str, numbers: &[f64], heading: &str, expected: &[&str]) {
        let (found, cells) = cells(unit, numbers);
        assert_eq!(
            (found.as_str(), cells.iter().map(String::as_str).collect::<Vec<_>>()),
            (heading, expected.to_vec())
        );
    }

    #[test]
    fn numbers_close_to_one_another_share_a_scale() {
        check("ns", &[1.5e6, 90.25e6], "h (ms)", &["1.50", "90.25"]);
        check("ns", &[250e6, 500e6], "h (ms)", &["250", "500"]);
        check("/s", &[999.8, 1000.0], "h (/s)", &["999.8", "1000.0"]);
        check("/s", &[500.0, 65_000.0], "h (/s)", &["500", "65 000"]);
        check("/s", &[12_500.0, 65_000.0], "h (k/s)", &["12.5", "65.0"]);
        check("bytes", &[1024.0, 1536.0], "h (KiB)", &["1.0", "1.5"]);
        check("%", &[4.25, 99.0], "h (%)", &["4.25", "99.00"]);
    }

    #[test]
    fn numbers_far_apart_have_each_their_own_scale() {
        check("ns", &[1_500.0, 2.5e9, 0.0], "h", &["1.5 µs", "2.5 s", "0 ms"]);
        check("1", &[0.000_123, 12_345.678], "h", &["0.000123", "12 346"]);
    }

    #[test]
    fn counts_have_no_decimals_and_are_never_cut() {
        check("1", &[3.0, 1_234_567.0], "h", &["3", "1 234 567"]);
        check("1", &[3.0, 1234.0], "h", &["3", "1234"]);
        check("requests", &[1.0, 20_000.0], "h (requests)", &["1", "20 000"]);
    }

    #[test]
    fn what_is_not_known_is_empty_and_infinite_is_unbounded() {
        check("ns", &[f64::NAN, f64::INFINITY, 2e6], "h (ms)", &["", "unbounded", "2"]);
        check("ns", &[f64::NAN], "h (ms)", &[""]);
        check("ns", &[], "h (ms)", &[]);
    }

    #[test]
    fn negative_and_extreme_numbers_can_be_read() {
        check("1", &[-1.5, -0.0], "h", &["−1.5", "0.0"]);
        check("1", &[f64::MAX], "h", &["1.798e308"]);
        check("1", &[1e-300], "h", &["1.00e−300"]);
    }

    #[test]
    fn a_number_alone_has_its_unit() {
        let format = NumberFormat::of("ns", &[1.5e6, 9e6], None);
        assert_eq!((format.alone(1.5e6).as_str(), format.alone(f64::INFINITY).as_str()), ("1.5 ms", "unbounded"));
        assert_eq!(NumberFormat::of("%", &[12.0], None).alone(12.0), "12 %");
    }
}
