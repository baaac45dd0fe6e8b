//! The generator on a fake clock, against a fake target and a fake test case.

mod early_end;
mod fakes;

use std::sync::Arc;

use model::plan::FeedMode;
use model::{Nanos, Outcome, Phase, TransportError};
use proptest::prelude::*;

use self::fakes::{FakeCase, MS, SINGLE, TIMEOUT, Trial, schedule};
use crate::backlog::BacklogRecorder;
use crate::feed::Feed;

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
        let (recorder, samples, _) = Trial { feed, users, ..Trial::default() }.run(|now| (now + MS, Ok(200)));
        let length = if users.is_some() && mode == FeedMode::Unique { 230..240 } else { 900..901 };
        assert!(length.contains(&(recorder.steady.length_ns / 1_000_000)), "{} ns", recorder.steady.length_ns);
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
fn what_ended_just_when_the_trial_is_stopped_is_not_lost() {
    // The only connection is free again when the trial is stopped, and the others are then answered at once.
    let trial = Trial { connections: 1, stop_at: Some(505 * MS), ..Trial::default() };
    let (_, samples, _) = trial.run(|now| (now.max(505 * MS), Ok(200)));
    assert_eq!(samples.len(), 51);
    assert!(samples.iter().all(|sample| sample.outcome == Outcome::Success));
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
        let backlog = BacklogRecorder::merge(std::iter::once(recorder.backlog));
        // All of it, or the slices that were whole when it was stopped.
        let covered = (backlog.slices.len() as u64 * backlog.slice_ns).min((end - end / 10).unsigned_abs());
        let covered = end / 10..end / 10 + Nanos::try_from(covered).expect("in range");
        let is_counted = |sample: &&model::Sample| sample.outcome != Outcome::Dropped && covered.contains(&sample.end);
        let due = samples.iter().filter(|sample| covered.contains(&sample.intended_start)).count();
        prop_assert_eq!(backlog.arrivals(), due as u64);
        prop_assert_eq!(backlog.ends(), samples.iter().filter(is_counted).count() as u64);
        let arrivals = samples.iter().filter(|sample| sample.step == 0).count() as u64;
        let due = schedule(rate, end).count_before(end);
        let due_by_then = schedule(rate, end).count_before(stop_at.map_or(end, |at| end.min(at * MS)));
        prop_assert!(arrivals >= due_by_then && (arrivals == due || stop_at.is_some()), "{} arrivals of {}", arrivals, due);
        for sample in &samples {
            prop_assert!(sample.intended_start <= sample.release && sample.release <= sample.end);
            prop_assert!(sample.sent.is_none_or(|sent| sample.release <= sent && sent <= sample.end));
            prop_assert_eq!(sample.phase == Phase::WarmUp, sample.intended_start < end / 10);
        }
    }
}
