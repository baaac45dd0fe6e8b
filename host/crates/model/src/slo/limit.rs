//! What a measure is compared with.

use std::fmt;

use crate::counts::Counts;
use crate::units::Span;

/// How a figure is compared with its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
}

impl Comparison {
    /// All, those first that begin with another.
    pub(super) const ALL: [(&'static str, Self); 4] =
        [("<=", Self::AtMost), (">=", Self::AtLeast), ("<", Self::Below), (">", Self::Above)];

    /// True when `value` and `limit` compare so.
    pub(super) fn holds(self, value: f64, limit: f64) -> bool {
        // 3 of 1000 and `0.3%` are equal for a person, and may differ in the last bit.
        let is_equal = value.is_finite() && (value - limit).abs() <= 1e-12 * value.abs().max(limit.abs());
        match self {
            Self::Below => value < limit && !is_equal,
            Self::AtMost => value < limit || is_equal,
            Self::Above => value > limit && !is_equal,
            Self::AtLeast => value > limit || is_equal,
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(_, comparison)| comparison == self).map_or("", |(text, _)| text))
    }
}

/// A limit, by the kind of its measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// A length of time.
    Time(Span),
    /// A share of all requests, per cent, 0 to 100.
    Percent(f64),
    /// A number of requests.
    Requests(u64),
    /// So many a second; 0 or more.
    Rate(f64),
    /// A plain number, in the metric's unit.
    Number(f64),
}

impl Limit {
    /// Nanoseconds, a share from 0 to 1, requests, a number per second, or the plain number.
    pub(super) fn value(self) -> f64 {
        match self {
            Self::Time(span) => span.nanos() as f64,
            Self::Percent(percent) => percent / 100.0,
            Self::Requests(requests) => requests as f64,
            Self::Rate(value) | Self::Number(value) => value,
        }
    }

    /// A figure of the same kind as this limit, for people.
    pub(super) fn shown(self, value: f64, counts: &Counts) -> String {
        let requests = |value: f64| format!("{} of {} requests", value.round(), counts.scheduled);
        match self {
            Self::Time(_) => {
                let units = [(1e9, "s"), (1e6, "ms"), (1e3, "us"), (1.0, "ns")];
                let (unit, name) = units.into_iter().find(|(unit, _)| value >= *unit).unwrap_or((1.0, "ns"));
                format!("{}{name}", significant(value / unit))
            }
            Self::Percent(_) => {
                format!("{}% ({})", significant(value * 100.0), requests(value * counts.scheduled as f64))
            }
            Self::Requests(_) => requests(value),
            Self::Rate(_) => format!("{}/s", significant(value)),
            Self::Number(_) => significant(value),
        }
    }
}

/// Four significant digits of a number, all digits before the point.
fn significant(value: f64) -> String {
    if value != 0.0 && !(1e-6..1e15).contains(&value.abs()) {
        return format!("{value:.3e}");
    }
    let before_point = if value == 0.0 { 1.0 } else { value.abs().log10().floor() + 1.0 };
    let places = (4.0 - before_point).clamp(0.0, 9.0) as usize;
    let text = format!("{value:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(span) => span.fmt(f),
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::Requests(1) => f.write_str("1 request"),
            Self::Requests(requests) => write!(f, "{requests} requests"),
            Self::Rate(rate) => write!(f, "{rate}/s"),
            Self::Number(number) => number.fmt(f),
        }
    }
}
