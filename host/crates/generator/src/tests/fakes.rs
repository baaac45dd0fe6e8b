//! A fake clock, a fake target and a fake test case, and a thread's share of a trial on them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use bytes::Bytes;
use model::{
    ArrivalSchedule, Arrivals, Clock, Context, Exchange, Judgement, Load, MetricKind, Nanos, Request, Response, Sample,
    SampleSink, Spacing, Span, Stage, Step, TestCaseDescription, Token, Transport, TransportError, Verdict, Waker,
    Workload, WorkloadError, WorkloadSource,
};

use crate::feed::Feed;
use crate::health::Health;
use crate::overload::OverloadWatch;
use crate::plugin_threads::PluginThreads;
use crate::recorder::{Outlets, Recorder};
use crate::shard::{Shard, Task};
use crate::slices::Told;
use crate::source::Source;
use crate::stop::Stop;
use crate::watch::Watch;

/// Time-out of every trial.
pub(super) const TIMEOUT: Nanos = 2000 * MS;
pub(super) const MS: Nanos = 1_000_000;

/// Steps of each iteration; whether calls work.
#[derive(Clone, Copy)]
pub(super) struct FakeCase {
    pub(super) steps: u32,
    pub(super) is_broken: bool,
    pub(super) on_threads: bool,
}

pub(super) const SINGLE: FakeCase = FakeCase { steps: 1, is_broken: false, on_threads: false };

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
            200 if u32::from(step) < self.steps => Ok(Verdict::Next(Box::new(Step {
                request: request(),
                state: Bytes::from(vec![step]),
                think_time_ns: 50_000_000,
                judgement: Judgement::default(),
            }))),
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

pub(super) fn source(case: FakeCase) -> Arc<dyn WorkloadSource> {
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
pub(super) type Woken = Arc<(Mutex<bool>, Condvar)>;

/// Answers after a time that depends on the instant; a limited number of connections.
struct FakeTarget<F> {
    time: FakeTime,
    connections: usize,
    /// Instant of sending → when the answer is whole, and what it is.
    answer: F,
    waiting: VecDeque<Token>,
    /// What was sent: token, instant of sending, end, answer.
    sent: Vec<(Token, Nanos, Nanos, Result<u16, TransportError>)>,
    /// What ended when it was sent; only `wait` gives it.
    over: Vec<(Token, Exchange)>,
    stop_at: Option<(Nanos, Stop)>,
    woken: Woken,
    /// What is looked at while the clock stands, and what it throws.
    watched: Option<(Watch<'static>, flume::Receiver<Told>, Stop)>,
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
            if end <= now {
                self.over.push((token, exchange(Some(now), now, answer)));
            } else {
                self.sent.push((token, now, end, answer));
            }
        }
    }
}

pub(super) fn exchange(sent: Option<Nanos>, end: Nanos, answer: Result<u16, TransportError>) -> Exchange {
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

    fn wait(&mut self, until: Nanos, ended: &mut VecDeque<(Token, Exchange)>) {
        self.start();
        if !self.over.is_empty() {
            ended.extend(self.over.drain(..));
            return;
        }
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
        if let Some((watch, heard, halt)) = &mut self.watched
            && heard.try_iter().any(|told| watch.add(told).is_some())
        {
            halt.throw();
        }
        self.sent.sort_by_key(|(_, _, end, _)| *end);
        let over = self.sent.partition_point(|(_, _, end, _)| *end <= now);
        for (token, sent, end, answer) in self.sent.drain(..over) {
            ended.push_back((token, exchange(Some(sent), end, answer)));
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
pub(super) struct Samples(Arc<Mutex<Vec<Sample>>>);

impl SampleSink for Samples {
    fn offer(&mut self, samples: Vec<Sample>) -> usize {
        self.0.lock().expect("no test panics while holding it").extend(samples);
        0
    }
}

pub(super) struct Trial {
    pub(super) rate: f64,
    pub(super) end: Nanos,
    pub(super) connections: usize,
    pub(super) max_in_flight: u32,
    pub(super) case: FakeCase,
    pub(super) stop_at: Option<Nanos>,
    /// Users of a closed loop, and their think time.
    pub(super) users: Option<(u32, Nanos)>,
    pub(super) feed: Option<Feed>,
    /// It may end early when the target is plainly overloaded.
    pub(super) may_end_early: bool,
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
            may_end_early: false,
        }
    }
}

pub(super) fn schedule(rate: f64, end: Nanos) -> ArrivalSchedule {
    let stages = vec![Stage { from: rate, to: rate, length: Span(Duration::from_nanos(end.unsigned_abs())) }];
    let arrivals = Arrivals::Stages { stages, spacing: Spacing::Even };
    ArrivalSchedule::new(&arrivals, Span::from_secs(0), 0)
}

impl Trial {
    /// Runs the trial on one thread; warm-up is the first tenth.
    pub(super) fn run(
        self,
        answer: impl FnMut(Nanos) -> (Nanos, Result<u16, TransportError>) + 'static,
    ) -> (Recorder, Vec<Sample>, bool) {
        let time = FakeTime::default();
        let test_case = source(self.case);
        let (threads, _handles) = PluginThreads::start(1, &test_case).expect("workloads can be made");
        let health = Arc::new(Health::default());
        let (stop, halt) = (Stop::default(), Stop::default());
        let overload = self.may_end_early.then(|| OverloadWatch::new(self.end, 1));
        let watch = Watch { abort: None, overload };
        let (audience, heard) = watch.audience().unzip();
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
            halt: halt.clone(),
        };
        let target = FakeTarget {
            time: time.clone(),
            connections: self.connections,
            answer,
            waiting: VecDeque::new(),
            sent: Vec::new(),
            over: Vec::new(),
            stop_at: self.stop_at.map(|at| (at, stop)),
            woken: Woken::default(),
            watched: heard.map(|heard| (watch, heard, halt)),
            is_patient: self.case.on_threads,
        };
        let samples = Samples::default();
        let outlets = Outlets { sink: Box::new(samples.clone()), pulses: None, audience };
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
