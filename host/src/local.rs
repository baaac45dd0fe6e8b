//! Runs a trial on this machine: test case, generator and transport put together.

use std::sync::Arc;

use generator::{MakeTransport, Stop, ThreadParts, TrialError, TrialSetup, run_trial, share_of};
use model::{Arrivals, LoadModel, Spacing, TrialPlan, TrialResult, WorkloadError, WorkloadSource as _};
use results::TrialWriter;
use transport::Settings;

use crate::destination::Destination;
use crate::error::{CliError, ExitCode};
use crate::output::Talk;
use crate::plugins;
use crate::prepared::PreparedTrial;
use crate::progress::Progress;

/// Connections opened ahead are those that this much of the schedule may need at once, seconds.
const OPEN_AHEAD_SECONDS: f64 = 0.01;
/// Most connections opened ahead, over all threads.
const MOST_OPEN_AHEAD: u32 = 100;

/// What the trials of a run have in common on this machine.
pub(crate) struct Local {
    /// Who is asked.
    pub(crate) destination: Destination,
    /// Seed of all that is random.
    pub(crate) seed: u64,
    /// Ends the trial under way.
    pub(crate) stop: Stop,
    /// Who may talk.
    pub(crate) talk: Talk,
}

/// A trial that is over.
pub(crate) struct Measured {
    /// What it gave.
    pub(crate) result: TrialResult,
    /// Why no other trial is worth while.
    pub(crate) failure: Option<CliError>,
}

impl Local {
    /// Runs a trial to its last request's end, and shows how it goes under `title`. With `may_end_early` it ends when the
    /// target is plainly overloaded.
    ///
    /// # Errors
    /// When the target or the test case cannot be used: nothing was sent.
    pub(crate) fn trial(
        &self,
        prepared: &PreparedTrial,
        writer: &TrialWriter,
        title: &str,
        may_end_early: bool,
    ) -> Result<Measured, CliError> {
        let PreparedTrial { plan, test_case, .. } = prepared;
        let progress = Progress::begin(plan, title, self.talk.is_quiet);
        let setup = TrialSetup {
            plan: plan.clone(),
            seed: self.seed,
            source: Arc::clone(test_case) as _,
            feed: prepared.feed.clone(),
            slo: prepared.slo.clone(),
            abort_when: prepared.abort_when.clone(),
            may_end_early,
            stop: self.stop.clone(),
            pulses: progress.pulses(),
        };
        let parts = (0..plan.threads)
            .map(|index| ThreadParts { transport: self.transport(prepared, index), sink: Box::new(writer.sink()) })
            .collect();
        let outcome = run_trial(&setup, parts);
        drop(setup);
        progress.end();
        plugins::say_log(self.talk, &plan.test_case, test_case.take_log());
        match outcome {
            Ok(result) => Ok(Measured { result, failure: None }),
            Err(TrialError::TestCaseAlwaysFails { message, result }) => {
                Ok(Measured { result: *result, failure: Some(always_fails(plan, &message)) })
            }
            Err(error) => Err(could_not_begin(plan, &error)),
        }
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
