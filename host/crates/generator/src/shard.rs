//! One generator thread's share of a trial, and the turn that it does again and again: let go what is due, build what
//! is next, look at the sockets, read what has come.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{
    Clock, Context, Exchange, Load, Nanos, Outcome, Request, Sample, Token, Transport, Workload, WorkloadError,
};

use crate::deadlines::Instants;
use crate::feed::Feed;
use crate::guest::{Called, Guest};
use crate::health::Health;
use crate::plugin_threads::PluginThreads;
use crate::recorder::Recorder;
use crate::source::Source;
use crate::stop::Stop;
use crate::trial::TrialError;
use crate::underway::{At, Iterations, Underway};

/// How often samples and pulses leave a thread that has few, nanoseconds.
pub(crate) const HAND_OVER_EVERY: Nanos = 100_000_000;
/// They leave at the same instants on all threads, a moment beside those at which the arrivals of round rates are due.
const HAND_OVER_OFFSET: Nanos = 370_000;
/// After the last time-out that an arrival can have, for what ends by itself at that instant, nanoseconds.
const DRAIN_GRACE: Nanos = 100_000_000;
/// Requests sent, or answers read, between two looks at the sockets: so long may a stamp be late.
pub(crate) const LOOK_EVERY: u32 = 16;

/// What one thread is to do.
pub(crate) struct Task {
    /// Index of its first arrival.
    pub(crate) first: u64,
    /// End of the steady state.
    pub(crate) end: Nanos,
    pub(crate) load: Load,
    pub(crate) seed: u64,
    pub(crate) timeout: Nanos,
    pub(crate) max_in_flight: u32,
    pub(crate) failure_reasons: Vec<String>,
    pub(crate) needs_plugin_threads: bool,
    pub(crate) feed: Option<Feed>,
    /// How the test case fares, on all threads.
    pub(crate) health: Arc<Health>,
    /// Thrown by whoever watches from outside.
    pub(crate) stop: Stop,
    /// Thrown by the trial itself.
    pub(crate) halt: Stop,
}

impl Task {
    /// The trial is to end before its time.
    pub(crate) fn is_to_end(&self) -> bool {
        self.stop.is_thrown() || self.halt.is_thrown()
    }

    /// What an iteration is about; none when the feed has no row for it.
    fn context(&self, iteration: u64, intended_start: Nanos, started_unix_ns: i64) -> Option<Context> {
        let row = match &self.feed {
            None => None,
            Some(feed) => Some(feed.row(iteration)?.to_owned()),
        };
        Some(Context {
            load: self.load,
            iteration,
            seed: Context::iteration_seed(self.seed, iteration),
            intended_start_unix_ms: started_unix_ns.saturating_add(intended_start) as f64 / 1e6,
            row,
        })
    }
}

/// A thread's share of a trial.
pub(crate) struct Shard {
    pub(crate) task: Task,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) transport: Box<dyn Transport>,
    pub(crate) guest: Guest,
    pub(crate) recorder: Recorder,
    pub(crate) iterations: Iterations,
    pub(crate) source: Source,
    pub(crate) time_outs: Instants,
    pub(crate) think_times: Instants,
    /// Exchanges that ended and were not looked at yet.
    pub(crate) ended: VecDeque<(Token, Exchange)>,
    /// Answers that plugin threads have.
    pub(crate) reading: u32,
    /// The next arrivals' requests, built here.
    prepared: VecDeque<(Context, Result<Request, WorkloadError>)>,
    /// Arrivals let go so far, whatever became of them.
    position: u64,
    /// Position of the arrival that was found late for want of its request.
    late_position: Option<u64>,
    pub(crate) started_unix_ns: i64,
    /// Iterations of more than one request were seen.
    pub(crate) is_multi_step: bool,
    next_hand_over: Nanos,
    pub(crate) actions: u32,
}

impl Shard {
    pub(crate) fn new(
        task: Task,
        source: Source,
        clock: Arc<dyn Clock>,
        transport: Box<dyn Transport>,
        workload: Box<dyn Workload>,
        threads: PluginThreads,
        recorder: Recorder,
    ) -> Self {
        let guest = Guest::new(workload, threads, transport.waker(), task.needs_plugin_threads);
        task.stop.wakes(transport.waker());
        task.halt.wakes(transport.waker());
        Self {
            task,
            clock,
            transport,
            guest,
            recorder,
            iterations: Iterations::default(),
            source,
            time_outs: Instants::default(),
            think_times: Instants::default(),
            ended: VecDeque::new(),
            reading: 0,
            prepared: VecDeque::new(),
            position: 0,
            late_position: None,
            started_unix_ns: 0,
            is_multi_step: false,
            next_hand_over: HAND_OVER_OFFSET,
            actions: 0,
        }
    }

