//! Figures that clusters are compared by.

use std::fmt;
use std::str::FromStr;

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Quantity, Trial};

/// A figure of a trial, or of a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Figure {
    /// Percentile of the response time over all requests, from 0 to 100; one that failed counts as infinite.
    Percentile(f64),
    /// Mean response time of the successes, nanoseconds; infinite where there were requests and none succeeded.
    Mean,
    /// Good completions per second.
    Goodput,
    /// What a search found: the highest rate, or load, that was carried.
    Capacity,
}

impl Figure {
    /// Its value in a trial; NaN where it is not known, and for a capacity, which no trial has.
    pub(crate) fn of(self, trial: &Trial) -> Result<f64, Fault> {
        match self {
            Self::Percentile(percent) => {
                let found = trial.all().quantiles(Quantity::ResponseTime, &[percent / 100.0])?;
                Ok(found.first().copied().unwrap_or(f64::NAN))
            }
            Self::Mean => {
                let mean = trial.successes().measure(Quantity::ResponseTime)?.mean;
                let outcomes = trial.outcomes()?;
                let is_dead = outcomes.first() == Some(&0.0) && outcomes.iter().sum::<f64>() > 0.0;
                Ok(if mean.is_nan() && is_dead { f64::INFINITY } else { mean })
            }
            Self::Goodput => Ok(trial.facts.goodput),
            Self::Capacity => Ok(f64::NAN),
        }
    }

    /// Whether more is better.
    pub(crate) fn is_gain(self) -> bool {
        matches!(self, Self::Goodput | Self::Capacity)
    }

    /// Its unit, as in tables.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Percentile(_) | Self::Mean => "ns",
            Self::Goodput => "/s",
            Self::Capacity => "1",
        }
    }

    /// Its name in full.
    pub(crate) fn in_full(self) -> String {
        match self {
            Self::Percentile(_) => format!("{self} of the response time"),
            Self::Mean => "mean response time".to_owned(),
            Self::Goodput => "goodput".to_owned(),
            Self::Capacity => "capacity".to_owned(),
        }
    }

    /// What a value is called that has no logarithm.
    pub(crate) fn beyond(self) -> &'static str {
        if self.is_gain() { "zero" } else { "unbounded" }
    }

    /// What the better of two is called.
    pub(crate) fn praise(self) -> &'static str {
        if self.is_gain() { "carries more" } else { "is faster" }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percentile(percent) => write!(f, "p{percent}"),
            Self::Mean => f.write_str("mean"),
            Self::Goodput => f.write_str("goodput"),
            Self::Capacity => f.write_str("capacity"),
        }
    }
}

/// What could have been typed.
pub(crate) const EXPECTED: &str = "a percentile such as `p99` or `p99.9`, `mean`, `goodput` or `capacity`";

impl FromStr for Figure {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "mean" => Ok(Self::Mean),
            "goodput" => Ok(Self::Goodput),
            "capacity" => Ok(Self::Capacity),
            _ => {
                let digits = text.strip_prefix('p').ok_or(())?;
                let is_plain = digits.starts_with(|c: char| c.is_ascii_digit())
                    && digits.ends_with(|c: char| c.is_ascii_digit())
                    && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
                let percent = digits.parse::<f64>().ok().filter(|percent| is_plain && *percent > 0.0).ok_or(())?;
                if percent <= 100.0 { Ok(Self::Percentile(percent)) } else { Err(()) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_as_conditions_write_them() {
        for text in ["p99", "p99.9", "p50", "mean", "goodput", "capacity"] {
            assert_eq!(text.parse::<Figure>().expect("a figure").to_string(), text);
        }
        for text in ["", "p", "p0", "p101", "p-1", "pNaN", "p1e1", "99", "median", "P99", "p9.", "p.9"] {
            assert!(text.parse::<Figure>().is_err(), "{text}");
        }
    }
}
