//! Measures for discovery on this machine: makes each ordered trial of a plan, runs it, saves it, and rests.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use discovery::Progress;
use model::{
    LoadModel, Measurement, Measurer, MeasurerError, Pace, SearchAnswer, SearchEnd, SearchPlan, Spacing, Span,
    TrialOrder, TrialResult,
};

use results::TrialRecord;

use crate::answer;
use crate::config::ResolvedSearch;
use crate::error::{CliError, ExitCode};
use crate::prepared::PreparedTrial;
use crate::session::{Begun, Session};
use crate::signals;

/// Warm-up of a trial as a part of its length, where none was given, and its bounds.
const WARM_UP_PART: u32 = 10;
const WARM_UP: std::ops::RangeInclusive<Duration> = Duration::from_millis(200)..=Duration::from_secs(2);
/// What a trial takes beside its time measured, as a guess before the first: warm-up, drain, saving.
const OVERHEAD: Duration = Duration::from_millis(500);
/// How often a rest looks whether it was stopped.
const LOOK_EVERY: Duration = Duration::from_millis(50);

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
    /// The last trial left the target with more than it could do.
    needs_rest: bool,
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
            needs_rest: false,
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
        let (shown, base) = (Rc::clone(&self.title), self.base.title());
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

    /// Runs a trial that belongs to no search.
    ///
    /// # Errors
    /// As for [`Search::run`].
    pub(crate) fn once(&mut self, order: &TrialOrder) -> Result<TrialRecord, CliError> {
        let trial = self.trial(order);
        let title = format!("{}  once more, at {}", trial.title(), order.pace);
        let tell =
            |number: u32, _: &_, result: &TrialResult| Measurement::of(number, order.clone(), result, Span::default());
        self.session.ordered_trial(&trial, &title, order, &tell).cloned()
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
                plan.connections = Some(users);
                plan.threads = plan.threads.min(users);
                LoadModel::Closed { users, think_time: Span::default() }
            }
        };
        trial
    }

    fn rest(&self) {
        let until = Instant::now() + self.rest_time;
        if self.rest_time >= Duration::from_secs(1) {
            self.session.local.talk.say(format!("  the target rests for {}", Span(self.rest_time)));
        }
        while !self.session.local.stop.is_thrown() && Instant::now() < until {
            std::thread::sleep(LOOK_EVERY.min(until.saturating_duration_since(Instant::now())));
        }
    }
}

impl Measurer for Search<'_> {
    fn measure(&mut self, order: &TrialOrder) -> Result<Measurement, MeasurerError> {
        if self.recorded.front().is_some_and(|recorded| recorded.order == *order)
            && let Some(measurement) = self.recorded.pop_front()
        {
            (self.elapsed, self.elapsed_before) = (measurement.elapsed, measurement.elapsed.0);
            (self.begun, self.needs_rest) = (Instant::now(), measurement.is_overloaded);
            return Ok(measurement);
        }
        // From here on it goes another way than before.
        self.recorded.clear();
        if self.needs_rest {
            self.rest();
        }
        if self.session.local.stop.is_thrown() {
            return Err(MeasurerError::Stopped);
        }
        let trial = self.trial(order);
        let title = self.title.borrow().clone();
        let (begun, before) = (self.begun, self.elapsed_before);
        let tell = |number: u32, _: &_, result: &TrialResult| {
            Measurement::of(number, order.clone(), result, Span(before + begun.elapsed()))
        };
        let measured = match self.session.ordered_trial(&trial, &title, order, &tell) {
            Ok(record) => record.extras.measurement.clone(),
            Err(error) => {
                let text = error.what.clone();
                self.failure = Some(error);
                return Err(MeasurerError::Failed(text.into()));
            }
        };
        let measurement = measured.ok_or(MeasurerError::Stopped)?;
        (self.elapsed, self.needs_rest) = (measurement.elapsed, measurement.is_overloaded);
        if let Some(plan) = &self.plan {
            let verdict = discovery::judge(&measurement, plan.width);
            self.session.local.talk.say(answer::trial(plan, &measurement, verdict));
        }
        Ok(measurement)
    }

    fn elapsed(&self) -> Span {
        self.elapsed
    }
}
