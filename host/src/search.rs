//! Measures for discovery on this machine: makes each ordered trial of a plan, runs it, saves it, and rests.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use discovery::Progress;
use model::{
    LoadModel, Measurement, Measurer, MeasurerError, Pace, SearchAnswer, SearchEnd, SearchPlan, Spacing, Span,
    TrialOrder, TrialResult, Validity,
};
use results::TrialRecord;

use crate::answer;
use crate::config::ResolvedSearch;
use crate::error::{CliError, ExitCode};
use crate::prepared::PreparedTrial;
use crate::session::{Begun, Session, Tell};
use crate::signals;

/// Warm-up of a trial as a part of its length, where none was given, and its bounds.
const WARM_UP_PART: u32 = 10;
const WARM_UP: std::ops::RangeInclusive<Duration> = Duration::from_millis(200)..=Duration::from_secs(2);
/// What a trial takes beside its time measured, as a guess before the first: warm-up, drain, saving.
const OVERHEAD: Duration = Duration::from_millis(500);
/// Times that a trial is made again which the tester, or the target's sockets, did not let be.
const REPETITIONS: u32 = 3;
/// Time that a target which takes no connection is given at least.
const RECOVERY: Duration = Duration::from_secs(2);

/// Measures for the search of one test case.
pub(crate) struct Search<'a> {
    session: &'a mut Session,
    /// What each trial is, but for its rate, load and length.
    base: &'a PreparedTrial,
    /// What is searched for.
    plan: Option<SearchPlan>,
    spacing: Spacing,
    rest_time: Duration,
    warm_up: Option<Span>,
    /// What is said of the search while a trial runs.
    title: Rc<RefCell<String>>,
    /// Measured before the run was taken up again, in order.
    recorded: VecDeque<Measurement>,
    begun: Instant,
    /// Of the search, when `begun` was.
    elapsed_before: Duration,
    /// When the last trial was over.
    elapsed: Span,
    failure: Option<CliError>,
}

impl<'a> Search<'a> {
    /// A search by trials of this kind.
    pub(crate) fn new(session: &'a mut Session, base: &'a PreparedTrial, settings: &ResolvedSearch) -> Self {
        Self {
            session,
            base,
            plan: None,
            spacing: settings.run.pattern.spacing(),
            rest_time: settings.rest_time.0,
            warm_up: settings.warm_up,
            title: Rc::default(),
            recorded: VecDeque::new(),
            begun: Instant::now(),
            elapsed_before: Duration::ZERO,
            elapsed: Span::default(),
            failure: None,
        }
    }

