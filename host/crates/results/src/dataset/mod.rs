//! Finished runs, and files of the older tool, as analyses ask for them ([`model::dataset`]).
//!
//! Figures are exact: sums and counts are of whole nanoseconds, and only quantiles come from buckets. What `run.json`
//! has is answered from there; for the rest the samples are read, never more than a few batches of them at a time, and
//! what was worked out of them is kept for the next question.

mod moments;
mod older;
mod run;
mod windows;

use std::path::Path;
use std::sync::Arc;

use model::dataset::{Dataset, DatasetError};

pub use older::OlderDataset;
pub use run::RunDataset;

use crate::error::ResultsError;
use crate::run::Run;
use crate::run_file::RUN_FILE;

/// Opens a run by its directory, or by the `run.json` in it, or a result file of the older tool.
///
/// # Errors
/// When it is neither, or cannot be read.
pub fn open_dataset(path: &Path) -> Result<Arc<dyn Dataset>, ResultsError> {
    let dir = match path.file_name() {
        Some(name) if name == RUN_FILE && path.is_file() => path.parent().unwrap_or(path),
        _ => path,
    };
    if dir.is_dir() {
        return match Run::open(dir) {
            Err(ResultsError::NotARun { path }) => Err(ResultsError::NotADataset { path }),
            run => Ok(Arc::new(RunDataset::open(run?)?)),
        };
    }
    match OlderDataset::open(path) {
        Err(ResultsError::NotAncestor { path }) => Err(ResultsError::NotADataset { path }),
        older => Ok(Arc::new(older?)),
    }
}

/// What a failure to read is to whoever asked: one sentence, and how to mend it.
fn dataset_error(error: &ResultsError) -> DatasetError {
    DatasetError(match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    })
}
