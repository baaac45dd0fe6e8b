//! Writes a run: `run.json` first, then each trial's samples as they come and its record when it is over.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use model::{HostFacts, Metric, SearchAnswer, SearchPlan, TrialPlan, TrialResult};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::atomic_file::Reserve;
use crate::columns::TrialHeader;
use crate::error::ResultsError;
use crate::lock::RunLock;
use crate::parquet_file::{self, SAMPLES};
use crate::resource_log::ResourceLog;
use crate::run_file::{
    Baseline, FORMAT_VERSION, RUN_FILE, RunFile, RunHeader, RunState, SamplesRecord, SearchRecord, TrialExtras,
    TrialRecord,
};
use crate::run_text::RunText;
use crate::spool::{SpoolReader, SpoolSink, SpoolWriter, Spooled};
use crate::summary::Summary;

/// A run being written. Dropped without [`RunWriter::end`], it is left as after a crash: to be recovered.
pub struct RunWriter {
    dir: PathBuf,
    file: RunFile,
    reserve: Reserve,
    lock: RunLock,
    /// Number of the last trial begun.
    begun: u32,
    resources: Option<ResourceLog>,
    text: RunText,
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
            command: header.command,
            tester: header.tester,
            plan: header.plan,
            plugins: header.plugins,
            hosts: Vec::new(),
            baseline: None,
            searches: Vec::new(),
            resumed: Vec::new(),
            trials: Vec::new(),
        };
        let mut run =
            Self { reserve: Reserve::take(&dir), dir, file, lock, begun: 0, resources: None, text: RunText::default() };
        run.save()?;
        Ok(run)
    }

    /// Takes a run up again that nobody writes and whose trials are brought back. The last trial begun was number
    /// `begun`.
    pub(crate) fn resume(dir: PathBuf, file: RunFile, lock: RunLock, begun: u32) -> Result<Self, ResultsError> {
        let mut run =
            Self { reserve: Reserve::take(&dir), dir, file, lock, begun, resources: None, text: RunText::default() };
        run.file.state = RunState::Running;
        run.file.ended = None;
        run.file.resumed.push(rfc3339(Timestamp::now()));
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

    /// Says which hosts are monitored, the tester among them. Samples and figures name a host by its index in the list.
    ///
    /// # Errors
    /// When a resumed run has other hosts, whose figures these would become; and when `run.json` cannot be written.
    pub fn set_hosts(&mut self, hosts: Vec<HostFacts>) -> Result<(), ResultsError> {
        let names = |hosts: &[HostFacts]| hosts.iter().map(|host| host.name.clone()).collect::<Vec<_>>();
        let (before, now) = (names(&self.file.hosts), names(&hosts));
        if !now.starts_with(&before) {
            return Err(ResultsError::OtherHosts { run: self.file.run_id.clone(), before, now });
        }
        self.file.hosts = hosts;
        self.save()
    }

    /// Says what the hosts spend when nothing is asked of them.
    ///
    /// # Errors
    /// When a figure in it is no number, and when `run.json` cannot be written.
    pub fn set_baseline(&mut self, baseline: Baseline) -> Result<(), ResultsError> {
        self.check("the baseline", &baseline)?;
        self.file.baseline = Some(baseline);
        self.save()
    }

    /// Begins a search. Trials with an order belong to it until it ends.
    ///
    /// # Errors
    /// When `run.json` cannot be written.
    pub fn begin_search(&mut self, plan: SearchPlan) -> Result<(), ResultsError> {
        self.file.searches.push(SearchRecord { plan, answer: None, trials: Vec::new() });
        self.save()
    }

    /// The search that is under way: the last one, while it has no answer.
    pub fn search(&self) -> Option<&SearchRecord> {
        self.file.searches.last().filter(|search| search.answer.is_none())
    }

    /// Ends the search that is under way.
    ///
    /// # Errors
    /// When none is, when a figure of the answer is no number, and when `run.json` cannot be written.
    pub fn end_search(&mut self, answer: SearchAnswer) -> Result<(), ResultsError> {
        self.check("the answer", &answer)?;
        let under_way = self.file.searches.last_mut().filter(|search| search.answer.is_none());
        let search = under_way.ok_or_else(|| ResultsError::NoSearch { run: self.file.run_id.clone() })?;
        search.answer = Some(answer);
        self.save()
    }

    /// Where a monitor puts what it sees of the hosts, from any thread; made at the first call.
    ///
    /// # Errors
    /// When its file cannot be made.
    pub fn resources(&mut self) -> Result<ResourceLog, ResultsError> {
        if let Some(log) = &self.resources {
            return Ok(log.clone());
        }
        let log = ResourceLog::open(&self.dir)?;
        self.resources = Some(log.clone());
        Ok(log)
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
    pub fn finish_trial(&mut self, trial: TrialWriter, result: TrialResult) -> Result<&TrialRecord, ResultsError> {
        self.finish_trial_with(trial, result, TrialExtras::default())
    }

    /// [`RunWriter::finish_trial`] of a trial of which monitoring or discovery have something to say. One with an order,
    /// or a measurement that has it, is counted to the search under way. A figure there that is no number costs all that
    /// they have to say, and not the trial.
    ///
    /// # Errors
    /// As for [`RunWriter::finish_trial`].
    pub fn finish_trial_with(
        &mut self,
        trial: TrialWriter,
        mut result: TrialResult,
        mut extras: TrialExtras,
    ) -> Result<&TrialRecord, ResultsError> {
        let TrialWriter { mut header, dir, spool } = trial;
        let spooled = spool.end();
        header.started_unix_ns = result.started_unix_ns;
        let samples = into_parquet(&dir, &header, &spooled);
        result.samples_lost = result.samples_lost.max(samples.lost);
        let is_parquet = samples.path.is_some();
        // A search has hundreds of trials, and all of them stay in memory.
        result.pack();
        if let Err(error) = self.check("what monitoring and discovery say of a trial", &extras) {
            extras = TrialExtras::default();
            result.notes.push(error.to_string());
        }
        let ordered = extras.measurement.as_ref().map(|measurement| &measurement.order);
        extras.order = extras.order.or_else(|| ordered.cloned());
        if extras.order.is_some()
            && let Some(search) = self.file.searches.last_mut().filter(|search| search.answer.is_none())
        {
            search.trials.push(header.number);
        }
        self.file.trials.push(TrialRecord { extras, ..record(&header, result, samples) });
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

    /// Takes back a run in which nothing was measured. What cannot be removed stays, as a run without trials; so does one
    /// that has trials, as one left by a crash.
    pub fn discard(self) {
        if self.file.trials.is_empty() {
            let _ = fs::remove_dir_all(&self.dir);
        }
    }

    /// Only what can be read back may be in the file: JSON has null for what is no number.
    fn check<T: Serialize + DeserializeOwned>(&self, what: &'static str, value: &T) -> Result<(), ResultsError> {
        let text = serde_json::to_vec(value).expect("plain data with text keys");
        let is_readable = serde_json::from_slice::<T>(&text).is_ok();
        if is_readable { Ok(()) } else { Err(ResultsError::NotANumber { run: self.file.run_id.clone(), what }) }
    }

    fn save(&mut self) -> Result<(), ResultsError> {
        let text = self.text.of(&mut self.file);
        self.reserve.replace(&self.dir.join(RUN_FILE), &text)
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
        extras: TrialExtras::default(),
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
