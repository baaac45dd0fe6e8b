//! What a test case says of itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::Load;

/// What a test case says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestCaseDescription {
    /// Name as its author writes it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One or two sentences.
    pub description: String,
    /// JSON Schema of its options, as text; empty for none.
    pub options_schema: String,
    /// Smallest load for which its figures mean something.
    pub min_recommended_load: Load,
    /// Response headers it wants, in lower case.
    pub response_headers: Vec<String>,
    /// Bytes of a body it wants at most.
    pub body_limit: u32,
    /// Metrics it reads.
    pub metrics: Vec<Metric>,
    /// Reasons of failure it may give.
    pub failure_reasons: Vec<String>,
}

/// A figure that a test case reads from answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Metric {
    /// Name, lower case with dashes.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// How values add up.
    pub kind: MetricKind,
}

/// How the values of a metric add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MetricKind {
    /// Amounts: the sum counts.
    Counter,
    /// Readings: mean and percentiles count.
    Gauge,
}

/// What an analysis says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalysisDescription {
    /// Name as its author writes it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// One or two sentences.
    pub description: String,
    /// JSON Schema of its options, as text; empty for none.
    pub options_schema: String,
    /// Fewest datasets that it can work on.
    pub min_datasets: u32,
    /// Most datasets that it can work on; 0: any number.
    pub max_datasets: u32,
}
