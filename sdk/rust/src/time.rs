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
    let (century, of_century) = (pair(y1, y2)?, pair(y3, y4)?);
    let year = century * 100 + of_century;
    let (month, day) = (pair(m1, m2)?, pair(d1, d2)?);
    let (hour, minute, second) = (pair(h1, h2)?, pair(i1, i2)?, pair(s1, s2)?);
    let is_day = (1..=12).contains(&month) && day > 0 && (day <= 28 || day <= days_of(year, month));
    if !is_day || hour > 23 || minute > 59 || second > 59 {
        return Err(TimeError);
    }
    let days = f64::from(days_since_epoch(year, month, day));
    let ms = days * 86_400_000.0 + f64::from((hour * 3_600 + minute * 60 + second) * 1_000);
    Ok(ms + fraction_ms(rest)?)
}

/// Milliseconds of a fraction, `.388Z`; the offset must be UTC's.
fn fraction_ms(rest: &[u8]) -> Result<f64, TimeError> {
    /// Of the last of so many digits.
    const NANOS: [u32; 10] = [0, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let (mut digits, mut count, mut offset) = (0_u32, 0, rest);
    if let Some((b'.', mut left)) = rest.split_first() {
        while let Some((digit @ b'0'..=b'9', behind)) = left.split_first() {
            if count == 9 {
                return Err(TimeError);
            }
            digits = digits * 10 + u32::from(digit - b'0');
            (count, left) = (count + 1, behind);
        }
        if count == 0 {
            return Err(TimeError);
        }
        offset = left;
    }
    if !matches!(offset, b"Z" | b"+00:00") {
        return Err(TimeError);
    }
    Ok(f64::from(digits * NANOS[count]) / 1e6)
}

fn pair(tens: u8, ones: u8) -> Result<u32, TimeError> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    if tens > 9 || ones > 9 { Err(TimeError) } else { Ok(u32::from(tens * 10 + ones)) }
}

fn days_of(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar (after `days_from_civil`, Howard Hinnant 2013). Years begin in March
/// there, so that the leap day is the last; four centuries are added, so that none is negative.
fn days_since_epoch(year: u32, month: u32, day: u32) -> i32 {
    const BEFORE_MONTH: [u32; 12] = [306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275];
    let year = year + 400 - u32::from(month <= 2);
    let century = year / 100;
    let days = year * 365 + year / 4 - century + century / 4 + BEFORE_MONTH[month as usize - 1] + day;
    days as i32 - 1 - 719_468 - 146_097
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
        for (text, expected) in [(".3Z", 300.0), (".38Z", 380.0), (".3881Z", 388.1), (".000000001Z", 1e-6)] {
            assert_eq!(parse_utc(&format!("1970-01-01T00:00:00{text}")), Ok(expected), "{text}");
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
