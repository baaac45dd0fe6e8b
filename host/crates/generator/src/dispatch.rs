//! Lets the arrivals of one thread go, each when it is due, and waits for the last to end.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use model::{ArrivalSchedule, Clock, Context, Load, Nanos, Outcome, Transport, Workload};
use tokio::sync::Notify;

use crate::follow_up::FollowUps;
use crate::guest::Guest;
use crate::iteration::{Health, Shard};
use crate::pacer::Pacer;
use crate::plugin_threads::PluginThreads;
use crate::recorder::Recorder;
use crate::stop::Stop;
use crate::trial::TrialError;

/// How often samples and pulses leave a thread that has few.
const HAND_OVER_EVERY: Duration = Duration::from_millis(100);
/// After the last time-out that an arrival can have, for what ends by itself at that instant, nanoseconds.
const DRAIN_GRACE: Nanos = 100_000_000;

/// What one thread is to send: every `stride`-th arrival of the trial from `first` on.
#[derive(Clone)]
pub(crate) struct Task {
    pub(crate) schedule: ArrivalSchedule,
    pub(crate) first: u64,
    pub(crate) stride: u64,
    /// End of the steady state.
    pub(crate) end: Nanos,
    pub(crate) load: Load,
    pub(crate) seed: u64,
    pub(crate) timeout: Nanos,
    pub(crate) origins: u64,
    pub(crate) max_in_flight: u32,
    pub(crate) failure_reasons: Vec<String>,
    pub(crate) needs_plugin_threads: bool,
    /// How the test case fares, on all threads.
    pub(crate) health: Arc<Health>,
}

impl Task {
    /// Number of arrivals of this thread.
    fn total(&self) -> u64 {
        self.schedule.count_before(self.end).saturating_sub(self.first).div_ceil(self.stride)
    }

    /// Index in the trial of this thread's arrival at `position`.
    fn index(&self, position: u64) -> u64 {
        self.first + position * self.stride
    }

    /// What the iteration at `position` is about, in a trial that began at `started_unix_ns`.
    fn context(&self, position: u64, started_unix_ns: i64) -> Context {
        let iteration = self.index(position);
        Context {
            load: self.load,
            iteration,
            seed: Context::iteration_seed(self.seed, iteration),
            intended_start_unix_ms: (started_unix_ns + self.schedule.intended_start(iteration)) as f64 / 1e6,
            row: None,
        }
    }
}

/// A thread that is ready to begin.
pub(crate) struct Dispatcher<T> {
    task: Task,
    shard: Rc<Shard<T>>,
    /// The next arrival that has no outcome yet and is not under way.
    position: Cell<u64>,
}

