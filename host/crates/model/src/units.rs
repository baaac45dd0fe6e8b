//! Quantities with their units, as a person types and reads them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A point in time, in nanoseconds since the start of the trial; negative before it.
pub type Nanos = i64;

/// Significant decimal digits that histograms keep.
pub const SIGNIFICANT_DIGITS: u8 = 3;

/// Size of one request's work, given to the test case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Load(pub u32);

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A quantity that could not be read.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum UnitError {
    /// Not a rate.
    #[error("`{0}` is not a rate: write requests a second as `500/s`, `0.5/s`, `90/m` or `500`")]
    Rate(String),
    /// Neither a rate nor `max`.
    #[error(
        "`{0}` is not a rate: write requests a second as `500/s`, `0.5/s`, `90/m` or `500`, or `max` for as fast as answers come"
    )]
    IntendedRate(String),
    /// A rate outside the range.
    #[error("a rate of {0} cannot be held: it must be above 0 and at most 10000000/s")]
    RateRange(String),
    /// Not a length of time.
    #[error("`{0}` is not a length of time: write it as `30s`, `500ms`, `2m`, `1h30m`, or as bare seconds")]
    Span(String),
    /// A length of time outside the range.
    #[error("`{0}` is longer than 30 days: nothing here waits that long")]
    SpanRange(String),
}

/// Arrivals a second: above 0, at most ten million.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "f64", into = "f64")]
#[schemars(with = "f64")]
pub struct Rate(f64);

impl Rate {
    /// Highest rate accepted, per second.
    pub const MAX: f64 = 10_000_000.0;

    /// A rate of so many arrivals a second.
    ///
    /// # Errors
    /// When it is not above 0, not finite or above [`Rate::MAX`].
    pub fn per_second(value: f64) -> Result<Self, UnitError> {
        if value.is_finite() && value > 0.0 && value <= Self::MAX {
            Ok(Self(value))
        } else {
            Err(UnitError::RateRange(format!("{value}/s")))
        }
    }

    /// Arrivals a second.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Rate {
    type Error = UnitError;
    fn try_from(value: f64) -> Result<Self, UnitError> {
        Self::per_second(value)
    }
}

impl From<Rate> for f64 {
    fn from(rate: Rate) -> f64 {
        rate.0
    }
}

/// Reads a number a second, whatever its range: `500/s`, `90/m`, or bare.
pub(crate) fn per_second(text: &str) -> Result<f64, UnitError> {
    let wrong = || UnitError::Rate(text.to_owned());
    let (number, unit) = text.split_once('/').unwrap_or((text, "s"));
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    let seconds = match unit.trim() {
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    Ok(number / seconds)
}

impl FromStr for Rate {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        Self::per_second(per_second(text)?).map_err(|_| UnitError::RateRange(text.to_owned()))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

/// How fast requests are to be sent, as typed: a rate, or `max`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum IntendedRate {
    /// At this rate, whatever the target does: an open loop.
    Fixed(Rate),
    /// As fast as answers come: a closed loop.
    Max,
}

impl FromStr for IntendedRate {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        match text.trim() {
            "max" => Ok(Self::Max),
            rate => match rate.parse() {
                Ok(rate) => Ok(Self::Fixed(rate)),
                Err(UnitError::Rate(text)) => Err(UnitError::IntendedRate(text)),
                Err(error) => Err(error),
            },
        }
    }
}

impl fmt::Display for IntendedRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(rate) => rate.fmt(f),
            Self::Max => f.write_str("max"),
        }
    }
}

/// A length of time that a person typed: 0 to 30 days, kept to the nanosecond.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Span(pub Duration);

impl Span {
    /// Longest accepted.
    pub const MAX: Duration = Duration::from_secs(30 * 24 * 3600);

    /// Nanoseconds.
    pub fn nanos(self) -> Nanos {
        Nanos::try_from(self.0.as_nanos()).unwrap_or(Nanos::MAX)
    }

    /// So many seconds; for constants.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }
}

