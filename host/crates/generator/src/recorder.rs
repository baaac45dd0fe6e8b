//! Keeps what became of each request: every one in the histograms, every one offered to the sample sink.

use std::collections::HashMap;

use model::trial::{FailureExample, GuestTime};
use model::{Nanos, Outcome, Phase, PhaseResult, Sample, SampleSink};

/// Samples handed over at a time.
const BATCH: usize = 512;
/// Different failure messages kept; the rest is counted by outcome alone.
const MESSAGES: usize = 200;

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

/// The recorder of one generator thread.
pub(crate) struct Recorder {
    pub(crate) warm_up: PhaseResult,
    pub(crate) steady: PhaseResult,
    pub(crate) guest: GuestTime,
    pub(crate) samples_lost: u64,
    /// Requests of the steady state for which the tester had no descriptor or port.
    pub(crate) exhausted: u64,
    steady_start: Nanos,
    messages: HashMap<(Outcome, String), u64>,
    batch: Vec<Sample>,
    sink: Box<dyn SampleSink>,
    pulse: Pulse,
    pulses: Option<flume::Sender<Pulse>>,
}

impl Recorder {
    /// A recorder for a trial whose steady state begins at `steady_start` and ends at `end`.
    pub(crate) fn new(
        steady_start: Nanos,
        end: Nanos,
        sink: Box<dyn SampleSink>,
        pulses: Option<flume::Sender<Pulse>>,
    ) -> Self {
        let length = |nanos: Nanos| u64::try_from(nanos).unwrap_or(0);
        Self {
            warm_up: PhaseResult::new(length(steady_start)),
            steady: PhaseResult::new(length(end - steady_start)),
            guest: GuestTime::default(),
            samples_lost: 0,
            exhausted: 0,
            steady_start,
            messages: HashMap::new(),
            batch: Vec::with_capacity(BATCH),
            sink,
            pulse: Pulse::default(),
            pulses,
        }
    }

    /// Phase of what is due at `intended_start`.
    pub(crate) fn phase_of(&self, intended_start: Nanos) -> Phase {
        if intended_start < self.steady_start { Phase::WarmUp } else { Phase::Steady }
    }

    /// Takes note of an arrival, due at `intended_start`, that the reading of answers held up.
    pub(crate) fn note_late_read(&mut self, intended_start: Nanos) {
        self.guest.late_reads += u64::from(self.phase_of(intended_start) == Phase::Steady);
    }

    /// Takes note of an arrival that was let go.
    pub(crate) fn note_release(&mut self) {
        self.pulse.released += 1;
    }

    /// Records a request that is over. `message` says why it failed.
    pub(crate) fn record(&mut self, sample: Sample, message: Option<String>) {
        match sample.phase {
            Phase::WarmUp => self.warm_up.record(&sample, 0),
            Phase::Steady => self.steady.record(&sample, self.steady_start),
        }
        if sample.outcome == Outcome::Success {
            self.pulse.successes += 1;
            if self.pulses.is_some() {
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
            self.hand_over();
        }
    }

    /// Gives the batch to the sink, and the pulse to whoever shows it. Never waits.
    pub(crate) fn hand_over(&mut self) {
        if !self.batch.is_empty() {
            let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
            self.samples_lost += self.sink.offer(batch) as u64;
        }
        if let Some(pulses) = &self.pulses {
            // A display that does not keep up loses pulses; no figure comes from them.
            let _ = pulses.try_send(std::mem::take(&mut self.pulse));
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
