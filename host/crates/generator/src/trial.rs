//! Runs one trial on all its threads, and adds up what they saw.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use model::trial::FailureExample;
use model::{
    ArrivalSchedule, Cause, LoadModel, Outcome, Reason, SampleSink, Slo, Steadiness, Transport, TransportError,
    TrialPlan, TrialResult, Validity, WorkloadError, WorkloadSource,
};
use thiserror::Error;

use crate::abort::AbortWhen;
use crate::backlog::BacklogRecorder;
use crate::clock::TrialClock;
use crate::feed::Feed;
use crate::health::Health;
use crate::plugin_threads::PluginThreads;
use crate::recorder::{Outlets, Pulse, Recorder};
use crate::shard::{Shard, Task};
use crate::share::share_of;
use crate::source::Source;
use crate::stop::Stop;
use crate::turns;
use crate::usage;
use crate::validity::{Seen, assess};
use crate::watch::{Audience, Watch};

/// From all threads being ready to the first arrival, nanoseconds: time for each to reach its timer.
const LEAD: i64 = 5_000_000;
/// Messages of failures that a result keeps.
const FAILURES: usize = 20;

/// What a trial needs beside its threads' own parts.
pub struct TrialSetup {
    /// Load, arrivals, lengths, limits.
    pub plan: TrialPlan,
    /// Seed of the run.
    pub seed: u64,
    /// The test case.
    pub source: Arc<dyn WorkloadSource>,
    /// Rows of data; none: iterations get none.
    pub feed: Option<Feed>,
    /// What the steady state is to fulfil.
    pub slo: Option<Slo>,
    /// What ends it early by itself.
    pub abort_when: Option<AbortWhen>,
    /// In an open loop, it may end as soon as the target is plainly overloaded: the result is then [`Validity::Interrupted`], its first reason
    /// [`Cause::Overloaded`], and what was under way is abandoned.
    pub may_end_early: bool,
    /// Ends it early.
    pub stop: Stop,
    /// Takes pulses for a live display.
    pub pulses: Option<flume::Sender<Pulse>>,
}

/// What each generator thread has for itself.
pub struct ThreadParts {
    /// Makes the transport, on the thread.
    pub transport: MakeTransport,
    /// Takes its samples.
    pub sink: Box<dyn SampleSink>,
}

/// Makes a transport, on the thread that will drive it.
pub type MakeTransport = Box<dyn FnOnce(Arc<TrialClock>) -> std::io::Result<Box<dyn Transport>> + Send>;

