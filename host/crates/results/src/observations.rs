//! Reads what a monitor saw of the hosts, a line at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use model::Observation;

use crate::error::{ResultsError, reason_of};
use crate::resource_log::RESOURCES;

/// What was seen of the hosts, in the order in which it came. A last line that was cut off is passed over; a broken one
/// before it is an error, after which the next may be asked for.
#[derive(Debug)]
pub struct Observations {
    lines: Option<BufReader<File>>,
    path: PathBuf,
    /// Number of the line read last, from 1.
    number: u64,
    line: Vec<u8>,
}

impl Observations {
    /// Opens those of the run in `dir`.
    pub(crate) fn open(dir: &Path) -> Result<Self, ResultsError> {
        let path = dir.join(RESOURCES);
        let lines = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            opened => Some(BufReader::new(opened.map_err(|error| ResultsError::reading(&path, error))?)),
        };
        Ok(Self { lines, path, number: 0, line: Vec::new() })
    }
}

impl Iterator for Observations {
    type Item = Result<Observation, ResultsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let lines = self.lines.as_mut()?;
        self.line.clear();
        match lines.read_until(b'\n', &mut self.line) {
            Ok(0) => return None,
            Ok(_) => self.number += 1,
            Err(error) => {
                // The system would say the same for ever.
                self.lines = None;
                return Some(Err(ResultsError::reading(&self.path, error)));
            }
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
