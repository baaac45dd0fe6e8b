//! Carries an iteration on when an exchange has ended: reading, record, and the step that follows.

use model::exchange::{Failure, Step};
use model::{Context, Exchange, Judgement, Nanos, Outcome, Response, Sample, TransportError, Verdict, WorkloadError};

use crate::guest::Called;
use crate::shard::{LOOK_EVERY, Shard};
use crate::underway::{At, Key, Underway};

/// Most steps of an iteration: beyond it the test case, not the plan, would decide how much is sent.
const MOST_STEPS: u32 = 1_000;

/// In the place of an answer that was taken out to be read; nobody looks at it again.
const TAKEN: Result<Response, TransportError> = Err(TransportError::Abandoned);

/// What became of a request, what was read, why it failed, and the step that follows.
struct Judged {
    outcome: Outcome,
    judgement: Judgement,
    message: Option<String>,
    next: Option<Box<Step>>,
}

impl Judged {
    fn failed(outcome: Outcome, message: String) -> Self {
        Self { outcome, judgement: Judgement::default(), message: Some(message), next: None }
    }
}

impl Shard {
    /// Reads the answers that have come, one after the other; what is due goes out between any two.
    pub(crate) fn read_ended(&mut self) {
        while let Some((token, mut exchange)) = self.ended.pop_front() {
            if let Some(key) = self.iterations.key_of(token) {
                self.has_ended(key, &mut exchange);
            }
            self.actions += 1;
            if self.actions.is_multiple_of(LOOK_EVERY) {
                self.look(Nanos::MIN);
                if self.task.is_to_end() {
                    return;
                }
            } else if self.source.is_closed_loop() && !self.ended.is_empty() {
                // Nobody's time runs yet: users send when all that have come are read, and the code of each stays warm.
                continue;
            }
            self.release_due();
        }
    }

    /// Has the answer of an exchange read, and leaves none in it.
    fn has_ended(&mut self, key: Key, exchange: &mut Exchange) {
        let Some(mut underway) = self.iterations.remove(key) else { return };
        // The generator may come to give a request up a moment after its time: late is late.
        let is_late = exchange.end > underway.intended_start.saturating_add(self.task.timeout);
        let judged = match std::mem::replace(&mut exchange.response, TAKEN) {
            Ok(_) if is_late => Judged::failed(Outcome::TimedOut, TransportError::TimedOut.to_string()),
            Ok(response) if self.guest.is_dear() => {
                let status = response.status;
                let (context, state) = (underway.context.clone(), underway.state.clone());
                let exchange = Exchange { response: TAKEN, ..*exchange };
                let at = At::Guest(Box::new((exchange, status)));
                let intended_start = underway.intended_start;
                let key = self.iterations.insert(Underway { at, ..underway });
                self.reading += 1;
                if self.guest.read_behind(key, context, state, response) {
                    self.recorder.note_late_read(intended_start);
                }
                return;
            }
            Ok(response) => {
                let Called { given, cost } = self.guest.read(&underway.context, &underway.state, &response);
                self.recorder.guest.read.record(cost);
                let judged = self.judge(underway.step, given);
                return self.conclude(&mut underway, exchange, Some(response.status), judged);
            }
            Err(error) => {
                if matches!(error, TransportError::Exhausted { .. }) {
                    self.recorder.note_exhausted(underway.intended_start);
                }
                Judged::failed(error.outcome(), error.to_string())
            }
        };
        self.conclude(&mut underway, exchange, None, judged);
    }

    /// A plugin thread has read an answer.
    pub(crate) fn was_read(&mut self, key: Key, called: Called<Verdict>) {
        self.recorder.guest.read.record(called.cost);
        // Given up meanwhile.
        let Some(underway) = self.iterations.remove(key) else { return };
        self.reading -= 1;
        let Underway { at: At::Guest(exchange), .. } = underway else { unreachable!("only those are read") };
        let (exchange, status) = *exchange;
        let mut underway = Underway { at: At::Transport, ..underway };
        let judged = self.judge(underway.step, called.given);
        self.conclude(&mut underway, &exchange, Some(status), judged);
    }

