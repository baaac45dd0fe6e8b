//! Carries one arrival through its iteration: request, answer, reading, and the steps that follow.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use bytes::Bytes;
use model::exchange::Failure;
use model::{
    Clock, Context, Exchange, Judgement, Nanos, Outcome, Phase, Request, Sample, Transport, TransportError, Verdict,
    WorkloadError,
};
use tokio::sync::Notify;

use crate::follow_up::FollowUps;
use crate::guest::Guest;
use crate::recorder::Recorder;
use crate::stop::Stop;

/// Failed calls of the test case, with none that worked before them, after which it is taken to fail always.
const ALWAYS: u32 = 100;

/// Most steps of an iteration: beyond it the test case, not the plan, would decide how much is sent.
const MOST_STEPS: u32 = 1_000;

/// One thread's share of a trial: everything its iterations use.
pub(crate) struct Shard<T> {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) transport: T,
    pub(crate) guest: Guest,
    pub(crate) recorder: Rc<RefCell<Recorder>>,
    pub(crate) follow_ups: FollowUps,
    pub(crate) stop: Stop,
    pub(crate) timeout: Nanos,
    pub(crate) origins: u64,
    pub(crate) max_in_flight: u32,
    pub(crate) failure_reasons: Vec<String>,
    pub(crate) in_flight: Cell<u32>,
    /// Those of them that wait for the test case to read their answer.
    pub(crate) reading: Cell<u32>,
    pub(crate) idle: Notify,
    pub(crate) is_over: Cell<bool>,
    pub(crate) over: Notify,
    pub(crate) health: Arc<Health>,
}

/// How the calls of the test case fared, on all threads.
#[derive(Default)]
pub(crate) struct Health {
    builds: GuestRecord,
    reads: GuestRecord,
}

impl Health {
    /// Of one kind of call none has worked, and too many have failed for that to be chance.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.builds.is_hopeless() || self.reads.is_hopeless()
    }
}

/// How one kind of call fared.
#[derive(Default)]
struct GuestRecord {
    has_worked: AtomicBool,
    failed: AtomicU32,
}

impl GuestRecord {
    fn is_hopeless(&self) -> bool {
        !self.has_worked.load(Ordering::Relaxed) && self.failed.load(Ordering::Relaxed) >= ALWAYS
    }
}

/// A request on its way.
struct Underway {
    step: u32,
    intended_start: Nanos,
    release: Nanos,
    request: Request,
    state: Bytes,
}

impl<T: Transport> Shard<T> {
    /// Runs an iteration to its end. `release` is when the pacer let it go.
    pub(crate) async fn iterate(
        self: Rc<Self>,
        context: Context,
        intended_start: Nanos,
        release: Nanos,
        request: Request,
    ) {
        let _place = Place(&self);
        let mut underway = Underway { step: 0, intended_start, release, request, state: Bytes::new() };
        while let Some(next) = self.step(&context, underway).await {
            underway = next;
        }
    }

    /// One exchange, its reading and its record. Gives the step that follows, when it is due.
    async fn step(&self, context: &Context, underway: Underway) -> Option<Underway> {
        let Underway { step, intended_start, release, request, state } = underway;
        let origin = (context.iteration % self.origins) as usize;
        let exchange = self.transport.exchange(origin, &request, intended_start + self.timeout).await;
        let Exchange { sent, first_byte, end, connect_ns, bytes_sent, bytes_received, response } = exchange;
        let status = response.as_ref().ok().map(|response| response.status);
        let (outcome, judgement, message, next) = match response {
            Ok(response) => match self.judge(intended_start, context, state, response).await {
                (.., Some(_)) if step + 1 >= MOST_STEPS => {
                    let message = format!("an iteration of more than {MOST_STEPS} steps");
                    (Outcome::GuestFault, Judgement::default(), Some(message), None)
                }
                judged => judged,
            },
            Err(error) => {
                let mut recorder = self.recorder.borrow_mut();
                let is_ours = matches!(error, TransportError::Exhausted { .. });
                recorder.exhausted += u64::from(is_ours && recorder.phase_of(intended_start) == Phase::Steady);
                (error.outcome(), Judgement::default(), Some(error.to_string()), None)
            }
        };
        let sample = Sample {
            iteration: context.iteration,
            step,
            phase: self.recorder.borrow().phase_of(intended_start),
            outcome,
            failure_reason: judgement.failure.map(|failure| failure.reason),
            load: context.load,
            origin: origin as u16,
            intended_start,
            release,
            sent,
            first_byte,
            end,
            connect_ns,
            status,
            bytes_sent,
            bytes_received,
            server_span: judgement.server_span,
            metrics: judgement.metrics,
        };
        self.recorder.borrow_mut().record(sample, message);

        let (request, state, think_time) = next?;
        // A follower is due when its request is ready and the think time is over: guest time delays it, and is not in it.
        let due = self.clock.now() + think_time;
        tokio::select! {
            biased;
            () = self.ended() => return None,
            () = self.follow_ups.wait(due) => {}
        }
        Some(Underway { step: step + 1, intended_start: due, release: self.clock.now(), request, state })
    }

