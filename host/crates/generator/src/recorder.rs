//! Keeps what became of each request: every one in the histograms, every one offered to the sample sink.

use std::collections::HashMap;

use model::trial::{FailureExample, GuestTime};
use model::{BacklogSlice, Nanos, Outcome, Phase, PhaseResult, Sample, SampleSink, Steadiness};

use crate::backlog::BacklogRecorder;
use crate::shard::HAND_OVER_EVERY;
use crate::slices::Told;
use crate::watch::Audience;

/// Samples handed over at a time.
const BATCH: usize = 512;
/// Different failure messages kept; the rest is counted by outcome alone.
const MESSAGES: usize = 200;
/// Length of the slices of phases that are watched while the trial goes on, nanoseconds.
pub(crate) const SLICE: Nanos = 1_000_000_000;

/// What happened on a thread since the last pulse, for a live display.
#[derive(Debug, Default, Clone)]
pub struct Pulse {
    /// Arrivals let go and not dropped.
    pub released: u64,
    /// Requests that were judged good.
    pub successes: u64,
    /// Requests that ended otherwise.
    pub failures: u64,
    /// Response times of the successes, nanoseconds.
    pub response_times: Vec<u64>,
}

/// Where a recorder's records go.
pub(crate) struct Outlets {
    pub(crate) sink: Box<dyn SampleSink>,
    pub(crate) pulses: Option<flume::Sender<Pulse>>,
    /// Is told of each slice of time when it is over; only where somebody watches.
    pub(crate) audience: Option<Audience>,
}

/// The recorder of one generator thread.
pub(crate) struct Recorder {
    pub(crate) warm_up: PhaseResult,
    pub(crate) steady: PhaseResult,
    pub(crate) drain: PhaseResult,
    pub(crate) guest: GuestTime,
    pub(crate) steadiness: Steadiness,
    pub(crate) backlog: BacklogRecorder,
    pub(crate) samples_lost: u64,
    /// Requests of the steady state for which the tester had no descriptor or port.
    pub(crate) exhausted: u64,
    steady_start: Nanos,
    end: Nanos,
    messages: HashMap<(Outcome, String), u64>,
    batch: Vec<Sample>,
    /// Of what ended, and its number.
    slice: (u64, PhaseResult),
    /// Of what arrived and ended since the last hand-over, and its number.
    flow: (u64, BacklogSlice),
    pulse: Pulse,
    outlets: Outlets,
}

impl Recorder {
    /// A recorder for a trial whose steady state begins at `steady_start` and ends at `end`.
    pub(crate) fn new(steady_start: Nanos, end: Nanos, outlets: Outlets) -> Self {
        let length = |nanos: Nanos| u64::try_from(nanos).unwrap_or(0);
        Self {
            warm_up: PhaseResult::new(length(steady_start)),
            steady: PhaseResult::new(length(end - steady_start)),
            drain: PhaseResult::new(0),
            guest: GuestTime::default(),
            steadiness: Steadiness::new(),
            backlog: BacklogRecorder::new(steady_start, end),
            samples_lost: 0,
            exhausted: 0,
            steady_start,
            end,
            messages: HashMap::new(),
            batch: Vec::with_capacity(BATCH),
            slice: (0, PhaseResult::new(SLICE as u64)),
            flow: (0, BacklogSlice::default()),
            pulse: Pulse::default(),
            outlets,
        }
    }

    /// Phase of what is due at `intended_start`.
    pub(crate) fn phase_of(&self, intended_start: Nanos) -> Phase {
        if intended_start < self.steady_start {
            Phase::WarmUp
        } else if intended_start < self.end {
            Phase::Steady
        } else {
            Phase::Drain
        }
    }

    fn is_steady(&self, intended_start: Nanos) -> u64 {
        u64::from(self.phase_of(intended_start) == Phase::Steady)
    }

    /// Takes note of an arrival, due at `intended_start`, whose request was not built then.
    pub(crate) fn note_late_build(&mut self, intended_start: Nanos) {
        self.guest.late_builds += self.is_steady(intended_start);
    }

    /// Takes note of an arrival, due at `intended_start`, that the reading of answers held up.
    pub(crate) fn note_late_read(&mut self, intended_start: Nanos) {
        self.guest.late_reads += self.is_steady(intended_start);
    }

    /// Takes note of a request for which the tester had no descriptor or port.
    pub(crate) fn note_exhausted(&mut self, intended_start: Nanos) {
        self.exhausted += self.is_steady(intended_start);
    }

    /// Takes note of an arrival that was let go.
    pub(crate) fn note_release(&mut self) {
        self.pulse.released += 1;
    }

    /// Takes note of a request that has become due, whatever becomes of it.
    pub(crate) fn note_due(&mut self) {
        self.flow.1.arrivals += 1;
    }

