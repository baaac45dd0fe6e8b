//! Trials that may end early, against targets that can take 100 requests a second.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::{
    Cause, Clock as _, Exchange, Load, LoadModel, Nanos, Outcome, Rate, Request, Sample, Span, Token, Transport,
    TransportError, TrialPlan, Validity, Waker,
};

use super::fakes::{MS, SINGLE, Samples, Trial, Woken, exchange, source};
use crate::clock::TrialClock;
use crate::recorder::Recorder;
use crate::stop::Stop;
use crate::trial::{ThreadParts, TrialSetup, run_trial};

/// Ten connections, each for 100 ms a request.
fn at(rate: f64, change: impl FnOnce(Trial) -> Trial) -> (Recorder, Vec<Sample>) {
    let trial = Trial { rate, end: 10_000 * MS, may_end_early: true, ..Trial::default() };
    let (recorder, samples, _) = change(trial).run(|now| (now + 100 * MS, Ok(200)));
    (recorder, samples)
}

fn last_end(samples: &[Sample]) -> Nanos {
    samples.iter().map(|sample| sample.end).max().expect("samples")
}

#[test]
fn a_trial_far_above_capacity_ends_early_and_loses_no_arrival() {
    for max_in_flight in [50, 100_000] {
        let (recorder, samples) = at(1000.0, |trial| Trial { max_in_flight, ..trial });
        let end = last_end(&samples);
        assert!(end <= 3_000 * MS, "{end} ns with {max_in_flight}");
        // What was due at the very instant of the end is not in the steady state any more.
        let phases = [&recorder.warm_up, &recorder.steady, &recorder.drain];
        let scheduled: u64 = phases.iter().map(|phase| phase.counts.scheduled).sum();
        assert_eq!(samples.len() as u64, scheduled);
        // Each arrival that was due before the end has an outcome.
        assert!(scheduled.abs_diff(end.unsigned_abs() / MS.unsigned_abs()) <= 1, "{scheduled} by {end} ns");
        let abandoned = samples.iter().filter(|sample| sample.outcome == Outcome::Abandoned);
        assert!(abandoned.count() >= 40, "cut, not awaited");
        assert_eq!(recorder.steady.length_ns, u64::try_from(end - 1000 * MS).unwrap_or(0));
    }
}

#[test]
fn a_trial_within_capacity_goes_on_to_its_end() {
    for rate in [10.0, 80.0, 99.0] {
        let (recorder, samples) = at(rate, |trial| trial);
        assert_eq!(recorder.steady.length_ns, 9_000_000_000, "{rate}/s");
        assert!(samples.iter().all(|sample| sample.outcome == Outcome::Success));
    }
}

#[test]
fn a_trial_that_must_not_end_early_does_not() {
    let (recorder, _) = at(1000.0, |trial| Trial { may_end_early: false, ..trial });
    assert_eq!(recorder.steady.length_ns, 9_000_000_000);
}

/// Time between two answers of it.
const EVERY: Nanos = 20 * MS;

/// Takes every request, and answers one every so often, in real time.
struct Slow {
    clock: Arc<TrialClock>,
    /// When each was sent.
    sent: BTreeMap<Token, Nanos>,
    next_answer: Nanos,
    woken: Woken,
}

impl Transport for Slow {
    fn open(&mut self, _: &dyn Fn() -> bool) -> Result<(), TransportError> {
        Ok(())
    }

    fn submit(&mut self, token: Token, _: u64, _: Request) {
        self.sent.insert(token, self.clock.now());
    }

    fn cancel(&mut self, token: Token, why: TransportError) -> Option<Exchange> {
        let sent = self.sent.remove(&token)?;
        Some(exchange(Some(sent), self.clock.now(), Err(why)))
    }

    fn wait(&mut self, until: Nanos, ended: &mut VecDeque<(Token, Exchange)>) {
        let left = u64::try_from(until.min(self.next_answer).saturating_sub(self.clock.now())).unwrap_or(0);
        let is_woken = self.woken.0.lock().expect("nobody panicked");
        let waited = self.woken.1.wait_timeout_while(is_woken, Duration::from_nanos(left), |is_woken| !*is_woken);
        *waited.expect("nobody panicked").0 = false;
        let now = self.clock.now();
        if now >= self.next_answer {
            self.next_answer = now + EVERY;
            let answered = self.sent.pop_first();
            ended.extend(answered.map(|(token, sent)| (token, exchange(Some(sent), now, Ok(200)))));
        }
    }

    fn waker(&self) -> Waker {
        let woken = Arc::clone(&self.woken);
        Arc::new(move || {
            *woken.0.lock().expect("nobody panicked") = true;
            woken.1.notify_all();
        })
    }
}

#[test]
fn a_whole_trial_on_two_threads_ends_early_and_says_why() {
    let rate = Rate::per_second(1000.0).expect("in range");
    let duration = Span::from_secs(60);
    let plan = TrialPlan {
        test_case: "fake".to_owned(),
        options: Default::default(),
        load: Load(1),
        load_model: LoadModel::constant(rate, duration),
        warm_up: Span(Duration::from_millis(50)),
        duration,
        timeout: Span::from_secs(30),
        pacing: Default::default(),
        threads: 2,
        plugin_threads: 1,
        connections: None,
        max_in_flight: 100_000,
        feed: None,
        slo: None,
        abort_when: None,
        abort_window: Span::from_secs(1),
    };
    let setup = TrialSetup {
        plan,
        seed: 1,
        source: source(SINGLE),
        feed: None,
        slo: None,
        abort_when: None,
        may_end_early: true,
        stop: Stop::default(),
        pulses: None,
    };
    let part = || ThreadParts {
        transport: Box::new(|clock| {
            let (sent, woken) = (BTreeMap::new(), Woken::default());
            Ok(Box::new(Slow { clock, sent, next_answer: 0, woken }) as _)
        }),
        sink: Box::new(Samples::default()),
    };
    let begun = Instant::now();
    let result = run_trial(&setup, vec![part(), part()]).expect("a result");
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}: neither its length nor the time-out was awaited",
        begun.elapsed()
    );
    assert_eq!(result.validity_reasons.first().map(|reason| reason.cause), Some(Cause::Overloaded));
    // Unless this machine could not even send.
    let causes: Vec<_> = result.validity_reasons.iter().map(|reason| reason.cause).collect();
    assert!(result.validity == Validity::Interrupted || causes.contains(&Cause::Cpu), "{causes:?}");
    let counts = &result.steady.counts;
    assert_eq!(counts.of(Outcome::Abandoned) + counts.of(Outcome::Success), counts.scheduled);
    assert!(counts.of(Outcome::Abandoned) > counts.scheduled / 2, "{counts:?}");
    let whole = result.steady.length_ns / result.backlog.slice_ns;
    assert!(result.backlog.slices.len() as u64 <= whole, "{} slices of {whole}", result.backlog.slices.len());
    assert!(result.backlog.slices.len() as u64 + 1 >= whole && result.backlog.arrivals() > 4 * result.backlog.ends());
}
