//! The files that tell a CI how a run went, beside the run itself.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use results::RunFile;

use crate::error::{CliError, ExitCode};
use crate::{junit, markdown};

/// Where they go.
#[derive(Debug, Clone, Default)]
pub(crate) struct CiReports {
    /// The verdict as JUnit XML.
    pub(crate) junit: Option<PathBuf>,
    /// A summary as Markdown.
    pub(crate) markdown: Option<PathBuf>,
}

impl CiReports {
    /// Looks, before anything is sent, whether they can be written.
    ///
    /// # Errors
    /// When one cannot.
    pub(crate) fn check_writable(&self) -> Result<(), CliError> {
        for path in [&self.junit, &self.markdown].into_iter().flatten() {
            let folder = folder_of(path);
            if path.is_dir() {
                return Err(cannot(path, &io::Error::from(io::ErrorKind::IsADirectory)));
            }
            if !folder.is_dir() {
                let error = CliError::new(ExitCode::Storage, format!("there is no directory `{}`", folder.display()));
                return Err(error.with_detail("wanted for", path.display().to_string()).with_hint("make it first"));
            }
        }
        Ok(())
    }

    /// Writes what a run gave, or why it gave nothing.
    ///
    /// # Errors
    /// When one cannot be written; the other one is all the same.
    pub(crate) fn write(&self, about: &str, outcome: Result<&RunFile, &CliError>) -> Result<(), CliError> {
        let junit = self.junit.as_deref().map(|path| replace(path, &junit::of(about, outcome)));
        let markdown = self.markdown.as_deref().map(|path| replace(path, &markdown::of(about, outcome)));
        junit.into_iter().chain(markdown).collect()
    }
}

/// Writes a file whole: whoever reads it sees the old one or the new one.
fn replace(path: &Path, text: &str) -> Result<(), CliError> {
    // A pipe or a terminal cannot be replaced, only written to.
    let is_special = fs::metadata(path).is_ok_and(|there| !there.is_file());
    let written = if is_special {
        fs::OpenOptions::new().write(true).open(path).and_then(|mut file| file.write_all(text.as_bytes()))
    } else {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = folder_of(path).join(format!(".{name}.{}.partial", std::process::id()));
        let written = write_new(&beside, text).and_then(|()| fs::rename(&beside, path));
        written.inspect_err(|_| drop(fs::remove_file(&beside)))
    };
    written.map_err(|error| cannot(path, &error))
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn cannot(path: &Path, error: &io::Error) -> CliError {
    CliError::new(ExitCode::Storage, format!("cannot write `{}`: {error}", path.display()))
}
