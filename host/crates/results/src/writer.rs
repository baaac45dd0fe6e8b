//! Writes a run: `run.json` first, then each trial's samples as they come and its record when it is over.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use model::{Metric, TrialPlan, TrialResult};

use crate::atomic_file::Reserve;
use crate::columns::TrialHeader;
use crate::error::ResultsError;
use crate::lock::RunLock;
use crate::parquet_file::{self, SAMPLES};
use crate::run_file::{FORMAT_VERSION, RUN_FILE, RunFile, RunHeader, RunState, SamplesRecord, TrialRecord};
use crate::spool::{SpoolReader, SpoolSink, SpoolWriter, Spooled};
use crate::summary::Summary;

/// A run being written. Dropped without [`RunWriter::end`], it is left as after a crash: to be recovered.
pub struct RunWriter {
    dir: PathBuf,
    file: RunFile,
    reserve: Reserve,
    lock: RunLock,
    begun: u32,
}

/// A trial being written. Dropped without [`RunWriter::finish_trial`], its samples stay in the spool.
pub struct TrialWriter {
    header: TrialHeader,
    dir: PathBuf,
    spool: SpoolWriter,
}

impl TrialWriter {
    /// Where a generator thread puts its samples; one for each.
    pub fn sink(&self) -> SpoolSink {
        self.spool.sink()
    }

    /// Number of the trial in its run, from 1.
    pub fn number(&self) -> u32 {
        self.header.number
    }

    /// Leaves the trial as a crash would, but for samples that wait.
    #[cfg(test)]
    pub(crate) fn abandon(self) -> TrialHeader {
        self.spool.end();
        self.header
    }
}

impl RunWriter {
    /// Begins a run in a directory that was just made and is empty.
    pub(crate) fn begin(
        dir: PathBuf,
        run_id: String,
        header: RunHeader,
        created: Timestamp,
    ) -> Result<Self, ResultsError> {
        let lock = RunLock::take(&dir)?.ok_or_else(|| ResultsError::Live { run: run_id.clone() })?;
        let file = RunFile {
            format_version: FORMAT_VERSION,
            run_id,
            name: header.name,
            labels: header.labels,
            created: rfc3339(created),
            ended: None,
            state: RunState::Running,
            tester: header.tester,
            plan: header.plan,
            plugins: header.plugins,
            trials: Vec::new(),
        };
        let mut run = Self { reserve: Reserve::take(&dir), dir, file, lock, begun: 0 };
        run.save()?;
        Ok(run)
    }

    /// Id of the run: the name of its directory.
    pub fn id(&self) -> &str {
        &self.file.run_id
    }

    /// Directory of the run.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What `run.json` says so far.
    pub fn file(&self) -> &RunFile {
        &self.file
    }

    /// Begins the next trial. `metrics` and `failure_reasons` are those that its test case declares.
    ///
    /// # Errors
    /// When its files cannot be made.
    pub fn begin_trial(
        &mut self,
        plan: &TrialPlan,
        metrics: &[Metric],
        failure_reasons: &[String],
    ) -> Result<TrialWriter, ResultsError> {
        let number = self.begun + 1;
        let dir = self.dir.join(trial_dir(number));
        fs::create_dir_all(&dir).map_err(|e| ResultsError::writing(&dir, e))?;
        let header = TrialHeader {
            run_id: self.file.run_id.clone(),
            number,
            started_unix_ns: i64::try_from(Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX),
            plan: plan.clone(),
            metrics: metrics.to_vec(),
            failure_reasons: failure_reasons.to_vec(),
        };
        let spool = SpoolWriter::begin(&dir, &header)?;
        self.begun = number;
        Ok(TrialWriter { header, dir, spool })
    }

    /// Ends a trial: its samples become Parquet, its record goes to `run.json`. The result's `samples_lost` and start
    /// are put right where the files know better. Samples that cannot be written are no error: the record says so.
    ///
    /// # Errors
    /// When `run.json` cannot be written; the record is kept and written with the next one, if that succeeds.
    pub fn finish_trial(&mut self, trial: TrialWriter, mut result: TrialResult) -> Result<&TrialRecord, ResultsError> {
        let TrialWriter { mut header, dir, spool } = trial;
        let spooled = spool.end();
        header.started_unix_ns = result.started_unix_ns;
        let samples = into_parquet(&dir, &header, &spooled);
        result.samples_lost = result.samples_lost.max(samples.lost);
        let is_parquet = samples.path.is_some();
        self.file.trials.push(record(&header, result, samples));
        self.save()?;
        if is_parquet {
            // A spool that stays does no harm: recovery knows that the Parquet file is whole.
            let _ = SpoolReader::delete(&dir);
        }
        Ok(self.file.trials.last().expect("pushed above"))
    }

    /// Ends the run, as [`RunState::Complete`] or [`RunState::Interrupted`], and gives what `run.json` says.
    ///
    /// # Errors
    /// When `run.json` cannot be written.
    pub fn end(mut self, state: RunState) -> Result<RunFile, ResultsError> {
        self.file.state = state;
        self.file.ended = Some(rfc3339(Timestamp::now()));
        self.save()?;
        self.lock.remove();
        Ok(self.file)
    }

    /// Takes back a run in which nothing was measured. What cannot be removed stays, as a run without trials.
    pub fn discard(self) {
        let _ = fs::remove_dir_all(&self.dir);
    }

    fn save(&mut self) -> Result<(), ResultsError> {
        self.reserve.replace(&self.dir.join(RUN_FILE), &self.file.to_json())
    }
}

/// Directory of a trial, relative to its run's.
pub(crate) fn trial_dir(number: u32) -> String {
    format!("trials/{number:04}")
}

/// A trial's record, its figures derived.
pub(crate) fn record(header: &TrialHeader, result: TrialResult, samples: SamplesRecord) -> TrialRecord {
    TrialRecord {
        number: header.number,
        plan: header.plan.clone(),
        summary: Summary::of(&header.plan, &result),
        samples,
        metrics: header.metric_columns(),
        failure_reasons: header.failure_reasons.clone(),
        result,
    }
}

/// Makes the spool in a trial's directory its Parquet file, or says why it stays a spool.
pub(crate) fn into_parquet(dir: &Path, header: &TrialHeader, spooled: &Spooled) -> SamplesRecord {
    let parent = trial_dir(header.number);
    let written = SpoolReader::open(dir).and_then(|spool| match spool {
        Some(spool) => parquet_file::write(dir, header, spool),
        None => Err(ResultsError::samples(dir, "the spool cannot be read back")),
    });
    let missing = |rows: u64| spooled.rows.saturating_sub(rows);
    match written {
        Ok(rows) => {
            let lost = spooled.lost + missing(rows);
            let cause = spooled.error.clone().map(|error| format!("samples could not be written: {error}"));
            let unread = (missing(rows) > 0).then(|| format!("{} samples could not be read back", missing(rows)));
            let full = (lost > 0).then(|| "the disk did not keep up with the samples".to_owned());
            let path = Some(format!("{parent}/{SAMPLES}"));
            SamplesRecord {
                path,
                spool: None,
                rows,
                lost,
                complete: lost == 0 && spooled.error.is_none(),
                cause: cause.or(unread).or(full),
            }
        }
        Err(error) => {
            let cause = format!("the Parquet file could not be written, the spool is kept: {error}");
            let Spooled { rows, lost, .. } = *spooled;
            SamplesRecord { path: None, spool: Some(parent), rows, lost, complete: false, cause: Some(cause) }
        }
    }
}

/// A time as in files.
pub(crate) fn rfc3339(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
