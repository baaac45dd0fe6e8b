//! What can go wrong with a run directory, where, and how to mend it.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::run_file::{FORMAT_VERSION, RunState};

/// Why a run could not be written or read. [`ResultsError::hint`] says how to mend it.
#[derive(Debug, Error)]
pub enum ResultsError {
    /// Something else stands where a directory belongs.
    #[error("`{}` is not a directory", path.display())]
    NotADirectory {
        /// What stands there.
        path: PathBuf,
    },
    /// The system refuses to write there.
    #[error("cannot write to `{}`: {source}", path.display())]
    NotWritable {
        /// File or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No space left, a quota, or a limit on file sizes.
    #[error("no space left to write `{}`: {source}", path.display())]
    DiskFull {
        /// File that could not be written.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Anything else that the system says of a file.
    #[error("cannot {doing} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// File or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The storage directory does not exist.
    #[error("there is no storage directory `{}`", path.display())]
    NoStorage {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// No run of that name.
    #[error("no run `{wanted}` in `{}`{}", storage.display(), there_are(there))]
    NoSuchRun {
        /// What was asked for.
        wanted: String,
        /// Where.
        storage: PathBuf,
        /// The nearest that there are, the best first.
        there: Vec<String>,
    },
    /// Several runs begin like that.
    #[error("`{wanted}` may be any of {} runs in `{}`: {}", matches.len(), storage.display(), first_few(matches))]
    Ambiguous {
        /// What was asked for.
        wanted: String,
        /// Where.
        storage: PathBuf,
        /// Those that begin with it.
        matches: Vec<String>,
    },
    /// A directory without `run.json`.
    #[error("`{}` is not a run directory: it has no run.json", path.display())]
    NotARun {
        /// The directory.
        path: PathBuf,
    },
    /// A `run.json` of another generation.
    #[error("`{}` has format {found}; this cluster-tester reads format {FORMAT_VERSION}", path.display())]
    UnknownVersion {
        /// The file.
        path: PathBuf,
        /// What it says.
        found: u64,
    },
    /// A `run.json` that is not what it should be.
    #[error("`{}` is broken at line {line}, column {column}: {reason}", path.display())]
    BrokenRunFile {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// The run is being written by a process that lives.
    #[error("run `{run}` is still being written")]
    Live {
        /// Its id.
        run: String,
    },
    /// Nothing is missing.
    #[error("run `{run}` is {state}: there is nothing to recover")]
    NothingToRecover {
        /// Its id.
        run: String,
        /// How it ended.
        state: RunState,
    },
    /// All of its plan is done.
    #[error("run `{run}` is complete: there is nothing to resume")]
    AlreadyComplete {
        /// Its id.
        run: String,
    },
    /// A resumed run whose hosts are not those that it had.
    #[error("run `{run}` monitored {}, and now it would be {}", listed(before), listed(now))]
    OtherHosts {
        /// Its id.
        run: String,
        /// Names of the hosts it has.
        before: Vec<String>,
        /// Names of those it should have.
        now: Vec<String>,
    },
    /// An answer without a question.
    #[error("run `{run}` has no search under way that could end")]
    NoSearch {
        /// Its id.
        run: String,
    },
    /// A figure that JSON has no word for, and that would make `run.json` unreadable.
    #[error("{what} of run `{run}` holds a figure that is no number, and is not saved")]
    NotANumber {
        /// Id of the run.
        run: String,
        /// What was to be saved.
        what: &'static str,
    },
    /// A line of `resources.jsonl` that is not what it should be.
    #[error("`{}` is broken at line {line}: {reason}", path.display())]
    BrokenResources {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What is wrong there.
        reason: String,
    },
    /// A file that should be one of the older tool's.
    #[error("`{}` is not a result file of the older tool at line {line}, column {column}: {reason}", path.display())]
    BrokenAncestor {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A JSON file of another kind.
    #[error("`{}` has neither `test_executions`, as a benchmark of the older tool, nor `avg_response_time`, as its test execution", path.display())]
    NotAncestor {
        /// The file.
        path: PathBuf,
    },
    /// Neither a run nor a file of the older tool.
    #[error("`{}` is neither a run directory, with a run.json in it, nor a result file of the older tool", path.display())]
    NotADataset {
        /// File or directory.
        path: PathBuf,
    },
    /// No trial of that number.
    #[error("run `{run}` has no trial {trial}: {}", trials_there(*there))]
    NoSuchTrial {
        /// Its id.
        run: String,
        /// Number asked for.
        trial: u32,
        /// How many trials there are.
        there: usize,
    },
    /// The trial's samples are not there.
    #[error("trial {trial} of run `{run}` has no samples: {cause}")]
    NoSamples {
        /// Id of the run.
        run: String,
        /// Number of the trial.
        trial: u32,
        /// Why.
        cause: String,
    },
    /// A file of samples that cannot be read or written.
    #[error("samples in `{}`: {reason}", path.display())]
    Samples {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The place to which samples are exported does not take them.
    #[error("cannot write the export: {0}")]
    Output(#[source] io::Error),
}

fn there_are(there: &[String]) -> String {
    if there.is_empty() { ": it holds no runs".to_owned() } else { format!("; the nearest: {}", first_few(there)) }
}

fn first_few(runs: &[String]) -> String {
    let more = if runs.len() > 5 { ", …" } else { "" };
    format!("{}{more}", runs[..runs.len().min(5)].join(", "))
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "no host".to_owned() } else { names.join(", ") }
}

fn trials_there(there: usize) -> String {
    match there {
        0 => "it has none".to_owned(),
        1 => "it has one, number 1".to_owned(),
        n => format!("it has {n}, from 1"),
    }
}

impl ResultsError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NotADirectory { .. } => "give another directory with `--storage DIR`",
            Self::NotWritable { .. } => {
                "make the directory writable for this user, or give another with `--storage DIR`"
            }
            Self::DiskFull { .. } => {
                "free some space (or raise `ulimit -f`), or give another directory with `--storage DIR`"
            }
            Self::NoStorage { .. } => "no run has been saved there yet; give another directory with `--storage DIR`",
            Self::NoSuchRun { .. } => "list the runs with `cluster-tester results list`, or say `latest`",
            Self::Ambiguous { .. } => "write more of the run's id, or say `latest`",
            Self::NotARun { .. } => "give the directory that holds run.json, or a run's id",
            Self::UnknownVersion { .. } => "read it with the version of cluster-tester that wrote it, or a newer one",
            Self::BrokenRunFile { .. } => {
                "restore the file from a backup; the samples beside it can still be read as Parquet"
            }
            Self::Live { .. } => "wait for its end, or stop it with Ctrl-C",
            Self::NothingToRecover { .. } => "read it as it is with `cluster-tester results show`",
            Self::AlreadyComplete { .. } => "begin a new run, or read this one with `cluster-tester results show`",
            Self::OtherHosts { .. } => {
                "resume it with the hosts it had, in the same order (new ones may follow), or begin a new run"
            }
            Self::BrokenResources { .. } => {
                "delete that line: what the hosts spent in its interval is lost, and nothing else"
            }
            Self::BrokenAncestor { .. } => {
                "restore the file from a backup; the older tool wrote files whole, so it was changed or cut off later"
            }
            Self::NotAncestor { .. } => {
                "give a file whose name ends in `_benchmark.json` or `_test_execution.json`; a run of this tool is given by \
                 its directory or id"
            }
            Self::NotADataset { .. } => {
                "give a run's directory or id, or a file whose name ends in `_benchmark.json` or `_test_execution.json`"
            }
            Self::NoSuchTrial { .. } => "list the trials with `cluster-tester results show RUN`",
            Self::NoSamples { .. } => "where a spool is left, `cluster-tester results recover RUN` reads it",
            Self::Io { .. }
            | Self::Samples { .. }
            | Self::NoSearch { .. }
            | Self::NotANumber { .. }
            | Self::Output(_) => return None,
        })
    }

    /// The error that a failure to write `path` is.
    pub(crate) fn writing(path: &Path, source: io::Error) -> Self {
        use io::ErrorKind::{NotADirectory, PermissionDenied, ReadOnlyFilesystem};
        let path = path.to_owned();
        if is_full(&source) {
            return Self::DiskFull { path, source };
        }
        match source.kind() {
            PermissionDenied | ReadOnlyFilesystem => Self::NotWritable { path, source },
            NotADirectory => Self::NotADirectory { path },
            _ => Self::Io { doing: "write", path, source },
        }
    }

    /// The error that a failure to read `path` is.
    pub(crate) fn reading(path: &Path, source: io::Error) -> Self {
        Self::Io { doing: "read", path: path.to_owned(), source }
    }

    /// Something wrong in a file of samples.
    pub(crate) fn samples(path: &Path, reason: impl ToString) -> Self {
        Self::Samples { path: path.to_owned(), reason: reason.to_string() }
    }
}

/// The disk, a quota or the limit on file sizes (`ulimit -f`) takes no more.
pub(crate) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// What is wrong with JSON, without the place, which the errors here tell by their fields.
pub(crate) fn reason_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason).to_owned()
}
