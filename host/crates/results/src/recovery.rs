//! Brings back a run whose writer was killed, or whose samples found no room as Parquet.
//!
//! Every step may be cut off and done again. A Parquet file that is there is whole, because it was verified before it
//! got its name; a spool is read as far as its index vouches for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use model::trial::FailureExample;
use model::{Cause, Outcome, Phase, PhaseResult, Reason, TrialResult, Validity};

use crate::atomic_file;
use crate::columns::TrialHeader;
use crate::error::ResultsError;
use crate::lock::RunLock;
use crate::parquet_file::SAMPLES;
use crate::run::{Run, SampleBatches};
use crate::run_file::{RUN_FILE, RunFile, RunState, SamplesRecord, TrialRecord};
use crate::spool::{SpoolReader, Spooled};
use crate::writer::{into_parquet, record, trial_dir};

/// Most failures told in a record, as for a trial in order.
const FAILURES: usize = 20;

/// What recovery did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Trials of which something was brought back.
    pub trials: Vec<RecoveredTrial>,
    /// What could not be brought back, as sentences.
    pub notes: Vec<String>,
}

/// A trial brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveredTrial {
    /// Number in its run, from 1.
    pub number: u32,
    /// Requests recorded.
    pub rows: u64,
    /// Its record was made from its samples; else it was there, and only its samples became Parquet.
    pub is_record_new: bool,
}

/// Recovers the run in a directory.
///
/// # Errors
/// When it is still being written, when nothing is missing, and when its files cannot be read or written.
pub fn recover(dir: &Path) -> Result<Recovery, ResultsError> {
    // Before the lock, which would leave a file in a directory that is no run.
    let run_id = Run::open(dir)?.file().run_id.clone();
    let lock = RunLock::take(dir)?.ok_or(ResultsError::Live { run: run_id })?;
    // Again, now that nobody writes.
    let mut run = RunFile::read(dir)?;
    let is_spool_left = trial_numbers(dir)?.iter().any(|number| SpoolReader::is_there(&dir.join(trial_dir(*number))));
    if run.state != RunState::Running && !is_spool_left {
        lock.remove();
        return Err(ResultsError::NothingToRecover { run: run.run_id, state: run.state });
    }
    let recovery = bring_back(dir, &mut run)?;
    lock.remove();
    Ok(recovery)
}

/// Brings back what lies in a run's directory and `run`, its file, does not know, and saves that. The caller has the lock.
pub(crate) fn bring_back(dir: &Path, run: &mut RunFile) -> Result<Recovery, ResultsError> {
    let mut recovery = Recovery::default();
    for number in trial_numbers(dir)? {
        let trial_path = dir.join(trial_dir(number));
        let known = run.trials.iter().position(|trial| trial.number == number);
        let recovered = match known {
            Some(index) => finish_samples(&trial_path, &mut run.trials[index]),
            None => rebuild(&trial_path).map(|record| {
                record.map(|record| {
                    let rows = record.samples.rows;
                    run.trials.push(record);
                    RecoveredTrial { number, rows, is_record_new: true }
                })
            }),
        };
        match recovered {
            Ok(Some(trial)) => recovery.trials.push(trial),
            Ok(None) if known.is_some() => {}
            Ok(None) => recovery.notes.push(format!("trial {number} had not yet saved any samples")),
            Err(error) => recovery.notes.push(format!("trial {number}: {error}")),
        }
    }
    run.trials.sort_by_key(|trial| trial.number);
    if run.state == RunState::Running {
        run.state = RunState::Recovered;
    }
    atomic_file::replace(&dir.join(RUN_FILE), &run.to_json())?;
    // Only what run.json now knows may go.
    for trial in run.trials.iter().filter(|trial| trial.samples.path.is_some()) {
        SpoolReader::delete(&dir.join(trial_dir(trial.number)))?;
    }
    let _ = fs::remove_file(dir.join(".reserve"));
    Ok(recovery)
}

/// Numbers of the trials that have a directory, rising.
pub(crate) fn trial_numbers(dir: &Path) -> Result<Vec<u32>, ResultsError> {
    let trials: PathBuf = dir.join("trials");
    let entries = match fs::read_dir(&trials) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(|error| ResultsError::reading(&trials, error))?,
    };
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut numbers: Vec<u32> = names.filter_map(|name| name.parse().ok()).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Makes the spool of a trial whose record is there its Parquet file.
fn finish_samples(dir: &Path, trial: &mut TrialRecord) -> Result<Option<RecoveredTrial>, ResultsError> {
    if trial.samples.path.is_some() || !SpoolReader::is_there(dir) {
        return Ok(None);
    }
    let Some(spool) = SpoolReader::open(dir)? else { return Ok(None) };
    let header = TrialHeader { started_unix_ns: trial.result.started_unix_ns, ..spool.header().clone() };
    let lost = trial.samples.lost;
    let samples = into_parquet(dir, &header, &Spooled { rows: trial.samples.rows, lost, error: None });
    let rows = samples.rows;
    match samples.path {
        Some(_) => {
            trial.samples = samples;
            Ok(Some(RecoveredTrial { number: trial.number, rows, is_record_new: false }))
        }
        None => Err(ResultsError::samples(dir, samples.cause.unwrap_or_default())),
    }
}

