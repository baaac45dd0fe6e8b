//! When requests are to be sent, as the plan says it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::units::{self, Rate, Span};

/// Whether arrivals wait for completions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "loop", rename_all = "kebab-case")]
pub enum LoadModel {
    /// Arrivals are due when the schedule says, whatever the target does.
    Open {
        /// When.
        arrivals: Arrivals,
    },
    /// Each of so many users sends, awaits the end of its iteration, thinks, and sends again.
    Closed {
        /// Users, over all threads; at least 1.
        users: u32,
        /// From the end of an iteration to the start of the user's next.
        think_time: Span,
    },
}

/// The arrivals of an open loop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Arrivals {
    /// By a rate that may change over time.
    Stages {
        /// One after the other; their lengths add up to that of the steady state. Never empty. The warm-up before them
        /// holds the rate at which the first begins.
        stages: Vec<Stage>,
        /// How arrivals lie around their rate.
        spacing: Spacing,
    },
    /// As recorded in a file.
    Replay {
        /// The file.
        file: std::path::PathBuf,
        /// SHA-256 of it, `sha256:` and 64 hexadecimal digits.
        digest: String,
        /// Offsets from the first arrival, nanoseconds, never falling. Not stored: the file has them.
        #[serde(skip)]
        offsets_ns: std::sync::Arc<[u64]>,
    },
}

/// A time in which the rate is constant, or rises or falls evenly.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stage {
    /// Rate at its start, per second; 0 or more.
    pub from: f64,
    /// Rate at its end, per second; 0 or more.
    pub to: f64,
    /// Its length; above 0.
    pub length: Span,
}

/// How arrivals lie around their rate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// Evenly.
    #[default]
    Even,
    /// As independent users come: a Poisson process, from the run's seed.
    Poisson,
    /// So many at once, evenly apart; at least 1.
    Bursts(u32),
}

impl LoadModel {
    /// Even arrivals at one rate for `length`.
    pub fn constant(rate: Rate, length: Span) -> Self {
        Self::constant_spaced(rate, length, Spacing::Even)
    }

    /// An open loop at one rate, with arrivals that lie around it so.
    pub fn constant_spaced(rate: Rate, length: Span, spacing: Spacing) -> Self {
        let stages = vec![Stage { from: rate.get(), to: rate.get(), length }];
        Self::Open { arrivals: Arrivals::Stages { stages, spacing } }
    }

    /// The same load from beginning to end.
    pub fn is_constant(&self) -> bool {
        match self {
            Self::Open { arrivals: Arrivals::Stages { stages, .. } } => {
                stages.iter().all(|stage| stage.from == stages[0].from && stage.to == stage.from)
            }
            Self::Open { arrivals: Arrivals::Replay { .. } } => false,
            Self::Closed { .. } => true,
        }
    }

    /// Arrivals a second in the mean over the stages; none in a closed loop and for a replay.
    pub fn mean_rate(&self) -> Option<f64> {
        let Self::Open { arrivals: Arrivals::Stages { stages, .. } } = self else { return None };
        let seconds: f64 = stages.iter().map(|stage| stage.length.0.as_secs_f64()).sum();
        let arrivals: f64 = stages.iter().map(|s| (s.from + s.to) / 2.0 * s.length.0.as_secs_f64()).sum();
        Some(if seconds > 0.0 { arrivals / seconds } else { 0.0 })
    }
}

/// Arrivals that cannot be.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ArrivalsError {
    /// Not a stage.
    #[error("`{0}` is not a stage: write it as `1000/s:30s`, or as `0/s..2000/s:1m` for a rate that changes evenly")]
    Stage(String),
    /// A stage with a part that cannot be read.
    #[error("stage `{stage}`: {reason}")]
    StagePart {
        /// The stage.
        stage: String,
        /// What its part is not, and how to mend it.
        reason: String,
    },
    /// A stage without length.
    #[error("stage `{0}` takes no time: give it a length above 0, as in `1000/s:30s`")]
    StageLength(String),
    /// A rate outside the range.
    #[error("stage `{0}`: a rate is 0 or more, and at most 10000000/s")]
    StageRate(String),
    /// No known spacing.
    #[error("`{0}` is not a spacing of arrivals: write `even`, `poisson`, or `bursts:50` for 50 at once")]
    Spacing(String),
    /// Bursts of none.
    #[error("bursts of 0 send nothing: write at least `bursts:1`")]
    EmptyBursts,
    /// No stage.
    #[error("there is no stage: give at least one, as in `--stage 1000/s:30s`")]
    NoStage,
    /// Nothing is ever due.
    #[error("no arrival is ever due: the rate is 0 in all stages, raise it in one of them")]
    NoArrival,
    /// An empty recording.
    #[error("no arrival is ever due: {0} has no offset")]
    EmptyReplay(String),
    /// A recording out of order.
    #[error("offset {index} in {file} is {offset_ns} ns, less than the one before: sort the file")]
    Falling {
        /// The file.
        file: String,
        /// Which, from 0.
        index: usize,
        /// The offset.
        offset_ns: u64,
    },
}