    async fn judge(&self, intended_start: Nanos, context: &Context, state: Bytes, response: model::Response) -> Judged {
        self.reading.set(self.reading.get() + 1);
        let read = tokio::select! {
            biased;
            read = self.guest.read(intended_start, context, state, response) => read,
            () = self.ended() => {
                self.reading.set(self.reading.get() - 1);
                let message = "the trial ended before the test case had read its answer".to_owned();
                return (Outcome::Abandoned, Judgement::default(), Some(message), None);
            }
        };
        self.reading.set(self.reading.get() - 1);
        match read {
            Ok(verdict) => {
                self.note(&self.health.reads, true);
                let (judgement, next) = match verdict {
                    Verdict::Done(judgement) => (judgement, None),
                    Verdict::Next(step) => {
                        let think_time = Nanos::try_from(step.think_time_ns).unwrap_or(Nanos::MAX / 4);
                        (step.judgement, Some((step.request, step.state, think_time)))
                    }
                };
                let (outcome, message) = match &judgement.failure {
                    None => (Outcome::Success, None),
                    Some(failure) => (Outcome::Failed, Some(self.describe(failure))),
                };
                (outcome, judgement, message, next)
            }
            // The test case works; it is the answer that is not what it should be.
            Err(WorkloadError::Refused(message)) => {
                self.note(&self.health.reads, true);
                (Outcome::Unreadable, Judgement::default(), Some(message), None)
            }
            Err(WorkloadError::Broken(message)) => {
                self.note(&self.health.reads, false);
                (Outcome::GuestFault, Judgement::default(), Some(message), None)
            }
        }
    }

    fn describe(&self, failure: &Failure) -> String {
        let reason = self.failure_reasons.get(failure.reason as usize).map_or("unnamed reason", String::as_str);
        match &failure.detail {
            Some(detail) => format!("{reason}: {detail}"),
            None => reason.to_owned(),
        }
    }

    /// Records an arrival that was never sent.
    pub(crate) fn record_unsent(
        &self,
        context: &Context,
        intended_start: Nanos,
        release: Nanos,
        outcome: Outcome,
        message: Option<String>,
    ) {
        let sample = Sample {
            iteration: context.iteration,
            step: 0,
            phase: self.recorder.borrow().phase_of(intended_start),
            outcome,
            failure_reason: None,
            load: context.load,
            origin: (context.iteration % self.origins) as u16,
            intended_start,
            release,
            sent: None,
            first_byte: None,
            end: release,
            connect_ns: None,
            status: None,
            bytes_sent: 0,
            bytes_received: 0,
            server_span: None,
            metrics: Vec::new(),
        };
        self.recorder.borrow_mut().record(sample, message);
    }

    /// Ends the trial's drain: no further step begins, and every exchange under way is abandoned.
    pub(crate) fn end_drain(&self) {
        self.is_over.set(true);
        self.over.notify_waiters();
        self.transport.abandon();
    }

    /// Returns when the trial is stopped, or its drain is over.
    async fn ended(&self) {
        let over = self.over.notified();
        if self.is_over.get() {
            return;
        }
        tokio::select! {
            () = over => {}
            () = self.stop.thrown() => {}
        }
    }

    /// Takes note of a request that was built, or was not.
    pub(crate) fn note_build(&self, has_worked: bool) {
        self.note(&self.health.builds, has_worked);
    }

    /// Takes note of a call of the test case; a kind that fails too often, and never worked, ends the trial.
    fn note(&self, record: &GuestRecord, has_worked: bool) {
        if !has_worked {
            record.failed.fetch_add(1, Ordering::Relaxed);
            if record.is_hopeless() {
                self.stop.throw();
            }
        } else if !record.has_worked.load(Ordering::Relaxed) {
            // Written once, so that the threads do not fight for its cache line.
            record.has_worked.store(true, Ordering::Relaxed);
        }
    }
}

/// A place among those in flight, given back however the iteration ends.
struct Place<'a, T>(&'a Shard<T>);

impl<T> Drop for Place<'_, T> {
    fn drop(&mut self) {
        let left = self.0.in_flight.get() - 1;
        self.0.in_flight.set(left);
        if left == 0 {
            self.0.idle.notify_one();
        }
    }
}

/// Outcome, what was read, why it failed, and the step that follows: request, state, think time.
type Judged = (Outcome, Judgement, Option<String>, Option<(Request, Bytes, Nanos)>);