    /// Takes note of requests that ended, read or not yet; of dropped ones never.
    pub(crate) fn note_ended(&mut self, count: usize) {
        self.flow.1.ends += count as u64;
    }

    /// Records a request that is over. `message` says why it failed.
    pub(crate) fn record(&mut self, sample: Sample, message: Option<String>) {
        let is_good = sample.outcome == Outcome::Success;
        match sample.phase {
            Phase::WarmUp => self.warm_up.record(&sample, 0),
            Phase::Steady => {
                self.steady.record(&sample, self.steady_start);
                let since_start = (sample.intended_start - self.steady_start).unsigned_abs();
                self.steadiness.record(since_start, sample.response_time(), is_good);
            }
            Phase::Drain => self.drain.record(&sample, self.end),
        }
        self.backlog.record(&sample);
        if self.outlets.audience.as_ref().is_some_and(|audience| audience.wants_phases) {
            self.record_slice(&sample);
        }
        if is_good {
            self.pulse.successes += 1;
            if self.outlets.pulses.is_some() {
                self.pulse.response_times.push(sample.response_time());
            }
        } else {
            self.pulse.failures += 1;
        }
        if let Some(message) = message {
            let key = (sample.outcome, message);
            if let Some(count) = self.messages.get_mut(&key) {
                *count += 1;
            } else if self.messages.len() < MESSAGES {
                self.messages.insert(key, 1);
            }
        }
        self.batch.push(sample);
        if self.batch.len() >= BATCH {
            self.flush();
        }
    }

    /// Records an iteration of which every request was a success, and whose first was due in `phase`.
    pub(crate) fn record_iteration(&mut self, phase: Phase, time_ns: u64) {
        match phase {
            Phase::WarmUp => self.warm_up.iteration_time.record(time_ns),
            Phase::Steady => self.steady.iteration_time.record(time_ns),
            Phase::Drain => self.drain.iteration_time.record(time_ns),
        }
    }

    /// A slice holds what ended in it.
    fn record_slice(&mut self, sample: &Sample) {
        let number = (sample.end / SLICE).unsigned_abs();
        if number > self.slice.0 {
            self.end_slice(number);
        }
        self.slice.1.record(sample, (number as Nanos) * SLICE);
    }

    fn end_slice(&mut self, next: u64) {
        let (number, over) = std::mem::replace(&mut self.slice, (next, PhaseResult::new(SLICE as u64)));
        self.tell(Told::Phase(number, Box::new(over)));
    }

    fn tell(&self, told: Told) {
        if let Some(audience) = &self.outlets.audience {
            // Whoever watched may have seen enough.
            let _ = audience.told.send(told);
        }
    }

    /// Tells whoever watches the slices that no more come.
    pub(crate) fn end_watch(&mut self) {
        self.outlets.audience = None;
    }

    fn flush(&mut self) {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.samples_lost += self.outlets.sink.offer(batch) as u64;
    }

    /// Gives the batch to the sink, and the pulse to whoever shows it. Never waits. To be called every now and then.
    pub(crate) fn hand_over(&mut self, now: Nanos) {
        if !self.batch.is_empty() {
            self.flush();
        }
        self.hand_over_slices(now);
        if let Some(pulses) = &self.outlets.pulses {
            // A display that does not keep up loses pulses; no figure comes from them.
            let _ = pulses.try_send(std::mem::take(&mut self.pulse));
        }
    }

    fn hand_over_slices(&mut self, now: Nanos) {
        let Some(&Audience { wants_phases, wants_backlog, .. }) = self.outlets.audience.as_ref() else { return };
        let number = (now / SLICE).unsigned_abs();
        if wants_phases && number > self.slice.0 {
            self.end_slice(number);
        }
        let number = (now / HAND_OVER_EVERY).unsigned_abs();
        if wants_backlog && number > self.flow.0 {
            let (number, over) = std::mem::replace(&mut self.flow, (number, BacklogSlice::default()));
            self.tell(Told::Backlog(number, over));
        }
    }

    /// Cuts the trial's length to `end`, when it was stopped before its time.
    pub(crate) fn cut(&mut self, end: Nanos) {
        for (phase, start) in [(&mut self.warm_up, 0), (&mut self.steady, self.steady_start)] {
            let length = u64::try_from(end - start).unwrap_or(0).min(phase.length_ns);
            // The span holds the last end of a request or the length; only a cut length may shorten it.
            if phase.span_ns == phase.length_ns {
                phase.span_ns = length;
            }
            phase.length_ns = length;
        }
        self.backlog.cut(end);
        self.end = self.end.min(end);
    }

    /// Messages of failures with their counts.
    pub(crate) fn failures(&self) -> impl Iterator<Item = FailureExample> + '_ {
        self.messages.iter().map(|((outcome, message), &count)| FailureExample {
            outcome: *outcome,
            message: message.clone(),
            count,
        })
    }
}
