//! Tells whether a run is being written: its writer holds a lock that the kernel gives back however the process ends.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::error::ResultsError;

const NAME: &str = ".lock";

/// Held by the one process that may write a run.
#[derive(Debug)]
pub(crate) struct RunLock {
    // Closing it gives the lock back.
    _file: File,
    path: PathBuf,
}

impl RunLock {
    /// Takes the lock of the run in `dir`; none when another has it.
    pub(crate) fn take(dir: &Path) -> Result<Option<Self>, ResultsError> {
        let path = dir.join(NAME);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| ResultsError::writing(&path, e))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => Ok(None),
            // A file system without locks cannot tell a live run from a dead one; that is no reason not to save it.
            Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOLCK | Errno::NOSYS) => Ok(Some(Self { _file: file, path })),
            Err(error) => Err(ResultsError::writing(&path, error.into())),
        }
    }

    /// Whether a process is writing the run in `dir`. Only looks: /proc/locks would do, but not on every system.
    pub(crate) fn is_held(dir: &Path) -> bool {
        let Ok(file) = File::open(dir.join(NAME)) else { return false };
        matches!(flock(&file, FlockOperation::NonBlockingLockShared), Err(Errno::WOULDBLOCK))
    }

    /// Gives the lock back for good: nobody will write here again.
    pub(crate) fn remove(self) {
        // A lock file that stays does no harm.
        let _ = std::fs::remove_file(&self.path);
    }
}
