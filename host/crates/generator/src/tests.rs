//! The generator on a fake clock, against a fake target and a fake test case.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use bytes::Bytes;
use model::plan::FeedMode;
use model::{
    ArrivalSchedule, Arrivals, Clock, Context, Exchange, Judgement, Load, MetricKind, Nanos, Outcome, Phase, Request,
    Response, Sample, SampleSink, Spacing, Span, Stage, Step, TestCaseDescription, Token, Transport, TransportError,
    Verdict, Waker, Workload, WorkloadError, WorkloadSource,
};
use proptest::prelude::*;

use crate::feed::Feed;
use crate::health::Health;
use crate::plugin_threads::PluginThreads;
use crate::recorder::{Outlets, Recorder};
use crate::shard::{Shard, Task};
use crate::source::Source;
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
        // No trap: that would take it to plugin threads, which work in real time.
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

/// A clock that goes on only when somebody waits.
#[derive(Clone, Default)]
struct FakeTime(Arc<AtomicI64>);

impl Clock for FakeTime {
    fn now(&self) -> Nanos {
        self.0.load(Ordering::SeqCst)
    }
}

/// Set by a waker.
type Woken = Arc<(Mutex<bool>, Condvar)>;

/// Answers after a time that depends on the instant; a limited number of connections.
struct FakeTarget<F> {
    time: FakeTime,
    connections: usize,
    /// Instant of sending → when the answer is whole, and what it is.
    answer: F,
    waiting: VecDeque<Token>,
    /// What was sent: token, instant of sending, end, answer.
    sent: Vec<(Token, Nanos, Nanos, Result<u16, TransportError>)>,
    stop_at: Option<(Nanos, Stop)>,
    woken: Woken,
    /// Test cases work in real time: they get some of it before the clock goes on.
    is_patient: bool,
}

impl<F: FnMut(Nanos) -> (Nanos, Result<u16, TransportError>)> FakeTarget<F> {
    fn start(&mut self) {
        while self.sent.len() < self.connections
            && let Some(token) = self.waiting.pop_front()
        {
            let now = self.time.now();
            let (end, answer) = (self.answer)(now);
            self.sent.push((token, now, end.max(now), answer));
        }
    }
}

fn exchange(sent: Option<Nanos>, end: Nanos, answer: Result<u16, TransportError>) -> Exchange {
    let response = answer.map(|status| Response { status, headers: Vec::new(), body: Bytes::new(), body_length: 0 });
    Exchange {
        sent,
        first_byte: sent,
        end,
        connect_ns: None,
        tls_ns: None,
        origin: 0,
        bytes_sent: 1,
        bytes_received: 1,
        response,
    }
}

impl<F: FnMut(Nanos) -> (Nanos, Result<u16, TransportError>)> Transport for FakeTarget<F> {
    fn open(&mut self, _: &dyn Fn() -> bool) -> Result<(), TransportError> {
        Ok(())
    }

    fn submit(&mut self, token: Token, _: u64, _: Request) {
        self.waiting.push_back(token);
        self.start();
    }

    fn cancel(&mut self, token: Token, why: TransportError) -> Option<Exchange> {
        if let Some(at) = self.waiting.iter().position(|waiting| *waiting == token) {
            self.waiting.remove(at);
            return Some(exchange(None, self.time.now(), Err(why)));
        }
        let at = self.sent.iter().position(|(sent, ..)| *sent == token)?;
        let (_, sent, ..) = self.sent.swap_remove(at);
        Some(exchange(Some(sent), self.time.now(), Err(why)))
    }

    fn wait(&mut self, until: Nanos, ended: &mut Vec<(Token, Exchange)>) {
        self.start();
        let (is_woken, condition) = &*self.woken;
        let mut is_woken = is_woken.lock().expect("nobody panicked");
        if self.is_patient && until > self.time.now() && !*is_woken {
            is_woken = condition.wait_timeout(is_woken, Duration::from_micros(50)).expect("nobody panicked").0;
        }
        let first = self.sent.iter().map(|(_, _, end, _)| *end).min().unwrap_or(Nanos::MAX);
        let stop_at = self.stop_at.as_ref().map_or(Nanos::MAX, |(at, _)| *at);
        if !std::mem::take(&mut *is_woken) {
            self.time.0.fetch_max(until.min(first).min(stop_at), Ordering::SeqCst);
        }
        drop(is_woken);
        let now = self.time.now();
        if now >= stop_at
            && let Some((_, stop)) = self.stop_at.take()
        {
            stop.throw();
        }
        self.sent.sort_by_key(|(_, _, end, _)| *end);
        let over = self.sent.partition_point(|(_, _, end, _)| *end <= now);
        for (token, sent, end, answer) in self.sent.drain(..over) {
            ended.push((token, exchange(Some(sent), end, answer)));
        }
        self.start();
    }