impl Arrivals {
    /// Finds what cannot be scheduled.
    ///
    /// # Errors
    /// When there is no stage, one of no length or with a rate outside 0 to [`Rate::MAX`], a burst of none, nothing that is ever
    /// due, or offsets that fall.
    pub fn check(&self) -> Result<(), ArrivalsError> {
        match self {
            Self::Stages { stages, spacing } => {
                stages.iter().try_for_each(Stage::check)?;
                match spacing {
                    _ if stages.is_empty() => Err(ArrivalsError::NoStage),
                    _ if stages.iter().all(|stage| stage.from == 0.0 && stage.to == 0.0) => {
                        Err(ArrivalsError::NoArrival)
                    }
                    Spacing::Bursts(0) => Err(ArrivalsError::EmptyBursts),
                    _ => Ok(()),
                }
            }
            Self::Replay { file, offsets_ns, .. } => {
                let file = file.display().to_string();
                if offsets_ns.is_empty() {
                    return Err(ArrivalsError::EmptyReplay(file));
                }
                match offsets_ns.windows(2).position(|pair| pair[1] < pair[0]) {
                    Some(at) => Err(ArrivalsError::Falling { file, index: at + 1, offset_ns: offsets_ns[at + 1] }),
                    None => Ok(()),
                }
            }
        }
    }
}

impl Stage {
    fn check(&self) -> Result<(), ArrivalsError> {
        if self.length.nanos() == 0 {
            return Err(ArrivalsError::StageLength(self.to_string()));
        }
        if [self.from, self.to].iter().any(|rate| !(0.0..=Rate::MAX).contains(rate)) {
            return Err(ArrivalsError::StageRate(self.to_string()));
        }
        Ok(())
    }
}

impl FromStr for Stage {
    type Err = ArrivalsError;
    fn from_str(text: &str) -> Result<Self, ArrivalsError> {
        let part =
            |reason: units::UnitError| ArrivalsError::StagePart { stage: text.to_owned(), reason: reason.to_string() };
        let (rates, length) = text.split_once(':').ok_or_else(|| ArrivalsError::Stage(text.to_owned()))?;
        let (from, to) = rates.split_once("..").unwrap_or((rates, rates));
        let rate = |rate: &str| units::per_second(rate.trim()).map_err(part);
        let stage = Self { from: rate(from)?, to: rate(to)?, length: length.trim().parse().map_err(part)? };
        stage.check().map(|()| stage).map_err(|error| match error {
            ArrivalsError::StageLength(_) => ArrivalsError::StageLength(text.to_owned()),
            _ => ArrivalsError::StageRate(text.to_owned()),
        })
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to {
            write!(f, "{}/s:{}", self.from, self.length)
        } else {
            write!(f, "{}/s..{}/s:{}", self.from, self.to, self.length)
        }
    }
}

