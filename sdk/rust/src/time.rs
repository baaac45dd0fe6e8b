//! Reads points in time as servers write them. By hand, because answers are read a hundred thousand times a second.

use std::error::Error;
use std::fmt;

/// A text that is no ISO 8601 time in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeError;

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected ISO 8601 in UTC such as `2026-11-23T08:21:09.388Z`")
    }
}

impl Error for TimeError {}

/// Milliseconds since the Unix epoch of an ISO 8601 time in UTC: `2026-11-23T08:21:09`, then up to nine digits of a
/// fraction, then `Z` or `+00:00`. Allocates nothing. Today's milliseconds in `f64` keep a quarter of a microsecond.
///
/// # Errors
/// When the text has another shape, names a day or an hour that does not exist, or another offset.
pub fn parse_utc(text: &str) -> Result<f64, TimeError> {
    let (seconds, rest) = text.as_bytes().split_at_checked(19).ok_or(TimeError)?;
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', i1, i2, b':', s1, s2] = seconds else {
        return Err(TimeError);
    };
    let year = i64::from(pair(y1, y2)? * 100 + pair(y3, y4)?);
    let (month, day) = (pair(m1, m2)?, pair(d1, d2)?);
    let (hour, minute, second) = (pair(h1, h2)?, pair(i1, i2)?, pair(s1, s2)?);
    if !(1..=12).contains(&month) || day == 0 || day > days_of(year, month) || hour > 23 || minute > 59 || second > 59 {
        return Err(TimeError);
    }
    let seconds = days_since_epoch(year, month, day) * 86_400 + i64::from(hour * 3_600 + minute * 60 + second);
    Ok((seconds * 1_000) as f64 + fraction_ms(rest)?)
}

/// Milliseconds of a fraction, `.388Z`; the offset must be UTC's.
fn fraction_ms(rest: &[u8]) -> Result<f64, TimeError> {
    let (mut nanos, mut scale, mut offset) = (0_u32, 100_000_000_u32, rest);
    if let Some((b'.', digits)) = rest.split_first() {
        let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 || count > 9 {
            return Err(TimeError);
        }
        for byte in &digits[..count] {
            nanos += u32::from(byte - b'0') * scale;
            scale /= 10;
        }
        offset = &digits[count..];
    }
    if !matches!(offset, b"Z" | b"+00:00") {
        return Err(TimeError);
    }
    Ok(f64::from(nanos) / 1e6)
}

fn pair(tens: u8, ones: u8) -> Result<u32, TimeError> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if tens > 9 || ones > 9 { Err(TimeError) } else { Ok(u32::from(tens * 10 + ones)) }
}

fn days_of(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar (`days_from_civil`, Howard Hinnant 2013). Years begin in March there,
/// so that the leap day is the last.
fn days_since_epoch(year: i64, month: u32, day: u32) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = i64::from((153 * ((month + 9) % 12) + 2) / 5 + day - 1);
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_utc_become_milliseconds_since_the_epoch() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", 0.0),
            ("2026-11-23T08:21:09.388Z", 1_795_422_069_388.0),
            ("2026-11-23T08:21:09.388+00:00", 1_795_422_069_388.0),
            ("2000-02-29T23:59:59.999999999Z", 951_868_799_999.999_999),
            ("2024-03-01T00:00:00.5Z", 1_709_251_200_500.0),
            ("1969-12-31T23:59:59.5Z", -500.0),
            ("0000-03-01T00:00:00Z", -62_162_035_200_000.0),
            ("9999-12-31T23:59:59Z", 253_402_300_799_000.0),
        ] {
            assert_eq!(parse_utc(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn days_follow_each_other_over_eight_centuries() {
        let mut expected = days_since_epoch(1600, 1, 1);
        for year in 1600..2400 {
            for month in 1..=12 {
                for day in 1..=days_of(year, month) {
                    assert_eq!(days_since_epoch(year, month, day), expected, "{year}-{month}-{day}");
                    expected += 1;
                }
            }
        }
        assert_eq!(days_since_epoch(1970, 1, 1), 0);
    }

    #[test]
    fn what_is_no_time_in_utc_is_refused() {
        for text in [
            "",
            "2026-11-23",
            "2026-11-23T08:21:09",
            "2026-11-23 08:21:09Z",
            "2026-11-23T08:21:09.Z",
            "2026-11-23T08:21:09.1234567890Z",
            "2026-11-23T08:21:09.388+01:00",
            "2026-11-23T08:21:09.388Zx",
            "2026-13-23T08:21:09Z",
            "2026-00-23T08:21:09Z",
            "2026-02-29T08:21:09Z",
            "2026-11-00T08:21:09Z",
            "2026-11-23T24:21:09Z",
            "2026-11-23T08:60:09Z",
            "2026-11-23T08:21:60Z",
            "20-6-11-23T08:21:09Z",
            "2026-11-23T0ü:21:09Z",
        ] {
            assert_eq!(parse_utc(text), Err(TimeError), "{text}");
        }
    }
}
