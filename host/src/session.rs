//! A run being written: its trials are measured and saved one by one.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use model::{
    HostUse, Measurement, Purpose, SearchAnswer, SearchPlan, Span, TrialOrder, TrialPlan, TrialResult, Validity,
};
use results::{RunFile, RunState, RunWriter, SearchRecord, TrialExtras, TrialRecord};

use crate::error::{CliError, ExitCode};
use crate::host_watch::HostWatch;
use crate::local::Local;
use crate::output::Talk;
use crate::prepared::PreparedTrial;
use crate::verdict;

/// How often a rest looks whether it was stopped.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A run being written.
pub(crate) struct Session {
    /// Where trials run.
    pub(crate) local: Local,
    run: RunWriter,
    hosts: Option<HostWatch>,
    /// The last trial left the target with more than it could do.
    needs_rest: bool,
    code: ExitCode,
}

/// A run that is over and saved.
pub(crate) struct Ran {
    /// What `run.json` says.
    pub(crate) file: RunFile,
    /// Where it lies.
    pub(crate) dir: PathBuf,
    /// How the command ends.
    pub(crate) code: ExitCode,
}

impl Ran {
    /// Says where it lies, and how to see it again.
    pub(crate) fn say_where(&self, talk: Talk) {
        talk.say(format!("saved in {}", self.dir.display()));
        talk.say(format!("see it again with `cluster-tester results show {}`", self.file.run_id));
    }
}

/// What a search is told of a trial, once it is over: its number, its plan, and what it gave.
pub(crate) type Tell<'a> = &'a dyn Fn(u32, &TrialPlan, &TrialResult) -> Measurement;

impl Session {
    /// Trials of this run from now on.
    pub(crate) fn new(local: Local, run: RunWriter, hosts: Option<HostWatch>) -> Self {
        Self { local, run, hosts, needs_rest: false, code: ExitCode::Ok }
    }

    /// What is saved so far.
    pub(crate) fn file(&self) -> &RunFile {
        self.run.file()
    }

    /// Runs a trial of a plan, and saves it. What it proved decides how the command ends.
    ///
    /// # Errors
    /// When the target or the test case cannot be used, or nothing can be saved.
    pub(crate) fn trial(&mut self, prepared: &PreparedTrial, title: &str) -> Result<&TrialRecord, CliError> {
        let code = |result: &TrialResult| verdict::code_of(result);
        self.measure(prepared, title, None, code)
    }

    /// Runs a trial that a search ordered, and saves it with what the search is told of it.
    ///
    /// # Errors
    /// As for [`Session::trial`].
    pub(crate) fn ordered_trial(
        &mut self,
        prepared: &PreparedTrial,
        title: &str,
        order: &TrialOrder,
        tell: Tell<'_>,
    ) -> Result<&TrialRecord, CliError> {
        // A bad trial is what a search looks for.
        self.measure(prepared, title, Some((order, tell)), |_| ExitCode::Ok)
    }

