//! Reads the samples of a finished trial: all of them, or some columns of the row groups that may hold what is wanted.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::statistics::Statistics;

use crate::columns::TrialHeader;
use crate::error::ResultsError;
use crate::parquet_file::SAMPLES;

/// Rows read at a time.
pub(crate) const BATCH: usize = 8 * 1024;

/// The Parquet file of a trial: its end is read, its rows are not.
#[derive(Debug, Clone)]
pub(crate) struct ParquetFile {
    header: TrialHeader,
    metadata: ArrowReaderMetadata,
    path: PathBuf,
}

impl ParquetFile {
    /// Opens the file of the trial in `dir`; none when there is no such file.
    pub(crate) fn open(dir: &Path) -> Result<Option<Self>, ResultsError> {
        let path = dir.join(SAMPLES);
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|e| ResultsError::reading(&path, e))?,
        };
        let loaded = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new());
        let metadata = loaded.map_err(|error| ResultsError::samples(&path, error))?;
        let pairs = metadata.metadata().file_metadata().key_value_metadata();
        let value = |key: &str| pairs?.iter().find(|pair| pair.key == key)?.value.as_deref();
        let header = TrialHeader::from_metadata(value).map_err(|reason| ResultsError::samples(&path, reason))?;
        header.check(metadata.schema()).map_err(|reason| ResultsError::samples(&path, reason))?;
        Ok(Some(Self { header, metadata, path }))
    }

    /// Number of its row groups.
    pub(crate) fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// Number of rows in a group.
    pub(crate) fn rows(&self, group: usize) -> u64 {
        u64::try_from(self.metadata.metadata().row_group(group).num_rows()).unwrap_or(0)
    }

    /// Least and greatest value of a column of whole numbers in a row group; none when the file does not tell.
    pub(crate) fn bounds(&self, group: usize, column: &str) -> Option<(i64, i64)> {
        let index = self.metadata.schema().index_of(column).ok()?;
        match self.metadata.metadata().row_group(group).column(index).statistics()? {
            Statistics::Int32(bounds) => Some((i64::from(*bounds.min_opt()?), i64::from(*bounds.max_opt()?))),
            Statistics::Int64(bounds) => Some((*bounds.min_opt()?, *bounds.max_opt()?)),
            _ => None,
        }
    }

    /// Reads these columns of these row groups, in the order of the file. It has a descriptor of its own, so that several
    /// threads can read one file.
    pub(crate) fn read(&self, groups: Vec<usize>, columns: &[&str]) -> Result<ParquetSamples, ResultsError> {
        let file = File::open(&self.path).map_err(|e| ResultsError::reading(&self.path, e))?;
        let mask = ProjectionMask::columns(self.metadata.parquet_schema(), columns.iter().copied());
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        self.begin(builder.with_row_groups(groups).with_projection(mask))
    }

    /// Reads everything.
    pub(crate) fn read_all(&self) -> Result<ParquetSamples, ResultsError> {
        let file = File::open(&self.path).map_err(|e| ResultsError::reading(&self.path, e))?;
        self.begin(ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone()))
    }

    fn begin(&self, builder: ParquetRecordBatchReaderBuilder<File>) -> Result<ParquetSamples, ResultsError> {
        let failed = |error: ParquetError| ResultsError::samples(&self.path, error);
        let reader = builder.with_batch_size(BATCH).build().map_err(failed)?;
        Ok(ParquetSamples { header: self.header.clone(), reader, path: self.path.clone() })
    }
}

/// The samples of a finished trial, a batch at a time.
pub(crate) struct ParquetSamples {
    pub(crate) header: TrialHeader,
    reader: ParquetRecordBatchReader,
    path: PathBuf,
}

impl ParquetSamples {
    /// Opens the samples of the trial in `dir`; none when there is no such file.
    pub(crate) fn open(dir: &Path) -> Result<Option<Self>, ResultsError> {
        ParquetFile::open(dir)?.map(|file| file.read_all()).transpose()
    }
}

impl Iterator for ParquetSamples {
    type Item = Result<RecordBatch, ResultsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        Some(batch.map_err(|error| ResultsError::samples(&self.path, error)))
    }
}
