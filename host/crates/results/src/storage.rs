//! The directory that holds the runs: makes new ones, finds those there are, takes up those that were cut off.

use std::path::{Path, PathBuf};
use std::{fs, io};

use jiff::Timestamp;
use model::{Load, LoadModel, Validity};
use serde::Deserialize;

use crate::error::ResultsError;
use crate::lock::RunLock;
use crate::recovery::{self, Recovery};
use crate::run::Run;
use crate::run_file::{self, RUN_FILE, RunFile, RunHeader, RunState};
use crate::run_id::{run_id, second};
use crate::summary::Summary;
use crate::writer::RunWriter;

/// What stands for the run that began last.
const LATEST: &str = "latest";
/// Most ids named in an error.
const NEAREST: usize = 5;

/// The directory that holds the runs.
#[derive(Debug, Clone)]
pub struct Storage {
    path: PathBuf,
}

/// A run in a list.
#[derive(Debug)]
pub struct RunListing {
    /// Name of its directory.
    pub id: String,
    /// Its directory.
    pub dir: PathBuf,
    /// A process is writing it just now. A run that says it is running, and is not live, has crashed.
    pub is_live: bool,
    /// What it says of itself, or why it cannot be read.
    pub run: Result<ListedRun, ResultsError>,
}

/// What a list shows of a run, read without its histograms.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ListedRun {
    /// Name given by the user.
    pub name: Option<String>,
    /// Labels given by the user.
    pub labels: std::collections::BTreeMap<String, String>,
    /// When it began, RFC 3339, UTC.
    pub created: String,
    /// How far it is.
    pub state: RunState,
    /// Its trials.
    pub trials: Vec<ListedTrial>,
}

/// What a list shows of a trial.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ListedTrial {
    /// Number in its run, from 1.
    pub number: u32,
    /// What was asked.
    pub plan: ListedPlan,
    /// Its figures.
    pub summary: Summary,
    /// Whether they are the target's.
    pub validity: Validity,
}

/// What a list shows of a trial's plan.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ListedPlan {
    /// Test case, by the name users call it.
    pub test_case: String,
    /// Size of one request's work.
    pub load: Load,
    /// When requests are sent.
    pub load_model: LoadModel,
}

/// A run taken up again.
pub struct Resumed {
    /// It, ready for its next trial.
    pub run: RunWriter,
    /// What was brought back of the trial that was under way.
    pub recovery: Recovery,
}

impl Storage {
    /// The storage at a path. Nothing is touched yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the directory if it is not there, and tries to write in it.
    ///
    /// # Errors
    /// When it is no directory, cannot be made, or takes no files.
    pub fn check_writable(&self) -> Result<(), ResultsError> {
        self.make()?;
        let probe = self.path.join(format!(".probe-{}", std::process::id()));
        let written = fs::File::create_new(&probe)
            .and_then(|mut file| io::Write::write_all(&mut file, b"?"))
            .map_err(|error| ResultsError::writing(&self.path, error));
        let _ = fs::remove_file(&probe);
        written
    }

    /// Begins a run in a new directory of its own. `about` goes into its id, where the header has no name.
    ///
    /// # Errors
    /// When the directory or its first files cannot be made.
    pub fn create_run(&self, about: &str, header: RunHeader) -> Result<RunWriter, ResultsError> {
        self.make()?;
        let created = Timestamp::now();
        loop {
            let id = run_id(created, header.name.as_deref().unwrap_or(about));
            let dir = self.path.join(&id);
            match fs::create_dir(&dir) {
                Ok(()) => return RunWriter::begin(dir, id, header, created),
                // Another run took the same four characters in the same second.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(ResultsError::writing(&dir, error)),
            }
        }
    }

    /// Takes up a run that was killed or interrupted, by what [`Storage::open`] takes. The trial that was under way is
    /// kept as interrupted, as [`recover`](crate::recover) does; the next one gets a number of its own. A search that was
    /// under way still is: see [`RunWriter::search`].
    ///
    /// # Errors
    /// When there is no such run, it is being written, or complete; and when its files cannot be read or written.
    pub fn resume_run(&self, wanted: &str) -> Result<Resumed, ResultsError> {
        let dir = self.find(wanted)?;
        // Before the lock, which would leave a file in a directory that is no run.
        let run_id = Run::open(&dir)?.file().run_id.clone();
        let lock = RunLock::take(&dir)?.ok_or(ResultsError::Live { run: run_id })?;
        // Again, now that nobody else writes.
        let mut file = RunFile::read(&dir)?;
        if file.state == RunState::Complete {
            lock.remove();
            return Err(ResultsError::AlreadyComplete { run: file.run_id });
        }
        let recovery = recovery::bring_back(&dir, &mut file)?;
        // A trial of which nothing is left keeps its number: files of it may be there.
        let begun =
            recovery::trial_numbers(&dir)?.into_iter().chain(file.trials.iter().map(|trial| trial.number)).max();
        Ok(Resumed { run: RunWriter::resume(dir, file, lock, begun.unwrap_or(0))?, recovery })
    }

