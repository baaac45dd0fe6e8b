//! Tells one table of samples from another without keeping either.

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use crate::table::Table;

/// Rows of a table, and for each column the number of nulls and the sum of the bits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Checksum {
    /// Rows.
    pub(crate) rows: u64,
    columns: Vec<(u64, u64)>,
}

impl Checksum {
    /// Of no rows.
    pub(crate) fn new(columns: usize) -> Self {
        Self { rows: 0, columns: vec![(0, 0); columns] }
    }

    /// Adds the rows of a table.
    pub(crate) fn add_table(&mut self, table: &Table) {
        self.rows += table.rows() as u64;
        for (column, (nulls, sum)) in table.columns().iter().zip(&mut self.columns) {
            let missing = column.nulls();
            *nulls += missing as u64;
            let own = match missing {
                0 => column.values.iter().fold(0, |sum: u64, value| sum.wrapping_add(value.cast_unsigned())),
                _ => column.values.iter().zip(&column.valid).fold(0, |sum: u64, (value, valid)| {
                    sum.wrapping_add(if *valid { value.cast_unsigned() } else { 0 })
                }),
            };
            *sum = sum.wrapping_add(own);
        }
    }

    /// Adds the rows of a batch.
    pub(crate) fn add_batch(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows() as u64;
        for (column, (nulls, sum)) in batch.columns().iter().zip(&mut self.columns) {
            *nulls += column.null_count() as u64;
            *sum = sum.wrapping_add(sum_of_bits(column));
        }
    }
}

fn sum_of_bits(column: &dyn Array) -> u64 {
    fn sum<T: ArrowPrimitiveType>(column: &dyn Array, bits: impl Fn(T::Native) -> u64) -> u64 {
        let values = column.as_primitive::<T>();
        match column.null_count() {
            0 => values.values().iter().fold(0, |sum, value| sum.wrapping_add(bits(*value))),
            all if all == column.len() => 0,
            _ => values.iter().flatten().fold(0, |sum, value| sum.wrapping_add(bits(value))),
        }
    }
    match column.data_type() {
        DataType::Int64 => sum::<Int64Type>(column, |value| value as u64),
        DataType::UInt32 => sum::<UInt32Type>(column, u64::from),
        DataType::UInt16 => sum::<UInt16Type>(column, u64::from),
        DataType::UInt8 => sum::<UInt8Type>(column, u64::from),
        DataType::Float64 => sum::<Float64Type>(column, f64::to_bits),
        other => unreachable!("samples have no columns of {other}"),
    }
}
