//! Which plugins there are: those embedded, then those of registries, then those of directories, a later one of the same
//! name in place of an earlier. A file `NAME.wasm` in a directory is enough; none is opened before it is used.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::digest::Digest;
use crate::error::{PluginError, Problem};

/// A plugin, not opened yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What users call it: its file's name without `.wasm`.
    pub name: String,
    /// Where it is.
    pub origin: Origin,
    /// Digest that its bytes must have, as `sha256:` and 64 hexadecimal digits; without it, any will do.
    pub pinned: Option<String>,
}

/// Where a plugin is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In the command itself.
    Bundled(&'static [u8]),
    /// In a file.
    File(PathBuf),
    /// In a registry.
    Registry {
        /// What it is called there.
        reference: String,
        /// Where it was put when it was pulled; none before.
        file: Option<PathBuf>,
    },
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bundled(_) => f.write_str("bundled"),
            Self::File(path) => path.display().fmt(f),
            Self::Registry { reference, .. } => f.write_str(reference),
        }
    }
}

impl Entry {
    /// A plugin of any bytes.
    pub fn new(name: impl Into<String>, origin: Origin) -> Self {
        Self { name: name.into(), origin, pinned: None }
    }

    /// Digest of the component: `sha256:` and 64 hexadecimal digits.
    ///
    /// # Errors
    /// When it cannot be read, or is not the one that it must be.
    pub fn digest(&self) -> Result<String, PluginError> {
        Ok(Digest::of(&self.read()?).to_string())
    }

    /// The component.
    pub(crate) fn read(&self) -> Result<Cow<'static, [u8]>, PluginError> {
        let path = match &self.origin {
            Origin::Bundled(bytes) => return Ok(Cow::Borrowed(bytes)),
            Origin::File(path) | Origin::Registry { file: Some(path), .. } => path.clone(),
            Origin::Registry { reference, file: None } => reference.into(),
        };
        let problem =
            |problem| Err(PluginError::Plugin { name: self.name.clone(), origin: self.origin.to_string(), problem });
        match read(&path) {
            Ok(Contents::Whole(bytes)) => match &self.pinned {
                Some(pinned) if *pinned != Digest::of(&bytes).to_string() => problem(Problem::Changed),
                _ => Ok(Cow::Owned(bytes)),
            },
            Ok(Contents::TooLarge(size)) => problem(Problem::TooLarge { size, most: COMPONENT }),
            Err(source) => Err(PluginError::Read { path, source: source.into() }),
        }
    }
}

/// Largest component, bytes; the largest known one has 18 MB.
const COMPONENT: u64 = 64 * 1024 * 1024;

/// What a file holds.
enum Contents {
    Whole(Vec<u8>),
    /// More than a plugin may; so many bytes.
    TooLarge(u64),
}

fn read(path: &Path) -> std::io::Result<Contents> {
    let file = std::fs::File::open(path)?;
    let size = file.metadata()?.len();
    if size > COMPONENT {
        return Ok(Contents::TooLarge(size));
    }
    let mut bytes = Vec::new();
    // A file that grows meanwhile, or has no size, is read no further than that.
    file.take(COMPONENT + 1).read_to_end(&mut bytes)?;
    let size = bytes.len() as u64;
    Ok(if size > COMPONENT { Contents::TooLarge(size) } else { Contents::Whole(bytes) })
}

/// All plugins by name.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    entries: Vec<Entry>,
    notices: Vec<String>,
}

impl Catalog {
    /// Puts the embedded plugins and those of the directories together; in each directory by name.
    ///
    /// # Errors
    /// When a directory cannot be read.
    pub fn new(
        embedded: impl IntoIterator<Item = (&'static str, &'static [u8])>,
        dirs: &[PathBuf],
    ) -> Result<Self, PluginError> {
        Self::with_shared(embedded, [], dirs)
    }

