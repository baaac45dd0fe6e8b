//! Replaces a file whole: a reader, or a crash at any moment, sees the old text or the new one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate};

use crate::error::{ResultsError, is_full};

/// Space kept for the last words of a run on a full disk, bytes.
const RESERVE: u64 = 512 * 1024;

/// Writes `bytes` to `path` by way of a file beside it.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), ResultsError> {
    let beside = path.with_extension("partial");
    let written = write_new(&beside, bytes).and_then(|()| fs::rename(&beside, path)).and_then(|()| sync_parent(path));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        ResultsError::writing(path, error)
    })
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the names in the directory of `path` survive a loss of power.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

/// Space taken ahead in a run's directory, given back when the disk is full so that `run.json` can still be saved.
#[derive(Debug)]
pub(crate) struct Reserve(Option<PathBuf>);

impl Reserve {
    /// Takes the space. A file system that cannot, or has too little, gives none: that is not an error here.
    pub(crate) fn take(dir: &Path) -> Self {
        let path = dir.join(".reserve");
        let taken = File::create(&path).and_then(|file| Ok(fallocate(&file, FallocateFlags::empty(), 0, RESERVE)?));
        let reserve = Self(Some(path));
        if taken.is_ok() { reserve } else { Self::none_after(reserve) }
    }

    fn none_after(mut reserve: Self) -> Self {
        reserve.give_back();
        reserve
    }

    /// [`replace`], and once more with the reserve given back when the disk is full.
    pub(crate) fn replace(&mut self, path: &Path, bytes: &[u8]) -> Result<(), ResultsError> {
        match replace(path, bytes) {
            Err(ResultsError::DiskFull { source, .. }) if is_full(&source) && self.give_back() => replace(path, bytes),
            done => done,
        }
    }

    fn give_back(&mut self) -> bool {
        self.0.take().is_some_and(|path| fs::remove_file(path).is_ok())
    }
}

impl Drop for Reserve {
    fn drop(&mut self) {
        self.give_back();
    }
}