/// Makes the record of a trial from its samples; none when there are none.
fn rebuild(dir: &Path) -> Result<Option<TrialRecord>, ResultsError> {
    let Some(batches) = SampleBatches::open(dir)? else { return Ok(None) };
    let header = batches.header().clone();
    let is_parquet = batches.is_parquet();
    let (result, rows) = replay(dir, &header, batches)?;
    let cause = "the run was killed: requests under way and the last moments are missing".to_owned();
    let samples = if is_parquet {
        let path = Some(format!("{}/{SAMPLES}", trial_dir(header.number)));
        SamplesRecord { path, spool: None, rows, lost: 0, complete: false, cause: Some(cause) }
    } else {
        let written = into_parquet(dir, &header, &Spooled { rows, lost: 0, error: None });
        let cause = written.cause.clone().unwrap_or(cause);
        SamplesRecord { complete: false, cause: Some(cause), ..written }
    };
    Ok(Some(record(&header, result, samples)))
}

/// What the trial gave, as far as its samples tell, and their number.
fn replay(dir: &Path, header: &TrialHeader, batches: SampleBatches) -> Result<(TrialResult, u64), ResultsError> {
    let steady_start = header.plan.warm_up.nanos();
    let (mut rows, mut last_release, mut last_step) = (0, 0, 0);
    batches.each(dir, |sample| {
        rows += 1;
        if sample.phase != Phase::Drain {
            last_release = last_release.max(sample.release);
        }
        last_step = last_step.max(sample.step);
        Ok(())
    })?;
    // The trial lasted until the next arrival would have been due, or as planned.
    let gap = header.plan.load_model.mean_rate().map_or(0, |rate| (1e9 / rate) as i64);
    let lasted = last_release.saturating_add(gap).min(steady_start + header.plan.duration.nanos());
    let warm_up_ns = u64::try_from(lasted.min(steady_start)).unwrap_or(0);
    let steady_ns = u64::try_from(lasted - steady_start).unwrap_or(0);
    let mut warm_up = PhaseResult::new(warm_up_ns);
    let mut steady = PhaseResult::new(steady_ns);
    let mut drain = PhaseResult::new(0);
    let mut failures: BTreeMap<(Outcome, Option<u32>), u64> = BTreeMap::new();
    let again = SampleBatches::open(dir)?.ok_or_else(|| ResultsError::samples(dir, "gone while it was read"))?;
    again.each(dir, |sample| {
        match sample.phase {
            Phase::WarmUp => warm_up.record(&sample, 0),
            Phase::Steady => steady.record(&sample, steady_start),
            Phase::Drain => drain.record(&sample, lasted),
        }
        if sample.outcome != Outcome::Success {
            *failures.entry((sample.outcome, sample.failure_reason)).or_default() += 1;
        }
        Ok(())
    })?;
    if last_step == 0 {
        // Think times between steps are not in the samples; without further steps there were none.
        for phase in [&mut warm_up, &mut steady] {
            phase.iteration_time = phase.response_time.clone();
        }
    }
    let mut failures: Vec<FailureExample> = failures
        .into_iter()
        .map(|((outcome, reason), count)| {
            let reason = reason.and_then(|reason| header.failure_reasons.get(reason as usize));
            FailureExample { outcome, message: reason.map_or(outcome.name(), String::as_str).to_owned(), count }
        })
        .collect();
    failures.sort_by_key(|failure| std::cmp::Reverse(failure.count));
    failures.truncate(FAILURES);
    let message = "recovered after a crash: requests under way and the last moments are missing, times of the test case \
                  are not known, and the start is known to a moment only";
    let result = TrialResult {
        started_unix_ns: header.started_unix_ns,
        warm_up,
        steady,
        drain,
        validity: Validity::Interrupted,
        validity_reasons: vec![Reason { cause: Cause::Stopped, message: message.to_owned() }],
        failures,
        ..TrialResult::default()
    };
    Ok((result, rows))
}
