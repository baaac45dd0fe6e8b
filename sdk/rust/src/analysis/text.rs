//! Figures as words, for the places where the host does not format them: findings, notes, summaries. A figure has three
//! significant digits there; what is not known is called so.

/// How many things a sentence names before it goes on with `… more`.
pub const NAMED: usize = 10;

/// A number to three significant digits, without zeros behind the point: `0.333`, `27`, `12.5`. Whole digits are never
/// lost: `1234567`.
#[must_use]
pub fn number(value: f64) -> String {
    if value.is_nan() {
        return "not known".to_owned();
    }
    if value.is_infinite() {
        return "unbounded".to_owned();
    }
    let whole_digits = if value == 0.0 { 1 } else { value.abs().log10().floor() as i32 + 1 };
    let decimals = (3 - whole_digits).clamp(0, 12) as usize;
    trimmed(&format!("{value:.decimals$}"))
}

/// A rate that was measured: `27/s`, `412/s`.
#[must_use]
pub fn rate(per_second: f64) -> String {
    per_second_of(per_second, number)
}

/// A rate that was asked for, to a thousandth: `412.5/s`. It tells trials apart, so that no digit may be lost.
#[must_use]
pub fn intended_rate(per_second: f64) -> String {
    per_second_of(per_second, |value| trimmed(&format!("{value:.3}")))
}

fn per_second_of(value: f64, digits: impl Fn(f64) -> String) -> String {
    match value {
        value if value.is_nan() => "rate not known".to_owned(),
        value if value.is_infinite() => "unbounded rate".to_owned(),
        value => format!("{}/s", digits(value)),
    }
}

fn trimmed(text: &str) -> String {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text.to_owned() }
}

/// A duration in nanoseconds, in the unit in which people read it: `82.9 ms`.
#[must_use]
pub fn duration(nanos: f64) -> String {
    if !nanos.is_finite() {
        return number(nanos);
    }
    // The limits are where three digits round up to the next unit.
    let (unit, suffix) = match nanos.abs() {
        size if size < 999.5 => (1.0, "ns"),
        size if size < 999.5e3 => (1e3, "µs"),
        size if size < 999.5e6 => (1e6, "ms"),
        _ => (1e9, "s"),
    };
    format!("{} {suffix}", number(nanos / unit))
}

/// A share (1 is all) as a percentage, to a tenth below ten: `12 %`, `5.1 %`.
#[must_use]
pub fn per_cent(share: f64) -> String {
    let value = share * 100.0;
    if !value.is_finite() {
        return number(value);
    }
    // No -0 %.
    let value = if value.abs() < 0.05 { 0.0 } else { value };
    let decimals = usize::from(value.abs() < 9.95);
    format!("{} %", trimmed(&format!("{value:.decimals$}")))
}

/// A number of things with their name: `1 trial`, `3 trials`.
#[must_use]
pub fn count(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// Numbers of trials and the like as one reads them: `1`, `1 and 2`, `1, 2 and 3`, `1, 2, 3 and 40 more`. At most
/// `most` are named, as a rule [`NAMED`].
#[must_use]
pub fn list<T: ToString>(items: &[T], most: usize) -> String {
    let mut words: Vec<String> = items.iter().take(most).map(T::to_string).collect();
    if items.len() > words.len() {
        words.push(format!("{} more", items.len() - words.len()));
    }
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((only, _)) => only.clone(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_significant_digits_at_most() {
        let written = [1.0 / 3.0, 27.0, 12.34, 0.001_234_5, 100.0, 1_234_567.0, 0.0, 9.999].map(number);
        assert_eq!(written, ["0.333", "27", "12.3", "0.00123", "100", "1234567", "0", "10"]);
        assert_eq!([f64::NAN, f64::INFINITY].map(number), ["not known", "unbounded"]);
    }

    #[test]
    fn a_rate_that_was_asked_for_keeps_its_digits() {
        assert_eq!([27.0, 412.57, 0.5, f64::NAN].map(rate), ["27/s", "413/s", "0.5/s", "rate not known"]);
        assert_eq!([12_345.0, 412.57, 100.0].map(intended_rate), ["12345/s", "412.57/s", "100/s"]);
    }

    #[test]
    fn durations_have_the_unit_that_people_read() {
        let written = [150.0, 1_500.0, 82_916_666.7, 999_600_000.0, 2.5e9, f64::INFINITY].map(duration);
        assert_eq!(written, ["150 ns", "1.5 µs", "82.9 ms", "1 s", "2.5 s", "unbounded"]);
    }

    #[test]
    fn percentages_have_a_tenth_where_they_are_small() {
        assert_eq!([0.123, 0.051, 0.05, -1e-4, f64::NAN].map(per_cent), ["12 %", "5.1 %", "5 %", "0 %", "not known"]);
        assert_eq!((count(1, "trial", "trials"), count(3, "trial", "trials")), ("1 trial".into(), "3 trials".into()));
    }

    #[test]
    fn long_lists_are_cut() {
        assert_eq!(list(&[1], 3), "1");
        assert_eq!(list(&[1, 2, 3], 3), "1, 2 and 3");
        assert_eq!(list(&(1..=43).collect::<Vec<_>>(), 3), "1, 2, 3 and 40 more");
    }
}
