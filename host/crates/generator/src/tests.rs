//! The generator on a fake clock, against a fake target and a fake test case.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use model::ports::{Exchange, TransportError};
use model::{
    ArrivalSchedule, Clock, Context, Judgement, Load, MetricKind, Nanos, Outcome, Phase, Rate, Request, Response,
    Sample, SampleSink, Step, TestCaseDescription, Transport, Verdict, Workload, WorkloadError, WorkloadSource,
};
use proptest::prelude::*;
use tokio::sync::Semaphore;
use tokio::task::LocalSet;

use crate::dispatch::{Dispatcher, Task};
use crate::iteration::Health;
use crate::pacer::fake::FakeTime;
use crate::plugin_threads::PluginThreads;
use crate::recorder::Recorder;
use crate::stop::Stop;

/// Time-out of every trial.
const TIMEOUT: Nanos = 2000 * MS;
const MS: Nanos = 1_000_000;

/// Steps of each iteration; whether calls work.
#[derive(Clone, Copy)]
struct FakeCase {
    steps: u32,
    is_broken: bool,
    on_threads: bool,
}

const SINGLE: FakeCase = FakeCase { steps: 1, is_broken: false, on_threads: false };

fn request() -> Request {
    let path = http::uri::PathAndQuery::from_static("/");
    Request { method: http::Method::GET, path, headers: Vec::new(), body: Bytes::new() }
}

impl Workload for FakeCase {
    fn build(&mut self, _: &Context) -> Result<Request, WorkloadError> {
        // No trap: that would take it to plugin threads, which a paused clock does not wait for.
        if self.is_broken { Err(WorkloadError::Refused("never".to_owned())) } else { Ok(request()) }
    }

    fn read(&mut self, _: &Context, state: &[u8], response: &Response) -> Result<Verdict, WorkloadError> {
        let step = state.first().copied().unwrap_or(0) + 1;
        match response.status {
            200 if u32::from(step) < self.steps => Ok(Verdict::Next(Step {
                request: request(),
                state: Bytes::from(vec![step]),
                think_time_ns: 50_000_000,
                judgement: Judgement::default(),
            })),
            200 => Ok(Verdict::Done(Judgement::default())),
            _ => Err(WorkloadError::Refused("no answer of mine".to_owned())),
        }
    }
}

struct FakeSource(FakeCase, TestCaseDescription);

impl WorkloadSource for FakeSource {
    fn description(&self) -> &TestCaseDescription {
        &self.1
    }
    fn needs_plugin_threads(&self) -> bool {
        self.0.on_threads
    }
    fn workload(&self) -> Result<Box<dyn Workload>, WorkloadError> {
        Ok(Box::new(self.0))
    }
}

fn source(case: FakeCase) -> Arc<dyn WorkloadSource> {
    let metric = model::Metric { name: "length".to_owned(), unit: "1".to_owned(), kind: MetricKind::Gauge };
    let description = TestCaseDescription {
        name: "Fake".to_owned(),
        version: "0.0.0".to_owned(),
        description: String::new(),
        options_schema: String::new(),
        min_recommended_load: Load(1),
        response_headers: Vec::new(),
        body_limit: 0,
        metrics: vec![metric],
        failure_reasons: Vec::new(),
    };
    Arc::new(FakeSource(case, description))
}

/// Answers after a time that depends on the instant; a limited number of connections.
struct FakeTarget<F> {
    time: FakeTime,
    connections: Semaphore,
    /// Instant of sending → when the answer is whole, and what it is.
    answer: F,
    abandon: tokio::sync::watch::Sender<bool>,
}

impl<F: Fn(Nanos) -> (Nanos, Result<u16, TransportError>)> Transport for FakeTarget<F> {
    async fn open(&self) -> Result<(), TransportError> {
        Ok(())
    }

    fn abandon(&self) {
        self.abandon.send_replace(true);
    }

    async fn exchange(&self, _: usize, _: &Request, deadline: Nanos) -> Exchange {
        let sent = RefCell::new(None);
        let work = async {
            let _connection = self.connections.acquire().await.expect("never closed");
            let now = self.time.now();
            *sent.borrow_mut() = Some(now);
            let (end, answer) = (self.answer)(now);
            tokio::time::sleep(Duration::from_nanos((end - now).max(0) as u64)).await;
            answer.map(|status| Response { status, headers: Vec::new(), body: Bytes::new(), body_length: 0 })
        };
        let mut abandoned = self.abandon.subscribe();
        let left = Duration::from_nanos((deadline - self.time.now()).max(0) as u64);
        let response = tokio::select! {
            response = work => response,
            () = tokio::time::sleep(left) => Err(TransportError::TimedOut),
            _ = abandoned.wait_for(|abandoned| *abandoned) => Err(TransportError::Abandoned),
        };
        let (sent, end) = (sent.into_inner(), self.time.now());
        Exchange { sent, first_byte: sent, end, connect_ns: None, bytes_sent: 1, bytes_received: 1, response }
    }
}

