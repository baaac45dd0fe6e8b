//! Tells whether a run is being written: its writer holds a lock that the kernel gives back however the process ends.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::error::ResultsError;

const NAME: &str = ".lock";
/// Times that a lock is taken anew because its file was taken away meanwhile. A file system that gives one file several
/// identities must not keep us here.
const ATTEMPTS: u32 = 100;

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
        for attempt in 1.. {
            let file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)
                .map_err(|e| ResultsError::writing(&path, e))?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Err(Errno::WOULDBLOCK) => return Ok(None),
                // The one before took the file away between our opening and locking it: this is no lock on the directory.
                Ok(()) if attempt < ATTEMPTS && !is_at(&file, &path) => {}
                // A file system without locks cannot tell a live run from a dead one; that is no reason not to save it.
                Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOLCK | Errno::NOSYS) => {
                    return Ok(Some(Self { _file: file, path }));
                }
                Err(error) => return Err(ResultsError::writing(&path, error.into())),
            }
        }
        unreachable!("the last attempt returns")
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

/// The open file is still the one of this name.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}
