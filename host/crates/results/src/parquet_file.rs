//! Makes the samples of a trial Parquet, which is not believed before it was read back.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use crate::atomic_file::sync_parent;
use crate::checksum::Checksum;
use crate::columns::TrialHeader;
use crate::error::ResultsError;
use crate::parquet_reader::BATCH;
use crate::parquet_writer::ParquetWriter;
use crate::spool::SpoolReader;
use crate::table::Table;

/// Name of the file in a trial's directory.
pub(crate) const SAMPLES: &str = "samples.parquet";
/// Rows from which on a page is made of them.
const PAGE: usize = 16 * 1024;

/// Writes what `spool` holds as the samples of the trial in `dir` and gives their number. The file appears whole or not
/// at all.
///
/// # Errors
/// When the spool cannot be read, the file cannot be written, or it does not hold what was written.
pub(crate) fn write(dir: &Path, header: &TrialHeader, spool: SpoolReader) -> Result<u64, ResultsError> {
    let path = dir.join(SAMPLES);
    let beside = path.with_extension("parquet.partial");
    let written = write_to(&beside, header, spool).and_then(|written| {
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

fn write_to(path: &Path, header: &TrialHeader, mut spool: SpoolReader) -> Result<Checksum, ResultsError> {
    let failed = |error: ParquetError| ResultsError::writing(path, into_io(error));
    let schema = header.schema();
    let file = File::create(path).map_err(|e| ResultsError::writing(path, e))?;
    let synced = file.try_clone().map_err(|e| ResultsError::writing(path, e))?;
    let mut writer = ParquetWriter::begin(file, header).map_err(failed)?;
    let mut checksum = Checksum::new(schema.fields().len());
    let mut table = Table::new(schema);
    loop {
        let is_more = spool.read(&mut table)?;
        if table.rows() >= PAGE || !is_more && table.rows() > 0 {
            table.sort();
            checksum.add_table(&table);
            writer.write(&table).map_err(failed)?;
            table.clear();
        }
        if !is_more {
            break;
        }
    }
    writer.end().map_err(failed)?;
    synced.sync_all().map_err(|e| ResultsError::writing(path, e))?;
    Ok(checksum)
}

fn checksum_of(path: &Path) -> Result<Checksum, ResultsError> {
    let file = File::open(path).map_err(|e| ResultsError::reading(path, e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| ResultsError::samples(path, e))?;
    let columns = builder.schema().fields().len();
    let reader = builder.with_batch_size(BATCH).build().map_err(|e| ResultsError::samples(path, e))?;
    let mut checksum = Checksum::new(columns);
    for batch in reader {
        checksum.add_batch(&batch.map_err(|e| ResultsError::samples(path, e))?);
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
