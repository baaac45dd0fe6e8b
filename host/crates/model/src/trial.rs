//! What a trial gave.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::histogram::{Histogram, Quantile};
use crate::outcome::Outcome;
use crate::phase::Phase;
use crate::sample::Sample;

/// Requests of a phase by what became of them.
///
/// `sent + dropped + abandoned_unsent = scheduled`, always.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Due in this phase: arrivals of the schedule, and the further steps of their iterations.
    pub scheduled: u64,
    /// Of which at least one byte was written.
    pub sent: u64,
    /// Refused because too many were in flight.
    pub dropped: u64,
    /// Given up before a byte was written: no connection, time-out in the queue, a test case that failed, or the trial's end.
    pub abandoned_unsent: u64,
    /// By outcome; adds up to `scheduled`.
    pub outcomes: BTreeMap<Outcome, u64>,
}

impl Counts {
    /// Requests with this outcome.
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or(0)
    }

    /// Requests that are no success.
    pub fn failures(&self) -> u64 {
        self.scheduled - self.of(Outcome::Success)
    }

    fn record(&mut self, sample: &Sample) {
        self.scheduled += 1;
        if sample.sent.is_some() {
            self.sent += 1;
        } else if sample.outcome == Outcome::Dropped {
            self.dropped += 1;
        } else {
            self.abandoned_unsent += 1;
        }
        *self.outcomes.entry(sample.outcome).or_default() += 1;
    }

    fn merge(&mut self, other: &Self) {
        self.scheduled += other.scheduled;
        self.sent += other.sent;
        self.dropped += other.dropped;
        self.abandoned_unsent += other.abandoned_unsent;
        for (outcome, count) in &other.outcomes {
            *self.outcomes.entry(*outcome).or_default() += count;
        }
    }
}

/// What a phase gave. Durations are nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PhaseResult {
    /// Length of the phase by the plan (cut by Ctrl-C), nanoseconds.
    pub length_ns: u64,
    /// Requests by what became of them.
    pub counts: Counts,
    /// Arrivals (first requests of iterations) let go, or dropped, before the phase's end.
    pub released_in_time: u64,
    /// From the phase's start to the last end of its requests, at least its length, nanoseconds.
    pub span_ns: u64,
    /// End − intended start, of successes.
    pub response_time: Histogram,
    /// End − sent, of successes.
    pub service_time: Histogram,
    /// Sent − release, of all that were sent.
    pub queue: Histogram,
    /// Release − intended start, of all.
    pub release_lag: Histogram,
    /// First byte of the answer − sent, of successes.
    pub first_byte: Histogram,
    /// Server's own processing time, of the successes that tell it.
    pub server_span: Histogram,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
}

impl PhaseResult {
    /// An empty result of a phase of this length, nanoseconds.
    pub fn new(length_ns: u64) -> Self {
        Self { length_ns, span_ns: length_ns, ..Self::default() }
    }

    /// Adds a request that was due in this phase, which began at `phase_start` (nanoseconds since trial start).
    pub fn record(&mut self, sample: &Sample, phase_start: i64) {
        self.counts.record(sample);
        self.bytes_sent += sample.bytes_sent;
        self.bytes_received += sample.bytes_received;
        self.release_lag.record(sample.release_lag());
        let since_start = |at: i64| u64::try_from(at - phase_start).unwrap_or(0);
        if sample.step == 0 && since_start(sample.release) < self.length_ns {
            self.released_in_time += 1;
        }
        if let Some(queue) = sample.queue() {
            self.queue.record(queue);
        }
        self.span_ns = self.span_ns.max(since_start(sample.end));
        if sample.outcome == Outcome::Success {
            self.response_time.record(sample.response_time());
            sample.service_time().into_iter().for_each(|nanos| self.service_time.record(nanos));
            sample.time_to_first_byte().into_iter().for_each(|nanos| self.first_byte.record(nanos));
            sample.server_span.into_iter().for_each(|span| self.server_span.record(span.nanos()));
        }
    }