    /// Rehearses the test case and opens connections.
    ///
    /// # Errors
    /// When the target cannot be reached, or the test case always fails.
    pub(crate) fn get_ready(&mut self) -> Result<(), TrialError> {
        // A thread without arrivals has nothing to rehearse.
        if self.source.next().is_some()
            && let Some(context) = self.task.context(self.task.first, 0, 0)
        {
            self.guest.rehearse(&context).map_err(TrialError::TestCase)?;
        }
        let Task { stop, halt, .. } = &self.task;
        self.transport.open(&|| stop.is_thrown() || halt.is_thrown()).map_err(TrialError::Target)
    }

    /// Runs the share to its last request's end. Gives the recorder.
    pub(crate) fn run(mut self, started_unix_ns: i64) -> Recorder {
        self.started_unix_ns = started_unix_ns;
        // Iterations of several steps may go on, but not for ever.
        let latest = self.task.end.saturating_add(self.task.timeout).saturating_add(DRAIN_GRACE);
        loop {
            if self.task.is_to_end() {
                self.break_off();
                break;
            }
            let due = self.release_due();
            self.prepare();
            let now = self.clock.now();
            if now >= self.next_hand_over {
                self.next_hand_over = now - (now - HAND_OVER_OFFSET).rem_euclid(HAND_OVER_EVERY) + HAND_OVER_EVERY;
                self.recorder.hand_over(now);
            }
            if self.source.next_index(now).is_none() {
                // The steady state is as long as it is, also when its last request is over early.
                if self.iterations.count() == 0 && (now >= self.task.end || self.source.is_closed()) {
                    // A closed loop whose data is spent is over early.
                    self.recorder.cut(now);
                    break;
                }
                if now >= latest {
                    self.abandon_all();
                    break;
                }
            }
            self.give_up_late(now);
            let instants = [due, self.think_times.first(), self.time_outs.first(), self.steady_end(now)];
            let until = instants.into_iter().flatten().fold(self.next_hand_over.min(latest), Nanos::min);
            let until = if self.ended.is_empty() { until } else { Nanos::MIN };
            self.look(until);
            self.read_ended();
        }
        self.recorder.guest.on_plugin_threads = self.guest.is_dear();
        self.recorder.hand_over(self.clock.now());
        self.recorder
    }

    /// The end of the steady state, while it is ahead: nothing else may be due then.
    fn steady_end(&self, now: Nanos) -> Option<Nanos> {
        (now < self.task.end).then_some(self.task.end)
    }

    /// Looks at the sockets, and at what the plugin threads have done.
    pub(crate) fn look(&mut self, until: Nanos) {
        let before = self.ended.len();
        self.transport.wait(until, &mut self.ended);
        self.recorder.note_ended(self.ended.len() - before);
        if self.guest.is_dear() {
            while let Some((key, called)) = self.guest.look() {
                self.was_read(key, called);
            }
        }
    }

    /// Lets go what is due. Gives when the next arrival is; none when there is none, or its request is not built.
    pub(crate) fn release_due(&mut self) -> Option<Nanos> {
        loop {
            let now = self.clock.now();
            if let Some((due, key)) = self.think_times.pop_due(now) {
                self.send_next_step(key, due);
            } else {
                let (index, due) = self.source.next()?;
                if due > now {
                    return Some(due);
                }
                // Whoever is behind by more than the time-out can send no more that counts.
                if now > self.task.end.saturating_add(self.task.timeout) {
                    self.abandon_due(self.task.end);
                    return None;
                }
                if !self.release(index, due, now) {
                    return None;
                }
            }
            self.actions += 1;
            if self.actions.is_multiple_of(LOOK_EVERY) {
                self.look(Nanos::MIN);
                if self.task.is_to_end() {
                    return None;
                }
            }
        }
    }

