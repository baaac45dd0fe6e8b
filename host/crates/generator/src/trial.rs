//! Runs one trial on all its threads, and adds up what they saw.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use model::trial::{FailureExample, GuestTime};
use model::{
    ArrivalSchedule, Outcome, PhaseResult, SampleSink, Transport, TransportError, TrialPlan, TrialResult, Validity,
    WorkloadError, WorkloadSource,
};
use thiserror::Error;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

use crate::clock::TrialClock;
use crate::dispatch::{Dispatcher, Task};
use crate::iteration::Health;
use crate::pacer::TimerPacer;
use crate::plugin_threads::PluginThreads;
use crate::recorder::{Pulse, Recorder};
use crate::share::share_of;
use crate::stop::Stop;
use crate::validity::assess;

/// From all threads being ready to the first arrival, nanoseconds: time for each to reach its timer.
const LEAD: i64 = 5_000_000;
/// Messages of failures that a result keeps.
const FAILURES: usize = 20;
/// Turns of tasks between two looks at the sockets. Tokio's default of 61 would let due arrivals and stamps wait.
const EVENT_INTERVAL: u32 = 8;

/// What a trial needs beside its threads' own parts.
pub struct TrialSetup {
    /// Load, rate, lengths, limits.
    pub plan: TrialPlan,
    /// Seed of the run.
    pub seed: u64,
    /// Number of base URLs.
    pub origins: u32,
    /// The test case.
    pub source: Arc<dyn WorkloadSource>,
    /// Ends it early.
    pub stop: Stop,
    /// Takes pulses for a live display.
    pub pulses: Option<flume::Sender<Pulse>>,
}

/// What each generator thread has for itself.
pub struct ThreadParts<T> {
    /// Makes the transport, on the thread and within its runtime.
    pub transport: Box<dyn FnOnce(Arc<TrialClock>) -> T + Send>,
    /// Takes its samples.
    pub sink: Box<dyn SampleSink>,
}

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
pub fn run_trial<T: Transport + 'static>(
    setup: &TrialSetup,
    parts: Vec<ThreadParts<T>>,
) -> Result<TrialResult, TrialError> {
    let clock = Arc::new(TrialClock::default());
    let health = Arc::new(Health::default());
    let (plugin_threads, handles) =
        PluginThreads::start(setup.plan.plugin_threads, &setup.source).map_err(TrialError::TestCase)?;
    let count = parts.len() as u32;
    let outcome = std::thread::scope(|scope| {
        let (ready, readiness) = flume::unbounded();
        let (start, started) = flume::unbounded();
        let threads = (0..count)
            .zip(parts)
            .map(|(index, parts)| {
                let thread = GeneratorThread {
                    setup,
                    index,
                    count,
                    clock: Arc::clone(&clock),
                    health: Arc::clone(&health),
                    plugin_threads: plugin_threads.clone(),
                    ready: ready.clone(),
                    started: started.clone(),
                };
                let name = format!("generator-{index}");
                std::thread::Builder::new().name(name).spawn_scoped(scope, move || thread.run(parts))
            })
            .collect::<Result<Vec<_>, _>>()?;
        drop((plugin_threads, ready));
        // Every thread says how it fared before any is let go. After an error `start` closes, and the others end.
        for _ in 0..count {
            readiness.recv().expect("each thread reports")?;
        }
        let started_unix_ns = clock.start_in(LEAD);
        for _ in 0..count {
            start.send(started_unix_ns).expect("each thread waits for it");
        }
        let ended = threads.into_iter().filter_map(|thread| thread.join().expect("a generator thread never panics"));
        Ok::<_, TrialError>((started_unix_ns, ended.collect::<Vec<_>>()))
    });
    for handle in handles {
        handle.join().expect("a plugin thread never panics");
    }
    let (started_unix_ns, ended) = outcome?;
    let result = add_up(setup, started_unix_ns, ended.into_iter());
    let phases = [&result.warm_up.counts, &result.steady.counts];
    let faults: u64 = phases.iter().map(|counts| counts.of(Outcome::GuestFault)).sum();
    let scheduled: u64 = phases.iter().map(|counts| counts.scheduled).sum();
    if health.is_hopeless() || faults > 0 && faults == scheduled {
        let of_guest = result.failures.iter().find(|failure| failure.outcome == Outcome::GuestFault);
        let message = of_guest.map_or_else(String::new, |failure| failure.message.clone());
        return Err(TrialError::TestCaseAlwaysFails { message, result: Box::new(result) });
    }
    Ok(result)
}

