//! Columns of some samples, and the durations that follow from them.

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type, UInt8Type, UInt16Type};
use arrow_array::{Array, PrimitiveArray, RecordBatch};
use arrow_buffer::NullBuffer;
use model::dataset::{Column, Quantity};

/// All quantities, in the order of their declaration.
pub(super) const QUANTITIES: [Quantity; 10] = [
    Quantity::ResponseTime,
    Quantity::ServiceTime,
    Quantity::Queue,
    Quantity::ReleaseLag,
    Quantity::FirstByte,
    Quantity::Connect,
    Quantity::Tls,
    Quantity::ServerSpan,
    Quantity::BeyondServer,
    Quantity::Transfer,
];

/// Stands for a duration that was not measured. None is as long: instants are 63 bits and a sign.
pub(super) const MISSING: u64 = u64::MAX;

/// Columns that every reading needs.
pub(super) const PHASE: &str = "phase";
/// See [`PHASE`].
pub(super) const OUTCOME: &str = "outcome";
/// When it was due.
pub(super) const INTENDED_START: &str = "intended_start_ns";
const RELEASE: &str = "release_ns";
const SENT: &str = "sent_ns";
const FIRST_BYTE: &str = "first_byte_ns";
const END: &str = "end_ns";
const CONNECT: &str = "connect_ns";
const TLS: &str = "tls_ns";
const SERVER: &str = "server_ns";
const STATUS: &str = "status";

/// Columns from which a quantity follows.
pub(super) fn columns_of(quantity: Quantity) -> &'static [&'static str] {
    match quantity {
        Quantity::ResponseTime => &[INTENDED_START, END],
        Quantity::ServiceTime => &[SENT, END],
        Quantity::Queue => &[RELEASE, SENT],
        Quantity::ReleaseLag => &[INTENDED_START, RELEASE],
        Quantity::FirstByte => &[SENT, FIRST_BYTE],
        Quantity::Connect => &[CONNECT],
        Quantity::Tls => &[TLS],
        Quantity::ServerSpan => &[SERVER],
        Quantity::BeyondServer => &[SENT, FIRST_BYTE, SERVER],
        Quantity::Transfer => &[FIRST_BYTE, END],
    }
}

/// Some samples: those of their columns that were asked for.
#[derive(Debug, Clone)]
pub(super) struct Block(pub(super) RecordBatch);

impl Block {
    /// Codes of their phases.
    pub(super) fn phases(&self) -> Result<&[u8], String> {
        Ok(self.column::<UInt8Type>(PHASE)?.values())
    }

    /// Codes of their outcomes.
    pub(super) fn outcomes(&self) -> Result<&[u8], String> {
        Ok(self.column::<UInt8Type>(OUTCOME)?.values())
    }

    /// When they were due, nanoseconds since trial start.
    pub(super) fn intended_starts(&self) -> Result<&[i64], String> {
        Ok(self.column::<Int64Type>(INTENDED_START)?.values())
    }

    /// Puts a quantity of each sample into `durations`, nanoseconds, [`MISSING`] where it was not measured.
    pub(super) fn durations(&self, quantity: Quantity, durations: &mut Vec<u64>) -> Result<(), String> {
        durations.clear();
        let instants = |names: &[&str; 2]| -> Result<[&PrimitiveArray<Int64Type>; 2], String> {
            Ok([self.column(names[0])?, self.column(names[1])?])
        };
        match quantity {
            Quantity::ResponseTime => between(instants(&[INTENDED_START, END])?, durations),
            Quantity::ServiceTime => between(instants(&[SENT, END])?, durations),
            Quantity::Queue => between(instants(&[RELEASE, SENT])?, durations),
            Quantity::ReleaseLag => between(instants(&[INTENDED_START, RELEASE])?, durations),
            Quantity::FirstByte => between(instants(&[SENT, FIRST_BYTE])?, durations),
            Quantity::Transfer => between(instants(&[FIRST_BYTE, END])?, durations),
            Quantity::Connect => lengths(self.column(CONNECT)?, durations),
            Quantity::Tls => lengths(self.column(TLS)?, durations),
            Quantity::ServerSpan => lengths(self.column(SERVER)?, durations),
            Quantity::BeyondServer => {
                between(instants(&[SENT, FIRST_BYTE])?, durations);
                let server: &PrimitiveArray<Int64Type> = self.column(SERVER)?;
                durations.iter_mut().zip(server.values()).for_each(|(whole, server)| {
                    if *whole != MISSING {
                        *whole = whole.saturating_sub(unsigned(*server));
                    }
                });
                blank(server.nulls(), durations);
            }
        }
        Ok(())
    }

