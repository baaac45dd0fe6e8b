//! Units as analyses name them, and how a number in one is shown.

use crate::plain;

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unit {
    /// `ns` or `s`: shown in ns, µs, ms or s. The field is nanoseconds per one.
    Time(u64),
    /// `/s`: per second, in thousands (k) and millions (M).
    PerSecond,
    /// `bytes`, shown in B, KiB, MiB, GiB or TiB, or `bytes/s`.
    Bytes {
        /// They are per second.
        per_second: bool,
    },
    /// `%`.
    PerCent,
    /// `1` or nothing: a plain number.
    Plain,
    /// Any other, written behind.
    Other(String),
}

/// How numbers of a column or an axis are shown: all of them in one scale.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct UnitScale {
    /// A value times this is what is shown.
    pub(crate) factor: f64,
    /// Written behind it, such as `ms`; empty for a plain number.
    pub(crate) suffix: String,
}

impl Unit {
    /// The unit that an analysis named.
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "ns" => Self::Time(1),
            "s" => Self::Time(1_000_000_000),
            "/s" => Self::PerSecond,
            "bytes" => Self::Bytes { per_second: false },
            "bytes/s" => Self::Bytes { per_second: true },
            "%" => Self::PerCent,
            "" | "1" => Self::Plain,
            other => Self::Other(plain::line(other).into_owned()),
        }
    }

    /// It has several scales, such as ms and s.
    pub(crate) fn is_scaled(&self) -> bool {
        matches!(self, Self::Time(_) | Self::PerSecond | Self::Bytes { .. })
    }

    /// Rates and shares: they are compared by their lengths, so that an even axis of them starts at zero.
    pub(crate) fn is_from_zero(&self) -> bool {
        matches!(self, Self::PerSecond | Self::PerCent | Self::Bytes { per_second: true })
    }

    /// The scale in which a value of this size, sign aside, has one to three digits before the point where it can.
    pub(crate) fn scale_for(&self, size: f64) -> UnitScale {
        let size = if size.is_finite() { size.abs() } else { 0.0 };
        let pick = |steps: &[(f64, &str)], size: f64| {
            // The last step that is not larger than the value; the first for what is smaller than all.
            let step = steps.iter().rev().find(|(step, _)| size >= *step * 0.9995).unwrap_or(&steps[0]);
            (step.0, step.1.to_owned())
        };
        match self {
            Self::Time(nanos) => {
                let nanos = *nanos as f64;
                let steps = [(1.0, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s")];
                let (step, suffix) = if size == 0.0 { (1e6, "ms".to_owned()) } else { pick(&steps, size * nanos) };
                UnitScale { factor: nanos / step, suffix }
            }
            Self::PerSecond => {
                let (step, suffix) = pick(&[(1.0, "/s"), (1e4, "k/s"), (1e6, "M/s")], size);
                UnitScale { factor: 1.0 / if suffix == "k/s" { 1e3 } else { step }, suffix }
            }
            Self::Bytes { per_second } => {
                const KIB: f64 = 1024.0;
                let steps = [(1.0, "B"), (KIB, "KiB"), (KIB * KIB, "MiB"), (KIB.powi(3), "GiB"), (KIB.powi(4), "TiB")];
                let (step, suffix) = pick(&steps, size);
                UnitScale { factor: 1.0 / step, suffix: if *per_second { format!("{suffix}/s") } else { suffix } }
            }
            Self::PerCent => UnitScale { factor: 1.0, suffix: "%".to_owned() },
            Self::Plain => UnitScale { factor: 1.0, suffix: String::new() },
            Self::Other(name) => UnitScale { factor: 1.0, suffix: name.clone() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(unit: &str, value: f64) -> (f64, String) {
        let scale = Unit::of(unit).scale_for(value);
        ((value * scale.factor * 1e3).round() / 1e3, scale.suffix)
    }

    #[test]
    fn numbers_get_the_scale_that_people_read() {
        assert_eq!(shown("ns", 1_500_000.0), (1.5, "ms".to_owned()));
        assert_eq!(shown("ns", 999.6), (1.0, "µs".to_owned()));
        assert_eq!(shown("s", 0.25), (250.0, "ms".to_owned()));
        assert_eq!(shown("ns", 0.0), (0.0, "ms".to_owned()));
        assert_eq!(shown("/s", 9_000.0), (9_000.0, "/s".to_owned()));
        assert_eq!(shown("/s", 12_500.0), (12.5, "k/s".to_owned()));
        assert_eq!(shown("/s", 2_500_000.0), (2.5, "M/s".to_owned()));
        assert_eq!(shown("bytes", 1536.0), (1.5, "KiB".to_owned()));
        assert_eq!(shown("bytes/s", 3.0 * 1024.0 * 1024.0), (3.0, "MiB/s".to_owned()));
        assert_eq!(shown("%", 47.5), (47.5, "%".to_owned()));
        assert_eq!(shown("1", 12.0), (12.0, String::new()));
        assert_eq!(shown("widgets", 12.0), (12.0, "widgets".to_owned()));
        assert_eq!(shown("ns", f64::INFINITY).1, "ms");
    }
}
