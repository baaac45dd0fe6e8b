//! Reads a run that is on disk.

use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use model::Sample;

use crate::columns::TrialHeader;
use crate::error::ResultsError;
use crate::lock::RunLock;
use crate::observations::Observations;
use crate::parquet_reader::ParquetSamples;
use crate::rows::SampleRows;
use crate::run_file::{RunFile, TrialRecord};
use crate::spool::SpoolReader;
use crate::writer::trial_dir;

/// A run on disk.
#[derive(Debug, Clone)]
pub struct Run {
    dir: PathBuf,
    file: RunFile,
}

impl Run {
    /// Opens the run in a directory.
    ///
    /// # Errors
    /// When `run.json` is not there, broken, or of an unknown format.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, ResultsError> {
        let dir = dir.into();
        let file = RunFile::read(&dir)?;
        Ok(Self { dir, file })
    }

    /// Its directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What `run.json` says.
    pub fn file(&self) -> &RunFile {
        &self.file
    }

    /// A process is writing it just now.
    pub fn is_live(&self) -> bool {
        RunLock::is_held(&self.dir)
    }

    /// The record of a trial, by its number from 1.
    ///
    /// # Errors
    /// When there is none of that number.
    pub fn trial(&self, number: u32) -> Result<&TrialRecord, ResultsError> {
        let trials = &self.file.trials;
        trials.iter().find(|trial| trial.number == number).ok_or_else(|| ResultsError::NoSuchTrial {
            run: self.file.run_id.clone(),
            trial: number,
            there: trials.len(),
        })
    }

    /// The samples of a trial, a batch at a time: from its Parquet file, or from its spool where that was kept.
    ///
    /// # Errors
    /// When there is no such trial, or nothing of its samples.
    pub fn samples(&self, number: u32) -> Result<SampleBatches, ResultsError> {
        let trial = self.trial(number)?;
        let dir = self.dir.join(trial_dir(number));
        let none = |cause: &str| {
            let cause = trial.samples.cause.clone().unwrap_or_else(|| cause.to_owned());
            ResultsError::NoSamples { run: self.file.run_id.clone(), trial: number, cause }
        };
        if !dir.is_dir() {
            return Err(none("its directory is gone"));
        }
        SampleBatches::open(&dir)?.ok_or_else(|| none("its file is gone"))
    }

    /// What was seen of the hosts, in the order in which it came; nothing when none was monitored.
    ///
    /// # Errors
    /// When the file is there and cannot be opened.
    pub fn resources(&self) -> Result<Observations, ResultsError> {
        Observations::open(&self.dir)
    }
}

/// The samples of a trial, a batch at a time.
pub struct SampleBatches {
    source: Source,
}

enum Source {
    Parquet(ParquetSamples),
    Spool(SpoolReader),
}

impl SampleBatches {
    /// Opens what the trial's directory holds; none when nothing of it can be read.
    pub(crate) fn open(dir: &Path) -> Result<Option<Self>, ResultsError> {
        if let Some(samples) = ParquetSamples::open(dir)? {
            return Ok(Some(Self { source: Source::Parquet(samples) }));
        }
        Ok(SpoolReader::open(dir)?.map(|spool| Self { source: Source::Spool(spool) }))
    }

    /// What the file says of its trial.
    pub fn header(&self) -> &TrialHeader {
        match &self.source {
            Source::Parquet(samples) => &samples.header,
            Source::Spool(spool) => spool.header(),
        }
    }

    /// Hands over each sample. `dir` is where they lie, for errors.
    pub(crate) fn each(
        self,
        dir: &Path,
        mut take: impl FnMut(Sample) -> Result<(), ResultsError>,
    ) -> Result<(), ResultsError> {
        for batch in self {
            let batch = batch?;
            let rows = SampleRows::of(&batch).map_err(|reason| ResultsError::samples(dir, reason))?;
            for row in 0..rows.len() {
                take(rows.sample(row).map_err(|reason| ResultsError::samples(dir, reason))?)?;
            }
        }
        Ok(())
    }

    /// The samples lie in a finished Parquet file.
    pub(crate) fn is_parquet(&self) -> bool {
        matches!(self.source, Source::Parquet(_))
    }
}

impl Iterator for SampleBatches {
    type Item = Result<RecordBatch, ResultsError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.source {
            Source::Parquet(samples) => samples.next(),
            Source::Spool(spool) => spool.next(),
        }
    }
}