    fn judge(&mut self, step: u32, read: Result<Verdict, WorkloadError>) -> Judged {
        match read {
            Ok(verdict) => {
                self.note_read(true);
                let (judgement, next) = match verdict {
                    Verdict::Done(judgement) => (judgement, None),
                    Verdict::Next(_) if step + 1 >= MOST_STEPS => {
                        let message = format!("an iteration of more than {MOST_STEPS} steps");
                        return Judged::failed(Outcome::GuestFault, message);
                    }
                    Verdict::Next(mut step) => (std::mem::take(&mut step.judgement), Some(step)),
                };
                let (outcome, message) = match &judgement.failure {
                    None => (Outcome::Success, None),
                    Some(failure) => (Outcome::Failed, Some(self.describe(failure))),
                };
                Judged { outcome, judgement, message, next }
            }
            // The test case works; it is the answer that is not what it should be.
            Err(WorkloadError::Refused(message)) => {
                self.note_read(true);
                Judged::failed(Outcome::Unreadable, message)
            }
            Err(WorkloadError::Broken(message)) => {
                self.note_read(false);
                Judged::failed(Outcome::GuestFault, message)
            }
        }
    }

    /// Records a request that is over; its iteration goes on, or is over too.
    fn conclude(&mut self, underway: &mut Underway, exchange: &Exchange, status: Option<u16>, judged: Judged) {
        let Judged { outcome, judgement, message, next } = judged;
        let Exchange { sent, first_byte, end, connect_ns, tls_ns, origin, bytes_sent, bytes_received, .. } = *exchange;
        let Underway { ref mut context, step, intended_start, release, phase, mut time_ns, is_good, .. } = *underway;
        let sample = Sample {
            iteration: context.iteration,
            step,
            phase: self.recorder.phase_of(intended_start),
            outcome,
            failure_reason: judgement.failure.map(|failure| failure.reason),
            load: context.load,
            origin,
            intended_start,
            release,
            sent,
            first_byte,
            end,
            connect_ns,
            tls_ns,
            status,
            bytes_sent,
            bytes_received,
            server_span: judgement.server_span,
            metrics: judgement.metrics,
        };
        time_ns += sample.response_time();
        let is_good = is_good && outcome == Outcome::Success;
        let was_sent = sent.is_some();
        self.recorder.record(sample, message);
        match next {
            Some(next) => {
                let Step { request, state, think_time_ns, .. } = *next;
                let think_time = Nanos::try_from(think_time_ns).unwrap_or(Nanos::MAX / 4);
                // A follower is due when its request is ready and the think time is over: guest time delays it, and is not
                // in it.
                let due = self.clock.now().saturating_add(think_time);
                let time_ns = time_ns.saturating_add(think_time.unsigned_abs());
                let context = Context { row: context.row.take(), ..*context };
                let key = self.iterations.insert(Underway {
                    context,
                    step: step + 1,
                    intended_start: due,
                    release: due,
                    state,
                    at: At::ThinkTime(Box::new(request)),
                    phase,
                    time_ns,
                    is_good,
                });
                let Self { iterations, think_times, .. } = self;
                think_times.push(due, key, iterations.count(), |key| iterations.has(key));
            }
            None => {
                // Of a single request it is the response time.
                self.is_multi_step |= step > 0;
                if is_good && self.is_multi_step {
                    self.recorder.record_iteration(phase, time_ns);
                }
                if self.source.is_closed_loop() {
                    let is_heeded = self.source.has_think_time() || !was_sent;
                    let now = if is_heeded { self.clock.now() } else { end };
                    self.source.is_over(now, was_sent);
                }
            }
        }
    }

    /// Sends the further step of an iteration, which was due at `due`.
    pub(crate) fn send_next_step(&mut self, key: Key, due: Nanos) {
        // Given up meanwhile.
        let Some(underway) = self.iterations.remove(key) else { return };
        let release = self.clock.now();
        if let Underway { at: At::ThinkTime(request), .. } = underway {
            let underway = Underway { at: At::Transport, intended_start: due, release, ..underway };
            self.recorder.note_due();
            self.submit(underway, *request);
        }
    }

