//! Writes down what a monitor sees of the hosts, a line each, while the run goes on.
//!
//! Each batch reaches the system in one write before [`ResourceLog::append`] returns, so a process killed at any moment
//! loses at most the line that it was writing. A line cut off so is taken away when the file is opened again.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use model::Observation;

use crate::error::ResultsError;

/// Name of the file in a run's directory.
pub(crate) const RESOURCES: &str = "resources.jsonl";
/// Bytes looked through at a time for the end of the last whole line.
const LOOK_BACK: u64 = 64 * 1024;

/// Takes observations from any thread; clone it for another. It is a file of its own, beside the samples of the trials.
#[derive(Debug, Clone)]
pub struct ResourceLog {
    file: Arc<Mutex<LogFile>>,
    path: Arc<PathBuf>,
}

#[derive(Debug)]
struct LogFile {
    file: File,
    /// Bytes of whole lines.
    length: u64,
    /// Room for the lines of a batch.
    lines: Vec<u8>,
}

impl ResourceLog {
    /// Opens the log of the run in `dir`, or begins it.
    pub(crate) fn open(dir: &Path) -> Result<Self, ResultsError> {
        let path = dir.join(RESOURCES);
        let opened = OpenOptions::new().create(true).read(true).append(true).open(&path).and_then(|mut file| {
            let length = whole_lines(&mut file)?;
            file.set_len(length)?;
            Ok(LogFile { file, length, lines: Vec::new() })
        });
        let file = opened.map_err(|error| ResultsError::writing(&path, error))?;
        Ok(Self { file: Arc::new(Mutex::new(file)), path: Arc::new(path) })
    }

    /// Writes observations, a line each, and returns when the system has them.
    ///
    /// # Errors
    /// When the disk does not take them. Then none of them is in the file, and later ones may be tried.
    pub fn append(&self, observations: &[Observation]) -> Result<(), ResultsError> {
        // Whoever panicked left whole lines, or a length that says where they end.
        let mut log = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        log.append(observations).map_err(|error| ResultsError::writing(&self.path, error))
    }
}

impl LogFile {
    fn append(&mut self, observations: &[Observation]) -> io::Result<()> {
        self.lines.clear();
        for observation in observations {
            serde_json::to_writer(&mut self.lines, observation)?;
            self.lines.push(b'\n');
        }
        match self.file.write_all(&self.lines) {
            Ok(()) => {
                self.length += self.lines.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Half a line would spoil the next one. Where even that fails, the reader says which line is broken.
                let _ = self.file.set_len(self.length);
                Err(error)
            }
        }
    }
}

/// Bytes of the file up to the end of its last whole line.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut piece = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(LOOK_BACK);
        piece.clear();
        file.seek(SeekFrom::Start(start))?;
        Read::by_ref(file).take(end - start).read_to_end(&mut piece)?;
        if let Some(at) = piece.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}
