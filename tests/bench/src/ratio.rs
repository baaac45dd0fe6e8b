//! What a comparison comes to: ours over the peer's, pair by pair.

use crate::bootstrap::{self, Interval};
use crate::pairs::Pair;
use crate::run::Run;

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Better {
    /// The more the better: rates.
    Higher,
    /// The less the better: costs and distances.
    Lower,
}

/// How a figure is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A count a second.
    PerSecond,
    /// Given in nanoseconds, written in microseconds.
    Microseconds,
    /// Given in bytes, written in megabytes.
    Megabytes,
}

impl Unit {
    /// The figure with its unit.
    pub(crate) fn write(self, figure: f64) -> String {
        match self {
            Self::PerSecond => format!("{figure:.0}/s"),
            Self::Microseconds if figure < 100_000.0 => format!("{:.1} µs", figure / 1e3),
            Self::Microseconds => format!("{:.0} µs", figure / 1e3),
            Self::Megabytes => format!("{:.1} MB", figure / 1e6),
        }
    }
}

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figure {
    /// What it is called.
    pub(crate) name: &'static str,
    /// Its unit.
    pub(crate) unit: Unit,
    /// Which way is good.
    pub(crate) better: Better,
    /// Where a run has it.
    pub(crate) of: fn(&Run) -> f64,
}

/// Whether a wanted ratio was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    /// The median is on the good side.
    Yes,
    /// The median is not, but an end of its interval is: noise can explain the gap.
    WithinInterval,
    /// Not.
    No,
}

/// A comparison's outcome.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ratio {
    /// What was compared.
    pub(crate) name: &'static str,
    /// Its unit.
    pub(crate) unit: Unit,
    /// Which way is good.
    pub(crate) better: Better,
    /// With whom.
    pub(crate) peer: &'static str,
    /// Median of our figures.
    pub(crate) ours: f64,
    /// Median of the peer's.
    pub(crate) theirs: f64,
    /// Median of the pairs' ratios, ours over the peer's.
    pub(crate) interval: Interval,
    /// Pairs that count.
    pub(crate) pairs: usize,
    /// Of these, those that stayed noisy.
    pub(crate) noisy: usize,
    /// What is wanted of the ratio, where something is.
    pub(crate) wanted: Option<f64>,
}

impl Ratio {
    /// Compares `figure` over the pairs that count. `None` when there is none.
    pub(crate) fn new(figure: Figure, peer: &'static str, pairs: &[Pair], wanted: Option<f64>) -> Option<Self> {
        let kept: Vec<&Pair> = pairs.iter().filter(|pair| pair.is_kept).collect();
        let each = |of: &dyn Fn(&Pair) -> f64| kept.iter().map(|pair| of(pair)).collect::<Vec<f64>>();
        Some(Self {
            name: figure.name,
            unit: figure.unit,
            better: figure.better,
            peer,
            ours: bootstrap::median(&each(&|pair| (figure.of)(&pair.ours)))?,
            theirs: bootstrap::median(&each(&|pair| (figure.of)(&pair.peer)))?,
            interval: bootstrap::median_interval(&each(&|pair| (figure.of)(&pair.ours) / (figure.of)(&pair.peer)))?,
            pairs: kept.len(),
            noisy: kept.iter().filter(|pair| pair.is_noisy()).count(),
            wanted,
        })
    }

    /// Whether what is wanted was reached.
    pub(crate) fn met(&self) -> Option<Met> {
        let wanted = self.wanted?;
        let (is_met, is_within) = match self.better {
            Better::Higher => (self.interval.median >= wanted, self.interval.high >= wanted),
            Better::Lower => (self.interval.median <= wanted, self.interval.low <= wanted),
        };
        Some(match (is_met, is_within) {
            (true, _) => Met::Yes,
            (false, true) => Met::WithinInterval,
            (false, false) => Met::No,
        })
    }

    /// What is wanted, in words.
    pub(crate) fn wanted_words(&self) -> String {
        let sign = if self.better == Better::Higher { "≥" } else { "≤" };
        let met = self.met().map(|met| match met {
            Met::Yes => "yes",
            Met::WithinInterval => "within interval",
            Met::No => "no",
        });
        match (self.wanted, met) {
            (Some(wanted), Some(met)) => format!("{sign} {wanted}: {met}"),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::run::tests::run;

    pub(crate) const RATE: Figure =
        Figure { name: "requests a second", unit: Unit::PerSecond, better: Better::Higher, of: |run| run.rate };

    fn pair(number: u32, ours: f64, theirs: f64, is_kept: bool) -> Pair {
        Pair { number, attempt: 1, is_kept, ours: run("cluster-tester", ours, 0.0), peer: run("wrk", theirs, 0.05) }
    }

    #[test]
    fn ratios_are_of_pairs_and_attempts_that_do_not_count_are_left_out() {
        let pairs = [pair(1, 90.0, 100.0, true), pair(2, 1.0, 100.0, false), pair(2, 55.0, 50.0, true)];
        let ratio = Ratio::new(RATE, "wrk", &pairs, Some(1.05)).unwrap();
        assert_eq!((ratio.ours, ratio.theirs, ratio.pairs, ratio.noisy), (72.5, 75.0, 2, 2));
        assert_eq!(ratio.interval.median, 1.0);
        assert_eq!(ratio.met(), Some(Met::WithinInterval));
        assert_eq!(ratio.wanted_words(), "≥ 1.05: within interval");
        assert_eq!(Ratio::new(RATE, "wrk", &[], None), None);
    }

    #[test]
    fn a_cost_is_met_from_below() {
        let pairs = [pair(1, 12.0, 10.0, true)];
        let lower = Figure { better: Better::Lower, ..RATE };
        assert_eq!(Ratio::new(lower, "wrk", &pairs, Some(1.15)).unwrap().met(), Some(Met::No));
        assert_eq!(Ratio::new(lower, "wrk", &pairs, Some(1.2)).unwrap().met(), Some(Met::Yes));
    }

    #[test]
    fn figures_have_units() {
        assert_eq!(Unit::PerSecond.write(101_234.4), "101234/s");
        assert_eq!(Unit::Microseconds.write(9_870.0), "9.9 µs");
        assert_eq!(Unit::Microseconds.write(2_576_000.0), "2576 µs");
        assert_eq!(Unit::Megabytes.write(24_100_000.0), "24.1 MB");
    }
}
