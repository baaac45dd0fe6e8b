//! Writes the samples of a trial as text, a row at a time, for tools that do not read Parquet.
//!
//! Codes are written as names: phase, outcome, and the reason of a failure.

use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use model::Outcome;
use serde_json::Value;

use crate::columns::{TrialHeader, phase_from_code, phase_name};
use crate::error::ResultsError;
use crate::run::Run;

/// A form of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleFormat {
    /// A line of column names, then a line for each request. Empty: no value. Names end in their unit, those of metrics
    /// have it in brackets.
    Csv,
    /// A JSON object a line.
    JsonLines,
}

impl Run {
    /// Writes the samples of a trial to `out` and gives their number.
    ///
    /// # Errors
    /// When the samples cannot be read, or `out` takes no more.
    pub fn export_samples(&self, trial: u32, format: SampleFormat, out: &mut dyn Write) -> Result<u64, ResultsError> {
        let batches = self.samples(trial)?;
        let header = batches.header().clone();
        let mut lines = String::new();
        if format == SampleFormat::Csv {
            csv_header(&header, &mut lines);
            out.write_all(lines.as_bytes()).map_err(ResultsError::Output)?;
        }
        let mut rows = 0;
        for batch in batches {
            let batch = batch?;
            rows += batch.num_rows() as u64;
            lines.clear();
            write_rows(&batch, &header, format, &mut lines);
            out.write_all(lines.as_bytes()).map_err(ResultsError::Output)?;
        }
        out.flush().map_err(ResultsError::Output)?;
        Ok(rows)
    }
}

fn csv_header(header: &TrialHeader, lines: &mut String) {
    let schema = header.schema();
    let metrics = header.metric_columns();
    for (index, field) in schema.fields().iter().enumerate() {
        if index > 0 {
            lines.push(',');
        }
        match metrics.iter().find(|metric| metric.column == *field.name()) {
            Some(metric) => csv_text(&format!("{} [{}]", metric.column, metric.metric.unit), lines),
            None => lines.push_str(field.name()),
        }
    }
    lines.push('\n');
}

fn write_rows(batch: &RecordBatch, header: &TrialHeader, format: SampleFormat, lines: &mut String) {
    let schema = batch.schema();
    for row in 0..batch.num_rows() {
        if format == SampleFormat::JsonLines {
            lines.push('{');
        }
        for (index, (field, column)) in schema.fields().iter().zip(batch.columns()).enumerate() {
            if index > 0 {
                lines.push(',');
            }
            let value = value(field.name(), column, row, header);
            match format {
                SampleFormat::JsonLines => {
                    // Names are letters, digits and underscores.
                    lines.push_str(&format!("\"{}\":{value}", field.name()));
                }
                SampleFormat::Csv => match value {
                    Value::Null => {}
                    Value::String(text) => csv_text(&text, lines),
                    other => lines.push_str(&other.to_string()),
                },
            }
        }
        lines.push_str(if format == SampleFormat::JsonLines { "}\n" } else { "\n" });
    }
}

fn csv_text(text: &str, lines: &mut String) {
    if text.contains(['"', ',', '\n', '\r']) {
        lines.push_str(&format!("\"{}\"", text.replace('"', "\"\"")));
    } else {
        lines.push_str(text);
    }
}

fn value(name: &str, column: &dyn Array, row: usize, header: &TrialHeader) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    let number = match column.data_type() {
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt16 => column.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt8 => column.as_primitive::<UInt8Type>().value(row).into(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
        other => unreachable!("samples have no columns of {other}"),
    };
    named(name, &number, header).unwrap_or(number)
}

/// The name that a code stands for, where it does.
fn named(column: &str, code: &Value, header: &TrialHeader) -> Option<Value> {
    let code = usize::try_from(code.as_u64()?).ok()?;
    let name = match column {
        "outcome" => Outcome::ALL.get(code)?.name(),
        "phase" => phase_name(phase_from_code(u8::try_from(code).ok()?)?),
        "failure_reason" => header.failure_reasons.get(code)?,
        _ => return None,
    };
    Some(name.into())
}
