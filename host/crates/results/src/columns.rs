//! Which columns the samples have, the same in the spool and in Parquet.
//!
//! Instants are plain 64-bit nanoseconds since trial start: every reader has that type, and zero bytes are lost on time
//! zones. Codes (outcome, phase) and units are explained in the file's own metadata.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow_array::builder::{Float64Builder, Int64Builder, UInt8Builder, UInt16Builder, UInt32Builder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use model::{Metric, Outcome, Phase, Sample, ServerSpan, TrialPlan};
use serde::{Deserialize, Serialize};

use crate::run_file::{FORMAT_VERSION, MetricColumn};

/// Prefix of our keys in the metadata of files.
const KEY: &str = "cluster-tester.";

/// Columns that every trial has: name, type, may be null, unit.
const FIXED: [(&str, DataType, bool, &str); 19] = [
    ("iteration", DataType::Int64, false, "1"),
    ("step", DataType::UInt32, false, "1"),
    ("phase", DataType::UInt8, false, "code"),
    ("outcome", DataType::UInt8, false, "code"),
    ("failure_reason", DataType::UInt32, true, "code"),
    ("load", DataType::UInt32, false, "1"),
    ("origin", DataType::UInt16, false, "1"),
    ("intended_start_ns", DataType::Int64, false, "ns since trial start"),
    ("release_ns", DataType::Int64, false, "ns since trial start"),
    ("sent_ns", DataType::Int64, true, "ns since trial start"),
    ("first_byte_ns", DataType::Int64, true, "ns since trial start"),
    ("end_ns", DataType::Int64, false, "ns since trial start"),
    ("connect_ns", DataType::Int64, true, "ns"),
    ("status", DataType::UInt16, true, "HTTP status"),
    ("bytes_sent", DataType::Int64, false, "bytes"),
    ("bytes_received", DataType::Int64, false, "bytes"),
    ("server_start_ms", DataType::Float64, true, "ms since the Unix epoch, server's clock"),
    ("server_end_ms", DataType::Float64, true, "ms since the Unix epoch, server's clock"),
    ("server_ns", DataType::Int64, true, "ns"),
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
        let fixed = FIXED.iter().map(|(name, kind, nullable, _)| Field::new(*name, kind.clone(), *nullable));
        let metrics = self.metric_columns();
        let metrics = metrics.iter().map(|metric| Field::new(&metric.column, DataType::Float64, true));
        Arc::new(Schema::new_with_metadata(fixed.chain(metrics).collect::<Vec<_>>(), self.metadata()))
    }

    /// What a file says of itself: our own header, and the same in pieces for people and other tools.
    pub(crate) fn metadata(&self) -> HashMap<String, String> {
        let outcomes: BTreeMap<u8, &str> = Outcome::ALL.iter().map(|o| (o.code(), o.name())).collect();
        let phases = BTreeMap::from([Phase::WarmUp, Phase::Steady].map(|phase| (phase.code(), phase_name(phase))));
        let mut units: BTreeMap<String, String> =
            FIXED.iter().map(|(name, _, _, unit)| ((*name).to_owned(), (*unit).to_owned())).collect();
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
    }
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

/// Turns samples into rows, a batch at a time.
pub(crate) struct SampleColumns {
    schema: SchemaRef,
    iteration: Int64Builder,
    step: UInt32Builder,
    phase: UInt8Builder,
    outcome: UInt8Builder,
    failure_reason: UInt32Builder,
    load: UInt32Builder,
    origin: UInt16Builder,
    intended_start: Int64Builder,
    release: Int64Builder,
    sent: Int64Builder,
    first_byte: Int64Builder,
    end: Int64Builder,
    connect: Int64Builder,
    status: UInt16Builder,
    bytes_sent: Int64Builder,
    bytes_received: Int64Builder,
    server_start: Float64Builder,
    server_end: Float64Builder,
    server: Int64Builder,
    metrics: Vec<Float64Builder>,
}

impl SampleColumns {
    /// Without rows.
    pub(crate) fn new(schema: SchemaRef) -> Self {
        let metrics = (FIXED.len()..schema.fields().len()).map(|_| Float64Builder::new()).collect();
        Self {
            schema,
            iteration: Int64Builder::new(),
            step: UInt32Builder::new(),
            phase: UInt8Builder::new(),
            outcome: UInt8Builder::new(),
            failure_reason: UInt32Builder::new(),
            load: UInt32Builder::new(),
            origin: UInt16Builder::new(),
            intended_start: Int64Builder::new(),
            release: Int64Builder::new(),
            sent: Int64Builder::new(),
            first_byte: Int64Builder::new(),
            end: Int64Builder::new(),
            connect: Int64Builder::new(),
            status: UInt16Builder::new(),
            bytes_sent: Int64Builder::new(),
            bytes_received: Int64Builder::new(),
            server_start: Float64Builder::new(),
            server_end: Float64Builder::new(),
            server: Int64Builder::new(),
            metrics,
        }
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, sample: &Sample) {
        self.iteration.append_value(signed(sample.iteration));
        self.step.append_value(sample.step);
        self.phase.append_value(sample.phase.code());
        self.outcome.append_value(sample.outcome.code());
        self.failure_reason.append_option(sample.failure_reason);
        self.load.append_value(sample.load.0);
        self.origin.append_value(sample.origin);
        self.intended_start.append_value(sample.intended_start);
        self.release.append_value(sample.release);
        self.sent.append_option(sample.sent);
        self.first_byte.append_option(sample.first_byte);
        self.end.append_value(sample.end);
        self.connect.append_option(sample.connect_ns.map(signed));
        self.status.append_option(sample.status);
        self.bytes_sent.append_value(signed(sample.bytes_sent));
        self.bytes_received.append_value(signed(sample.bytes_received));
        let (start, end) = match sample.server_span {
            Some(ServerSpan::Between { start_ms, end_ms }) => (Some(start_ms), Some(end_ms)),
            Some(ServerSpan::Lasting { .. }) | None => (None, None),
        };
        self.server_start.append_option(start);
        self.server_end.append_option(end);
        self.server.append_option(sample.server_span.map(|span| signed(span.nanos())));
        for (index, column) in self.metrics.iter_mut().enumerate() {
            // The last one counts when a test case names a metric twice.
            let value = sample.metrics.iter().rev().find(|(metric, _)| *metric as usize == index);
            column.append_option(value.map(|(_, value)| *value));
        }
    }

    /// The rows pushed since the last time.
    pub(crate) fn take(&mut self) -> RecordBatch {
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(self.iteration.finish()),
            Arc::new(self.step.finish()),
            Arc::new(self.phase.finish()),
            Arc::new(self.outcome.finish()),
            Arc::new(self.failure_reason.finish()),
            Arc::new(self.load.finish()),
            Arc::new(self.origin.finish()),
            Arc::new(self.intended_start.finish()),
            Arc::new(self.release.finish()),
            Arc::new(self.sent.finish()),
            Arc::new(self.first_byte.finish()),
            Arc::new(self.end.finish()),
            Arc::new(self.connect.finish()),
            Arc::new(self.status.finish()),
            Arc::new(self.bytes_sent.finish()),
            Arc::new(self.bytes_received.finish()),
            Arc::new(self.server_start.finish()),
            Arc::new(self.server_end.finish()),
            Arc::new(self.server.finish()),
        ];
        arrays.extend(self.metrics.iter_mut().map(|metric| Arc::new(metric.finish()) as ArrayRef));
        RecordBatch::try_new(self.schema.clone(), arrays).expect("builders stand in the order of the schema")
    }
}

/// Counts and lengths fit: 2^63 nanoseconds are 292 years.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
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
