//! Reads samples of a trial from the disk: only the columns that are needed, only the row groups in which there may be
//! such samples, on all cores, a batch at a time on each.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use model::dataset::{OutcomeSet, PhaseSet};
use model::{Outcome, Phase};

use super::block::{Block, INTENDED_START, OUTCOME, PHASE};
use crate::error::ResultsError;
use crate::parquet_reader::ParquetFile;
use crate::spool::SpoolReader;

/// Most threads that read at once: beyond, the disk is what is waited for, and each needs a few megabytes.
const MOST_THREADS: usize = 8;

/// Which samples a reading is after. Others may come too.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) phases: PhaseSet,
    pub(super) outcomes: OutcomeSet,
    /// Least and greatest instant at which they were due, nanoseconds since trial start.
    pub(super) due: (i64, i64),
}

impl Wanted {
    /// Whenever they were due.
    pub(super) fn of(phases: PhaseSet, outcomes: OutcomeSet) -> Self {
        Self { phases, outcomes, due: (i64::MIN, i64::MAX) }
    }

    /// A sample of these codes is wanted.
    pub(super) fn has(&self, phase: u8, outcome: u8) -> bool {
        self.phases.0 & 1u8.checked_shl(phase.into()).unwrap_or(0) != 0
            && self.outcomes.0 & 1u16.checked_shl(outcome.into()).unwrap_or(0) != 0
    }
}

/// The samples of a trial, as they lie on the disk.
pub(super) struct TrialSamples {
    dir: PathBuf,
    source: Source,
}

enum Source {
    Parquet(Box<ParquetFile>),
    /// Of a trial whose Parquet file could not be written.
    Spool,
}

impl TrialSamples {
    /// Opens what the trial's directory holds; none when nothing of it can be read.
    pub(super) fn open(dir: PathBuf) -> Result<Option<Self>, ResultsError> {
        if !dir.is_dir() {
            return Ok(None);
        }
        let source = match ParquetFile::open(&dir)? {
            Some(file) => Source::Parquet(Box::new(file)),
            None if SpoolReader::open(&dir)?.is_some() => Source::Spool,
            None => return Ok(None),
        };
        Ok(Some(Self { dir, source }))
    }

    /// Where they lie, for errors.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The Parquet file, where it is one.
    pub(super) fn parquet(&self) -> Option<&ParquetFile> {
        match &self.source {
            Source::Parquet(file) => Some(file),
            Source::Spool => None,
        }
    }

    /// The row groups in which there may be such samples.
    pub(super) fn groups(file: &ParquetFile, wanted: &Wanted) -> Vec<usize> {
        (0..file.groups()).filter(|group| holds(file, *group, wanted) != Share::None).collect()
    }

    /// A part of the batches of these columns, each in its place.
    pub(super) fn batches(
        &self,
        groups: Vec<usize>,
        columns: &[&str],
    ) -> Result<Box<dyn Iterator<Item = Result<Block, ResultsError>> + Send>, ResultsError> {
        Ok(match &self.source {
            Source::Parquet(file) => Box::new(file.read(groups, columns)?.map(|batch| batch.map(Block))),
            Source::Spool => {
                let spool = SpoolReader::open(&self.dir)?.into_iter().flatten();
                Box::new(spool.map(|batch| batch.map(Block)))
            }
        })
    }

    /// Hands each block of the samples that may be wanted to `add`, in no order, and gives what each thread made of its
    /// share. The columns of phase and outcome are always read.
    pub(super) fn fold<T: Send>(
        &self,
        columns: &[&str],
        wanted: &Wanted,
        make: impl Fn() -> T + Sync,
        add: impl Fn(&mut T, &Block) -> Result<(), String> + Sync,
    ) -> Result<Vec<T>, ResultsError> {
        let mut all = vec![PHASE, OUTCOME];
        all.extend(columns.iter().filter(|column| ![PHASE, OUTCOME].contains(column)));
        let groups = self.parquet().map_or_else(|| vec![0], |file| Self::groups(file, wanted));
        let next = AtomicUsize::new(0);
        let work = || -> Result<T, ResultsError> {
            let mut made = make();
            while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                for block in self.batches(vec![*group], &all)? {
                    add(&mut made, &block?).map_err(|reason| ResultsError::samples(&self.dir, reason))?;
                }
            }
            Ok(made)
        };
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = cores.min(MOST_THREADS).min(groups.len());
        if threads <= 1 {
            return Ok(vec![work()?]);
        }
        thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let panicked = |_| Err(ResultsError::samples(&self.dir, "they are broken: reading them panicked"));
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(panicked)).collect()
        })
    }
}

/// How many of some samples are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    None,
    Some,
    /// By phase and outcome.
    All,
}

/// How many samples of a row group are wanted, as far as its bounds tell.
pub(super) fn holds(file: &ParquetFile, group: usize, wanted: &Wanted) -> Share {
    let share = |column: &str, is_wanted: &dyn Fn(i64) -> bool, codes: usize| {
        let Some((least, greatest)) = file.bounds(group, column) else { return Share::Some };
        let there: Vec<bool> =
            (0..codes as i64).filter(|code| (least..=greatest).contains(code)).map(is_wanted).collect();
        match (there.iter().any(|wanted| *wanted), there.iter().all(|wanted| *wanted)) {
            (false, _) => Share::None,
            (true, false) => Share::Some,
            (true, true) => Share::All,
        }
    };
    let phases = share(PHASE, &|code| wanted.phases.0 & (1 << code) != 0, Phase::Drain as usize + 1);
    let outcomes = share(OUTCOME, &|code| wanted.outcomes.0 & (1 << code) != 0, Outcome::ALL.len());
    let (from, to) = wanted.due;
    let is_due = file.bounds(group, INTENDED_START).is_none_or(|(least, greatest)| least <= to && greatest >= from);
    match (phases, outcomes) {
        (Share::None, _) | (_, Share::None) => Share::None,
        _ if !is_due => Share::None,
        (Share::All, Share::All) => Share::All,
        _ => Share::Some,
    }
}