    fn measure(
        &mut self,
        prepared: &PreparedTrial,
        title: &str,
        search: Option<(&TrialOrder, Tell<'_>)>,
        code: impl FnOnce(&TrialResult) -> ExitCode,
    ) -> Result<&TrialRecord, CliError> {
        let description = prepared.description();
        self.needs_rest = false;
        let writer = self.run.begin_trial(&prepared.plan, &description.metrics, &description.failure_reasons)?;
        let number = writer.number();
        let may_end_early = search.is_some_and(|(order, _)| order.may_end_early);
        let measured = self.local.trial(prepared, &writer, title, may_end_early)?;
        let extras = TrialExtras {
            hosts: self.spent(&prepared.plan, &measured.result),
            order: search.map(|(order, _)| order.clone()),
            measurement: search
                .filter(|_| !self.local.stop.is_thrown())
                .map(|(_, tell)| tell(number, &prepared.plan, &measured.result)),
        };
        self.code = self.code.or_worse(code(&measured.result));
        self.needs_rest = extras.measurement.as_ref().is_some_and(|measurement| measurement.is_overloaded);
        let record = self.run.finish_trial_with(writer, measured.result, extras)?;
        match measured.failure {
            Some(failure) => Err(failure),
            None => Ok(record),
        }
    }

    /// Lets the target rest, if the last trial left it with more than it could do. Ends when the run is stopped.
    pub(crate) fn rest_if_due(&mut self, length: Duration) {
        if !std::mem::take(&mut self.needs_rest) || length.is_zero() {
            return;
        }
        if length >= Duration::from_secs(1) {
            self.local.talk.say(format!("  the target rests for {}", Span(length)));
        }
        let until = Instant::now() + length;
        while !self.local.stop.is_thrown() && Instant::now() < until {
            std::thread::sleep(LOOK_EVERY.min(until.saturating_duration_since(Instant::now())));
        }
    }

    /// Lets a target rest that took no connection.
    pub(crate) fn rest_after_failure(&mut self, length: Duration) {
        self.needs_rest = true;
        self.rest_if_due(length);
    }

    /// How long the target rests before the next trial, of the time that it has for that.
    pub(crate) fn due_rest(&self, length: Duration) -> Duration {
        if self.needs_rest { length } else { Duration::ZERO }
    }

    /// The command ends no better than so.
    pub(crate) fn ends_with(&mut self, code: ExitCode) {
        self.code = self.code.or_worse(code);
    }

    /// What each host spent in a trial's steady state.
    fn spent(&self, plan: &TrialPlan, result: &TrialResult) -> Vec<HostUse> {
        let from = result.started_unix_ns + plan.warm_up.nanos();
        let length = i64::try_from(result.steady.length_ns).unwrap_or(i64::MAX);
        self.hosts.as_ref().map(|hosts| hosts.spent(from, from.saturating_add(length))).unwrap_or_default()
    }

    /// Watches the hosts while nothing is asked of them, unless that was done before.
    ///
    /// # Errors
    /// When `run.json` cannot be written.
    pub(crate) fn baseline(&mut self, length: Span) -> Result<(), CliError> {
        let Some(hosts) = self.hosts.as_ref().filter(|_| !length.0.is_zero() && self.run.file().baseline.is_none())
        else {
            return Ok(());
        };
        self.local.talk.say(format!("the hosts are watched at rest for {length}"));
        let baseline = hosts.baseline(length, &|| self.local.stop.is_thrown());
        // One that was cut short is taken anew when the run goes on.
        if self.local.stop.is_thrown() {
            return Ok(());
        }
        Ok(self.run.set_baseline(baseline)?)
    }

    /// Begins a search, or goes on with the one that was under way when the run was taken up again. Gives what was
    /// measured for it before; with an answer when it was over.
    ///
    /// # Errors
    /// When `run.json` cannot be written.
    pub(crate) fn begin_search(&mut self, plan: &SearchPlan, position: usize) -> Result<Begun, CliError> {
        if let Some(SearchRecord { plan: before, answer, trials }) = self.run.file().searches.get(position) {
            if before != plan {
                let what = format!("run {} was begun with another search", self.run.id());
                return Err(
                    CliError::new(ExitCode::Usage, what).with_hint("resume it without other flags, or begin a new run")
                );
            }
            let measurements = self.run.file().trials.iter().filter(|trial| trials.contains(&trial.number));
            let measurements = measurements.filter_map(|trial| {
                let measurement = trial.extras.measurement.clone()?;
                Some(Measurement { backlog: trial.result.backlog.clone(), ..measurement })
            });
            let measurements = measurements.collect();
            return Ok(Begun { answer: answer.clone(), measurements });
        }
        self.run.begin_search(plan.clone())?;
        Ok(Begun { answer: None, measurements: Vec::new() })
    }

    /// Saves what the search under way has found.
    ///
    /// # Errors
    /// When `run.json` cannot be written.
    pub(crate) fn end_search(&mut self, answer: SearchAnswer) -> Result<(), CliError> {
        Ok(self.run.end_search(answer)?)
    }

    /// Ends the run in order.
    ///
    /// # Errors
    /// When `run.json` cannot be written.
    pub(crate) fn end(mut self) -> Result<Ran, CliError> {
        let is_stopped = self.local.stop.is_thrown();
        let dir = self.run.dir().to_owned();
        if let Some(hosts) = self.hosts.take() {
            self.run.set_hosts(hosts.facts())?;
        }
        let code = if is_stopped { ExitCode::Interrupted } else { self.code };
        let file = self.run.end(if is_stopped { RunState::Interrupted } else { RunState::Complete })?;
        Ok(Ran { file, dir, code })
    }

    /// Ends the run after an error, which then says where what there was is saved. A run in which nothing was measured
    /// is taken back.
    pub(crate) fn fail(self, error: CliError) -> CliError {
        if self.run.file().trials.is_empty() {
            self.run.discard();
            return error;
        }
        let saved = format!("what there was: {}", self.run.dir().display());
        match self.run.end(RunState::Interrupted) {
            Ok(_) => error.with_detail("saved", saved),
            // What went wrong first is what is to be mended.
            Err(_) => error,
        }
    }
}

/// A search that begins, or goes on.
pub(crate) struct Begun {
    /// It was over already.
    pub(crate) answer: Option<SearchAnswer>,
    /// What was measured for it before, in order.
    pub(crate) measurements: Vec<Measurement>,
}

/// Whether a trial was made to show what was found, not to find it, and was held to its end.
pub(crate) fn is_confirmation(trial: &TrialRecord) -> bool {
    let is_whole = trial.extras.measurement.is_some() && trial.result.validity == Validity::Valid;
    is_whole && trial.extras.order.as_ref().is_some_and(|order| order.purpose == Purpose::Confirmation)
}