#[derive(Clone, Default)]
struct Samples(Arc<Mutex<Vec<Sample>>>);

impl SampleSink for Samples {
    fn offer(&mut self, samples: Vec<Sample>) -> usize {
        self.0.lock().expect("no test panics while holding it").extend(samples);
        0
    }
}

struct Trial {
    rate: f64,
    end: Nanos,
    connections: usize,
    max_in_flight: u32,
    case: FakeCase,
    stop_at: Option<Nanos>,
}

impl Default for Trial {
    fn default() -> Self {
        Self { rate: 100.0, end: 1000 * MS, connections: 10, max_in_flight: 100_000, case: SINGLE, stop_at: None }
    }
}

impl Trial {
    /// Runs the trial on one thread; warm-up is the first tenth.
    fn run(
        self,
        answer: impl Fn(Nanos) -> (Nanos, Result<u16, TransportError>) + 'static,
    ) -> (Recorder, Vec<Sample>, bool) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("runtime");
        LocalSet::new().block_on(&runtime, async {
            let time = FakeTime(tokio::time::Instant::now());
            let source = source(self.case);
            let (threads, _handles) = PluginThreads::start(1, &source).expect("workloads can be made");
            let health = Arc::new(Health::default());
            let task = Task {
                schedule: ArrivalSchedule::Constant(Rate::per_second(self.rate).expect("in range")),
                first: 0,
                stride: 1,
                end: self.end,
                load: Load(1),
                seed: 1,
                timeout: TIMEOUT,
                origins: 1,
                max_in_flight: self.max_in_flight,
                failure_reasons: Vec::new(),
                needs_plugin_threads: self.case.on_threads,
                health: Arc::clone(&health),
            };
            let connections = Semaphore::new(self.connections);
            let abandon = tokio::sync::watch::Sender::new(false);
            let target = FakeTarget { time: time.clone(), connections, answer, abandon };
            let samples = Samples::default();
            let recorder = Recorder::new(self.end / 10, self.end, Box::new(samples.clone()), None);
            let stop = Stop::default();
            if let Some(at) = self.stop_at {
                let stop = stop.clone();
                tokio::task::spawn_local(async move {
                    tokio::time::sleep(Duration::from_nanos(at as u64)).await;
                    stop.throw();
                });
            }
            let clock: Arc<dyn Clock> = Arc::new(time.clone());
            let workload = source.workload().expect("it can be made");
            let dispatcher = Dispatcher::new(task, clock, target, workload, threads, recorder, stop);
            let recorder = dispatcher.run(0, time.clone(), time).await;
            let samples = std::mem::take(&mut *samples.0.lock().expect("nobody panicked"));
            (recorder, samples, health.is_hopeless())
        })
    }
}

#[test]
fn response_time_counts_the_wait_when_the_target_stalls() {
    // Answers in 1 ms, but freezes from 5 s to 6 s.
    let answer = |now: Nanos| {
        let end = if (5000 * MS..6000 * MS).contains(&now) { 6000 * MS } else { now };
        (end + MS, Ok(200))
    };
    let trial = Trial { rate: 1000.0, end: 10_000 * MS, ..Trial::default() };
    let (recorder, samples, _) = trial.run(answer);
    assert_eq!(samples.len(), 10_000);
    let p99 = |histogram: &model::Histogram| histogram.quantile(0.99).expect("not empty") as f64 / 1e6;
    let (response, service) = (p99(&recorder.steady.response_time), p99(&recorder.steady.service_time));
    assert!((800.0..1100.0).contains(&response), "p99 of response time is {response} ms");
    assert!(service < 10.0, "p99 of service time is {service} ms");
    assert_eq!(recorder.steady.counts.failures(), 0, "{:?}", recorder.steady.counts);
    // The schedule did not move: releases go on while the target is frozen.
    assert!(recorder.steady.release_lag.max().expect("not empty") <= 2 * MS as u64);
}

#[test]
fn further_steps_are_due_when_they_are_ready_and_the_think_time_is_over() {
    // Not on plugin threads: they work in real time, which a paused clock does not wait for.
    let case = FakeCase { steps: 3, ..SINGLE };
    let (_, mut samples, _) = Trial { case, ..Trial::default() }.run(|now| (now + 10 * MS, Ok(200)));
    assert_eq!(samples.len(), 300);
    samples.sort_by_key(|sample| (sample.iteration, sample.step));
    for steps in samples.chunks(3) {
        for pair in steps.windows(2) {
            assert_eq!(pair[0].iteration, pair[1].iteration);
            let gap = pair[1].intended_start - pair[0].end;
            assert!((50 * MS..53 * MS).contains(&gap), "gap of {gap} ns");
        }
    }
}

