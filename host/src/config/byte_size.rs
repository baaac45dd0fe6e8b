//! Amounts of memory, as a person types and reads them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ByteSize(pub(crate) u64);

/// A text that is no amount of memory.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is not an amount of memory: write it as `64MiB`, `512KiB`, `1GiB`, or as bare bytes")]
pub(crate) struct ByteSizeError(String);

const UNITS: [(&str, u64); 8] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1000),
    ("KB", 1000),
    ("B", 1),
];

impl FromStr for ByteSize {
    type Err = ByteSizeError;
    fn from_str(text: &str) -> Result<Self, ByteSizeError> {
        let wrong = || ByteSizeError(text.to_owned());
        let trimmed = text.trim();
        let (number, size) = UNITS
            .iter()
            .find_map(|(name, size)| trimmed.strip_suffix(name).map(|number| (number.trim_end(), *size)))
            .unwrap_or((trimmed, 1));
        if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit() || c == '.') {
            return Err(wrong());
        }
        if let Ok(whole) = number.parse::<u64>() {
            return whole.checked_mul(size).map(Self).ok_or_else(wrong);
        }
        let bytes = number.parse::<f64>().map_err(|_| wrong())? * size as f64;
        if bytes < u64::MAX as f64 { Ok(Self(bytes as u64)) } else { Err(wrong()) }
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = UNITS.iter().take(3).find(|(_, size)| self.0 != 0 && self.0.is_multiple_of(*size));
        match exact {
            Some((name, size)) => write!(f, "{}{name}", self.0 / size),
            None => write!(f, "{}B", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_typed_and_written_again() {
        for (text, bytes, again) in [
            ("64MiB", 64 << 20, "64MiB"),
            ("64 MiB", 64 << 20, "64MiB"),
            ("1.5KiB", 1536, "1536B"),
            ("1000", 1000, "1000B"),
            ("2GB", 2_000_000_000, "1953125KiB"),
            ("0", 0, "0B"),
        ] {
            let size: ByteSize = text.parse().expect(text);
            assert_eq!(size.0, bytes, "{text}");
            assert_eq!(size.to_string(), again);
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "MiB", "-1MiB", "64 parsecs", "1..5KiB", "99999999999999GiB", "inf"] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }
}
