//! Writes the samples of a trial as Parquet, and does not believe it before having read it back.
//!
//! Integers are stored as packed differences, fractions as split bytes, both compressed with zstd; no dictionaries.
//! Row groups are small and go to the disk one by one, so memory does not grow with the trial.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Float64Type, Int64Type, UInt8Type, UInt16Type, UInt32Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::atomic_file::sync_parent;
use crate::columns::TrialHeader;
use crate::error::ResultsError;

/// Name of the file in a trial's directory.
pub(crate) const SAMPLES: &str = "samples.parquet";
/// Most rows of a row group.
const ROW_GROUP: usize = 128 * 1024;
/// Rows read at a time.
const BATCH: usize = 8 * 1024;

/// Enough of a table to tell it from another: its rows, and for each column the number of nulls and the sum of the bits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Checksum {
    rows: u64,
    columns: Vec<(u64, u64)>,
}

impl Checksum {
    fn add(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows() as u64;
        self.columns.resize(batch.num_columns(), (0, 0));
        for (column, (nulls, sum)) in batch.columns().iter().zip(&mut self.columns) {
            *nulls += column.null_count() as u64;
            *sum = sum.wrapping_add(sum_of_bits(column));
        }
    }
}

fn sum_of_bits(column: &dyn Array) -> u64 {
    fn sum<T: ArrowPrimitiveType>(column: &dyn Array, bits: impl Fn(T::Native) -> u64) -> u64 {
        let values = column.as_primitive::<T>();
        match values.nulls() {
            None => values.values().iter().fold(0, |sum, value| sum.wrapping_add(bits(*value))),
            Some(_) => values.iter().flatten().fold(0, |sum, value| sum.wrapping_add(bits(value))),
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

/// Writes `batches` as the samples of the trial in `dir` and gives their number. The file appears whole or not at all.
///
/// # Errors
/// When the batches cannot be read, the file cannot be written, or it does not hold what was written.
pub(crate) fn write(
    dir: &Path,
    header: &TrialHeader,
    batches: impl Iterator<Item = Result<RecordBatch, ResultsError>>,
) -> Result<u64, ResultsError> {
    let path = dir.join(SAMPLES);
    let beside = path.with_extension("parquet.partial");
    let written = write_to(&beside, header, batches).and_then(|written| {
        if checksum_of(&beside)? != written {
            return Err(ResultsError::samples(&path, "what was read back is not what was written"));
        }
        fs::rename(&beside, &path).and_then(|()| sync_parent(&path)).map_err(|e| ResultsError::writing(&path, e))?;
        Ok(written.rows)
    });
    if written.is_err() {
        // It may be what fills the disk.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn write_to(
    path: &Path,
    header: &TrialHeader,
    batches: impl Iterator<Item = Result<RecordBatch, ResultsError>>,
) -> Result<Checksum, ResultsError> {
    let failed = |error: ParquetError| ResultsError::writing(path, into_io(error));
    let schema = header.schema();
    // The file's own metadata says it once; the copy in the columns' would be the spool's, with another start.
    let plain = std::sync::Arc::new(Schema::new(schema.fields().clone()));
    let file = File::create(path).map_err(|e| ResultsError::writing(path, e))?;
    let synced = file.try_clone().map_err(|e| ResultsError::writing(path, e))?;
    let mut writer = ArrowWriter::try_new(file, plain.clone(), Some(properties(header))).map_err(failed)?;
    let mut checksum = Checksum::default();
    for batch in batches {
        let batch = RecordBatch::try_new(plain.clone(), batch?.columns().to_vec());
        let batch = batch.map_err(|error| ResultsError::samples(path, error))?;
        checksum.add(&batch);
        writer.write(&batch).map_err(failed)?;
    }
    checksum.columns.resize(plain.fields().len(), (0, 0));
    writer.close().map_err(failed)?;
    synced.sync_all().map_err(|e| ResultsError::writing(path, e))?;
    Ok(checksum)
}

fn properties(header: &TrialHeader) -> WriterProperties {
    let mut metadata: Vec<_> = header.metadata().into_iter().map(|(key, value)| KeyValue::new(key, value)).collect();
    metadata.sort_by(|a, b| a.key.cmp(&b.key));
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("cluster-tester ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).expect("3 is a level of zstd")))
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .set_key_value_metadata(Some(metadata));
    for field in header.schema().fields() {
        let encoding = match field.data_type() {
            DataType::Float64 => Encoding::BYTE_STREAM_SPLIT,
            _ => Encoding::DELTA_BINARY_PACKED,
        };
        properties = properties.set_column_encoding(ColumnPath::from(field.name().as_str()), encoding);
    }
    properties.build()
}

/// The samples of a finished trial.
pub(crate) struct ParquetSamples {
    pub(crate) header: TrialHeader,
    reader: ParquetRecordBatchReader,
    path: std::path::PathBuf,
}

impl ParquetSamples {
    /// Opens the samples of the trial in `dir`; none when there is no such file.
    pub(crate) fn open(dir: &Path) -> Result<Option<Self>, ResultsError> {
        let path = dir.join(SAMPLES);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|e| ResultsError::reading(&path, e))?,
        };
        let failed = |error: ParquetError| ResultsError::samples(&path, error);
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
        let metadata = builder.metadata().file_metadata();
        let pairs = metadata.key_value_metadata();
        let value = |key: &str| pairs?.iter().find(|pair| pair.key == key)?.value.as_deref();
        let header = TrialHeader::from_metadata(value).map_err(|reason| ResultsError::samples(&path, reason))?;
        header.check(builder.schema()).map_err(|reason| ResultsError::samples(&path, reason))?;
        let reader = builder.with_batch_size(BATCH).build().map_err(failed)?;
        Ok(Some(Self { header, reader, path }))
    }
}

impl Iterator for ParquetSamples {
    type Item = Result<RecordBatch, ResultsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        Some(batch.map_err(|error| ResultsError::samples(&self.path, error)))
    }
}

fn checksum_of(path: &Path) -> Result<Checksum, ResultsError> {
    let file = File::open(path).map_err(|e| ResultsError::reading(path, e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| ResultsError::samples(path, e))?;
    let columns = builder.schema().fields().len();
    let reader = builder.with_batch_size(BATCH).build().map_err(|e| ResultsError::samples(path, e))?;
    let mut checksum = Checksum { rows: 0, columns: vec![(0, 0); columns] };
    for batch in reader {
        checksum.add(&batch.map_err(|e| ResultsError::samples(path, e))?);
    }
    Ok(checksum)
}

/// What the system said, where that is the reason.
fn into_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