/// Why a trial gave no figures.
#[derive(Debug, Error)]
pub enum TrialError {
    /// The target cannot be reached; nothing was sent.
    #[error("{0}")]
    Target(#[source] TransportError),
    /// The test case cannot build a request; nothing was sent.
    #[error("{0}")]
    TestCase(#[source] WorkloadError),
    /// No call of the test case worked.
    #[error("the test case always fails: {message}")]
    TestCaseAlwaysFails {
        /// The most frequent message.
        message: String,
        /// What there is all the same.
        result: Box<TrialResult>,
    },
    /// The system refused a thread, a timer or a runtime.
    #[error("cannot start a generator thread: {0}")]
    System(#[from] std::io::Error),
}

/// Runs a trial and blocks until its last request has ended. One thread for each of `parts`, which are as many as the plan says.
///
/// # Errors
/// When nothing can be sent, see [`TrialError`].
pub fn run_trial(setup: &TrialSetup, parts: Vec<ThreadParts>) -> Result<TrialResult, TrialError> {
    let outcome = run_threads(setup, parts);
    setup.stop.forget_wakers();
    let Ended { started_unix_ns, recorders, usage, is_hopeless, ended_early } = outcome?;
    let mut result = add_up(&setup.plan.load_model, started_unix_ns, recorders);
    result.tester = usage;
    conclude(setup, &mut result, ended_early);
    let phases = [&result.warm_up.counts, &result.steady.counts];
    let faults: u64 = phases.iter().map(|counts| counts.of(Outcome::GuestFault)).sum();
    let scheduled: u64 = phases.iter().map(|counts| counts.scheduled).sum();
    if is_hopeless || faults > 0 && faults == scheduled {
        let of_guest = result.failures.iter().find(|failure| failure.outcome == Outcome::GuestFault);
        let message = of_guest.map_or_else(String::new, |failure| failure.message.clone());
        return Err(TrialError::TestCaseAlwaysFails { message, result: Box::new(result) });
    }
    Ok(result)
}

/// What the threads left.
struct Ended {
    started_unix_ns: i64,
    recorders: Vec<Recorder>,
    usage: Option<model::TesterUsage>,
    is_hopeless: bool,
    /// Why it ended by itself before its time.
    ended_early: Option<Reason>,
}

fn run_threads(setup: &TrialSetup, parts: Vec<ThreadParts>) -> Result<Ended, TrialError> {
    let plan = &setup.plan;
    let clock = Arc::new(TrialClock::default());
    let health = Arc::new(Health::default());
    let halt = Stop::default();
    let schedule = match &plan.load_model {
        LoadModel::Open { arrivals } => Some(ArrivalSchedule::new(arrivals, plan.warm_up, setup.seed)),
        LoadModel::Closed { .. } => None,
    };
    let (plugin_threads, handles) =
        PluginThreads::start(plan.plugin_threads, &setup.source).map_err(TrialError::TestCase)?;
    let count = parts.len() as u32;
    let watch = Watch::of(setup, count);
    let (audience, heard) = watch.audience().unzip();
    let outcome = std::thread::scope(|scope| {
        let (ready, readiness) = flume::unbounded();
        let (start, started) = flume::unbounded();
        let threads = (0..count)
            .zip(parts)
            .map(|(index, parts)| {
                let thread = GeneratorThread {
                    setup,
                    schedule: schedule.as_ref(),
                    index,
                    count,
                    clock: Arc::clone(&clock),
                    health: Arc::clone(&health),
                    halt: halt.clone(),
                    plugin_threads: plugin_threads.clone(),
                    audience: audience.clone(),
                    ready: ready.clone(),
                    started: started.clone(),
                };
                let name = format!("generator-{index}");
                std::thread::Builder::new().name(name).spawn_scoped(scope, move || thread.run(parts))
            })
            .collect::<Result<Vec<_>, _>>()?;
        drop((plugin_threads, ready, audience));
        // Every thread says how it fared before any is let go. After an error `start` closes, and the others end.
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(readiness.recv().expect("each thread reports")?);
        }
        let started_unix_ns = clock.start_in(LEAD);
        for _ in 0..count {
            start.send(started_unix_ns).expect("each thread waits for it");
        }
        let watcher = heard.map(|heard| {
            let halt = halt.clone();
            scope.spawn(move || watch.run(&heard, &halt))
        });
        let is_over = AtomicBool::new(false);
        let end = plan.warm_up.nanos() + plan.duration.nanos();
        let (ended, usage) = std::thread::scope(|inner| {
            let usage = inner
                .spawn(|| usage::watch(&*clock, plan.warm_up.nanos(), end, &ids, || is_over.load(Ordering::Relaxed)));
            let ended: Vec<_> = threads
                .into_iter()
                .filter_map(|thread| thread.join().expect("a generator thread never panics"))
                .collect();
            is_over.store(true, Ordering::Relaxed);
            (ended, usage.join().expect("nothing there panics"))
        });
        let ended_early = watcher.and_then(|watcher| watcher.join().expect("nothing there panics"));
        Ok::<_, TrialError>((started_unix_ns, ended, usage, ended_early))
    });
    for handle in handles {
        handle.join().expect("a plugin thread never panics");
    }
    let (started_unix_ns, recorders, usage, ended_early) = outcome?;
    Ok(Ended { started_unix_ns, recorders, usage, is_hopeless: health.is_hopeless(), ended_early })
}

/// One generator thread, before it runs.
struct GeneratorThread<'a> {
    setup: &'a TrialSetup,
    schedule: Option<&'a ArrivalSchedule>,
    index: u32,
    count: u32,
    clock: Arc<TrialClock>,
    health: Arc<Health>,
    halt: Stop,
    plugin_threads: PluginThreads,
    audience: Option<Audience>,
    /// Takes the thread's id by the system.
    ready: flume::Sender<Result<i32, TrialError>>,
    started: flume::Receiver<i64>,
}

impl GeneratorThread<'_> {
    /// Gets ready, reports, and runs its share. None when it or another thread could not get ready.
    fn run(self, parts: ThreadParts) -> Option<Recorder> {
        turns::ask_for_short_ones();
        let shard = match self.get_ready(parts) {
            Ok(shard) => shard,
            Err(error) => {
                let _ = self.ready.send(Err(error));
                return None;
            }
        };
        let _ = self.ready.send(Ok(rustix::thread::gettid().as_raw_nonzero().get()));
        let started_unix_ns = self.started.recv().ok()?;
        let mut recorder = shard.run(started_unix_ns);
        // The recorder outlives the watcher of its slices, which waits for their end.
        recorder.end_watch();
        Some(recorder)
    }