    /// Gives up the requests whose time is over.
    pub(crate) fn give_up_late(&mut self, now: Nanos) {
        while let Some((_, key)) = self.time_outs.pop_due(now) {
            if matches!(self.iterations.get(key), Some(Underway { at: At::Transport, .. }))
                && let Some(mut exchange) = self.transport.cancel(key.token(), TransportError::TimedOut)
            {
                self.recorder.note_ended(1);
                self.has_ended(key, &mut exchange);
            }
        }
    }

    /// Gives up all that is under way.
    pub(crate) fn abandon_all(&mut self) {
        // What has ended already is not cut off, and of what ended within the transport only `wait` tells.
        self.look(Nanos::MIN);
        let until = self.ended.len();
        for _ in 0..until {
            if let Some((token, mut exchange)) = self.ended.pop_front()
                && let Some(key) = self.iterations.key_of(token)
            {
                self.abandon_read_or_not(key, &mut exchange);
            }
        }
        for key in self.iterations.keys() {
            if let Some(mut exchange) = self.transport.cancel(key.token(), TransportError::Abandoned) {
                self.has_ended(key, &mut exchange);
            } else if let Some(underway) = self.iterations.remove(key)
                && let Underway { at: At::Guest(exchange), .. } = underway
            {
                let message = "the trial ended before the test case had read its answer".to_owned();
                let (exchange, status) = *exchange;
                let mut underway = Underway { at: At::Transport, ..underway };
                let judged = Judged::failed(Outcome::Abandoned, message);
                self.conclude(&mut underway, &exchange, Some(status), judged);
            }
        }
    }

    /// An exchange that ended as the trial did: read here if that is cheap, else abandoned.
    fn abandon_read_or_not(&mut self, key: Key, exchange: &mut Exchange) {
        if exchange.response.is_err() || !self.guest.is_dear() {
            return self.has_ended(key, exchange);
        }
        if let Some(mut underway) = self.iterations.remove(key) {
            let status = exchange.response.as_ref().ok().map(|response| response.status);
            let message = "the trial ended before the test case had read its answer".to_owned();
            self.conclude(&mut underway, exchange, status, Judged::failed(Outcome::Abandoned, message));
        }
    }

    /// Ends the share before its time: what is under way is abandoned, and so is what was due and not let go.
    pub(crate) fn break_off(&mut self) {
        let now = self.clock.now();
        self.recorder.cut(now);
        self.abandon_due(now);
        self.source.close();
        self.abandon_all();
        // A step that followed from what was read just now.
        self.abandon_all();
    }

    /// Records the arrivals that were due by `until`, and not let go, as abandoned: each has an outcome.
    pub(crate) fn abandon_due(&mut self, until: Nanos) {
        // A user who was free has sent nothing yet, and was not due by any schedule.
        if !self.source.is_closed_loop() {
            while let Some((index, due)) = self.source.next().filter(|(_, due)| *due <= until) {
                self.source.take();
                let message = "the trial ended before it could be sent".to_owned();
                self.record_unsent(index, due, until, Outcome::Abandoned, message);
            }
        }
        self.source.close();
    }

    fn describe(&self, failure: &Failure) -> String {
        let reason = self.task.failure_reasons.get(failure.reason as usize).map_or("unnamed reason", String::as_str);
        match &failure.detail {
            Some(detail) => format!("{reason}: {detail}"),
            None => reason.to_owned(),
        }
    }

    /// Takes note of a request that was built, or was not.
    pub(crate) fn note_build(&mut self, has_worked: bool) {
        if self.task.health.note_build(has_worked) {
            self.task.halt.throw();
        }
    }

    fn note_read(&mut self, has_worked: bool) {
        if self.task.health.note_read(has_worked) {
            self.task.halt.throw();
        }
    }
}
