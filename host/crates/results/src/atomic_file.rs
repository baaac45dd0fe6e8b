//! Writes files whole: a reader, or a crash at any moment, sees the old text or the new one, or no file.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FallocateFlags, RenameFlags, fallocate, renameat_with};
use rustix::io::Errno;

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

/// A file that gets its name when it is whole, and takes nobody else's. Dropped before, it leaves nothing.
pub(crate) struct NewFile {
    dir: PathBuf,
    beside: PathBuf,
    out: BufWriter<File>,
}

impl NewFile {
    /// Begins it in `dir`, which is made if it is not there. `about` goes into the name that it has meanwhile.
    pub(crate) fn begin(dir: &Path, about: &str) -> Result<Self, ResultsError> {
        fs::create_dir_all(dir).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => ResultsError::NotADirectory { path: dir.to_owned() },
            _ => ResultsError::writing(dir, error),
        })?;
        let beside = dir.join(format!(".{about}.{}.partial", std::process::id()));
        let file = File::create(&beside).map_err(|error| ResultsError::writing(&beside, error))?;
        Ok(Self { dir: dir.to_owned(), beside, out: BufWriter::new(file) })
    }

    /// Appends to it.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), ResultsError> {
        self.out.write_all(bytes).map_err(|error| ResultsError::writing(&self.beside, error))
    }

    /// Gives it the first of `names` that no file has, and says where it is.
    pub(crate) fn finish(mut self, names: impl Iterator<Item = String>) -> Result<PathBuf, ResultsError> {
        let flushed = self.out.flush().and_then(|()| self.out.get_ref().sync_all());
        flushed.map_err(|error| ResultsError::writing(&self.beside, error))?;
        for name in names {
            let path = self.dir.join(name);
            match rename_to_new(&self.beside, &path) {
                Ok(()) => {
                    sync_parent(&path).map_err(|error| ResultsError::writing(&path, error))?;
                    return Ok(path);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(ResultsError::writing(&path, error)),
            }
        }
        Err(ResultsError::writing(&self.dir, io::ErrorKind::AlreadyExists.into()))
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // With its name it is no longer here.
        let _ = fs::remove_file(&self.beside);
    }
}

/// Renames, unless there is such a file already.
fn rename_to_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // Not every file system can; what then comes between looking and renaming is replaced.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) if to.exists() => Err(io::ErrorKind::AlreadyExists.into()),
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => fs::rename(from, to),
        done => Ok(done?),
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