    /// Lets the next arrival go. False: its request is not built yet.
    fn release(&mut self, index: u64, due: Nanos, now: Nanos) -> bool {
        let is_built = !self.prepared.is_empty();
        let Some((context, request)) = self.take_request(index, due) else {
            if self.late_position.replace(self.position) != Some(self.position) {
                self.recorder.note_late_build(due);
            }
            return false;
        };
        self.source.take();
        self.position += 1;
        self.recorder.note_due();
        let release = if is_built { now } else { self.clock.now() };
        let intended_start = self.source.intended_start(due, release);
        let Some(context) = context else {
            let message = "the data feed has no row left".to_owned();
            self.record_unsent(index, intended_start, release, Outcome::NoRow, message);
            // Nobody would ever get another one.
            if self.source.is_closed_loop() {
                self.source.close();
            }
            return true;
        };
        self.note_build(request.is_ok());
        match request {
            Err(error) => {
                self.record_unsent(index, intended_start, release, Outcome::GuestFault, error.to_string());
                self.source.is_over(release, false);
            }
            Ok(_) if self.iterations.count() >= self.task.max_in_flight as usize => {
                // Where most only wait to be read, the test case is what holds the load up, not the target.
                if self.reading as usize > self.iterations.count() / 2 {
                    self.recorder.note_late_read(intended_start);
                }
                let message = "`--max-in-flight` requests were under way already".to_owned();
                self.record_unsent(index, intended_start, release, Outcome::Dropped, message);
                self.source.is_over(release, false);
            }
            Ok(request) => {
                self.recorder.note_release();
                let phase = self.recorder.phase_of(intended_start);
                let underway = Underway {
                    context,
                    step: 0,
                    intended_start,
                    release,
                    state: bytes::Bytes::new(),
                    at: At::Transport,
                    phase,
                    time_ns: 0,
                    is_good: true,
                };
                self.submit(underway, request);
            }
        }
        // Users who are free already do not wait for what the next ones need.
        if !self.guest.is_dear() && !self.source.is_closed_loop() {
            self.prepare();
        }
        true
    }

    /// Hands a request to the transport.
    pub(crate) fn submit(&mut self, underway: Underway, request: Request) {
        let (deadline, route) = (underway.intended_start.saturating_add(self.task.timeout), underway.context.iteration);
        let key = self.iterations.insert(underway);
        let Self { iterations, time_outs, transport, .. } = self;
        time_outs.push(deadline, key, iterations.count(), |key| iterations.has(key));
        transport.submit(key.token(), route, request);
    }

    /// Builds the next arrival's request, or has it built, before it is due.
    fn prepare(&mut self) {
        if self.guest.is_dear() {
            let now = self.clock.now();
            let Self { guest, source, task, started_unix_ns, position, prepared, .. } = self;
            let position = *position;
            // One that was built here while the test case was cheap is taken first.
            let begin = position + prepared.len() as u64;
            let mut ahead = source.ahead();
            let mut at = position;
            guest.build_ahead(begin, |wanted| {
                loop {
                    let (index, due) = ahead.next()?;
                    let is_wanted = at == wanted;
                    at += 1;
                    if is_wanted {
                        let due = if due == Nanos::MIN { now } else { due };
                        return task.context(index, due, *started_unix_ns);
                    }
                }
            });
        } else if self.prepared.is_empty() {
            let now = if self.source.is_closed_loop() { self.clock.now() } else { Nanos::MIN };
            let mut begun = Instant::now();
            while let Some((index, due)) = self.source.next_to_build(self.prepared.len(), now)
                && let Some(context) = self.task.context(index, due, self.started_unix_ns)
                && !self.guest.is_dear()
            {
                let Called { given, cost } = self.guest.build(&context, begun);
                begun += Duration::from_nanos(cost);
                self.recorder.guest.build.record(cost);
                self.prepared.push_back((context, given));
            }
        }
    }

    /// The request of the arrival that is due; without a context when the feed has no row for it. None: not built yet.
    fn take_request(&mut self, index: u64, due: Nanos) -> Option<(Option<Context>, Result<Request, WorkloadError>)> {
        if self.prepared.is_empty() && !self.guest.is_dear() {
            self.prepare();
        }
        if let Some((context, request)) = self.prepared.pop_front() {
            return Some((Some(context), request));
        }
        let Some(context) = self.task.context(index, due, self.started_unix_ns) else {
            return Some((None, Err(WorkloadError::Refused(String::new()))));
        };
        if let Some(Called { given, cost }) = self.guest.take(self.position) {
            self.recorder.guest.build.record(cost);
            return Some((Some(context), given));
        }
        self.prepare();
        None
    }

    /// Records an arrival that was never sent.
    pub(crate) fn record_unsent(
        &mut self,
        iteration: u64,
        intended_start: Nanos,
        release: Nanos,
        outcome: Outcome,
        message: String,
    ) {
        self.recorder.note_ended(usize::from(outcome != Outcome::Dropped));
        let sample = Sample {
            iteration,
            step: 0,
            phase: self.recorder.phase_of(intended_start),
            outcome,
            failure_reason: None,
            load: self.task.load,
            origin: 0,
            intended_start,
            release,
            sent: None,
            first_byte: None,
            end: release,
            connect_ns: None,
            tls_ns: None,
            status: None,
            bytes_sent: 0,
            bytes_received: 0,
            server_span: None,
            metrics: Vec::new(),
        };
        self.recorder.record(sample, Some(message));
    }
}
