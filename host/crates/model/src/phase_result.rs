//! What a phase gave.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::counts::Counts;
use crate::exchange::ServerSpan;
use crate::histogram::{Histogram, Quantile};
use crate::metric_figures::MetricFigures;
use crate::outcome::Outcome;
use crate::sample::Sample;
use crate::units::Nanos;

/// Release lag beyond which an arrival counts as late, nanoseconds.
const LATE: u64 = 1_000_000;

/// What a phase gave. Durations are nanoseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PhaseResult {
    /// Length of the phase by the plan (cut by Ctrl-C), nanoseconds.
    pub length_ns: u64,
    /// Requests by what became of them.
    pub counts: Counts,
    /// Requests that were further steps of iterations; the others are arrivals.
    pub further_steps: u64,
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
    /// Time to open a connection, TLS left out, of the requests for which one was opened.
    pub connect: Histogram,
    /// Time for TLS, of the requests for which a connection was opened.
    pub tls: Histogram,
    /// Response times and think times of an iteration added up, of iterations of which every request was a success; by
    /// the phase in which the first was due. Empty where every iteration is one request: then it is the response time.
    pub iteration_time: Histogram,
    /// Arrivals let go more than 1 ms late.
    pub late_releases: u64,
    /// Server's own processing time, of the successes that tell it.
    pub server_span: Histogram,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
    /// Figures of the test case's metrics, of successes, by index into the declared ones; shorter than these when the
    /// last were never given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<MetricFigures>,
}

impl PhaseResult {
    /// An empty result of a phase of this length, nanoseconds.
    pub fn new(length_ns: u64) -> Self {
        Self { length_ns, span_ns: length_ns, ..Self::default() }
    }

    /// Adds a request that was due in this phase, which began at `phase_start` (nanoseconds since trial start).
    ///
    /// Called once a request, on the thread that sends: it must cost next to nothing.
    pub fn record(&mut self, sample: &Sample, phase_start: Nanos) {
        let since_start = |at: Nanos| u64::try_from(at - phase_start).unwrap_or(0);
        let release_lag = sample.release_lag();
        self.counts.record(sample);
        self.bytes_sent += sample.bytes_sent;
        self.bytes_received += sample.bytes_received;
        self.release_lag.record(release_lag);
        self.late_releases += u64::from(release_lag > LATE);
        self.further_steps += u64::from(sample.step > 0);
        self.released_in_time += u64::from(sample.step == 0 && since_start(sample.release) < self.length_ns);
        self.span_ns = self.span_ns.max(since_start(sample.end));
        record_some(&mut self.connect, sample.connect_ns);
        record_some(&mut self.tls, sample.tls_ns);
        record_some(&mut self.queue, sample.queue());
        if sample.outcome == Outcome::Success {
            self.response_time.record(sample.response_time());
            record_some(&mut self.service_time, sample.service_time());
            record_some(&mut self.first_byte, sample.time_to_first_byte());
            record_some(&mut self.server_span, sample.server_span.map(ServerSpan::nanos));
            for &(index, value) in &sample.metrics {
                self.metric(index as usize).record(value);
            }
        }
    }

    /// Figures of a metric, made when its first value comes.
    fn metric(&mut self, index: usize) -> &mut MetricFigures {
        if index >= self.metrics.len() {
            self.metrics.resize_with(index + 1, MetricFigures::default);
        }
        &mut self.metrics[index]
    }

    /// Adds what another thread saw of the same phase.
    pub fn merge(&mut self, other: &Self) {
        self.length_ns = self.length_ns.max(other.length_ns);
        self.span_ns = self.span_ns.max(other.span_ns);
        self.counts.merge(&other.counts);
        self.further_steps += other.further_steps;
        self.released_in_time += other.released_in_time;
        self.bytes_sent += other.bytes_sent;
        self.bytes_received += other.bytes_received;
        self.response_time.merge(&other.response_time);
        self.service_time.merge(&other.service_time);
        self.queue.merge(&other.queue);
        self.release_lag.merge(&other.release_lag);
        self.first_byte.merge(&other.first_byte);
        self.connect.merge(&other.connect);
        self.tls.merge(&other.tls);
        self.iteration_time.merge(&other.iteration_time);
        self.late_releases += other.late_releases;
        self.server_span.merge(&other.server_span);
        for (index, figures) in other.metrics.iter().enumerate() {
            self.metric(index).merge(figures);
        }
    }

