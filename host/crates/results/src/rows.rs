//! Reads samples back from their columns.

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{Array, PrimitiveArray, RecordBatch};
use model::{Load, Outcome, Sample, ServerSpan};

use crate::columns::phase_from_code;

/// The columns of a batch of samples.
pub(crate) struct SampleRows<'a> {
    iteration: &'a PrimitiveArray<Int64Type>,
    step: &'a PrimitiveArray<UInt32Type>,
    phase: &'a PrimitiveArray<UInt8Type>,
    outcome: &'a PrimitiveArray<UInt8Type>,
    failure_reason: &'a PrimitiveArray<UInt32Type>,
    load: &'a PrimitiveArray<UInt32Type>,
    origin: &'a PrimitiveArray<UInt16Type>,
    intended_start: &'a PrimitiveArray<Int64Type>,
    release: &'a PrimitiveArray<Int64Type>,
    sent: &'a PrimitiveArray<Int64Type>,
    first_byte: &'a PrimitiveArray<Int64Type>,
    end: &'a PrimitiveArray<Int64Type>,
    connect: &'a PrimitiveArray<Int64Type>,
    tls: &'a PrimitiveArray<Int64Type>,
    status: &'a PrimitiveArray<UInt16Type>,
    bytes_sent: &'a PrimitiveArray<Int64Type>,
    bytes_received: &'a PrimitiveArray<Int64Type>,
    server_start: &'a PrimitiveArray<Float64Type>,
    server_end: &'a PrimitiveArray<Float64Type>,
    server: &'a PrimitiveArray<Int64Type>,
    metrics: Vec<&'a PrimitiveArray<Float64Type>>,
    rows: usize,
}

impl<'a> SampleRows<'a> {
    /// The columns of `batch`, or what is wrong with them.
    pub(crate) fn of(batch: &'a RecordBatch) -> Result<Self, String> {
        let schema = batch.schema_ref();
        let names = schema.fields().iter().map(|field| field.name()).filter(|name| name.starts_with("metric_"));
        Ok(Self {
            iteration: column(batch, "iteration")?,
            step: column(batch, "step")?,
            phase: column(batch, "phase")?,
            outcome: column(batch, "outcome")?,
            failure_reason: column(batch, "failure_reason")?,
            load: column(batch, "load")?,
            origin: column(batch, "origin")?,
            intended_start: column(batch, "intended_start_ns")?,
            release: column(batch, "release_ns")?,
            sent: column(batch, "sent_ns")?,
            first_byte: column(batch, "first_byte_ns")?,
            end: column(batch, "end_ns")?,
            connect: column(batch, "connect_ns")?,
            tls: column(batch, "tls_ns")?,
            status: column(batch, "status")?,
            bytes_sent: column(batch, "bytes_sent")?,
            bytes_received: column(batch, "bytes_received")?,
            server_start: column(batch, "server_start_ms")?,
            server_end: column(batch, "server_end_ms")?,
            server: column(batch, "server_ns")?,
            metrics: names.map(|name| column(batch, name)).collect::<Result<_, _>>()?,
            rows: batch.num_rows(),
        })
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// The sample in a row below [`Self::len`], or what is wrong with it.
    pub(crate) fn sample(&self, row: usize) -> Result<Sample, String> {
        let phase = self.phase.value(row);
        let outcome = self.outcome.value(row);
        let metrics = self.metrics.iter().enumerate();
        Ok(Sample {
            iteration: unsigned(self.iteration.value(row)),
            step: self.step.value(row),
            phase: phase_from_code(phase).ok_or(format!("{phase} is no phase"))?,
            outcome: Outcome::from_code(outcome).ok_or(format!("{outcome} is no outcome"))?,
            failure_reason: get(self.failure_reason, row),
            load: Load(self.load.value(row)),
            origin: self.origin.value(row),
            intended_start: self.intended_start.value(row),
            release: self.release.value(row),
            sent: get(self.sent, row),
            first_byte: get(self.first_byte, row),
            end: self.end.value(row),
            connect_ns: get(self.connect, row).map(unsigned),
            tls_ns: get(self.tls, row).map(unsigned),
            status: get(self.status, row),
            bytes_sent: unsigned(self.bytes_sent.value(row)),
            bytes_received: unsigned(self.bytes_received.value(row)),
            server_span: self.server_span(row),
            metrics: metrics.filter_map(|(index, column)| Some((index as u32, get(column, row)?))).collect(),
        })
    }

    fn server_span(&self, row: usize) -> Option<ServerSpan> {
        match (get(self.server_start, row), get(self.server_end, row)) {
            (Some(start_ms), Some(end_ms)) => Some(ServerSpan::Between { start_ms, end_ms }),
            // Half a nanosecond more, so that `ServerSpan::nanos`, which rounds down, gives the same again.
            _ => get(self.server, row).map(|nanos| ServerSpan::Lasting { ms: (nanos as f64 + 0.5) / 1e6 }),
        }
    }
}

fn column<'a, T: ArrowPrimitiveType>(batch: &'a RecordBatch, name: &str) -> Result<&'a PrimitiveArray<T>, String> {
    let column = batch.column_by_name(name).ok_or(format!("no column `{name}`"))?;
    column.as_primitive_opt().ok_or_else(|| format!("column `{name}` is {}, not {}", column.data_type(), T::DATA_TYPE))
}

fn get<T: ArrowPrimitiveType>(column: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    column.is_valid(row).then(|| column.value(row))
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
