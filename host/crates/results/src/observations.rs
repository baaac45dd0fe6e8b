//! Reads what a monitor saw of the hosts, a line at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};
use std::path::{Path, PathBuf};

use model::Observation;
use serde::Deserialize;

use crate::error::{ResultsError, reason_of};
use crate::resource_log::RESOURCES;

/// How much later than it was due what came of a tick may stand in the file, nanoseconds.
const LATE: i64 = 5_000_000_000;

/// What was seen of the hosts, in the order in which it came. A last line that was cut off is passed over; a broken one
/// before it is an error, after which the next may be asked for.
#[derive(Debug)]
pub struct Observations {
    lines: Option<Take<BufReader<File>>>,
    path: PathBuf,
    /// Number of the line read last, from 1.
    number: u64,
    line: Vec<u8>,
}

/// Lines of the file that stand together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// Bytes before them.
    start: u64,
    /// Bytes up to their end; no more than `start` when there are none.
    end: u64,
    /// Lines before them.
    lines_before: u64,
}

impl Observations {
    /// Opens those of the run in `dir`.
    pub(crate) fn open(dir: &Path) -> Result<Self, ResultsError> {
        Self::open_part(dir, Part { end: u64::MAX, ..Part::default() })
    }

    /// Opens a part of those of the run in `dir`.
    pub(crate) fn open_part(dir: &Path, part: Part) -> Result<Self, ResultsError> {
        let path = dir.join(RESOURCES);
        let opened = File::open(&path).and_then(|mut file| {
            file.seek(SeekFrom::Start(part.start))?;
            Ok(BufReader::new(file).take(part.end.saturating_sub(part.start)))
        });
        let lines = match opened {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            opened => Some(opened.map_err(|error| ResultsError::reading(&path, error))?),
        };
        Ok(Self { lines, path, number: part.lines_before, line: Vec::new() })
    }

    /// Where in the file of the run in `dir` the lines of spans of time lie, Unix time in nanoseconds. A part may have
    /// lines of other times too.
    pub(crate) fn parts(dir: &Path, spans: &[(i64, i64)]) -> Result<Vec<Part>, ResultsError> {
        #[derive(Deserialize)]
        struct Due {
            due_unix_ns: i64,
        }
        let mut parts = vec![None::<Part>; spans.len()];
        let mut all = Self::open(dir)?;
        let mut start = 0;
        while let Some(is_line) = all.read_line() {
            is_line?;
            let end = start + all.line.len() as u64;
            // A line that is broken has no time; whoever reads the lines around it is told.
            if let Ok(Due { due_unix_ns }) = serde_json::from_slice(&all.line) {
                let is_within = |(from, to): &(i64, i64)| {
                    due_unix_ns >= from.saturating_sub(LATE) && due_unix_ns <= to.saturating_add(LATE)
                };
                for (part, _) in parts.iter_mut().zip(spans).filter(|(_, span)| is_within(span)) {
                    part.get_or_insert(Part { start, end, lines_before: all.number - 1 }).end = end;
                }
            }
            start = end;
        }
        Ok(parts.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// Reads the next line; none at the end.
    fn read_line(&mut self) -> Option<Result<(), ResultsError>> {
        let lines = self.lines.as_mut()?;
        self.line.clear();
        match lines.read_until(b'\n', &mut self.line) {
            Ok(0) => None,
            Ok(_) => {
                self.number += 1;
                Some(Ok(()))
            }
            Err(error) => {
                // The system would say the same for ever.
                self.lines = None;
                Some(Err(ResultsError::reading(&self.path, error)))
            }
        }
    }
}

impl Iterator for Observations {
    type Item = Result<Observation, ResultsError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Err(error) = self.read_line()? {
            return Some(Err(error));
        }
        let is_whole = self.line.ends_with(b"\n");
        match serde_json::from_slice(&self.line) {
            Ok(observation) => Some(Ok(observation)),
            Err(_) if !is_whole => None,
            Err(error) => {
                let (path, line, reason) = (self.path.clone(), self.number, reason_of(&error));
                Some(Err(ResultsError::BrokenResources { path, line, reason }))
            }
        }
    }
}
