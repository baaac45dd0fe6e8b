//! Service level objectives: what a steady state must fulfil, and what ends a trial early.
//!
//! Decides whether conditions hold of a phase's figures, failures counted as law 5 says. Grammar and meaning for users
//! are in `docs/slo.md`.

mod error;
mod limit;
mod measure;
mod parse;

#[cfg(test)]
mod tests;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::error::{SloError, UndeclaredMetric};
pub use self::limit::{Comparison, Limit};
pub use self::measure::{Measure, Reading, Statistic, TimeMeasure};
use crate::description::Metric;
use crate::phase_result::PhaseResult;

/// Conditions, at least one. Written as `p99 < 50ms, errors < 0.1%`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Slo {
    conditions: Vec<Condition>,
}

/// One condition: a measure, a comparison and a limit of the measure's kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    measure: Measure,
    comparison: Comparison,
    limit: Limit,
}

/// How one condition was met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConditionVerdict {
    /// The condition; one that another implies names that.
    pub condition: String,
    /// It was met.
    pub is_met: bool,
    /// What was measured, for people: a figure with its unit, `unbounded`, or `no data`.
    pub actual: String,
    /// What was measured: nanoseconds, a share from 0 to 1 (a number of requests where the limit is one), a number per
    /// second, or a value in the metric's unit. None when unbounded or without data.
    pub value: Option<f64>,
}

impl Slo {
    /// Its conditions, as typed.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Judges a phase: a verdict a condition. `metrics` are those that the test case declares.
    ///
    /// A mean, minimum or maximum over successes, and a metric, says nothing of failures. One more verdict follows for
    /// the `errors <= 0%` that it implies, unless a condition names `errors` or an outcome.
    pub fn judge(&self, phase: &PhaseResult, metrics: &[Metric]) -> Vec<ConditionVerdict> {
        let mut verdicts: Vec<_> = self.conditions.iter().map(|condition| condition.judge(phase, metrics)).collect();
        let names_errors = self.conditions.iter().any(|condition| condition.measure.is_of_outcomes());
        let implying = self.conditions.iter().find(|condition| condition.measure.implies_no_errors());
        if let (false, Some(implying)) = (names_errors, implying) {
            let none =
                Condition { measure: Measure::Errors, comparison: Comparison::AtMost, limit: Limit::Percent(0.0) };
            let verdict = none.judge(phase, metrics);
            verdicts.push(ConditionVerdict { condition: format!("{none} (implied by `{implying}`)"), ..verdict });
        }
        verdicts
    }

    /// Finds a metric that the test case does not declare.
    ///
    /// # Errors
    /// For the first such metric.
    pub fn check(&self, metrics: &[Metric]) -> Result<(), UndeclaredMetric> {
        let unknown = self.conditions.iter().find_map(|condition| match &condition.measure {
            Measure::Metric { name, .. } if metrics.iter().all(|metric| metric.name != *name) => Some(name.clone()),
            _ => None,
        });
        unknown.map_or(Ok(()), |name| {
            Err(UndeclaredMetric { name, declared: metrics.iter().map(|metric| metric.name.clone()).collect() })
        })
    }
}

impl Condition {
    /// What it measures.
    pub fn measure(&self) -> &Measure {
        &self.measure
    }

    /// What it is compared with.
    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// True when it holds of these figures; never without data. What it may imply is not asked: as in `--abort-when`.
    pub fn holds(&self, phase: &PhaseResult, metrics: &[Metric]) -> bool {
        self.is_met_by(self.reading(phase, metrics))
    }

    /// Judges it alone, what it may imply left aside.
    pub fn judge(&self, phase: &PhaseResult, metrics: &[Metric]) -> ConditionVerdict {
        let reading = self.reading(phase, metrics);
        ConditionVerdict {
            condition: self.to_string(),
            is_met: self.is_met_by(reading),
            actual: match reading {
                Reading::Value(value) => self.limit.shown(value, &phase.counts),
                Reading::Unbounded => "unbounded".to_owned(),
                Reading::NoData => "no data".to_owned(),
            },
            value: if let Reading::Value(value) = reading { Some(value) } else { None },
        }
    }

    fn reading(&self, phase: &PhaseResult, metrics: &[Metric]) -> Reading {
        self.measure.read(phase, metrics, matches!(self.limit, Limit::Requests(_)))
    }

    fn is_met_by(&self, reading: Reading) -> bool {
        match reading {
            Reading::Value(value) => self.comparison.holds(value, self.limit.value()),
            Reading::Unbounded => self.comparison.holds(f64::INFINITY, self.limit.value()),
            Reading::NoData => false,
        }
    }
}

impl TryFrom<String> for Slo {
    type Error = SloError;
    fn try_from(text: String) -> Result<Self, SloError> {
        text.parse()
    }
}

impl From<Slo> for String {
    fn from(slo: Slo) -> String {
        slo.to_string()
    }
}

impl fmt::Display for Slo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, condition) in self.conditions.iter().enumerate() {
            write!(f, "{}{condition}", if index > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.measure, self.comparison, self.limit)
    }
}