    fn get_ready(&self, parts: ThreadParts) -> Result<Shard, TrialError> {
        let (setup, plan) = (self.setup, &self.setup.plan);
        let workload = setup.source.workload().map_err(TrialError::TestCase)?;
        let end = plan.warm_up.nanos() + plan.duration.nanos();
        let (first, stride) = (u64::from(self.index), u64::from(self.count));
        let source = match (&plan.load_model, self.schedule) {
            (LoadModel::Closed { users, think_time }, _) => {
                Source::users(share_of(*users, self.count, self.index), think_time.nanos(), first, stride, end)
            }
            (_, Some(schedule)) => Source::schedule(schedule, first, stride, end),
            (LoadModel::Open { .. }, None) => unreachable!("an open loop has a schedule"),
        };
        let task = Task {
            first,
            end,
            load: plan.load,
            seed: setup.seed,
            timeout: plan.timeout.nanos(),
            max_in_flight: share_of(plan.max_in_flight, self.count, self.index),
            failure_reasons: setup.source.description().failure_reasons.clone(),
            needs_plugin_threads: setup.source.needs_plugin_threads(),
            feed: setup.feed.clone(),
            health: Arc::clone(&self.health),
            stop: setup.stop.clone(),
            halt: self.halt.clone(),
        };
        let outlets = Outlets { sink: parts.sink, pulses: setup.pulses.clone(), audience: self.audience.clone() };
        let recorder = Recorder::new(plan.warm_up.nanos(), end, outlets);
        let transport = (parts.transport)(Arc::clone(&self.clock))?;
        let clock = Arc::clone(&self.clock);
        let mut shard = Shard::new(task, source, clock, transport, workload, self.plugin_threads.clone(), recorder);
        shard.get_ready()?;
        Ok(shard)
    }
}

fn add_up(load_model: &LoadModel, started_unix_ns: i64, recorders: Vec<Recorder>) -> TrialResult {
    let mut result = TrialResult { started_unix_ns, ..TrialResult::default() };
    let mut messages = BTreeMap::new();
    let mut steadiness = Steadiness::new();
    for recorder in &recorders {
        result.warm_up.merge(&recorder.warm_up);
        result.steady.merge(&recorder.steady);
        result.drain.merge(&recorder.drain);
        result.guest.merge(&recorder.guest);
        result.samples_lost += recorder.samples_lost;
        result.exhausted += recorder.exhausted;
        steadiness.merge(&recorder.steadiness);
        for FailureExample { outcome, message, count } in recorder.failures() {
            *messages.entry((outcome, message)).or_default() += count;
        }
    }
    result.backlog = BacklogRecorder::merge(recorders.into_iter().map(|recorder| recorder.backlog));
    // With a rate that changes by plan the target is not to be the same all the time.
    if load_model.is_constant() {
        result.notes.extend(steadiness.drift().map(|drift| drift.to_string()));
    }
    result.failures =
        messages.into_iter().map(|((outcome, message), count)| FailureExample { outcome, message, count }).collect();
    result.failures.sort_by_key(|failure| Reverse(failure.count));
    result.failures.truncate(FAILURES);
    result
}

/// Judges a trial that is over.
fn conclude(setup: &TrialSetup, result: &mut TrialResult, ended_early: Option<Reason>) {
    let (validity, mut reasons) = assess(&Seen {
        load_model: &setup.plan.load_model,
        steady: &result.steady,
        guest: &result.guest,
        exhausted: result.exhausted,
        samples_lost: result.samples_lost,
        usage: result.tester.as_ref(),
    });
    let ended_early = ended_early.or_else(|| {
        let message = "stopped before its time".to_owned();
        setup.stop.is_thrown().then_some(Reason { cause: Cause::Stopped, message })
    });
    result.validity = validity;
    if let Some(reason) = ended_early {
        // With a connection for each request under way, it is the overload that uses up the descriptors. It is seen all the
        // same: requests that find none end at once.
        let is_by_overload = |other: &Reason| reason.cause == Cause::Overloaded && other.cause == Cause::Descriptors;
        if reasons.iter().all(is_by_overload) {
            result.validity = Validity::Interrupted;
        }
        reasons.insert(0, reason);
    }
    result.validity_reasons = reasons;
    if let Some(slo) = &setup.slo {
        result.slo = slo.judge(&result.steady, &setup.source.description().metrics);
    }
}