impl<T: Transport + 'static> Dispatcher<T> {
    pub(crate) fn new(
        task: Task,
        clock: Arc<dyn Clock>,
        transport: T,
        workload: Box<dyn Workload>,
        threads: PluginThreads,
        recorder: Recorder,
        stop: Stop,
    ) -> Self {
        let recorder = Rc::new(RefCell::new(recorder));
        let guest = Guest::new(workload, threads, Rc::clone(&recorder), task.needs_plugin_threads);
        let shard = Shard {
            clock,
            transport,
            guest,
            recorder,
            follow_ups: FollowUps::default(),
            stop,
            timeout: task.timeout,
            origins: task.origins,
            max_in_flight: task.max_in_flight,
            failure_reasons: task.failure_reasons.clone(),
            in_flight: Cell::new(0),
            reading: Cell::new(0),
            idle: Notify::new(),
            is_over: Cell::new(false),
            over: Notify::new(),
            health: Arc::clone(&task.health),
        };
        Self { task, shard: Rc::new(shard), position: Cell::new(0) }
    }

    /// Opens connections and rehearses the test case.
    ///
    /// # Errors
    /// When the target cannot be reached, or the test case always fails.
    pub(crate) async fn get_ready(&self) -> Result<(), TrialError> {
        // A thread without arrivals has nothing to rehearse.
        if self.task.total() > 0 {
            self.shard.guest.rehearse(&self.task.context(0, 0)).map_err(TrialError::TestCase)?;
        }
        tokio::select! {
            opened = self.shard.transport.open() => opened.map_err(TrialError::Target),
            // The trial then ends as soon as it begins.
            () = self.shard.stop.thrown() => Ok(()),
        }
    }

    /// Runs the thread's share of the trial to its last request's end. Gives the recorder.
    pub(crate) async fn run(self, started_unix_ns: i64, arrivals: impl Pacer, follow_ups: impl Pacer) -> Recorder {
        let shard = Rc::clone(&self.shard);
        let background = {
            let shard = Rc::clone(&shard);
            tokio::task::spawn_local(async move {
                tokio::join!(shard.follow_ups.run(&*shard.clock, &follow_ups), hand_over(&shard.recorder));
            })
        };
        tokio::select! {
            () = self.release_all(started_unix_ns, &arrivals) => {}
            () = shard.stop.thrown() => {
                let now = shard.clock.now();
                shard.recorder.borrow_mut().cut(now);
                shard.transport.abandon();
                self.abandon_due(started_unix_ns, now);
            }
        }
        // Iterations of several steps may go on, but not for ever.
        let latest = self.task.end + self.task.timeout + DRAIN_GRACE;
        tokio::select! {
            () = drained(&shard) => {}
            () = shard.stop.thrown() => shard.transport.abandon(),
            () = arrivals.wait_until(latest) => shard.end_drain(),
        }
        drained(&shard).await;
        background.abort();
        // Its clone of the shard goes with it.
        let _ = background.await;
        drop(self);
        let is_dear = shard.guest.is_dear();
        let shard = Rc::into_inner(shard).expect("every task of the shard has ended");
        drop(shard.guest);
        let mut recorder = Rc::into_inner(shard.recorder).expect("the guest's was the only other").into_inner();
        recorder.guest.on_plugin_threads = is_dear;
        recorder.hand_over();
        recorder
    }

    async fn release_all(&self, started_unix_ns: i64, pacer: &impl Pacer) {
        let (task, shard) = (&self.task, &self.shard);
        let total = task.total();
        // Whoever is behind by more than the time-out can send no more that counts.
        let latest = task.end + task.timeout;
        for position in 0..total {
            if shard.clock.now() > latest {
                return self.abandon_due(started_unix_ns, latest);
            }
            let prepared = shard.guest.prepare(position, total, |at| task.context(at, started_unix_ns));
            let intended_start = task.schedule.intended_start(task.index(position));
            if shard.clock.now() < intended_start {
                pacer.wait_until(intended_start).await;
            }
            let request = shard.guest.take(prepared, intended_start).await;
            let context = task.context(position, started_unix_ns);
            let release = shard.clock.now();
            self.position.set(position + 1);
            shard.note_build(request.is_ok());
            match request {
                Err(error) => {
                    shard.record_unsent(
                        &context,
                        intended_start,
                        release,
                        Outcome::GuestFault,
                        Some(error.to_string()),
                    );
                }
                Ok(_) if shard.in_flight.get() >= shard.max_in_flight => {
                    // Where most only wait to be read, the test case is what holds the load up, not the target.
                    if shard.reading.get() > shard.in_flight.get() / 2 {
                        shard.recorder.borrow_mut().note_late_read(intended_start);
                    }
                    let message = "`--max-in-flight` requests were under way already".to_owned();
                    shard.record_unsent(&context, intended_start, release, Outcome::Dropped, Some(message));
                }
                Ok(request) => {
                    shard.recorder.borrow_mut().note_release();
                    shard.in_flight.set(shard.in_flight.get() + 1);
                    tokio::task::spawn_local(Rc::clone(shard).iterate(context, intended_start, release, request));
                }
            }
            // It is to be on its way before the test case is called for the next one (law 3), and the sockets get a turn
            // when arrivals come faster than they can be let go.
            tokio::task::yield_now().await;
        }
    }
}

impl<T: Transport + 'static> Dispatcher<T> {
    /// Records the arrivals that were due until `until`, and not let go, as abandoned: each has an outcome.
    fn abandon_due(&self, started_unix_ns: i64, until: Nanos) {
        let (task, shard) = (&self.task, &self.shard);
        for position in self.position.get()..task.total() {
            let intended_start = task.schedule.intended_start(task.index(position));
            if intended_start > until {
                break;
            }
            self.position.set(position + 1);
            let context = task.context(position, started_unix_ns);
            let message = "the trial ended before it could be sent".to_owned();
            shard.record_unsent(&context, intended_start, until, Outcome::Abandoned, Some(message));
        }
    }
}

async fn drained<T>(shard: &Shard<T>) {
    while shard.in_flight.get() > 0 {
        shard.idle.notified().await;
    }
}

async fn hand_over(recorder: &RefCell<Recorder>) {
    loop {
        tokio::time::sleep(HAND_OVER_EVERY).await;
        recorder.borrow_mut().hand_over();
    }
}
