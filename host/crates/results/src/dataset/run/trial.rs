//! A trial's record, and the way to its samples.

use std::path::PathBuf;

use model::dataset::{DatasetError, OutcomeSet, PhaseSet};
use model::{Outcome, Phase, PhaseResult};

use super::scan::TrialSamples;
use crate::dataset::dataset_error;
use crate::error::ResultsError;
use crate::parquet_file::SAMPLES;
use crate::run::Run;
use crate::run_file::TrialRecord;
use crate::spool::SpoolReader;
use crate::writer::trial_dir;

/// Phases, in the order of their codes.
pub(super) const PHASES: [Phase; 3] = [Phase::WarmUp, Phase::Steady, Phase::Drain];

/// A trial of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial<'a> {
    run: &'a Run,
    pub(super) record: &'a TrialRecord,
}

impl<'a> Trial<'a> {
    /// The trial of a run with this number, from 0.
    pub(super) fn of(run: &'a Run, index: usize) -> Result<Self, DatasetError> {
        let record = run.file().trials.get(index).ok_or_else(|| {
            let error = ResultsError::NoSuchTrial {
                run: run.file().run_id.clone(),
                trial: u32::try_from(index + 1).unwrap_or(u32::MAX),
                there: run.file().trials.len(),
            };
            dataset_error(&error)
        })?;
        Ok(Self { run, record })
    }

    /// How errors call it.
    pub(super) fn name(&self) -> String {
        format!("trial {} of run `{}`", self.record.number, self.run.file().run_id)
    }

    fn dir(&self) -> PathBuf {
        self.run.dir().join(trial_dir(self.record.number))
    }

    /// Its samples are there, and are those of which the figures in `run.json` were made.
    pub(super) fn has_samples(&self) -> bool {
        let dir = self.dir();
        self.is_complete() && (dir.join(SAMPLES).is_file() || SpoolReader::is_there(&dir))
    }

    fn is_complete(&self) -> bool {
        let samples = &self.record.samples;
        let counted = PHASES.map(|phase| self.record.result.phase(phase).counts.scheduled).iter().sum::<u64>();
        samples.complete || samples.rows == counted
    }

    /// Opens them.
    ///
    /// # Errors
    /// When not all of them are there.
    pub(super) fn samples(&self) -> Result<TrialSamples, DatasetError> {
        let recorded = &self.record.samples;
        let cause = |otherwise: &str| recorded.cause.clone().unwrap_or_else(|| otherwise.to_owned());
        if !self.is_complete() {
            let cause = cause("they could not be saved");
            return Err(DatasetError(format!("{} has not all of its samples: {cause}", self.name())));
        }
        match TrialSamples::open(self.dir()) {
            Ok(Some(samples)) => Ok(samples),
            Ok(None) => {
                let cause = cause("their file is gone");
                Err(DatasetError(format!("{} has no samples: {cause}", self.name())))
            }
            Err(error) => Err(self.error(&error)),
        }
    }

    /// What went wrong with its samples.
    pub(super) fn error(&self, error: &ResultsError) -> DatasetError {
        DatasetError(format!("{}: {}", self.name(), dataset_error(error)))
    }

    /// Results of some phases.
    pub(super) fn phases(&self, phases: PhaseSet) -> impl Iterator<Item = (Phase, &'a PhaseResult)> + use<'a> {
        let result = &self.record.result;
        PHASES.into_iter().filter(move |phase| phases.has(*phase)).map(|phase| (phase, result.phase(phase)))
    }

    /// Requests of some phases by outcome.
    pub(super) fn counts(&self, phases: PhaseSet) -> [u64; Outcome::ALL.len()] {
        Outcome::ALL.map(|outcome| self.phases(phases).map(|(_, result)| result.counts.of(outcome)).sum())
    }

    /// Requests of some phases that did not succeed, of these outcomes.
    pub(super) fn failures(&self, phases: PhaseSet, outcomes: OutcomeSet) -> u64 {
        let counts = Outcome::ALL.into_iter().zip(self.counts(phases));
        let failed = counts.filter(|(outcome, _)| *outcome != Outcome::Success && outcomes.has(*outcome));
        failed.map(|(_, count)| count).sum()
    }

    /// Start of a phase by the plan, nanoseconds since trial start.
    pub(super) fn start_of(&self, phase: Phase) -> i64 {
        let warm_up = self.record.plan.warm_up.nanos();
        match phase {
            Phase::WarmUp => 0,
            Phase::Steady => warm_up,
            Phase::Drain => warm_up.saturating_add(length(self.record.result.steady.length_ns)),
        }
    }

    /// End of a phase, nanoseconds since trial start; of the drain it is not planned.
    pub(super) fn end_of(&self, phase: Phase) -> i64 {
        self.start_of(phase).saturating_add(length(self.record.result.phase(phase).length_ns))
    }

    /// When the last of its requests ended, nanoseconds since trial start.
    pub(super) fn last_end(&self) -> i64 {
        let ends = PHASES
            .into_iter()
            .map(|phase| self.start_of(phase).saturating_add(length(self.record.result.phase(phase).span_ns)));
        ends.max().unwrap_or(0)
    }
}

fn length(nanos: u64) -> i64 {
    i64::try_from(nanos).unwrap_or(i64::MAX)
}