impl FromStr for Spacing {
    type Err = ArrivalsError;
    fn from_str(text: &str) -> Result<Self, ArrivalsError> {
        let unknown = || ArrivalsError::Spacing(text.to_owned());
        match text.trim().split_once(':') {
            None if text.trim() == "even" => Ok(Self::Even),
            None if text.trim() == "poisson" => Ok(Self::Poisson),
            Some(("bursts", size)) => match size.trim().parse().map_err(|_| unknown())? {
                0 => Err(ArrivalsError::EmptyBursts),
                size => Ok(Self::Bursts(size)),
            },
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for Spacing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Even => f.write_str("even"),
            Self::Poisson => f.write_str("poisson"),
            Self::Bursts(size) => write!(f, "bursts:{size}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn stage(text: &str) -> Result<Stage, String> {
        text.parse().map_err(|error: ArrivalsError| error.to_string())
    }

    #[test]
    fn stages_read_as_typed() {
        assert_eq!(stage("1000/s:30s"), Ok(Stage { from: 1000.0, to: 1000.0, length: Span::from_secs(30) }));
        assert_eq!(stage("0/s..2000/s:1m"), Ok(Stage { from: 0.0, to: 2000.0, length: Span::from_secs(60) }));
        assert_eq!(stage("100..200:30"), Ok(Stage { from: 100.0, to: 200.0, length: Span::from_secs(30) }));
        assert_eq!(stage(" 90/m .. 0.5 : 1h30m "), Ok(Stage { from: 1.5, to: 0.5, length: Span::from_secs(5400) }));
    }

    #[test]
    fn what_is_no_stage_is_told_how_to_be_one() {
        for (text, message) in [
            ("1000/s", "`1000/s` is not a stage: write it as `1000/s:30s`, or"),
            ("", "`` is not a stage: write it as"),
            ("fast:30s", "stage `fast:30s`: `fast` is not a rate: write requests a second as"),
            ("1/s..:30s", "stage `1/s..:30s`: `` is not a rate"),
            ("1/s:soon", "stage `1/s:soon`: `soon` is not a length of time: write it as"),
            ("1/s:0s", "stage `1/s:0s` takes no time: give it a length above 0"),
            ("-1/s:1s", "stage `-1/s:1s`: a rate is 0 or more, and at most 10000000/s"),
            ("1/s..NaN/s:1s", "stage `1/s..NaN/s:1s`: a rate is 0 or more"),
            ("1/s..1e8/s:1s", "stage `1/s..1e8/s:1s`: a rate is 0 or more"),
        ] {
            let error = stage(text).expect_err(text);
            assert!(error.starts_with(message), "{error}");
        }
    }

    #[test]
    fn spacings_read_as_typed() {
        for (text, spacing) in
            [("even", Spacing::Even), (" poisson ", Spacing::Poisson), ("bursts:50", Spacing::Bursts(50))]
        {
            assert_eq!(text.parse(), Ok(spacing));
        }
        assert_eq!("bursts:0".parse::<Spacing>(), Err(ArrivalsError::EmptyBursts));
        for text in ["", "bursts", "bursts:", "bursts:-1", "poisson:3", "random"] {
            assert_eq!(text.parse::<Spacing>(), Err(ArrivalsError::Spacing(text.to_owned())));
        }
    }

    #[test]
    fn arrivals_that_never_come_are_found() {
        let stages = |stages: &[&str], spacing| Arrivals::Stages {
            stages: stages.iter().map(|text| text.parse().expect("a stage")).collect(),
            spacing,
        };
        assert_eq!(stages(&["0/s:1s", "0/s..5/s:1s"], Spacing::Even).check(), Ok(()));
        assert_eq!(stages(&[], Spacing::Even).check(), Err(ArrivalsError::NoStage));
        assert_eq!(stages(&["0/s:1s", "0:5"], Spacing::Even).check(), Err(ArrivalsError::NoArrival));
        assert_eq!(stages(&["1/s:1s"], Spacing::Bursts(0)).check(), Err(ArrivalsError::EmptyBursts));
        let replay = |offsets_ns: &[u64]| Arrivals::Replay {
            file: "a.csv".into(),
            digest: String::new(),
            offsets_ns: offsets_ns.into(),
        };
        assert_eq!(replay(&[0, 0, 7]).check(), Ok(()));
        assert_eq!(replay(&[]).check(), Err(ArrivalsError::EmptyReplay("a.csv".to_owned())));
        let falling = ArrivalsError::Falling { file: "a.csv".to_owned(), index: 2, offset_ns: 6 };
        assert_eq!(replay(&[0, 7, 6]).check(), Err(falling));
    }

    proptest! {
        #[test]
        fn stages_and_spacings_survive_being_written(
            from in 0.0f64..=Rate::MAX,
            to in prop_oneof![Just(0.0), 0.0f64..=Rate::MAX],
            nanos in 1u64..2_592_000_000_000_000,
            size in 1u32..,
        ) {
            let stage = Stage { from, to, length: Span(Duration::from_nanos(nanos)) };
            prop_assert_eq!(stage.to_string().parse(), Ok(stage));
            prop_assert_eq!(Spacing::Bursts(size).to_string().parse(), Ok(Spacing::Bursts(size)));
        }
    }
}