    /// Gives back memory that holds nothing, when the phase is over: see [`Histogram::pack`].
    pub fn pack(&mut self) {
        let durations = [
            &mut self.response_time,
            &mut self.service_time,
            &mut self.queue,
            &mut self.release_lag,
            &mut self.first_byte,
            &mut self.connect,
            &mut self.tls,
            &mut self.iteration_time,
            &mut self.server_span,
        ];
        durations.into_iter().for_each(Histogram::pack);
    }

    /// Arrivals that were due.
    pub fn arrivals(&self) -> u64 {
        self.counts.scheduled - self.further_steps
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

#[inline]
fn record_some(histogram: &mut Histogram, nanos: Option<u64>) {
    if let Some(nanos) = nanos {
        histogram.record(nanos);
    }
}

fn per_second(count: u64, nanos: u64) -> f64 {
    if nanos == 0 { 0.0 } else { count as f64 * 1e9 / nanos as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phase::Phase;
    use crate::units::Load;

    fn sample(outcome: Outcome, metrics: Vec<(u32, f64)>) -> Sample {
        Sample {
            iteration: 0,
            step: 0,
            phase: Phase::Steady,
            outcome,
            failure_reason: None,
            load: Load(1),
            origin: 0,
            intended_start: 100,
            release: 150,
            sent: (outcome != Outcome::Dropped).then_some(160),
            first_byte: (outcome == Outcome::Success).then_some(900),
            end: 1000,
            connect_ns: None,
            tls_ns: None,
            status: None,
            bytes_sent: 10,
            bytes_received: 20,
            server_span: None,
            metrics,
        }
    }

    #[test]
    fn times_and_metrics_are_those_of_successes_and_lags_those_of_all() {
        let mut phase = PhaseResult::new(500);
        phase.record(&sample(Outcome::Success, vec![(2, 4.0)]), 100);
        phase.record(&sample(Outcome::Failed, vec![(0, 1.0)]), 100);
        phase.record(&sample(Outcome::Dropped, Vec::new()), 100);
        assert_eq!((phase.response_time.count(), phase.response_time.max()), (1, Some(900)));
        assert_eq!((phase.service_time.max(), phase.first_byte.max()), (Some(840), Some(740)));
        assert_eq!((phase.queue.count(), phase.release_lag.count(), phase.connect.count()), (2, 3, 0));
        assert_eq!(phase.metrics.iter().map(MetricFigures::count).collect::<Vec<_>>(), [0, 0, 1]);
        assert_eq!((phase.counts.scheduled, phase.counts.sent, phase.counts.dropped), (3, 2, 1));
        assert_eq!((phase.counts.failures(), phase.counts.outcomes.total(), phase.span_ns), (2, 3, 900));
    }

    #[test]
    fn what_two_threads_saw_adds_up_to_what_one_would_have_seen() {
        let (mut one, mut two, mut both) = (PhaseResult::new(500), PhaseResult::new(500), PhaseResult::new(500));
        for (index, outcome) in Outcome::ALL.into_iter().enumerate() {
            let sample = sample(outcome, vec![(1, index as f64)]);
            [&mut one, &mut two][index % 2].record(&sample, 100);
            both.record(&sample, 100);
        }
        one.merge(&two);
        assert_eq!(one, both);
    }

    #[test]
    fn a_phase_without_requests_survives_its_file() {
        let text = serde_json::to_value(PhaseResult::new(500)).expect("text");
        assert_eq!(text.get("metrics"), None);
        assert_eq!(serde_json::from_value::<PhaseResult>(text).expect("own text"), PhaseResult::new(500));
    }
}