    fn make(&self) -> Result<(), ResultsError> {
        fs::create_dir_all(&self.path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => ResultsError::NotADirectory { path: self.path.clone() },
            _ => ResultsError::writing(&self.path, error),
        })
    }

    /// Ids of the runs, the oldest first. Whatever else lies there is passed over.
    fn ids(&self) -> Result<Vec<String>, ResultsError> {
        let entries = fs::read_dir(&self.path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ResultsError::NoStorage { path: self.path.clone() },
            io::ErrorKind::NotADirectory => ResultsError::NotADirectory { path: self.path.clone() },
            _ => ResultsError::reading(&self.path, error),
        })?;
        let mut ids = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| ResultsError::reading(&self.path, error))?;
            if let Ok(name) = entry.file_name().into_string()
                && entry.path().join(RUN_FILE).exists()
            {
                ids.push(name);
            }
        }
        ids.sort();
        Ok(ids)
    }

    /// All runs, the oldest first; broken ones are listed as such.
    ///
    /// # Errors
    /// When the storage is not there or cannot be read.
    pub fn list(&self) -> Result<Vec<RunListing>, ResultsError> {
        let listing = |id: String| {
            let dir = self.path.join(&id);
            RunListing { is_live: RunLock::is_held(&dir), run: run_file::read(&dir), dir, id }
        };
        Ok(self.ids()?.into_iter().map(listing).collect())
    }

    /// Opens the run that `wanted` means: a path to its directory, its id, a beginning of it that no other has, or `latest`.
    ///
    /// # Errors
    /// When there is none, several may be meant, or it cannot be read.
    pub fn open(&self, wanted: &str) -> Result<Run, ResultsError> {
        Run::open(self.find(wanted)?)
    }

    /// Directory of the run that `wanted` means, as for [`Storage::open`].
    ///
    /// # Errors
    /// When there is none, or several may be meant.
    pub fn find(&self, wanted: &str) -> Result<PathBuf, ResultsError> {
        let path = Path::new(wanted);
        if path.join(RUN_FILE).is_file() {
            return Ok(path.to_owned());
        }
        if wanted.contains('/') {
            return Err(match path.is_dir() {
                true => ResultsError::NotARun { path: path.to_owned() },
                false => ResultsError::reading(path, io::Error::from(io::ErrorKind::NotFound)),
            });
        }
        let ids = self.ids()?;
        let mut matches: Vec<String> = ids.iter().filter(|id| id.starts_with(wanted)).cloned().collect();
        if wanted == LATEST {
            matches = self.latest(&ids).into_iter().collect();
        }
        if let Some(exact) = matches.iter().find(|id| *id == wanted) {
            return Ok(self.path.join(exact));
        }
        match matches.as_slice() {
            [] => Err(ResultsError::NoSuchRun {
                wanted: wanted.to_owned(),
                storage: self.path.clone(),
                there: nearest(wanted, ids),
            }),
            [only] => Ok(self.path.join(only)),
            _ => Err(ResultsError::Ambiguous { wanted: wanted.to_owned(), storage: self.path.clone(), matches }),
        }
    }

    /// The run that began last: ids sort by the second, within which their files tell.
    fn latest(&self, ids: &[String]) -> Option<String> {
        // A directory that was given another name, such as `baseline`, says nothing of when its run began.
        let ids: Vec<&String> = ids.iter().filter(|id| has_time(id)).collect();
        let last = second(ids.last()?);
        let created = |id: &String| run_file::read::<ListedRun>(&self.path.join(id)).ok().map(|run| run.created);
        ids.into_iter().filter(|id| second(id) == last).max_by_key(|id| created(id)).cloned()
    }
}

/// The id begins with a date and a time, as the ids of runs do: `20261124-205132-`.
fn has_time(id: &str) -> bool {
    let beginning = id.as_bytes().get(..16);
    beginning.is_some_and(|bytes| {
        bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if [8, 15].contains(&at) { *byte == b'-' } else { byte.is_ascii_digit() })
    })
}

/// The ids most like what was asked for, the best first; among equals the newest.
fn nearest(wanted: &str, mut ids: Vec<String>) -> Vec<String> {
    let alike = |id: &str| {
        let beginning = id.bytes().zip(wanted.bytes()).take_while(|(a, b)| a == b).count();
        if id.contains(wanted) { usize::MAX } else { beginning }
    };
    ids.reverse();
    ids.sort_by_key(|id| std::cmp::Reverse(alike(id)));
    ids.truncate(NEAREST);
    ids
}
