//! Runs the trials of a plan on this machine: test case, generator, transport and results put together.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use generator::{MakeTransport, Stop, ThreadParts, TrialError, TrialSetup, run_trial, share_of};
use model::plan::TargetPlan;
use model::{Arrivals, LoadModel, RunPlan, Spacing, TrialPlan, WorkloadError, WorkloadSource as _};
use results::{RunFile, RunHeader, RunState, RunWriter, Storage, Tester};
use transport::Settings;

use crate::destination::Destination;
use crate::error::{CliError, ExitCode};
use crate::output::Talk;
use crate::plugins;
use crate::prepared::PreparedTrial;
use crate::progress::Progress;
use crate::verdict;

/// Connections opened ahead are those that this much of the schedule may need at once, seconds.
const OPEN_AHEAD_SECONDS: f64 = 0.01;
/// Most connections opened ahead, over all threads.
const MOST_OPEN_AHEAD: u32 = 100;

/// A run that is ready to begin.
pub(crate) struct LocalRun {
    /// Where it is saved.
    pub(crate) storage: Storage,
    /// What it is about, for its id.
    pub(crate) about: String,
    /// Name given by the user.
    pub(crate) name: Option<String>,
    /// Labels given by the user.
    pub(crate) labels: BTreeMap<String, String>,
    /// Who is asked.
    pub(crate) target: TargetPlan,
    /// The same, found.
    pub(crate) destination: Destination,
    /// Seed of all that is random.
    pub(crate) seed: u64,
    /// What is to be done.
    pub(crate) trials: Vec<PreparedTrial>,
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

impl LocalRun {
    /// Runs all trials, until `stop` is thrown, and saves each when it ends. `each` is told of a trial that has ended.
    ///
    /// # Errors
    /// When the target or a test case cannot be used, or nothing can be saved.
    pub(crate) fn execute(
        self,
        stop: &Stop,
        talk: Talk,
        mut each: impl FnMut(&results::TrialRecord) -> Result<(), CliError>,
    ) -> Result<Ran, CliError> {
        let mut plugins: Vec<_> = self.trials.iter().map(|trial| trial.test_case.identity()).collect();
        plugins.dedup();
        let plan = RunPlan {
            target: self.target.clone(),
            trials: self.trials.iter().map(|trial| trial.plan.clone()).collect(),
            seed: self.seed,
        };
        let tester = Tester::this_machine(env!("CARGO_PKG_VERSION"));
        let header = RunHeader { name: self.name.clone(), labels: self.labels.clone(), tester, plan, plugins };
        let mut run = self.storage.create_run(&self.about, header)?;
        let dir = run.dir().to_owned();
        let mut code = ExitCode::Ok;
        for prepared in &self.trials {
            match self.trial(prepared, &mut run, stop, talk, &mut each) {
                Ok(of_trial) => code = code.or_worse(of_trial),
                Err(error) if run.file().trials.is_empty() => {
                    // Nothing was measured: an empty run would only be in the way.
                    run.discard();
                    return Err(error);
                }
                Err(error) => {
                    run.end(RunState::Interrupted)?;
                    return Err(error.with_detail("saved", format!("what there was: {}", dir.display())));
                }
            }
            if stop.is_thrown() {
                code = ExitCode::Interrupted;
                break;
            }
        }
        let state = if stop.is_thrown() { RunState::Interrupted } else { RunState::Complete };
        Ok(Ran { file: run.end(state)?, dir, code })
    }

