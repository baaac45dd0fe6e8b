//! JSON that is written as it comes, so that memory does not grow with the file.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::atomic_file::NewFile;
use crate::error::ResultsError;

/// A JSON file being written.
pub(super) struct JsonFile(NewFile);

impl JsonFile {
    /// Begins it in `dir`, which is made if it is not there. `about` goes into the name that it has meanwhile.
    pub(super) fn begin(dir: &Path, about: &str) -> Result<Self, ResultsError> {
        NewFile::begin(dir, about).map(Self)
    }

    /// Appends text, which is JSON with what is around it.
    pub(super) fn text(&mut self, text: &str) -> Result<(), ResultsError> {
        self.0.write(text.as_bytes())
    }

    /// Appends a value.
    pub(super) fn value(&mut self, value: &Value) -> Result<(), ResultsError> {
        self.text(&value.to_string())
    }

    /// Appends a member of an object, with the comma that follows it.
    pub(super) fn member(&mut self, key: &str, value: &Value) -> Result<(), ResultsError> {
        self.text(&format!("\"{key}\":{value},"))
    }

    /// Appends an array that `fill` gives element by element.
    pub(super) fn array(
        &mut self,
        fill: impl FnOnce(&mut Elements<'_>) -> Result<(), ResultsError>,
    ) -> Result<(), ResultsError> {
        self.text("[")?;
        fill(&mut Elements { file: self, is_first: true })?;
        self.text("]")
    }

    /// Gives it the first of `names` that no file has, and says where it is.
    pub(super) fn finish(self, names: impl Iterator<Item = String>) -> Result<PathBuf, ResultsError> {
        self.0.finish(names)
    }
}

/// The elements of an array being written.
pub(super) struct Elements<'a> {
    file: &'a mut JsonFile,
    is_first: bool,
}

impl Elements<'_> {
    /// Begins the next one, which is written to what this gives.
    pub(super) fn element(&mut self) -> Result<&mut JsonFile, ResultsError> {
        if !std::mem::take(&mut self.is_first) {
            self.file.text(",")?;
        }
        Ok(&mut *self.file)
    }
}

/// A number as the older tool writes it: whole ones without a point.
pub(super) fn number(value: f64) -> Value {
    // Beyond 2^53 not every whole number is one of f64.
    if value.fract() == 0.0 && value.abs() < 9e15 { (value as i64).into() } else { value.into() }
}
