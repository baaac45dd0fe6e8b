//! Keeps pulled components by their digest, so that they work without the registry.

use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::error::RegistryError;
use crate::registry::MOST_BYTES;

/// Mode of the directory: what a team shares is not for everyone on the machine.
const PRIVATE: u32 = 0o700;

/// A directory with components.
#[derive(Debug, Clone)]
pub struct Store {
    dir: PathBuf,
}

/// What a store has under a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// The component, checked by its digest.
    Whole(PathBuf),
    /// Nothing.
    Absent,
    /// A file whose bytes are not those of its name: somebody or something changed it.
    Changed(PathBuf),
}

impl Store {
    /// The store in a directory, which is made when something is kept.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// What it has under a digest; the file is read and checked.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn find(&self, digest: Digest) -> Result<Kept, RegistryError> {
        let path = self.path(digest);
        let file = match std::fs::File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Kept::Absent),
            file => file.map_err(|source| failed("read", &path, source))?,
        };
        let mut bytes = Vec::new();
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|source| failed("read", &path, source))?;
        Ok(if Digest::of(&bytes) == digest { Kept::Whole(path) } else { Kept::Changed(path) })
    }

    /// Keeps a component and gives its file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, bytes: &[u8]) -> Result<PathBuf, RegistryError> {
        let path = self.path(Digest::of(bytes));
        let cannot = |source| failed("write", &path, source);
        std::fs::DirBuilder::new().recursive(true).mode(PRIVATE).create(&self.dir).map_err(cannot)?;
        // Beside and renamed: two commands that pull the same never read half of it.
        let mut file = tempfile::NamedTempFile::new_in(&self.dir).map_err(cannot)?;
        file.write_all(bytes).map_err(cannot)?;
        file.persist(&path).map_err(|error| cannot(error.error))?;
        Ok(path)
    }

    fn path(&self, digest: Digest) -> PathBuf {
        self.dir.join(format!("sha256-{}.wasm", digest.hex()))
    }
}

pub(crate) fn failed(verb: &'static str, path: &Path, source: io::Error) -> RegistryError {
    RegistryError::File { verb, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_by_its_digest_and_a_changed_file_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::at(dir.path().join("a/b"));
        let digest = Digest::of(b"component");
        assert_eq!(store.find(digest).unwrap(), Kept::Absent);
        let path = store.keep(b"component").unwrap();
        assert_eq!(store.find(digest).unwrap(), Kept::Whole(path.clone()));
        std::fs::write(&path, b"componenT").unwrap();
        assert_eq!(store.find(digest).unwrap(), Kept::Changed(path.clone()));
        assert_eq!(store.keep(b"component").unwrap(), path);
        assert_eq!(store.find(digest).unwrap(), Kept::Whole(path));
    }
}