    fn trial(
        &self,
        prepared: &PreparedTrial,
        run: &mut RunWriter,
        stop: &Stop,
        talk: Talk,
        each: &mut impl FnMut(&results::TrialRecord) -> Result<(), CliError>,
    ) -> Result<ExitCode, CliError> {
        let PreparedTrial { plan, test_case, .. } = prepared;
        let description = test_case.description();
        let writer = run.begin_trial(plan, &description.metrics, &description.failure_reasons)?;
        let progress = Progress::begin(plan, talk.is_quiet);
        let setup = TrialSetup {
            plan: plan.clone(),
            seed: self.seed,
            source: Arc::clone(test_case) as _,
            feed: prepared.feed.clone(),
            slo: prepared.slo.clone(),
            abort_when: prepared.abort_when.clone(),
            may_end_early: false,
            stop: stop.clone(),
            pulses: progress.pulses(),
        };
        let parts = (0..plan.threads)
            .map(|index| ThreadParts { transport: self.transport(prepared, index), sink: Box::new(writer.sink()) })
            .collect();
        let outcome = run_trial(&setup, parts);
        drop(setup);
        progress.end();
        let (result, failure) = match outcome {
            Ok(result) => (result, None),
            Err(TrialError::TestCaseAlwaysFails { message, result }) => (*result, Some(always_fails(plan, &message))),
            Err(error) => return Err(could_not_begin(plan, &error)),
        };
        let code = verdict::code_of(&result);
        let shown = each(run.finish_trial(writer, result)?);
        plugins::say_log(talk, &plan.test_case, test_case.take_log());
        // What cannot be printed is saved all the same.
        if let Err(error) = shown {
            talk.say(error.render(false).trim_end());
            return Ok(code.or_worse(error.code));
        }
        failure.map_or(Ok(code), Err)
    }

    fn transport(&self, prepared: &PreparedTrial, index: u32) -> MakeTransport {
        let PreparedTrial { plan, test_case, .. } = prepared;
        let share = |total: u32| share_of(total, plan.threads, index);
        let description = test_case.description();
        let ahead = ahead(&plan.load_model).clamp(plan.threads, MOST_OPEN_AHEAD.max(plan.threads));
        let settings = Settings {
            connections: plan.connections.map(share),
            open_ahead: share(ahead).div_ceil(self.destination.route_count().max(1)),
            pacing: plan.pacing,
            response_headers: description.response_headers.iter().filter_map(|name| name.parse().ok()).collect(),
            body_limit: description.body_limit as usize,
            ..self.destination.settings()
        };
        let destination = self.destination.clone();
        Box::new(move |clock| destination.transport(clock, settings))
    }
}

/// Requests that may need a connection each before the first of them is answered.
fn ahead(load_model: &LoadModel) -> u32 {
    match load_model {
        LoadModel::Closed { users, .. } => *users,
        LoadModel::Open { arrivals: Arrivals::Stages { stages, spacing } } => {
            let peak = stages.iter().map(|stage| stage.from.max(stage.to)).fold(0.0, f64::max);
            let due = (peak * OPEN_AHEAD_SECONDS).ceil() as u32;
            if let Spacing::Bursts(size) = spacing { due.max(*size) } else { due }
        }
        LoadModel::Open { arrivals: Arrivals::Replay { .. } } => MOST_OPEN_AHEAD,
    }
}

fn always_fails(plan: &TrialPlan, message: &str) -> CliError {
    CliError::new(ExitCode::Plugin, format!("test case `{}` always fails", plan.test_case))
        .with_detail("message", message)
        .with_hint(plugin::hint_of_call(message))
}

fn could_not_begin(plan: &TrialPlan, error: &TrialError) -> CliError {
    match error {
        TrialError::Target(_) => CliError::new(ExitCode::Target, error.to_string())
            .with_hint_if_untold("is the target running? nothing was sent; check the URL with `cluster-tester check`"),
        TrialError::TestCase(cause) => {
            let cli = CliError::new(ExitCode::Plugin, error.to_string())
                .with_detail("test case", format!("{}, load {}; nothing was sent", plan.test_case, plan.load));
            match cause {
                WorkloadError::Broken(message) => cli.with_hint(plugin::hint_of_call(message)),
                WorkloadError::Refused(_) => {
                    cli.with_hint(format!("see its options with `cluster-tester plugin inspect {}`", plan.test_case))
                }
            }
        }
        _ => CliError::from_error(ExitCode::Internal, error),
    }
}