    /// The same with those of registries, by name and reference, between the two: what lies in a directory is nearer.
    ///
    /// # Errors
    /// When a directory cannot be read.
    pub fn with_shared(
        embedded: impl IntoIterator<Item = (&'static str, &'static [u8])>,
        shared: impl IntoIterator<Item = (String, String)>,
        dirs: &[PathBuf],
    ) -> Result<Self, PluginError> {
        let mut catalog = Self::default();
        for (name, component) in embedded {
            catalog.entries.push(Entry::new(name, Origin::Bundled(component)));
        }
        for (name, reference) in shared {
            catalog.add(Entry::new(name, Origin::Registry { reference, file: None }));
        }
        for dir in dirs {
            for path in files(dir).map_err(|source| PluginError::Read { path: dir.clone(), source: source.into() })? {
                match path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned) {
                    Some(name) => catalog.add(Entry::new(name, Origin::File(path))),
                    None => catalog
                        .notices
                        .push(format!("`{}` is not used as a plugin: its name is not UTF-8", path.display())),
                }
            }
        }
        Ok(catalog)
    }

    fn add(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|earlier| earlier.name == entry.name) {
            Some(earlier) => {
                self.notices
                    .push(format!("plugin `{}` is {}, in place of {}", entry.name, entry.origin, earlier.origin));
                *earlier = entry;
            }
            None => self.entries.push(entry),
        }
    }

    /// All of them: the embedded first, then in the order of directories and names.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What the user should be told: which plugin stands in place of which.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The plugin of this name.
    ///
    /// # Errors
    /// When there is none; with those that there are.
    pub fn find(&self, name: &str) -> Result<&Entry, PluginError> {
        self.entries.iter().find(|entry| entry.name == name).ok_or_else(|| {
            let known: Vec<String> = self.entries.iter().map(|entry| entry.name.clone()).collect();
            PluginError::Unknown { name: name.to_owned(), nearest: nearest(name, known.iter()), known }
        })
    }
}

/// The name that was most likely meant.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Option<String> {
    let near = known.map(|known| (strsim::jaro_winkler(name, known), known)).filter(|(near, _)| *near > 0.75);
    near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known.clone())
}

fn files(dir: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMBEDDED: [(&str, &[u8]); 2] = [("fibonacci", b"1"), ("http", b"2")];

    #[test]
    fn a_later_plugin_of_the_same_name_wins_with_a_notice() {
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(first.path().join("http.wasm"), "3").unwrap();
        std::fs::write(first.path().join("shop.wasm"), "4").unwrap();
        std::fs::write(first.path().join("notes.txt"), "5").unwrap();
        std::fs::write(second.path().join("shop.wasm"), "6").unwrap();
        let dirs = [first.path().to_owned(), second.path().to_owned()];
        let catalog = Catalog::new(EMBEDDED, &dirs).unwrap();
        let names: Vec<&str> = catalog.entries().iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["fibonacci", "http", "shop"]);
        assert_eq!(&*catalog.find("shop").unwrap().read().unwrap(), b"6");
        assert_eq!(&*catalog.find("http").unwrap().read().unwrap(), b"3");
        assert_eq!(catalog.notices().len(), 2);
        assert!(catalog.notices()[0].ends_with("http.wasm, in place of bundled"), "{:?}", catalog.notices());
    }

    #[test]
    fn what_is_shared_stands_between_what_is_embedded_and_what_lies_in_a_directory() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("shop.wasm"), "3").unwrap();
        let shared = ["http", "shop"].map(|name| (name.to_owned(), format!("registry.example/{name}:1")));
        let catalog = Catalog::with_shared(EMBEDDED, shared, &[dir.path().to_owned()]).unwrap();
        assert_eq!(catalog.find("http").unwrap().origin.to_string(), "registry.example/http:1");
        assert_eq!(&*catalog.find("shop").unwrap().read().unwrap(), b"3");
        assert_eq!(catalog.notices()[0], "plugin `http` is registry.example/http:1, in place of bundled");
        assert!(catalog.find("http").unwrap().read().is_err(), "it is not pulled yet");
    }

    #[test]
    fn a_pinned_plugin_is_refused_once_its_file_changed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("shop.wasm");
        std::fs::write(&path, "1").unwrap();
        let mut entry = Entry::new("shop", Origin::File(path.clone()));
        entry.pinned = Some(entry.digest().unwrap());
        assert_eq!(&*entry.read().unwrap(), b"1");
        std::fs::write(&path, "2").unwrap();
        let error = entry.read().unwrap_err();
        assert!(error.to_string().starts_with("plugin `shop` is not what it was"), "{error}");
    }

    #[test]
    fn an_unknown_name_lists_those_there_are() {
        let error = Catalog::new(EMBEDDED, &[]).unwrap().find("fibonaci").unwrap_err();
        assert_eq!(error.to_string(), "there is no plugin `fibonaci`");
        assert_eq!(error.hint().unwrap(), "did you mean `fibonacci`? there are: fibonacci, http");
        let error = Catalog::new(EMBEDDED, &[]).unwrap().find("xyz").unwrap_err();
        assert_eq!(error.hint().unwrap(), "there are: fibonacci, http");
    }

    #[test]
    fn a_directory_that_is_not_there_is_an_error() {
        let error = Catalog::new(EMBEDDED, &["/no/such/dir".into()]).unwrap_err();
        assert!(error.to_string().contains("/no/such/dir"), "{error}");
    }
}
