//! Which bytes each reference stood for when it was accepted: `cluster-tester.lock`, for version control.

use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::error::RegistryError;
use crate::reference::Reference;
use crate::store::failed;

/// The form of the file; another one is refused rather than misread.
const VERSION: u32 = 1;
const HEAD: &str = "# Which plugins the references stood for when they were accepted. Written by `cluster-tester plugin pull`;\n\
                    # keep it in version control beside cluster-tester.toml.\n";

/// Accepted references.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    entries: Vec<Locked>,
}

/// An accepted reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locked {
    /// As it was written, tag and digest included.
    pub reference: Reference,
    /// Digest of the manifest.
    pub manifest: Digest,
    /// Digest of the component.
    pub component: Digest,
    /// Size of the component, bytes.
    pub size: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileShape {
    version: u32,
    #[serde(default, rename = "plugin")]
    plugins: Vec<EntryShape>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryShape {
    reference: String,
    manifest: String,
    component: String,
    size: u64,
}

impl Lock {
    /// Reads a lock file; one that is not there has no entries.
    ///
    /// # Errors
    /// When it cannot be read, or is not in its form.
    pub fn read(path: &Path) -> Result<Self, RegistryError> {
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text.map_err(|source| failed("read", path, source))?,
        };
        let wrong = |what: String| RegistryError::Lock { path: path.to_owned(), what: crate::text::line(&what) };
        let file: FileShape = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            wrong(format!("line {line}: {}", error.message()))
        })?;
        if file.version != VERSION {
            return Err(wrong(format!("it has version {}; this command knows {VERSION}", file.version)));
        }
        let mut lock = Self::default();
        for entry in file.plugins {
            let digest = |text: &str| text.parse::<Digest>().map_err(|error| wrong(format!("`{text}`: {error}")));
            let locked = Locked {
                reference: entry.reference.parse().map_err(|error: crate::NotAReference| wrong(error.to_string()))?,
                manifest: digest(&entry.manifest)?,
                component: digest(&entry.component)?,
                size: entry.size,
            };
            if lock.find(&locked.reference).is_some() {
                return Err(wrong(format!("`{}` is in it twice", locked.reference)));
            }
            if locked.reference.digest().is_some_and(|digest| digest != locked.manifest) {
                return Err(wrong(format!("`{}` has another manifest", locked.reference)));
            }
            lock.entries.push(locked);
        }
        Ok(lock)
    }

    /// What a reference stood for.
    pub fn find(&self, reference: &Reference) -> Option<&Locked> {
        self.entries.iter().find(|locked| locked.reference == *reference)
    }

    /// Puts an entry into a lock file, in place of one of the same reference. Commands that do so at a time wait for each
    /// other, so that no entry is lost.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn accept(path: &Path, locked: &Locked) -> Result<(), RegistryError> {
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let cannot = |source| failed("write", path, source);
        // The file itself is replaced: what waits for it would hold the old one. Its directory stays.
        let turn = std::fs::File::open(dir).map_err(cannot)?;
        turn.lock().map_err(cannot)?;
        let mut lock = Self::read(path)?;
        match lock.entries.iter_mut().find(|entry| entry.reference == locked.reference) {
            Some(entry) if entry == locked => return Ok(()),
            Some(entry) => entry.clone_from(locked),
            None => lock.entries.push(locked.clone()),
        }
        // By reference, so that two branches seldom touch the same lines.
        lock.entries.sort_by_key(|entry| entry.reference.to_string());
        // Temporary files are private; this one is for the team, as the umask has it.
        let mut file = tempfile::Builder::new()
            .prefix(".cluster-tester.lock")
            .permissions(std::fs::Permissions::from_mode(0o666))
            .tempfile_in(dir)
            .map_err(cannot)?;
        file.write_all(lock.text().as_bytes()).map_err(cannot)?;
        file.persist(path).map_err(|error| cannot(error.error))?;
        Ok(())
    }

    fn text(&self) -> String {
        let shape = |locked: &Locked| EntryShape {
            reference: locked.reference.to_string(),
            manifest: locked.manifest.to_string(),
            component: locked.component.to_string(),
            size: locked.size,
        };
        let file = FileShape { version: VERSION, plugins: self.entries.iter().map(shape).collect() };
        format!("{HEAD}{}", toml::to_string(&file).expect("plain texts and numbers are TOML"))
    }
}

#[cfg(test)]
#[path = "lock_tests.rs"]
mod tests;
