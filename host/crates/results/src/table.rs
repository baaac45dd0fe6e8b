//! Samples in memory, column by column, as they go to the spool and on to Parquet.
//!
//! Every value is 64 bits, whatever the column's type: what varies little is made narrow when it is written, and one
//! representation for all columns keeps that to one loop. A value that is missing has some likely value in its place,
//! so that it does not widen its neighbours.

use std::sync::Arc;

use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{ArrayRef, PrimitiveArray, RecordBatch};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, SchemaRef};
use model::{Sample, ServerSpan};

use crate::columns::FIXED;

/// Samples that are turned into columns together: they stay in the nearest cache while each column picks its value.
const BLOCK: usize = 128;

/// A column.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Column {
    /// The values' bits, those of narrower types as numbers.
    pub(crate) values: Vec<i64>,
    /// Which of them are there; empty in a column that has no nulls by its schema.
    pub(crate) valid: Vec<bool>,
}

impl Column {
    fn put(&mut self, samples: &[Sample], value: impl Fn(&Sample) -> i64) {
        self.values.extend(samples.iter().map(value));
    }

    /// `likely` stands in for a value that is missing.
    fn put_option(
        &mut self,
        samples: &[Sample],
        value: impl Fn(&Sample) -> Option<i64>,
        likely: impl Fn(&Sample) -> i64,
    ) {
        self.values.extend(samples.iter().map(|sample| value(sample).unwrap_or_else(|| likely(sample))));
        self.valid.extend(samples.iter().map(|sample| value(sample).is_some()));
    }

    /// The same; the value before stands in for one that is missing.
    fn put_similar(&mut self, samples: &[Sample], value: impl Fn(&Sample) -> Option<i64>) {
        let mut last = self.values.last().copied().unwrap_or(0);
        self.values.extend(samples.iter().map(|sample| {
            last = value(sample).unwrap_or(last);
            last
        }));
        self.valid.extend(samples.iter().map(|sample| value(sample).is_some()));
    }

    /// Number of values that are missing.
    pub(crate) fn nulls(&self) -> usize {
        self.valid.iter().filter(|valid| !**valid).count()
    }

    fn array<T: ArrowPrimitiveType>(&self, native: impl Fn(i64) -> T::Native) -> ArrayRef {
        let values: ScalarBuffer<T::Native> = self.values.iter().map(|value| native(*value)).collect();
        let nulls = (self.nulls() > 0).then(|| NullBuffer::from(self.valid.as_slice()));
        Arc::new(PrimitiveArray::<T>::new(values, nulls))
    }
}

/// Rows of samples.
pub(crate) struct Table {
    schema: SchemaRef,
    columns: Vec<Column>,
    // Reused from sort to sort.
    keys: Vec<u64>,
    scratch: Column,
}

impl Table {
    /// Without rows.
    pub(crate) fn new(schema: SchemaRef) -> Self {
        let columns = vec![Column::default(); schema.fields().len()];
        Self { schema, columns, keys: Vec::new(), scratch: Column::default() }
    }

    /// Which columns it has.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The columns, in the order of the schema.
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The columns, to be filled by equal numbers of rows.
    pub(crate) fn columns_mut(&mut self) -> &mut [Column] {
        &mut self.columns
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.columns[0].values.len()
    }

    /// Takes the rows away, and keeps the room.
    pub(crate) fn clear(&mut self) {
        for column in &mut self.columns {
            column.values.clear();
            column.valid.clear();
        }
    }

    /// Adds a row for each sample.
    pub(crate) fn extend(&mut self, samples: &[Sample]) {
        samples.chunks(BLOCK).for_each(|block| self.extend_block(block));
    }

    fn extend_block(&mut self, block: &[Sample]) {
        let (fixed, metrics) = self.columns.split_at_mut(FIXED.len());
        let mut columns = fixed.iter_mut();
        let mut next = || columns.next().expect("as many as below");
        let zero = |_: &Sample| 0;
        next().put(block, |s| signed(s.iteration));
        next().put(block, |s| i64::from(s.step));
        next().put(block, |s| i64::from(s.phase.code()));
        next().put(block, |s| i64::from(s.outcome.code()));
        next().put_option(block, |s| s.failure_reason.map(i64::from), zero);
        next().put(block, |s| i64::from(s.load.0));
        next().put(block, |s| i64::from(s.origin));
        next().put(block, |s| s.intended_start);
        next().put(block, |s| s.release);
        next().put_option(block, |s| s.sent, |s| s.release);
        next().put_option(block, |s| s.first_byte, |s| s.sent.unwrap_or(s.release));
        next().put(block, |s| s.end);
        next().put_option(block, |s| s.connect_ns.map(signed), zero);
        next().put_option(block, |s| s.tls_ns.map(signed), zero);
        next().put_similar(block, |s| s.status.map(i64::from));
        next().put(block, |s| signed(s.bytes_sent));
        next().put(block, |s| signed(s.bytes_received));
        next().put_similar(block, |s| Some(bits(between(s)?.0)));
        next().put_similar(block, |s| Some(bits(between(s)?.1)));
        next().put_similar(block, |s| s.server_span.map(|span| signed(span.nanos())));
        for (index, column) in metrics.iter_mut().enumerate() {
            // The last one counts when a test case names a metric twice.
            let value = |s: &Sample| s.metrics.iter().rev().find(|(metric, _)| *metric as usize == index).copied();
            column.put_similar(block, |s| value(s).map(|(_, value)| bits(value)));
        }
    }

