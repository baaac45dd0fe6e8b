//! Which columns the samples have, the same in the spool and in Parquet.
//!
//! Instants are plain 64-bit nanoseconds since trial start: every reader has that type, and zero bytes are lost on time
//! zones. Codes (outcome, phase) and units are explained in the file's own metadata.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use model::{Metric, Outcome, Phase, TrialPlan};
use serde::{Deserialize, Serialize};

use crate::run_file::{FORMAT_VERSION, MetricColumn};

/// Prefix of our keys in the metadata of files.
const KEY: &str = "cluster-tester.";

/// All phases, in the order of their codes.
const PHASES: [Phase; 3] = [Phase::WarmUp, Phase::Steady, Phase::Drain];

/// Unit of the instants.
const INSTANT: &str = "ns since trial start";

/// A column that every trial has.
pub(crate) struct FixedColumn {
    name: &'static str,
    kind: DataType,
    is_nullable: bool,
    unit: &'static str,
    /// The column before it whose values are close to its own, by index. The spool keeps the difference.
    pub(crate) follows: Option<usize>,
}

impl FixedColumn {
    const fn new(name: &'static str, kind: DataType, unit: &'static str) -> Self {
        Self { name, kind, is_nullable: false, unit, follows: None }
    }

    const fn nullable(mut self) -> Self {
        self.is_nullable = true;
        self
    }

    const fn following(mut self, index: usize) -> Self {
        self.follows = Some(index);
        self
    }
}

/// Columns that every trial has. [`crate::table`] fills them in this order.
pub(crate) static FIXED: [FixedColumn; 20] = [
    FixedColumn::new("iteration", DataType::Int64, "1"),
    FixedColumn::new("step", DataType::UInt32, "1"),
    FixedColumn::new("phase", DataType::UInt8, "code"),
    FixedColumn::new("outcome", DataType::UInt8, "code"),
    FixedColumn::new("failure_reason", DataType::UInt32, "code").nullable(),
    FixedColumn::new("load", DataType::UInt32, "1"),
    FixedColumn::new("origin", DataType::UInt16, "1"),
    FixedColumn::new("intended_start_ns", DataType::Int64, INSTANT),
    FixedColumn::new("release_ns", DataType::Int64, INSTANT).following(7),
    FixedColumn::new("sent_ns", DataType::Int64, INSTANT).nullable().following(8),
    FixedColumn::new("first_byte_ns", DataType::Int64, INSTANT).nullable().following(9),
    FixedColumn::new("end_ns", DataType::Int64, INSTANT).following(10),
    FixedColumn::new("connect_ns", DataType::Int64, "ns").nullable(),
    FixedColumn::new("tls_ns", DataType::Int64, "ns").nullable(),
    FixedColumn::new("status", DataType::UInt16, "HTTP status").nullable(),
    FixedColumn::new("bytes_sent", DataType::Int64, "bytes"),
    FixedColumn::new("bytes_received", DataType::Int64, "bytes"),
    FixedColumn::new("server_start_ms", DataType::Float64, "ms since the Unix epoch, server's clock").nullable(),
    FixedColumn::new("server_end_ms", DataType::Float64, "ms since the Unix epoch, server's clock")
        .nullable()
        .following(17),
    FixedColumn::new("server_ns", DataType::Int64, "ns").nullable(),
];

/// What a file of samples says of its trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialHeader {
    /// Id of the run.
    pub run_id: String,
    /// Number of the trial in its run, from 1.
    pub number: u32,
    /// Trial start as Unix time, nanoseconds. In a spool: when the files were made, a moment before.
    pub started_unix_ns: i64,
    /// What was asked.
    pub plan: TrialPlan,
    /// Metrics declared by the test case.
    pub metrics: Vec<Metric>,
    /// Reasons of failure declared by the test case.
    pub failure_reasons: Vec<String>,
}

impl TrialHeader {
    /// The metrics with the names of their columns.
    pub fn metric_columns(&self) -> Vec<MetricColumn> {
        let mut columns: Vec<MetricColumn> = Vec::new();
        for metric in &self.metrics {
            let plain = format!("metric_{}", snake_case(&metric.name));
            let taken = |name: &str| columns.iter().any(|known| known.column == name);
            let column = (2..).map(|n| format!("{plain}_{n}")).find(|name| !taken(name));
            let column = if taken(&plain) { column.expect("numbers do not end") } else { plain };
            columns.push(MetricColumn { column, metric: metric.clone() });
        }
        columns
    }