    /// Searches by a plan, the `position`-th of the run, and saves what was found.
    ///
    /// # Errors
    /// When a trial could not be run, or nothing could be saved.
    pub(crate) fn run(&mut self, plan: &SearchPlan, position: usize) -> Result<SearchAnswer, CliError> {
        let Begun { answer, measurements } = self.session.begin_search(plan, position)?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
        self.recorded = measurements.into();
        self.plan = Some(plan.clone());
        (self.begun, self.elapsed_before, self.elapsed) = (Instant::now(), Duration::ZERO, Span::default());
        let (shown, base) = (Rc::clone(&self.title), self.base.plan.test_case.clone());
        let mut watch = |progress: &Progress<'_>| {
            *shown.borrow_mut() = format!("{base}  {}", answer::progress(plan, progress));
        };
        if self.recorded.is_empty()
            && let Ok(expected) = discovery::estimate(plan, Span(OVERHEAD))
        {
            let seconds = Span(Duration::from_secs(expected.0.as_secs().max(1)));
            self.session.local.talk.say(format!("  about {seconds}, if all goes as expected"));
        }
        let found = discovery::search(plan, self, &mut watch);
        match (found, self.failure.take()) {
            (_, Some(failure)) => Err(failure),
            (Err(error), None) => Err(CliError::from_error(ExitCode::Usage, &error)),
            (Ok(answer), None) => {
                // A search that was stopped is not over: it can be taken up again.
                if answer.end != SearchEnd::Stopped {
                    self.session.end_search(answer.clone())?;
                }
                Ok(answer)
            }
        }
    }

    /// Runs a trial that belongs to no search, again if the tester could not hold it. One that it never holds is told of by
    /// the exit code.
    ///
    /// # Errors
    /// As for [`Search::run`].
    pub(crate) fn once(&mut self, order: &TrialOrder) -> Result<TrialRecord, CliError> {
        let trial = self.trial(order);
        let title = format!("{} {}  once more, at {}", trial.plan.test_case, order.load, order.pace);
        let tell =
            |number: u32, _: &_, result: &TrialResult| Measurement::of(number, order.clone(), result, Span::default());
        let mut repetitions = 0..REPETITIONS;
        loop {
            self.session.rest_if_due(self.rest_time);
            let record = self.session.ordered_trial(&trial, &title, order, &tell)?.clone();
            if record.result.validity != Validity::GeneratorBound || self.session.local.stop.is_thrown() {
                return Ok(record);
            }
            if repetitions.next().is_none() {
                self.session.ends_with(ExitCode::GeneratorBound);
                return Ok(record);
            }
        }
    }

    /// Runs a trial. A target that takes no connection in the middle of a search, as one that restarts under load, is given
    /// time, and asked again.
    fn insist(
        &mut self,
        trial: &PreparedTrial,
        title: &str,
        order: &TrialOrder,
        tell: Tell<'_>,
    ) -> Result<TrialRecord, CliError> {
        for _ in 0..REPETITIONS {
            let failure = match self.session.ordered_trial(trial, title, order, tell) {
                Ok(record) => return Ok(record.clone()),
                Err(error) => error,
            };
            let is_first = self.session.file().trials.is_empty();
            if failure.code != ExitCode::Target || is_first || self.session.local.stop.is_thrown() {
                return Err(failure);
            }
            self.session.local.talk.say(format!("  {}; it is asked again", failure.what));
            self.session.rest_after_failure(self.rest_time.max(RECOVERY));
        }
        self.session.ordered_trial(trial, title, order, tell).cloned()
    }

    fn trial(&self, order: &TrialOrder) -> PreparedTrial {
        let mut trial = self.base.clone();
        let plan = &mut trial.plan;
        plan.load = order.load;
        // Beyond it the tester would give out before the target's overload is seen.
        plan.max_in_flight = plan.max_in_flight.min(signals::most_connections());
        // A whole number of milliseconds is easier to read.
        plan.duration = Span(Duration::from_millis(order.duration.0.as_micros().div_ceil(1000) as u64));
        plan.warm_up = self
            .warm_up
            .unwrap_or_else(|| Span((order.duration.0 / WARM_UP_PART).clamp(*WARM_UP.start(), *WARM_UP.end())));
        plan.load_model = match order.pace {
            Pace::Open(rate) => LoadModel::constant_spaced(rate, plan.duration, self.spacing),
            Pace::Closed(users) => {
                // No more connections than the user allows: goodput grows no further then, which ends the guess.
                let users = plan.connections.map_or(users, |most| users.min(most));
                plan.connections = Some(users);
                plan.threads = plan.threads.min(users);
                LoadModel::Closed { users, think_time: Span::default() }
            }
        };
        trial
    }
}

impl Measurer for Search<'_> {
    fn measure(&mut self, order: &TrialOrder) -> Result<Measurement, MeasurerError> {
        if self.recorded.front().is_some_and(|recorded| recorded.order == *order)
            && let Some(measurement) = self.recorded.pop_front()
        {
            (self.elapsed, self.elapsed_before) = (measurement.elapsed, measurement.elapsed.0);
            self.begun = Instant::now();
            return Ok(measurement);
        }
        // From here on it goes another way than before.
        self.recorded.clear();
        self.session.rest_if_due(self.rest_time);
        if self.session.local.stop.is_thrown() {
            return Err(MeasurerError::Stopped);
        }
        let trial = self.trial(order);
        let title = self.title.borrow().clone();
        let (begun, before) = (self.begun, self.elapsed_before);
        let tell = |number: u32, _: &_, result: &TrialResult| {
            Measurement::of(number, order.clone(), result, whole_milliseconds(before + begun.elapsed()))
        };
        let record = match self.insist(&trial, &title, order, &tell) {
            Ok(record) => record,
            Err(error) => {
                let text = error.what.clone();
                self.failure = Some(error);
                return Err(MeasurerError::Failed(text.into()));
            }
        };
        let measurement = record.extras.measurement.clone().ok_or(MeasurerError::Stopped)?;
        self.elapsed = measurement.elapsed;
        if let Some(plan) = &self.plan {
            self.session.local.talk.say(answer::trial(plan, &measurement, &record.result));
        }
        Ok(measurement)
    }

    fn elapsed(&self) -> Span {
        self.elapsed
    }

    fn due_rest(&self) -> Span {
        Span(self.session.due_rest(self.rest_time))
    }
}

/// Nobody reads more of it.
fn whole_milliseconds(length: Duration) -> Span {
    Span(Duration::from_millis(u64::try_from(length.as_millis()).unwrap_or(u64::MAX)))
}