    /// Adds what another thread saw of the same phase.
    pub fn merge(&mut self, other: &Self) {
        self.length_ns = self.length_ns.max(other.length_ns);
        self.span_ns = self.span_ns.max(other.span_ns);
        self.counts.merge(&other.counts);
        self.released_in_time += other.released_in_time;
        self.bytes_sent += other.bytes_sent;
        self.bytes_received += other.bytes_received;
        self.response_time.merge(&other.response_time);
        self.service_time.merge(&other.service_time);
        self.queue.merge(&other.queue);
        self.release_lag.merge(&other.release_lag);
        self.first_byte.merge(&other.first_byte);
        self.server_span.merge(&other.server_span);
    }

    /// Arrivals really let go within the phase, per second. Dropped ones are not let go.
    pub fn offered_rate(&self) -> f64 {
        per_second(self.released_in_time.saturating_sub(self.counts.dropped), self.length_ns)
    }

    /// Good completions per second, until the last of the phase's requests ended.
    pub fn goodput(&self) -> f64 {
        per_second(self.counts.of(Outcome::Success), self.span_ns)
    }

    /// Response time over all requests of the phase, failures counted as infinite (law 5); none without requests.
    pub fn response_time_over_all(&self, q: f64) -> Option<Quantile> {
        self.response_time.quantile_with_infinite(q, self.counts.failures())
    }
}

fn per_second(count: u64, nanos: u64) -> f64 {
    if nanos == 0 { 0.0 } else { count as f64 * 1e9 / nanos as f64 }
}

/// Whether a trial's figures are the target's (law 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// The tester held what was asked.
    Valid,
    /// The tester could not; the figures are its own.
    GeneratorBound,
    /// Ended before its time; what there is is sound.
    Interrupted,
}

/// Time spent in the test case, nanoseconds a call. Never part of a request's times (law 3).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GuestTime {
    /// Building requests.
    pub build: Histogram,
    /// Reading answers.
    pub read: Histogram,
    /// Requests of the steady state that were not built when they were due.
    pub late_builds: u64,
    /// Answers of the steady state that came when too many waited to be read already, and arrivals dropped because most
    /// of those under way only waited for that.
    pub late_reads: u64,
    /// It was called on threads of its own, being too slow to be called between two requests.
    pub on_plugin_threads: bool,
}

impl GuestTime {
    /// Adds another thread's.
    pub fn merge(&mut self, other: &Self) {
        self.build.merge(&other.build);
        self.read.merge(&other.read);
        self.late_builds += other.late_builds;
        self.late_reads += other.late_reads;
        self.on_plugin_threads |= other.on_plugin_threads;
    }
}

/// An example of a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FailureExample {
    /// What became of the request.
    pub outcome: Outcome,
    /// What happened, as a sentence.
    pub message: String,
    /// How often just this was seen among the failures of its outcome.
    pub count: u64,
}

/// What a trial gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrialResult {
    /// When it began: Unix time of trial start, nanoseconds.
    pub started_unix_ns: i64,
    /// Before the steady state; empty without warm-up.
    pub warm_up: PhaseResult,
    /// The measured part.
    pub steady: PhaseResult,
    /// Time spent in the test case, both phases.
    pub guest: GuestTime,
    /// Whether the figures are the target's.
    pub validity: Validity,
    /// Why, in sentences; empty when valid.
    pub validity_reasons: Vec<String>,
    /// Messages of failures, the most frequent first, at most 20.
    pub failures: Vec<FailureExample>,
    /// Samples that the writer could not take. The histograms have them; the sample columns are incomplete.
    pub samples_lost: u64,
}

impl TrialResult {
    /// The phase's figures.
    pub fn phase(&self, phase: Phase) -> &PhaseResult {
        match phase {
            Phase::WarmUp => &self.warm_up,
            Phase::Steady => &self.steady,
        }
    }
}