    /// Values of a column as numbers, and which of them are there; none: all are. `metric` is the name of the column of a
    /// metric.
    pub(super) fn numbers(&self, column: &Column, metric: &str) -> Result<(Vec<f64>, Option<NullBuffer>), String> {
        match column {
            Column::IntendedStart => Ok((self.intended_starts()?.iter().map(|at| *at as f64).collect(), None)),
            Column::Outcome => Ok((self.outcomes()?.iter().map(|code| f64::from(*code)).collect(), None)),
            Column::Status => {
                let status = self.column::<UInt16Type>(STATUS)?;
                Ok((status.values().iter().map(|code| f64::from(*code)).collect(), status.nulls().cloned()))
            }
            Column::Metric(_) => {
                let values = self.column::<Float64Type>(metric)?;
                Ok((values.values().to_vec(), values.nulls().cloned()))
            }
            Column::Quantity(quantity) => {
                let mut durations = Vec::new();
                self.durations(*quantity, &mut durations)?;
                let nulls = durations.contains(&MISSING).then(|| durations.iter().map(|one| *one != MISSING).collect());
                let number = |nanos: u64| if nanos == MISSING { 0.0 } else { nanos as f64 };
                Ok((durations.into_iter().map(number).collect(), nulls))
            }
        }
    }

    fn column<T: ArrowPrimitiveType>(&self, name: &str) -> Result<&PrimitiveArray<T>, String> {
        let column = self.0.column_by_name(name).ok_or(format!("no column `{name}`"))?;
        let wrong = || format!("column `{name}` is {}, not {}", column.data_type(), T::DATA_TYPE);
        column.as_primitive_opt().ok_or_else(wrong)
    }
}

/// Columns that a column of numbers follows from. `metric` is the name of the column of a metric.
pub(super) fn columns_of_numbers<'a>(column: &Column, metric: &'a str) -> Vec<&'a str> {
    match column {
        Column::IntendedStart => vec![INTENDED_START],
        Column::Quantity(quantity) => columns_of(*quantity).to_vec(),
        Column::Status => vec![STATUS],
        Column::Outcome => Vec::new(),
        Column::Metric(_) => vec![metric],
    }
}

/// From an instant to another; 0 where the clock would have gone back.
fn between([from, to]: [&PrimitiveArray<Int64Type>; 2], durations: &mut Vec<u64>) {
    let pairs = from.values().iter().zip(to.values());
    durations.extend(pairs.map(|(from, to)| unsigned(to.saturating_sub(*from))));
    blank(from.nulls(), durations);
    blank(to.nulls(), durations);
}

fn lengths(column: &PrimitiveArray<Int64Type>, durations: &mut Vec<u64>) {
    if column.null_count() == column.len() {
        durations.resize(column.len(), MISSING);
        return;
    }
    durations.extend(column.values().iter().map(|length| unsigned(*length)));
    blank(column.nulls(), durations);
}

fn blank(nulls: Option<&NullBuffer>, durations: &mut [u64]) {
    let Some(nulls) = nulls.filter(|nulls| nulls.null_count() > 0) else { return };
    durations.iter_mut().zip(nulls).filter(|(_, is_there)| !is_there).for_each(|(duration, _)| *duration = MISSING);
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