    /// Columns of the trial's samples, with what a reader must know as metadata.
    pub(crate) fn schema(&self) -> SchemaRef {
        let fixed = FIXED.iter().map(|column| Field::new(column.name, column.kind.clone(), column.is_nullable));
        let metrics = self.metric_columns();
        let metrics = metrics.iter().map(|metric| Field::new(&metric.column, DataType::Float64, true));
        Arc::new(Schema::new_with_metadata(fixed.chain(metrics).collect::<Vec<_>>(), self.metadata()))
    }

    /// What a file says of itself: our own header, and the same in pieces for people and other tools.
    pub(crate) fn metadata(&self) -> HashMap<String, String> {
        let outcomes: BTreeMap<u8, &str> = Outcome::ALL.iter().map(|o| (o.code(), o.name())).collect();
        let phases = BTreeMap::from(PHASES.map(|phase| (phase.code(), phase_name(phase))));
        let mut units: BTreeMap<String, String> =
            FIXED.iter().map(|column| (column.name.to_owned(), column.unit.to_owned())).collect();
        units.extend(self.metric_columns().into_iter().map(|metric| (metric.column, metric.metric.unit)));
        let json = |value: serde_json::Result<String>| value.expect("plain data with text keys");
        [
            ("format-version", FORMAT_VERSION.to_string()),
            ("run-id", self.run_id.clone()),
            ("trial-number", self.number.to_string()),
            ("started-unix-ns", self.started_unix_ns.to_string()),
            ("outcomes", json(serde_json::to_string(&outcomes))),
            ("phases", json(serde_json::to_string(&phases))),
            ("failure-reasons", json(serde_json::to_string(&self.failure_reasons))),
            ("units", json(serde_json::to_string(&units))),
            ("trial", json(serde_json::to_string(self))),
        ]
        .into_iter()
        .map(|(key, value)| (format!("{KEY}{key}"), value))
        .collect()
    }

    /// Reads the header from a file's metadata, as `get` gives it by key, or says what is wrong with it.
    pub(crate) fn from_metadata<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Result<Self, String> {
        let get = |key: &str| get(&format!("{KEY}{key}")).ok_or(format!("no `{KEY}{key}` in its metadata"));
        let version = get("format-version")?;
        if version != FORMAT_VERSION.to_string() {
            return Err(format!("format {version}, where this cluster-tester reads {FORMAT_VERSION}: use a newer one"));
        }
        serde_json::from_str(get("trial")?).map_err(|error| format!("`{KEY}trial` in its metadata: {error}"))
    }

    /// Says what is wrong with the columns of a file that carries this header.
    pub(crate) fn check(&self, found: &Schema) -> Result<(), String> {
        let expected = self.schema();
        let fits = |(a, b): (&Arc<Field>, &Arc<Field>)| a.name() == b.name() && a.data_type() == b.data_type();
        let is_same =
            expected.fields().len() == found.fields().len() && expected.fields().iter().zip(found.fields()).all(fits);
        if is_same { Ok(()) } else { Err("its columns are not those of samples".to_owned()) }
    }
}

/// Name of a phase as in files.
pub(crate) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::WarmUp => "warm-up",
        Phase::Steady => "steady",
        Phase::Drain => "drain",
    }
}

/// The phase with this number.
pub(crate) fn phase_from_code(code: u8) -> Option<Phase> {
    PHASES.get(usize::from(code)).copied()
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() {
            snake.push(character.to_ascii_lowercase());
        } else if !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
    }
    let snake = snake.trim_end_matches('_');
    if snake.is_empty() { "unnamed".to_owned() } else { snake.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::MetricKind;

    #[test]
    fn metric_columns_are_plain_names_and_never_collide() {
        let names = ["queue-depth", "Queue Depth!", "µ", "", "queue-depth-2"];
        let metrics = names.map(|name| Metric { name: name.to_owned(), unit: "1".to_owned(), kind: MetricKind::Gauge });
        let header = TrialHeader { metrics: metrics.to_vec(), ..crate::tests::header() };
        let columns: Vec<String> = header.metric_columns().into_iter().map(|metric| metric.column).collect();
        let expected = [
            "metric_queue_depth",
            "metric_queue_depth_2",
            "metric_unnamed",
            "metric_unnamed_2",
            "metric_queue_depth_2_2",
        ];
        assert_eq!(columns, expected);
    }

    #[test]
    fn a_header_survives_its_file_and_an_unknown_format_is_refused() {
        let header = crate::tests::header();
        let mut metadata = header.metadata();
        let read = |of: &HashMap<String, String>| TrialHeader::from_metadata(|key| of.get(key).map(String::as_str));
        assert_eq!(read(&metadata), Ok(header));
        metadata.insert("cluster-tester.format-version".to_owned(), "9".to_owned());
        let refusal = read(&metadata).expect_err("unknown");
        assert!(refusal.contains("format 9"), "{refusal}");
        assert!(read(&HashMap::new()).is_err());
    }
}
