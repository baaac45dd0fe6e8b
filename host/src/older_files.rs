//! The result files of the older tool: left where it left them when a command was typed in its spelling, or exported.

use std::path::{Path, PathBuf};

use results::Run;
use results::ancestor::Export;

use crate::error::CliError;
use crate::output::Talk;

/// What begins the names of files, where the cluster has no name.
const CLUSTER: &str = "cluster";

/// Which of its files there are to be.
pub(crate) enum OlderFile<'a> {
    /// One a test case, with these trials.
    Benchmarks(&'a [u32]),
    /// Of a trial.
    TestExecution(u32),
}

/// Writes the files of a run that is over, and says where they are.
///
/// # Errors
/// When the run cannot be read back, or a file cannot be written. The run itself is saved.
pub(crate) fn write(dir: &Path, wanted: &OlderFile<'_>, talk: Talk) -> Result<(), CliError> {
    let storage = dir.parent().unwrap_or(dir);
    for path in export(&Run::open(dir)?, wanted, storage)? {
        talk.say(format!("in the older shape: {}", path.display()));
    }
    Ok(())
}

/// Writes files of a run to a directory, and gives their paths.
///
/// # Errors
/// When the samples of the run cannot be read, or a file cannot be written.
pub(crate) fn export(run: &Run, wanted: &OlderFile<'_>, to: &Path) -> Result<Vec<PathBuf>, CliError> {
    let export = Export {
        cluster: run.file().plan.target.name.clone().unwrap_or_else(|| CLUSTER.to_owned()),
        saved_unix_s: jiff::Timestamp::now().as_second(),
    };
    Ok(match wanted {
        OlderFile::Benchmarks([]) => Vec::new(),
        OlderFile::Benchmarks(trials) => export.benchmarks(run, trials, to)?,
        OlderFile::TestExecution(trial) => vec![export.test_execution(run, *trial, to)?],
    })
}