/// One generator thread, before it runs.
struct GeneratorThread<'a> {
    setup: &'a TrialSetup,
    index: u32,
    count: u32,
    clock: Arc<TrialClock>,
    health: Arc<Health>,
    plugin_threads: PluginThreads,
    ready: flume::Sender<Result<(), TrialError>>,
    started: flume::Receiver<i64>,
}

impl GeneratorThread<'_> {
    /// Gets ready, reports, and runs its share. None when it or another thread could not get ready.
    fn run<T: Transport + 'static>(self, parts: ThreadParts<T>) -> Option<Recorder> {
        let runtime = match Builder::new_current_thread().enable_all().event_interval(EVENT_INTERVAL).build() {
            Ok(runtime) => runtime,
            Err(error) => {
                let _ = self.ready.send(Err(error.into()));
                return None;
            }
        };
        let local = LocalSet::new();
        local.block_on(&runtime, async {
            let ready = self.get_ready(parts).await;
            let (dispatcher, pacers) = match ready {
                Ok(parts) => parts,
                Err(error) => {
                    let _ = self.ready.send(Err(error));
                    return None;
                }
            };
            let _ = self.ready.send(Ok(()));
            let started_unix_ns = self.started.recv_async().await.ok()?;
            let [arrivals, follow_ups] = pacers;
            Some(dispatcher.run(started_unix_ns, arrivals, follow_ups).await)
        })
    }

    async fn get_ready<T: Transport + 'static>(
        &self,
        parts: ThreadParts<T>,
    ) -> Result<(Dispatcher<T>, [TimerPacer; 2]), TrialError> {
        let (setup, plan) = (self.setup, &self.setup.plan);
        let pacers = [TimerPacer::new(Arc::clone(&self.clock))?, TimerPacer::new(Arc::clone(&self.clock))?];
        let workload = setup.source.workload().map_err(TrialError::TestCase)?;
        let end = plan.warm_up.nanos() + plan.duration.nanos();
        let task = Task {
            schedule: ArrivalSchedule::Constant(plan.rate),
            first: u64::from(self.index),
            stride: u64::from(self.count),
            end,
            load: plan.load,
            seed: setup.seed,
            timeout: plan.timeout.nanos(),
            origins: u64::from(setup.origins),
            max_in_flight: share_of(plan.max_in_flight, self.count, self.index),
            failure_reasons: setup.source.description().failure_reasons.clone(),
            needs_plugin_threads: setup.source.needs_plugin_threads(),
            health: Arc::clone(&self.health),
        };
        let recorder = Recorder::new(plan.warm_up.nanos(), end, parts.sink, setup.pulses.clone());
        let clock = Arc::clone(&self.clock);
        let transport = (parts.transport)(Arc::clone(&self.clock));
        let threads = self.plugin_threads.clone();
        let dispatcher = Dispatcher::new(task, clock, transport, workload, threads, recorder, setup.stop.clone());
        dispatcher.get_ready().await?;
        Ok((dispatcher, pacers))
    }
}

fn add_up(setup: &TrialSetup, started_unix_ns: i64, recorders: impl Iterator<Item = Recorder>) -> TrialResult {
    let mut result = TrialResult {
        started_unix_ns,
        warm_up: PhaseResult::default(),
        steady: PhaseResult::default(),
        guest: GuestTime::default(),
        validity: Validity::Valid,
        validity_reasons: Vec::new(),
        failures: Vec::new(),
        samples_lost: 0,
    };
    let mut messages = BTreeMap::new();
    let mut exhausted = 0;
    for recorder in recorders {
        result.warm_up.merge(&recorder.warm_up);
        result.steady.merge(&recorder.steady);
        result.guest.merge(&recorder.guest);
        result.samples_lost += recorder.samples_lost;
        exhausted += recorder.exhausted;
        for FailureExample { outcome, message, count } in recorder.failures() {
            *messages.entry((outcome, message)).or_default() += count;
        }
    }
    result.failures =
        messages.into_iter().map(|((outcome, message), count)| FailureExample { outcome, message, count }).collect();
    result.failures.sort_by_key(|failure| Reverse(failure.count));
    result.failures.truncate(FAILURES);
    (result.validity, result.validity_reasons) = assess(setup.plan.rate, &result.steady, &result.guest, exhausted);
    if setup.stop.is_thrown() {
        result.validity_reasons.insert(0, "stopped before its time".to_owned());
        if result.validity == Validity::Valid {
            result.validity = Validity::Interrupted;
        }
    }
    result
}