#[test]
fn what_is_under_way_when_the_trial_is_stopped_is_abandoned_not_lost() {
    let trial = Trial { stop_at: Some(505 * MS), ..Trial::default() };
    let (recorder, samples, _) = trial.run(|now| (now + 100 * MS, Ok(200)));
    assert_eq!(samples.len(), 51);
    let abandoned: Vec<_> = samples.iter().filter(|sample| sample.outcome == Outcome::Abandoned).collect();
    assert_eq!(abandoned.len(), 10);
    assert!(abandoned.iter().all(|sample| sample.sent.is_some()));
    assert_eq!(recorder.warm_up.counts.scheduled, 10);
    assert_eq!(recorder.steady.counts.scheduled, 41);
    assert!((400 * MS as u64..410 * MS as u64).contains(&recorder.steady.length_ns));
}

#[test]
fn a_test_case_that_always_fails_ends_the_trial() {
    let case = FakeCase { is_broken: true, ..SINGLE };
    let trial = Trial { case, end: 100_000 * MS, ..Trial::default() };
    let (_, samples, always_failed) = trial.run(|now| (now, Ok(200)));
    assert!(always_failed);
    assert!((100..110).contains(&samples.len()), "{} samples", samples.len());
    assert!(samples.iter().all(|sample| sample.outcome == Outcome::GuestFault && sample.sent.is_none()));
}

#[test]
fn iterations_that_never_end_are_cut_off_after_the_last_time_out() {
    let case = FakeCase { steps: u32::MAX, ..SINGLE };
    let trial = Trial { case, ..Trial::default() };
    let latest = trial.end + TIMEOUT + 200 * MS;
    let (_, samples, always_failed) = trial.run(|now| (now + 10 * MS, Ok(200)));
    assert!(!always_failed);
    let last = samples.iter().map(|sample| sample.end).max().expect("samples");
    assert!((latest - 400 * MS..latest).contains(&last), "{last} of {latest}");
}

#[test]
fn arrivals_beyond_the_limit_in_flight_are_dropped_and_counted() {
    let trial = Trial { max_in_flight: 5, ..Trial::default() };
    let (recorder, samples, _) = trial.run(|now| (now + 1000 * MS, Ok(200)));
    let dropped = samples.iter().filter(|sample| sample.outcome == Outcome::Dropped).count() as u64;
    assert_eq!(dropped, 95);
    assert_eq!(recorder.warm_up.counts.dropped + recorder.steady.counts.dropped, dropped);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sent_and_dropped_and_abandoned_unsent_make_up_the_scheduled(
        rate in 1.0f64..2000.0, connections in 1usize..20, max_in_flight in 1u32..200, steps in 1u32..4,
        delays in prop::collection::vec((0i64..3000, 0u8..5), 1..20), stop_at in prop::option::of(0i64..1200), on_threads: bool,
    ) {
        let seen = Rc::new(RefCell::new(0usize));
        let answer = move |now: Nanos| {
            let mut seen = seen.borrow_mut();
            *seen += 1;
            let (delay, kind) = delays[*seen % delays.len()];
            let answer = match kind {
                0 => Err(TransportError::Lost("cut".to_owned())),
                1 => Ok(500),
                _ => Ok(200),
            };
            (now + delay * MS, answer)
        };
        let case = FakeCase { steps, is_broken: false, on_threads };
        let trial = Trial { rate, connections, max_in_flight, case, stop_at: stop_at.map(|at| at * MS), ..Trial::default() };
        let end = trial.end;
        let (recorder, samples, _) = trial.run(answer);
        let mut scheduled = 0;
        for phase in [&recorder.warm_up, &recorder.steady] {
            let counts = &phase.counts;
            prop_assert_eq!(counts.sent + counts.dropped + counts.abandoned_unsent, counts.scheduled);
            prop_assert_eq!(counts.outcomes.values().sum::<u64>(), counts.scheduled);
            prop_assert_eq!(phase.response_time.count(), counts.of(Outcome::Success));
            prop_assert_eq!(phase.release_lag.count(), counts.scheduled);
            scheduled += counts.scheduled;
        }
        prop_assert_eq!(samples.len() as u64, scheduled);
        let arrivals = samples.iter().filter(|sample| sample.step == 0).count() as u64;
        let due = ArrivalSchedule::Constant(Rate::per_second(rate).expect("in range")).count_before(end);
        prop_assert!(arrivals == due || stop_at.is_some(), "{} arrivals of {}", arrivals, due);
        for sample in &samples {
            prop_assert!(sample.intended_start <= sample.release && sample.release <= sample.end);
            prop_assert!(sample.sent.is_none_or(|sent| sample.release <= sent && sent <= sample.end));
            prop_assert_eq!(sample.phase == Phase::WarmUp, sample.intended_start < end / 10);
        }
    }
}
