//! Keeps compiled components, and what they say of themselves, from one start to the next.
//!
//! Loading compiled code runs it, so a file counts only if nobody but us can have written it: the directory is private
//! (0700, ours), and nothing compiled is ever loaded from anywhere else.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasmtime::component::Component;
use wasmtime::{Engine, Module};

use crate::digest::Digest;
use crate::shape::VERSION;

/// Mode of the directory: nobody else may write, or read what plugins contain.
const PRIVATE: u32 = 0o700;
/// Changes when what is kept beside the code changes its form.
const FORM: u32 = 3;

/// A private directory.
#[derive(Debug)]
pub(crate) struct Cache {
    dir: PathBuf,
}

impl Cache {
    /// Opens a directory, made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made, or others than us could have written to it: with why, for the user.
    pub(crate) fn open(dir: &Path) -> Result<Self, String> {
        let cannot = |error: io::Error| format!("cannot use cache directory `{}`: {error}", dir.display());
        std::fs::DirBuilder::new().recursive(true).mode(PRIVATE).create(dir).map_err(cannot)?;
        let metadata = std::fs::symlink_metadata(dir).map_err(cannot)?;
        let mode = metadata.permissions().mode() & 0o777;
        if !metadata.is_dir() {
            return Err(format!("cannot use cache directory `{}`: it is no directory", dir.display()));
        }
        if metadata.uid() != rustix::process::geteuid().as_raw() || mode & 0o022 != 0 {
            // Not made private: what lies in it may have been put there by others.
            return Err(format!(
                "cache directory `{}` is not used: others can write to it (mode {mode:o}, owner {}); remove it",
                dir.display(),
                metadata.uid()
            ));
        }
        // Who can rename a parent can put another directory in its place.
        let is_open = |parent: &&Path| std::fs::metadata(parent).is_ok_and(|of| of.mode() & 0o1002 == 0o002);
        let path = std::path::absolute(dir).map_err(cannot)?;
        if let Some(open) = path.ancestors().skip(1).find(is_open) {
            return Err(format!(
                "cache directory `{}` is not used: anyone can write to `{}`",
                dir.display(),
                open.display()
            ));
        }
        Ok(Self { dir: dir.to_owned() })
    }

    /// The compiled component, if it was kept by this version for this machine.
    pub(crate) fn component(&self, digest: Digest, engine: &Engine) -> Option<Component> {
        let path = ours(self.compiled(digest, engine))?;
        // SAFETY: the directory is ours alone, and so is the file, which `keep_component` wrote; one of another version
        // or machine is told by its name, and refused by its header.
        unsafe { Component::deserialize_file(engine, path) }.ok()
    }

    /// The same of a core module. Its digest is its own, not that of a component.
    pub(crate) fn module(&self, digest: Digest, engine: &Engine) -> Option<Module> {
        let path = ours(self.compiled(digest, engine))?;
        // SAFETY: as above, by `keep_module`; a component under this name is refused by its header.
        unsafe { Module::deserialize_file(engine, path) }.ok()
    }

    /// Keeps a compiled core module.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn keep_module(&self, digest: Digest, module: &Module) -> io::Result<()> {
        let bytes = module.serialize().map_err(|error| io::Error::other(error.to_string()))?;
        self.write(&self.compiled(digest, module.engine()), &bytes)
    }

    /// Keeps a compiled component.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn keep_component(&self, digest: Digest, component: &Component) -> io::Result<()> {
        let bytes = component.serialize().map_err(|error| io::Error::other(error.to_string()))?;
        self.write(&self.compiled(digest, component.engine()), &bytes)
    }

    /// Why the component does not fit in the pool, if that is known of a pool of this size.
    pub(crate) fn misfit(&self, digest: Digest, (engine, size): (&Engine, impl Hash)) -> Option<String> {
        std::fs::read_to_string(self.misfitting(digest, engine, size)).ok()
    }

    /// Keeps why the component does not fit in the pool, so that it is not compiled for it again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn keep_misfit(
        &self,
        digest: Digest,
        (engine, size): (&Engine, impl Hash),
        why: &str,
    ) -> io::Result<()> {
        self.write(&self.misfitting(digest, engine, size), why.as_bytes())
    }

    /// What was kept about a component.
    pub(crate) fn about<T: DeserializeOwned>(&self, digest: Digest) -> Option<T> {
        serde_json::from_slice(&std::fs::read(self.described(digest)).ok()?).ok()
    }

    /// Keeps what a component says of itself.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn keep_about(&self, digest: Digest, about: &impl Serialize) -> io::Result<()> {
        self.write(&self.described(digest), &serde_json::to_vec(about)?)
    }

    fn compiled(&self, digest: Digest, engine: &Engine) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        self.dir.join(format!("{}-{:016x}.cwasm", digest.hex(), hasher.finish()))
    }

    fn misfitting(&self, digest: Digest, engine: &Engine, size: impl Hash) -> PathBuf {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        size.hash(&mut hasher);
        self.dir.join(format!("{}-{:016x}.misfit", digest.hex(), hasher.finish()))
    }

    fn described(&self, digest: Digest) -> PathBuf {
        // What does not fit one version of the contract may fit another, and the other way round.
        self.dir.join(format!("{}-{FORM}-{VERSION}.json", digest.hex()))
    }

    /// Writes beside and renames, so that a file is whole or not there.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        file.write_all(bytes)?;
        // Code has no checksum: a loss of power must not leave a file of zeros under its name.
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }
}

/// The file, unless it is not there or others than us can have written it.
fn ours(path: PathBuf) -> Option<PathBuf> {
    let metadata = std::fs::symlink_metadata(&path).ok()?;
    let is_ours = metadata.uid() == rustix::process::geteuid().as_raw() && metadata.mode() & 0o022 == 0;
    (metadata.is_file() && is_ours).then_some(path)
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;

    use super::*;

    #[test]
    fn a_new_directory_is_private() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("a/b");
        Cache::open(&dir).unwrap();
        assert_eq!(std::fs::metadata(&dir).unwrap().permissions().mode() & 0o777, PRIVATE);
        Cache::open(&dir).expect("a second time");
    }

    #[test]
    fn a_directory_that_others_can_write_to_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), Permissions::from_mode(0o775)).unwrap();
        let error = Cache::open(dir.path()).unwrap_err();
        assert!(error.contains("others can write to it (mode 775"), "{error}");
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(Cache::open(&file).is_err());
    }

    #[test]
    fn what_is_kept_comes_back_and_what_is_broken_does_not() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), Permissions::from_mode(PRIVATE)).unwrap();
        let cache = Cache::open(dir.path()).unwrap();
        let digest = Digest::of(b"x");
        cache.keep_about(digest, &["a", "b"]).unwrap();
        assert_eq!(cache.about::<Vec<String>>(digest).unwrap(), ["a", "b"]);
        assert_eq!(cache.about::<u32>(digest), None);
        assert_eq!(cache.about::<Vec<String>>(Digest::of(b"y")), None);

        let engine = Engine::default();
        let component = Component::new(&engine, b"\0asm\x0d\0\x01\0").unwrap();
        cache.keep_component(digest, &component).unwrap();
        assert!(cache.component(digest, &engine).is_some());
        std::fs::write(cache.compiled(digest, &engine), "half").unwrap();
        assert!(cache.component(digest, &engine).is_none());
    }
}