    fn waker(&self) -> Waker {
        let woken = Arc::clone(&self.woken);
        Arc::new(move || {
            *woken.0.lock().expect("nobody panicked") = true;
            woken.1.notify_all();
        })
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
    /// Users of a closed loop, and their think time.
    users: Option<(u32, Nanos)>,
    feed: Option<Feed>,
}

impl Default for Trial {
    fn default() -> Self {
        Self {
            rate: 100.0,
            end: 1000 * MS,
            connections: 10,
            max_in_flight: 100_000,
            case: SINGLE,
            stop_at: None,
            users: None,
            feed: None,
        }
    }
}

fn schedule(rate: f64, end: Nanos) -> ArrivalSchedule {
    let stages = vec![Stage { from: rate, to: rate, length: Span(Duration::from_nanos(end.unsigned_abs())) }];
    let arrivals = Arrivals::Stages { stages, spacing: Spacing::Even };
    ArrivalSchedule::new(&arrivals, Span::from_secs(0), 0)
}

impl Trial {
    /// Runs the trial on one thread; warm-up is the first tenth.
    fn run(
        self,
        answer: impl FnMut(Nanos) -> (Nanos, Result<u16, TransportError>) + 'static,
    ) -> (Recorder, Vec<Sample>, bool) {
        let time = FakeTime::default();
        let test_case = source(self.case);
        let (threads, _handles) = PluginThreads::start(1, &test_case).expect("workloads can be made");
        let health = Arc::new(Health::default());
        let stop = Stop::default();
        let task = Task {
            first: 0,
            end: self.end,
            load: Load(1),
            seed: 1,
            timeout: TIMEOUT,
            max_in_flight: self.max_in_flight,
            failure_reasons: Vec::new(),
            needs_plugin_threads: self.case.on_threads,
            feed: self.feed,
            health: Arc::clone(&health),
            stop: stop.clone(),
            halt: Stop::default(),
        };
        let target = FakeTarget {
            time: time.clone(),
            connections: self.connections,
            answer,
            waiting: VecDeque::new(),
            sent: Vec::new(),
            stop_at: self.stop_at.map(|at| (at, stop)),
            woken: Woken::default(),
            is_patient: self.case.on_threads,
        };
        let samples = Samples::default();
        let outlets = Outlets { sink: Box::new(samples.clone()), pulses: None, slices: None };
        let recorder = Recorder::new(self.end / 10, self.end, outlets);
        let arrivals = match self.users {
            Some((users, think_time)) => Source::users(users, think_time, 0, 1, self.end),
            None => Source::schedule(&schedule(self.rate, self.end), 0, 1, self.end),
        };
        let workload = test_case.workload().expect("it can be made");
        let shard = Shard::new(task, arrivals, Arc::new(time), Box::new(target), workload, threads, recorder);
        let recorder = shard.run(0);
        let samples = std::mem::take(&mut *samples.0.lock().expect("nobody panicked"));
        (recorder, samples, health.is_hopeless())
    }
}

#[test]
fn users_of_a_closed_loop_wait_for_their_answer_and_think() {
    let trial = Trial { users: Some((5, 40 * MS)), ..Trial::default() };
    let (recorder, samples, _) = trial.run(|now| (now + 10 * MS, Ok(200)));
    // A round of 50 ms each.
    assert_eq!(samples.len(), 5 * 20);
    assert_eq!(recorder.steady.counts.failures(), 0);
    assert!(samples.iter().all(|sample| sample.response_time() == 10 * MS as u64));
}

#[test]
fn a_user_without_think_time_sends_when_the_request_is_ready() {
    let trial = Trial { users: Some((2, 0)), ..Trial::default() };
    let (_, samples, _) = trial.run(|now| (now + 10 * MS, Ok(200)));
    assert_eq!(samples.len(), 2 * 100);
    assert!(samples.iter().all(|sample| sample.release_lag() == 0));
}

#[test]
fn an_iteration_without_a_row_of_its_own_is_not_sent() {
    let rows = (0..30).map(|n| format!("{{\"n\":{n}}}")).collect();
    for (users, mode, expected) in [
        (None, FeedMode::Unique, (30, 70)),
        (None, FeedMode::Cycle, (100, 0)),
        // A closed loop ends with its data: nobody would ever get another row.
        (Some((1, 10 * MS)), FeedMode::Unique, (30, 1)),
    ] {
        let feed = Some(Feed { rows: Arc::clone(&rows), mode });
        let (_, samples, _) = Trial { feed, users, ..Trial::default() }.run(|now| (now + MS, Ok(200)));
        let count = |outcome| samples.iter().filter(|sample| sample.outcome == outcome).count();
        assert_eq!((count(Outcome::Success), count(Outcome::NoRow)), expected, "{users:?} {mode:?}");
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
    // Not on plugin threads: they work in real time.
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
        let mut seen = 0usize;
        let answer = move |now: Nanos| {
            seen += 1;
            let (delay, kind) = delays[seen % delays.len()];
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
        for phase in [&recorder.warm_up, &recorder.steady, &recorder.drain] {
            let counts = &phase.counts;
            prop_assert_eq!(counts.sent + counts.dropped + counts.abandoned_unsent, counts.scheduled);
            prop_assert_eq!(counts.outcomes.total(), counts.scheduled);
            prop_assert_eq!(phase.response_time.count(), counts.of(Outcome::Success));
            prop_assert_eq!(phase.release_lag.count(), counts.scheduled);
            scheduled += counts.scheduled;
        }
        prop_assert_eq!(samples.len() as u64, scheduled);
        let arrivals = samples.iter().filter(|sample| sample.step == 0).count() as u64;
        let due = schedule(rate, end).count_before(end);
        prop_assert!(arrivals == due || stop_at.is_some(), "{} arrivals of {}", arrivals, due);
        for sample in &samples {
            prop_assert!(sample.intended_start <= sample.release && sample.release <= sample.end);
            prop_assert!(sample.sent.is_none_or(|sent| sample.release <= sent && sent <= sample.end));
            prop_assert_eq!(sample.phase == Phase::WarmUp, sample.intended_start < end / 10);
        }
    }
}