impl FromStr for Span {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let wrong = || UnitError::Span(text.to_owned());
        let mut rest = text.trim();
        let mut nanos = 0;
        if rest.is_empty() {
            return Err(wrong());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let unit_end = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| at + digits);
            let unit: u128 = match rest[digits..unit_end].trim() {
                "ns" => 1,
                "us" | "µs" => 1000,
                "ms" => 1_000_000,
                "" | "s" => 1_000_000_000,
                "m" | "min" => 60_000_000_000,
                "h" => 3_600_000_000_000,
                "d" => 86_400_000_000_000,
                _ => return Err(wrong()),
            };
            let (whole, fraction) = rest[..digits].split_once('.').unwrap_or((&rest[..digits], ""));
            if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
                return Err(wrong());
            }
            // What does not fit is far beyond 30 days, and digits far behind the point are less than a nanosecond.
            let whole: u128 = format!("0{whole}").parse().unwrap_or(u128::MAX / unit);
            let fraction = &fraction[..fraction.len().min(18)];
            let places = 10u128.pow(fraction.len() as u32);
            let fraction: u128 = format!("0{fraction}").parse().map_err(|_| wrong())?;
            nanos = whole
                .saturating_mul(unit)
                .saturating_add((fraction * unit + places / 2) / places)
                .saturating_add(nanos);
            rest = &rest[unit_end..];
        }
        if nanos > Self::MAX.as_nanos() {
            return Err(UnitError::SpanRange(text.to_owned()));
        }
        Ok(Self(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))))
    }
}

impl TryFrom<String> for Span {
    type Error = UnitError;
    fn try_from(text: String) -> Result<Self, UnitError> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        span.to_string()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        let (unit, name) = match nanos {
            0 => return f.write_str("0s"),
            n if n % 3_600_000_000_000 == 0 => (3_600_000_000_000, "h"),
            n if n % 60_000_000_000 == 0 => (60_000_000_000, "m"),
            n if n % 1_000_000_000 == 0 => (1_000_000_000, "s"),
            n if n % 1_000_000 == 0 => (1_000_000, "ms"),
            n if n % 1000 == 0 => (1000, "us"),
            _ => (1, "ns"),
        };
        write!(f, "{}{name}", nanos / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_bare_number_is_requests_a_second_as_in_the_older_tool() {
        assert_eq!("500".parse::<Rate>().map(Rate::get), Ok(500.0));
        assert_eq!("0.5/s".parse::<Rate>().map(Rate::get), Ok(0.5));
        assert_eq!("90/m".parse::<Rate>().map(Rate::get), Ok(1.5));
    }

    #[test]
    fn rates_that_cannot_be_held_are_refused() {
        for text in ["0", "-1/s", "inf", "NaN", "1e9/s"] {
            assert!(matches!(text.parse::<Rate>(), Err(UnitError::RateRange(_))), "{text}");
        }
        for text in ["", "fast", "5/fortnight", "5//s"] {
            assert!(matches!(text.parse::<Rate>(), Err(UnitError::Rate(_))), "{text}");
        }
    }

    #[test]
    fn spans_read_as_typed() {
        let ms = |text: &str| text.parse::<Span>().map(|span| span.0.as_millis());
        assert_eq!(ms("30"), Ok(30_000));
        assert_eq!(ms("1h30m"), Ok(5_400_000));
        assert_eq!(ms("1.5s"), Ok(1500));
        assert!(matches!(ms("999999d"), Err(UnitError::SpanRange(_))));
        for text in ["", "s", "-3s", "3 fortnights", "1e3s", "..s"] {
            assert!(matches!(ms(text), Err(UnitError::Span(_))), "{text}");
        }
    }

    #[test]
    fn the_rate_of_a_closed_loop_is_max() {
        assert_eq!("max".parse(), Ok(IntendedRate::Max));
        assert_eq!("90/m".parse(), Rate::per_second(1.5).map(IntendedRate::Fixed));
        let error = "fast".parse::<IntendedRate>().expect_err("no rate").to_string();
        assert!(
            error.starts_with("`fast` is not a rate: ") && error.ends_with("or `max` for as fast as answers come"),
            "{error}"
        );
        assert!(matches!("0/s".parse::<IntendedRate>(), Err(UnitError::RateRange(_))));
    }

    proptest! {
        #[test]
        fn a_span_survives_being_written(nanos in 0u64..2_592_000_000_000_000) {
            let span = Span(Duration::from_nanos(nanos));
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }

        #[test]
        fn a_rate_survives_being_written(rate in 1e-9f64..=Rate::MAX) {
            let rate = IntendedRate::Fixed(Rate::per_second(rate).expect("in range"));
            prop_assert_eq!(rate.to_string().parse(), Ok(rate));
        }

        #[test]
        fn no_text_is_too_odd_to_be_refused(text in any::<String>(), digits in "[0-9.smh]{0,60}") {
            let _ = (text.parse::<Span>(), text.parse::<Rate>(), digits.parse::<Span>());
        }
    }
}