    /// Puts the rows in the order in which they were due: neighbours differ little then, and take little space.
    pub(crate) fn sort(&mut self) {
        let (iterations, steps) = (&self.columns[0].values, &self.columns[1].values);
        if iterations.iter().zip(steps).is_sorted() {
            return;
        }
        // One number a row, iteration and step before its place, is sorted several times faster than rows.
        let lowest = iterations.iter().copied().min().unwrap_or(0);
        let widest = iterations.iter().map(|iteration| iteration.abs_diff(lowest)).max().unwrap_or(0);
        let bits_of_step = bits_for(steps.iter().map(|step| step.cast_unsigned()).max().unwrap_or(0));
        let bits_of_place = bits_for(self.rows() as u64);
        if bits_for(widest) + bits_of_step + bits_of_place > 64 {
            // Samples of years apart: their order is a matter of size alone.
            return;
        }
        self.keys.clear();
        self.keys.extend(iterations.iter().zip(steps).enumerate().map(|(place, (iteration, step))| {
            let key = iteration.abs_diff(lowest) << bits_of_step | step.cast_unsigned();
            key << bits_of_place | place as u64
        }));
        self.keys.sort_unstable();
        let mask = (1 << bits_of_place) - 1;
        self.keys.iter_mut().for_each(|key| *key &= mask);
        for column in &mut self.columns {
            self.scratch.values.clear();
            self.scratch.values.extend(self.keys.iter().map(|place| column.values[*place as usize]));
            std::mem::swap(&mut column.values, &mut self.scratch.values);
            if !column.valid.is_empty() {
                self.scratch.valid.clear();
                self.scratch.valid.extend(self.keys.iter().map(|place| column.valid[*place as usize]));
                std::mem::swap(&mut column.valid, &mut self.scratch.valid);
            }
        }
    }

    /// The rows for those who read them.
    pub(crate) fn to_batch(&self) -> RecordBatch {
        let array = |(kind, column): (&DataType, &Column)| match kind {
            DataType::Int64 => column.array::<Int64Type>(|value| value),
            DataType::Float64 => column.array::<Float64Type>(|value| f64::from_bits(value.cast_unsigned())),
            DataType::UInt8 => column.array::<UInt8Type>(|value| value as u8),
            DataType::UInt16 => column.array::<UInt16Type>(|value| value as u16),
            DataType::UInt32 => column.array::<UInt32Type>(|value| value as u32),
            other => unreachable!("samples have no columns of {other}"),
        };
        let kinds = self.schema.fields().iter().map(|field| field.data_type());
        let arrays = kinds.zip(&self.columns).map(array).collect();
        RecordBatch::try_new(self.schema.clone(), arrays).expect("columns stand in the order of the schema")
    }
}

fn between(sample: &Sample) -> Option<(f64, f64)> {
    match sample.server_span {
        Some(ServerSpan::Between { start_ms, end_ms }) => Some((start_ms, end_ms)),
        Some(ServerSpan::Lasting { .. }) | None => None,
    }
}

fn bits(value: f64) -> i64 {
    value.to_bits().cast_signed()
}

fn bits_for(value: u64) -> u32 {
    u64::BITS - value.leading_zeros()
}

/// Counts and lengths fit: 2^63 nanoseconds are 292 years.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{header, sample};

    fn table(samples: &[Sample]) -> Table {
        let mut table = Table::new(header().schema());
        table.extend(samples);
        table
    }

    #[test]
    fn requests_that_end_in_any_order_are_kept_in_the_order_in_which_they_were_due() {
        let due: Vec<Sample> =
            (0..500).flat_map(|n| [0, 1, 2].map(|step| Sample { step, ..sample(1_000_000 + n) })).collect();
        let ended: Vec<Sample> = (0..due.len()).map(|n| due[n * 7 % due.len()].clone()).collect();
        let (mut sorted, expected) = (table(&ended), table(&due));
        sorted.sort();
        assert_eq!(sorted.columns()[0], expected.columns()[0]);
        assert_eq!(sorted.to_batch(), expected.to_batch());
    }

    #[test]
    fn samples_that_cannot_be_sorted_stay_as_they_are() {
        let far = [u64::MAX >> 1, 3].map(|iteration| Sample { step: u32::MAX, ..sample(iteration) });
        let mut table = table(&far);
        table.sort();
        assert_eq!(table.columns()[0].values, [i64::MAX, 3]);
    }
}
