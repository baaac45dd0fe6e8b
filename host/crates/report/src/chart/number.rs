//! Numbers as charts show them.

use model::report::Scale;

use crate::unit::Unit;

/// From here on numbers are written with an exponent.
const LARGE: i32 = 15;

/// Below ten to this power numbers are written with an exponent.
const SMALL: i32 = -6;

/// Letters of a unit behind a number.
const MOST_LETTERS: usize = 24;

/// A number with so many significant digits, at least all before the point, without zeros at its end.
pub(super) fn significant(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "–".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let exponent = value.abs().log10().floor() as i32;
    if !(SMALL..LARGE).contains(&exponent) {
        let written = format!("{value:.*e}", digits.saturating_sub(1));
        let (digits, power) = written.split_once('e').unwrap_or((&written, "0"));
        return format!("{}e{power}", trim(digits)).replace('-', "−");
    }
    let decimals = (digits as i32 - 1 - exponent).clamp(0, 12) as usize;
    group(trim(&format!("{value:.decimals$}")))
}

/// A number with so many decimals.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() || value.abs() >= 1e15 {
        return significant(value, 4);
    }
    let written = format!("{value:.decimals$}");
    // Not "-0".
    let is_zero = written.bytes().all(|byte| matches!(byte, b'-' | b'0' | b'.'));
    group(if is_zero { written.trim_start_matches('-') } else { &written })
}

/// How numbers beside each other are written: with decimals alike, so that they are compared at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Alike {
    /// None: each has three digits, whatever its size.
    decimals: Option<usize>,
}

impl Alike {
    /// Three digits for the largest of these numbers, fewer where none needs them; for each, on a logarithmic axis.
    pub(super) fn of(numbers: impl Iterator<Item = f64> + Clone, scale: Scale) -> Self {
        if scale == Scale::Logarithmic {
            return Self { decimals: None };
        }
        let largest = numbers.clone().filter(|number| number.is_finite()).map(f64::abs).fold(0.0, f64::max);
        let digits = |number: f64| if number > 0.0 { number.log10().floor() as i32 + 1 } else { 1 };
        let sizes = numbers.clone().filter(|number| number.is_finite() && *number != 0.0).map(f64::abs);
        let least = sizes.fold(largest, f64::min);
        // One more where the least would be left with two.
        let more = i32::from(digits(largest) - digits(least) == 1);
        let most = (3 - digits(largest) + more).clamp(0, 8);
        let has_all = |decimals: i32| {
            let power = 10f64.powi(decimals);
            numbers.clone().filter(|number| number.is_finite()).all(|number| {
                let scaled = number * power;
                (scaled - scaled.round()).abs() <= 1e-6 * scaled.abs().max(1.0)
            })
        };
        Self { decimals: Some((0..most).find(|decimals| has_all(*decimals)).unwrap_or(most) as usize) }
    }

    /// Writes one; a number too small for these decimals has three digits.
    pub(super) fn write(self, number: f64) -> String {
        let Some(decimals) = self.decimals else { return significant(number, 3) };
        let scaled = number * 10f64.powi(decimals as i32);
        let is_whole = (scaled - scaled.round()).abs() <= 1e-6 * scaled.abs();
        if number != 0.0 && scaled.abs() < 99.5 && !is_whole { significant(number, 3) } else { fixed(number, decimals) }
    }
}

/// Decimals that a step needs.
pub(super) fn decimals_of(step: f64) -> usize {
    (0..12)
        .find(|decimals| {
            let scaled = step * 10f64.powi(*decimals);
            scaled >= 0.999 && (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1.0)
        })
        .unwrap_or(12) as usize
}

/// A value with its unit, in the scale of its own size, with five digits: what is shown on hover.
pub(super) fn full(value: f64, unit: &str) -> String {
    if value == f64::INFINITY {
        return "unbounded".to_owned();
    }
    let scale = Unit::of(unit).scale_for(value);
    with_suffix(&significant(value * scale.factor, 5), &scale.suffix)
}

/// A value with its unit, in the scale of its own size, with three digits: where neighbours differ by decades.
pub(super) fn short(value: f64, unit: &str) -> String {
    let scale = Unit::of(unit).scale_for(value);
    with_suffix(&significant(value * scale.factor, 3), &scale.suffix)
}

/// A number and what is written behind it, with a space but before `/s`; it is cut where it is no unit at all.
pub(super) fn with_suffix(number: &str, suffix: &str) -> String {
    let suffix: String = suffix.chars().take(MOST_LETTERS).collect();
    match suffix.as_str() {
        "" => number.to_owned(),
        "/s" => format!("{number}/s"),
        _ => format!("{number}\u{a0}{suffix}"),
    }
}

fn trim(written: &str) -> &str {
    if written.contains('.') { written.trim_end_matches('0').trim_end_matches('.') } else { written }
}

/// Thin spaces between thousands of numbers of five digits and more; a true minus.
fn group(written: &str) -> String {
    let (sign, number) = written.strip_prefix('-').map_or(("", written), |rest| ("−", rest));
    let (whole, rest) = number.find('.').map_or((number, ""), |point| number.split_at(point));
    if whole.len() < 5 {
        return format!("{sign}{whole}{rest}");
    }
    let mut grouped = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_with_the_digits_that_count() {
        assert_eq!(significant(47.349, 3), "47.3");
        assert_eq!(significant(0.001_234, 3), "0.00123");
        assert_eq!(significant(1_234.4, 3), "1234");
        assert_eq!(significant(-1_234_567.0, 7), "−1\u{202f}234\u{202f}567");
        assert_eq!(significant(1e308, 3), "1e308");
        assert_eq!(significant(-2.5e-9, 3), "−2.5e−9");
        assert_eq!(significant(f64::MIN, 3), "−1.8e308");
        assert_eq!(significant(12.0, 3), "12");
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(fixed(2.5, 1), "2.5");
        assert_eq!((decimals_of(2.5), decimals_of(20.0), decimals_of(0.02)), (1, 0, 2));
    }

    #[test]
    fn numbers_beside_each_other_have_decimals_alike() {
        let written = |numbers: &[f64]| {
            let alike = Alike::of(numbers.iter().copied(), Scale::Linear);
            numbers.iter().map(|number| alike.write(*number)).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(written(&[2.4, 1.1, 1.314]), "2.40 1.10 1.31");
        assert_eq!(written(&[79.62, 20.0]), "79.6 20.0");
        assert_eq!(written(&[5.0, 7.0]), "5 7");
        assert_eq!(written(&[250.0, 0.003, f64::INFINITY]), "250 0.003 ∞");
        assert_eq!(written(&[0.011_35, 12.0, 0.005_6]), "0.0114 12.0 0.0056");
        assert_eq!(written(&[]), "");
    }

    #[test]
    fn a_value_on_hover_has_its_unit() {
        assert_eq!(full(1_234_567.0, "ns"), "1.2346\u{a0}ms");
        assert_eq!(full(f64::INFINITY, "ns"), "unbounded");
        assert_eq!(full(f64::NAN, "/s"), "–/s");
        assert_eq!(full(3.0, ""), "3");
    }
}
