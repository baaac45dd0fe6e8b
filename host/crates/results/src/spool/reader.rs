//! Reads a spool: all of its segments in order, as far as their indexes vouch for them.

use std::path::{Path, PathBuf};
use std::{fs, io};

use arrow_array::RecordBatch;

use super::segment::SegmentReader;
use crate::columns::TrialHeader;
use crate::error::ResultsError;
use crate::table::Table;

/// Segments of the spool in a trial's directory, in order.
pub(super) fn segments(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut segments = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("spool-") && name.ends_with(".data") {
            segments.push(path);
        }
    }
    segments.sort();
    Ok(segments)
}

/// The index beside a segment.
pub(super) fn index_of(segment: &Path) -> PathBuf {
    segment.with_extension("index")
}

/// The batches of a spool.
pub(crate) struct SpoolReader {
    segments: std::vec::IntoIter<PathBuf>,
    current: Option<(PathBuf, SegmentReader)>,
    header: TrialHeader,
}

impl SpoolReader {
    /// Opens the spool in a trial's directory; none when there is none of which anything is vouched for.
    pub(crate) fn open(dir: &Path) -> Result<Option<Self>, ResultsError> {
        let mut segments = segments(dir).map_err(|e| ResultsError::reading(dir, e))?.into_iter();
        let Some(current) = open_next(&mut segments)? else { return Ok(None) };
        let (path, segment) = &current;
        let header = TrialHeader::from_metadata(|key| segment.head().get(key).map(String::as_str));
        let header = header.map_err(|reason| ResultsError::samples(path, reason))?;
        Ok(Some(Self { segments, current: Some(current), header }))
    }

    /// There is a spool, whatever it holds.
    pub(crate) fn is_there(dir: &Path) -> bool {
        segments(dir).is_ok_and(|segments| !segments.is_empty())
    }

    /// What the spool says of its trial.
    pub(crate) fn header(&self) -> &TrialHeader {
        &self.header
    }

    /// Adds the next rows to a table with this trial's columns; false when there are no more.
    pub(crate) fn read(&mut self, table: &mut Table) -> Result<bool, ResultsError> {
        while let Some((path, segment)) = self.current.as_mut() {
            match segment.read(table) {
                Ok(true) => return Ok(true),
                Ok(false) => self.current = open_next(&mut self.segments)?,
                Err(error) => {
                    let error = ResultsError::reading(path, error);
                    self.current = None;
                    return Err(error);
                }
            }
        }
        Ok(false)
    }

    /// Deletes the spool in a trial's directory.
    pub(crate) fn delete(dir: &Path) -> Result<(), ResultsError> {
        for segment in segments(dir).map_err(|e| ResultsError::reading(dir, e))? {
            for path in [index_of(&segment), segment] {
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(ResultsError::writing(&path, error));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }
}

/// The next segment of which anything is vouched for.
fn open_next(segments: &mut std::vec::IntoIter<PathBuf>) -> Result<Option<(PathBuf, SegmentReader)>, ResultsError> {
    for path in segments {
        let opened = SegmentReader::open(&path, &index_of(&path)).map_err(|e| ResultsError::reading(&path, e))?;
        if let Some(segment) = opened {
            return Ok(Some((path, segment)));
        }
    }
    Ok(None)
}

impl Iterator for SpoolReader {
    type Item = Result<RecordBatch, ResultsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut table = Table::new(self.header.schema());
        match self.read(&mut table) {
            Ok(is_more) => is_more.then(|| {
                table.sort();
                Ok(table.to_batch())
            }),
            Err(error) => Some(Err(error)),
        }
    }
}
