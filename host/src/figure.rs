//! How figures are written for people: three digits, with a unit that fits.

/// A duration in nanoseconds.
pub(crate) fn time(nanos: f64) -> String {
    let (value, unit) = match nanos {
        n if n < 1e3 => (n, "ns"),
        n if n < 1e6 => (n / 1e3, "µs"),
        n if n < 1e9 => (n / 1e6, "ms"),
        n => (n / 1e9, "s"),
    };
    format!("{} {unit}", three_digits(value))
}

/// A rate per second.
pub(crate) fn rate(per_second: f64) -> String {
    format!("{}/s", if per_second < 1000.0 { three_digits(per_second) } else { count(per_second.round() as u64) })
}

/// Bytes.
pub(crate) fn bytes(bytes: u64) -> String {
    let bytes = bytes as f64;
    let (value, unit) = match bytes {
        b if b < 1024.0 => return format!("{b} B"),
        b if b < 1024.0 * 1024.0 => (b / 1024.0, "KiB"),
        b if b < 1024.0 * 1024.0 * 1024.0 => (b / (1024.0 * 1024.0), "MiB"),
        b => (b / (1024.0 * 1024.0 * 1024.0), "GiB"),
    };
    format!("{} {unit}", three_digits(value))
}

/// A count, with a thin gap between thousands.
pub(crate) fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// A share of a whole, in per cent.
pub(crate) fn share(part: u64, whole: u64) -> String {
    format!("{:.2} %", part as f64 * 100.0 / whole.max(1) as f64)
}

fn three_digits(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        v if v < 9.995 => format!("{v:.2}"),
        v if v < 99.95 => format!("{v:.1}"),
        v => format!("{v:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_and_a_unit() {
        assert_eq!(time(0.0), "0 ns");
        assert_eq!(time(350.0), "350 ns");
        assert_eq!(time(1_234.0), "1.23 µs");
        assert_eq!(time(12_340_000.0), "12.3 ms");
        assert_eq!(time(30_000_000_000.0), "30.0 s");
        assert_eq!(rate(0.5), "0.50/s");
        assert_eq!(rate(999.96), "1000/s");
        assert_eq!(rate(100_000.0), "100 000/s");
        assert_eq!(bytes(88_000), "85.9 KiB");
        assert_eq!(count(1_234_567), "1 234 567");
        assert_eq!(share(1, 3), "33.33 %");
    }
}
