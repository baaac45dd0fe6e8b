//! A share, as typed: `1%` or `0.01`.

use std::str::FromStr;

use thiserror::Error;

/// A share of a whole, above 0 and below 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Share(pub(crate) f64);

/// A text that is no share.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a share above 0 and below 100 %: write it as `1%` or `0.01`")]
pub(crate) struct ShareError(String);

impl FromStr for Share {
    type Err = ShareError;
    fn from_str(text: &str) -> Result<Self, ShareError> {
        let (number, unit) = match text.trim().strip_suffix('%') {
            Some(number) => (number.trim(), 0.01),
            None => (text.trim(), 1.0),
        };
        let share = number.parse::<f64>().map(|number| number * unit);
        share.ok().filter(|share| *share > 0.0 && *share < 1.0).map(Self).ok_or_else(|| ShareError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage_or_a_fraction() {
        assert_eq!(
            ("1%".parse(), "0.5 %".parse(), "0.25".parse()),
            (Ok(Share(0.01)), Ok(Share(0.005)), Ok(Share(0.25)))
        );
        for text in ["", "0%", "100%", "-1%", "nan", "5"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }
}
