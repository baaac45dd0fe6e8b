//! A trial that is ready to begin: its plan, and what its files hold.

use std::sync::Arc;

use generator::{AbortWhen, Feed};
use model::{Arrivals, LoadModel, Slo, Span, TestCaseDescription, TrialPlan, WorkloadSource as _};
use plugin::TestCase;

use crate::config::{Conditions, Origin, Pattern, ResolvedRun};
use crate::error::{CliError, ExitCode};
use crate::feed;
use crate::recording::Recording;

/// A trial that is ready to begin.
#[derive(Clone)]
pub(crate) struct PreparedTrial {
    /// What is to be done.
    pub(crate) plan: TrialPlan,
    /// Builds the requests and reads the answers.
    pub(crate) test_case: Arc<TestCase>,
    /// Rows of data.
    pub(crate) feed: Option<Feed>,
    /// What must be held.
    pub(crate) slo: Option<Slo>,
    /// What ends it early.
    pub(crate) abort_when: Option<AbortWhen>,
}

impl PreparedTrial {
    /// What the test case says of itself.
    pub(crate) fn description(&self) -> &TestCaseDescription {
        self.test_case.description()
    }

    /// What the trial is called where it is shown.
    pub(crate) fn title(&self) -> String {
        format!("{} {}", self.plan.test_case, self.plan.load)
    }

    /// Reads the files that the run names, and looks whether its conditions are about what the test case tells.
    ///
    /// # Errors
    /// When a file cannot be used, the warm-up leaves nothing to measure, or a metric is not declared.
    pub(crate) fn of(run: &ResolvedRun, test_case: TestCase) -> Result<Self, CliError> {
        let (load_model, duration) = load_model(run)?;
        let (feed_plan, feed) = match &run.feed {
            Some((file, mode)) => feed::read(file, *mode).map(|(plan, feed)| (Some(plan), Some(feed)))?,
            None => (None, None),
        };
        let goal = &run.goal;
        for conditions in [&goal.slo, &goal.abort_when].into_iter().flatten() {
            check(conditions, &test_case, &run.test_case)?;
        }
        let text = |conditions: &Option<Conditions>| conditions.as_ref().map(|conditions| conditions.text.clone());
        let plan = TrialPlan {
            test_case: run.test_case.clone(),
            options: test_case.options().clone(),
            load: run.load,
            load_model,
            warm_up: run.warm_up,
            duration,
            timeout: run.timeout,
            pacing: run.pacing,
            threads: run.threads,
            plugin_threads: run.plugin_threads,
            connections: run.connections,
            max_in_flight: run.max_in_flight,
            feed: feed_plan,
            slo: text(&goal.slo),
            abort_when: text(&goal.abort_when),
            abort_window: goal.abort_window,
        };
        let slo = goal.slo.as_ref().map(|conditions| conditions.slo.clone());
        let abort_when = goal
            .abort_when
            .as_ref()
            .map(|conditions| AbortWhen { conditions: conditions.slo.clone(), window: goal.abort_window.0 });
        Ok(Self { plan, test_case: Arc::new(test_case), feed, slo, abort_when })
    }
}

/// Whether the test case tells what the conditions are about.
fn check(conditions: &Conditions, test_case: &TestCase, name: &str) -> Result<(), CliError> {
    conditions.slo.check(&test_case.description().metrics).map_err(|error| {
        let code = if matches!(conditions.origin, Origin::Flag(_)) { ExitCode::Usage } else { ExitCode::Config };
        CliError::from_error(code, &error)
            .with_detail("where", conditions.origin.to_string())
            .with_hint(format!("see its metrics with `cluster-tester plugin inspect {name}`"))
    })
}

/// When requests are sent, and for how long.
fn load_model(run: &ResolvedRun) -> Result<(LoadModel, Span), CliError> {
    match &run.pattern {
        Pattern::Stages { stages, spacing, duration } => {
            let arrivals = Arrivals::Stages { stages: stages.clone(), spacing: *spacing };
            Ok((LoadModel::Open { arrivals }, *duration))
        }
        Pattern::Closed { users, think_time, duration } => {
            Ok((LoadModel::Closed { users: *users, think_time: *think_time }, *duration))
        }
        Pattern::Replay { file, duration } => {
            let recording = Recording::read(file)?;
            // The warm-up is the recording's beginning.
            let left = recording.length().0.checked_sub(run.warm_up.0).filter(|left| !left.is_zero());
            let Some(left) = left else {
                let what = format!("the warm-up of {} takes the whole recording `{}`", run.warm_up, file.display());
                return Err(CliError::new(ExitCode::Config, what)
                    .with_hint("the warm-up is the recording's beginning: shorten it, or leave it out"));
            };
            let arrivals =
                Arrivals::Replay { file: file.clone(), digest: recording.digest, offsets_ns: recording.offsets_ns };
            Ok((LoadModel::Open { arrivals }, duration.unwrap_or(Span(left))))
        }
    }
}
