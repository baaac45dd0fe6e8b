//! When requests are sent: which keys go together, and what they say together.

use std::path::PathBuf;

use model::units::IntendedRate;
use model::{Spacing, Span, Stage};

use super::error::ConfigError;
use super::merge::Merge;
use super::tree::Origin;

/// Most requests that a run may have.
const MOST_REQUESTS: f64 = 1e10;
/// Users of a closed loop, where nothing says how many.
const USERS: u32 = 10;
/// Time measured at a rate that was laid over stages or a recording, which had taken the reference's away.
const DURATION: Span = Span::from_secs(30);

/// When requests are sent. A recording has not been read yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pattern {
    /// By a rate that may change over time.
    Stages {
        /// One after the other; never empty, with at least one arrival.
        stages: Vec<Stage>,
        /// How arrivals lie around their rate.
        spacing: Spacing,
        /// Their lengths together.
        duration: Span,
    },
    /// As recorded.
    Replay {
        /// The recording.
        file: PathBuf,
        /// How much of it, above 0; all of it, if nothing else was asked.
        duration: Option<Span>,
    },
    /// Each of so many users sends, awaits, thinks, and sends again.
    Closed {
        /// How many; at least 1.
        users: u32,
        /// How long each thinks.
        think_time: Span,
        /// For how long; above 0.
        duration: Span,
    },
}

impl Pattern {
    /// How arrivals lie around their rate.
    pub(crate) fn spacing(&self) -> Spacing {
        match self {
            Self::Stages { spacing, .. } => *spacing,
            Self::Replay { .. } | Self::Closed { .. } => Spacing::Even,
        }
    }

    /// The time measured; none: a whole recording.
    pub(crate) fn duration(&self) -> Option<Span> {
        match self {
            Self::Stages { duration, .. } | Self::Closed { duration, .. } => Some(*duration),
            Self::Replay { duration, .. } => *duration,
        }
    }

    /// # Errors
    /// When keys exclude each other, nothing would be sent, or more than anyone can mean.
    pub(super) fn resolve(merge: &Merge<'_>, warm_up: Span, max_in_flight: u32) -> Result<Self, ConfigError> {
        let run = merge.run();
        let spacing = run.arrivals.map(|spacing| spacing.0).unwrap_or_default();
        let is_given = |key: &str| merge.origin(key) != Origin::Default;
        merge.above_zero("run.duration", run.duration.is_some_and(|duration| duration.0.0.is_zero()))?;
        match (&run.rate, &run.stages, &run.replay) {
            (Some(_), Some(_), _) => return merge.exclude("run.stages", "run.rate", "keep one: a stage has its rate"),
            (Some(_), _, Some(_)) => {
                return merge.exclude("run.replay", "run.rate", "keep one: a recording has its rate");
            }
            (_, Some(_), Some(_)) => return merge.exclude("run.replay", "run.stages", "keep one"),
            _ => {}
        }
        let is_max = run.rate.as_ref().is_some_and(|rate| matches!(rate.0, IntendedRate::Max));
        if is_given("run.think-time") && !is_max {
            return Err(ConfigError::Conflict {
                what: "`run.think-time` means nothing without `--rate max`".to_owned(),
                keys: vec![("where", merge.origin("run.think-time"))],
                hint: "with a rate, arrivals wait for nobody; leave it out, or ask for `--rate max --connections N`",
            });
        }
        if is_given("run.arrivals") && (is_max || run.replay.is_some()) {
            let other = if is_max { "run.rate" } else { "run.replay" };
            return merge.exclude("run.arrivals", other, "leave it out: only a rate has arrivals around it");
        }
        if let Some(file) = &run.replay {
            return Ok(Self::Replay { file: file.clone(), duration: run.duration.map(|duration| duration.0) });
        }
        let missing = |key: &str| ConfigError::Merged(format!("`run.{key}` has no value"));
        if let Some(stages) = &run.stages {
            if run.duration.is_some() {
                let hint = "leave it out: the time measured is that of the stages together";
                return merge.exclude("run.duration", "run.stages", hint);
            }
            let stages = stages.iter().map(|stage| stage.0).collect();
            return Self::staged(merge, "run.stages", stages, spacing, warm_up);
        }
        let duration = run.duration.map_or(DURATION, |duration| duration.0);
        match run.rate.as_ref().ok_or_else(|| missing("rate"))?.0 {
            IntendedRate::Fixed(rate) => {
                let stages = vec![Stage { from: rate.get(), to: rate.get(), length: duration }];
                Self::staged(merge, "run.rate", stages, spacing, warm_up)
            }
            IntendedRate::Max => {
                let users = run.connections.unwrap_or(USERS);
                if users > max_in_flight {
                    let what =
                        format!("{users} users need as many requests under way, and {max_in_flight} are allowed");
                    let keys = ["run.connections", "run.max-in-flight"].map(|key| (key, merge.origin(key))).to_vec();
                    return Err(ConfigError::Conflict {
                        what,
                        keys,
                        hint: "raise `--max-in-flight`, or ask for fewer",
                    });
                }
                let think_time = run.think_time.map_or(Span::from_secs(0), |time| time.0);
                Ok(Self::Closed { users, think_time, duration })
            }
        }
    }

    fn staged(
        merge: &Merge<'_>,
        key: &'static str,
        stages: Vec<Stage>,
        spacing: Spacing,
        warm_up: Span,
    ) -> Result<Self, ConfigError> {
        let wrong = |what: &str, hint| {
            Err(ConfigError::Conflict { what: what.to_owned(), keys: vec![("where", merge.origin(key))], hint })
        };
        let duration = Span(stages.iter().map(|stage| stage.length.0).sum());
        if stages.is_empty() {
            return wrong("`run.stages` is empty", "write at least one, as `100/s:30s`");
        }
        if duration.0 > Span::MAX {
            return wrong("the stages are longer than 30 days together", "nothing here waits that long");
        }
        let arrivals: f64 = stages.iter().map(|s| (s.from + s.to) / 2.0 * s.length.0.as_secs_f64()).sum();
        if arrivals < 1.0 && key == "run.stages" {
            return wrong("the stages send nothing", "one of them needs a rate above 0");
        }
        // The warm-up holds the rate at which the first begins.
        let requests = arrivals + stages.first().map_or(0.0, |first| first.from) * warm_up.0.as_secs_f64();
        if requests > MOST_REQUESTS {
            let length = Span(warm_up.0 + duration.0);
            let keys = match key {
                "run.rate" => vec![("rate", merge.origin(key)), ("duration", merge.origin("run.duration"))],
                _ => vec![("where", merge.origin(key))],
            };
            let rate = requests / length.0.as_secs_f64();
            return Err(ConfigError::TooManyRequests { rate, length, requests, most: MOST_REQUESTS, keys });
        }
        Ok(Self::Stages { stages, spacing, duration })
    }
}
