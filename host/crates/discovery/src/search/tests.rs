//! Facts of a search against targets whose verdict is a rule, not a simulation.

use model::{
    Backlog, BacklogSlice, Load, Measurement, Measurer, MeasurerError, Pace, Purpose, Rate, SearchEnd, SearchPlan,
    Span, Strategy, Subject, TrialOrder, Validity,
};

use super::*;

/// A search for a rate with trials of 30 s, to 1 %.
pub(crate) fn rate_plan(min: f64, max: f64) -> SearchPlan {
    let typed = |rate| Rate::per_second(rate).expect("a rate");
    SearchPlan {
        test_case: "http-get".to_owned(),
        subject: Subject::Rate { load: Load(1), min: typed(min), max: typed(max) },
        slo: "p99 < 50ms".to_owned(),
        strategy: Strategy::Mlrsearch,
        width: 0.01,
        duration: Span::from_secs(30),
        budget: None,
        max_trials: None,
    }
}

fn classic(plan: SearchPlan) -> SearchPlan {
    SearchPlan { strategy: Strategy::Classic, ..plan }
}

fn load_plan(rate: f64, min: u32, max: u32) -> SearchPlan {
    let rate = Rate::per_second(rate).expect("a rate");
    SearchPlan { subject: Subject::Load { rate, min: Load(min), max: Load(max) }, ..rate_plan(1.0, 2.0) }
}

/// A target that takes `capacity` a second in a closed loop, and whose trials go as `rule` says.
struct Ruled<F> {
    capacity: f64,
    /// Number of the trial from 1, and its order: what becomes of it.
    rule: F,
    trials: Vec<Measurement>,
    elapsed: f64,
    stop_after: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Good,
    SloMissed,
    /// The SLO is met, but something failed.
    Failures,
    /// The SLO is met, but the queue grows.
    FallsBehind,
    Overloaded,
    TesterBound,
    CutShort,
}

fn rate_of(order: &TrialOrder) -> f64 {
    match order.pace {
        Pace::Open(rate) => rate.get(),
        Pace::Closed(_) => 0.0,
    }
}

impl<F: FnMut(u32, &TrialOrder) -> Fate> Ruled<F> {
    fn new(capacity: f64, rule: F) -> Self {
        Self { capacity, rule, trials: Vec::new(), elapsed: 0.0, stop_after: usize::MAX }
    }

    fn search(&mut self, plan: &SearchPlan) -> SearchAnswer {
        search(plan, self, &mut |_| {}).expect("an answer")
    }

    fn open_rates(&self) -> Vec<f64> {
        self.trials.iter().map(|trial| rate_of(&trial.order)).filter(|rate| *rate > 0.0).collect()
    }
}

impl<F: FnMut(u32, &TrialOrder) -> Fate> Measurer for Ruled<F> {
    fn measure(&mut self, order: &TrialOrder) -> Result<Measurement, MeasurerError> {
        if self.trials.len() >= self.stop_after {
            return Err(MeasurerError::Stopped);
        }
        let trial = self.trials.len() as u32 + 1;
        let fate = (self.rule)(trial, order);
        let seconds = order.duration.0.as_secs_f64();
        let goodput = match order.pace {
            Pace::Open(rate) => rate.get().min(self.capacity),
            Pace::Closed(users) => (f64::from(users) * self.capacity / 6.0).min(self.capacity),
        };
        let is_overloaded = fate == Fate::Overloaded;
        let length = if is_overloaded { seconds.min(2.0) } else { seconds };
        let arrivals = (rate_of(order) * length) as u64;
        let lost = if fate == Fate::FallsBehind { arrivals / 50 + 40 } else { 0 };
        let slices = (0..40).map(|_| BacklogSlice { arrivals: arrivals / 40, ends: arrivals / 40 - lost / 40 });
        self.elapsed += length + 0.5;
        let measurement = Measurement {
            trial,
            order: order.clone(),
            length: span(length),
            arrivals,
            failures: u64::from(fate == Fate::Failures),
            goodput,
            is_slo_met: !matches!(fate, Fate::SloMissed | Fate::Overloaded),
            backlog: Backlog { at_start: 1, slice_ns: (length / 40.0 * 1e9) as u64, slices: slices.collect() },
            validity: match fate {
                Fate::TesterBound => Validity::GeneratorBound,
                Fate::CutShort | Fate::Overloaded => Validity::Interrupted,
                _ => Validity::Valid,
            },
            is_overloaded,
            elapsed: span(self.elapsed),
        };
        self.trials.push(measurement.clone());
        Ok(measurement)
    }

    fn elapsed(&self) -> Span {
        span(self.elapsed)
    }
}

fn good_to(limit: f64) -> impl FnMut(u32, &TrialOrder) -> Fate {
    move |_, order| if rate_of(order) <= limit { Fate::Good } else { Fate::SloMissed }
}

fn assert_around(answer: &SearchAnswer, limit: f64, width: f64) {
    let (lower, upper) = (answer.lower.expect("a lower bound"), answer.upper.expect("an upper bound"));
    assert!(lower <= limit && limit < upper, "{lower} to {upper}, not {limit}");
    assert!(answer.width.expect("a width") <= width, "{answer:?}");
    assert_eq!(answer.end, SearchEnd::Found);
}

#[test]
fn both_strategies_find_a_threshold_wherever_it_is() {
    for limit in [1.0, 2.3, 77.7, 512.0, 513.0, 1234.5, 40_000.0, 999_000.0] {
        // Longer trials than 30 s would be needed to see 1 % of a few requests a second.
        let width = (10.0f64 / (limit * 30.0)).max(0.01) * 1.1;
        for capacity in [limit / 3.0, limit, limit * 3.0] {
            let mut target = Ruled::new(capacity, good_to(limit));
            assert_around(&target.search(&rate_plan(1.0, 1e6)), limit, width.min(0.55));
        }
        assert_around(&Ruled::new(limit, good_to(limit)).search(&classic(rate_plan(1.0, 1e6))), limit, 0.01);
    }
}

#[test]
fn classic_steps_are_those_of_the_older_tool() {
    let mut target = Ruled::new(1e9, good_to(700.0));
    target.search(&classic(SearchPlan { width: 0.1, ..rate_plan(1.0, 1e6) }));
    assert_eq!(target.open_rates(), [1., 2., 4., 8., 16., 32., 64., 128., 256., 512., 1024., 768., 640., 704.]);
    assert!(target.trials.iter().all(|trial| trial.order.duration == Span::from_secs(30)));
}

#[test]
fn no_trial_is_outside_of_what_may_be_tried() {
    for strategy in [Strategy::Classic, Strategy::Mlrsearch] {
        for limit in [10.0, 250.0, 1e6] {
            let mut target = Ruled::new(limit, good_to(limit));
            target.search(&SearchPlan { strategy, ..rate_plan(200.0, 300.0) });
            assert!(target.open_rates().iter().all(|rate| (200.0..=300.0).contains(rate)), "{:?}", target.open_rates());
        }
    }
}

#[test]
fn the_most_that_may_be_tried_is_no_upper_bound() {
    for strategy in [Strategy::Classic, Strategy::Mlrsearch] {
        let answer = Ruled::new(1e6, good_to(1e6)).search(&SearchPlan { strategy, ..rate_plan(1.0, 300.0) });
        assert_eq!((answer.lower, answer.upper, answer.end), (Some(300.0), None, SearchEnd::UpperNotReached));
    }
}

#[test]
fn when_even_the_least_is_bad_nothing_is_good() {
    for strategy in [Strategy::Classic, Strategy::Mlrsearch] {
        let answer = Ruled::new(1e6, good_to(0.0)).search(&SearchPlan { strategy, ..rate_plan(50.0, 300.0) });
        assert_eq!((answer.lower, answer.upper, answer.end), (None, Some(50.0), SearchEnd::NothingGood));
    }
}

#[test]
fn a_rate_the_tester_cannot_hold_is_never_an_answer() {
    for strategy in [Strategy::Classic, Strategy::Mlrsearch] {
        let rule = |_, order: &TrialOrder| if rate_of(order) < 640.0 { Fate::Good } else { Fate::TesterBound };
        let mut target = Ruled::new(5000.0, rule);
        let answer = target.search(&SearchPlan { strategy, ..rate_plan(1.0, 1e6) });
        assert_eq!((answer.upper, answer.end), (None, SearchEnd::TesterLimit));
        let (lower, limit) = (answer.lower.expect("a lower bound"), answer.tester_limit.expect("a limit"));
        assert!(lower < 640.0 && limit >= 640.0 && (limit - lower) / limit <= 0.01, "{lower} {limit}");
        // Four times each, and then no more.
        let held = |trial: &&Measurement| trial.validity == Validity::GeneratorBound;
        for trial in target.trials.iter().filter(held) {
            assert_eq!(target.trials.iter().filter(|other| other.order == trial.order).count(), 4);
        }
    }
}

#[test]
fn a_tester_that_was_busy_once_is_asked_again() {
    for fate in [Fate::TesterBound, Fate::CutShort] {
        let rule = move |trial, order: &TrialOrder| match rate_of(order) {
            _ if trial % 3 == 0 => fate,
            rate if rate <= 640.0 => Fate::Good,
            _ => Fate::SloMissed,
        };
        for plan in [rate_plan(1.0, 1e6), classic(rate_plan(1.0, 1e6))] {
            let answer = Ruled::new(640.0, rule).search(&plan);
            assert_around(&answer, 640.0, 0.01);
            assert_eq!(answer.tester_limit, None);
        }
    }
}

#[test]
fn what_keeps_being_cut_short_is_not_good() {
    let rule = |_, order: &TrialOrder| if rate_of(order) <= 640.0 { Fate::Good } else { Fate::CutShort };
    let answer = Ruled::new(640.0, rule).search(&rate_plan(1.0, 1e6));
    assert_around(&answer, 640.0, 0.01);
    assert!(answer.notes.iter().any(|note| note.contains("cut short")), "{:?}", answer.notes);
}

#[test]
fn a_met_slo_is_not_enough_where_the_queue_grows() {
    for fate in [Fate::FallsBehind, Fate::Overloaded] {
        for strategy in [Strategy::Classic, Strategy::Mlrsearch] {
            let rule = |_, order: &TrialOrder| if rate_of(order) <= 640.0 { Fate::Good } else { fate };
            let answer = Ruled::new(700.0, rule).search(&SearchPlan { strategy, ..rate_plan(1.0, 1e6) });
            assert_around(&answer, 640.0, 0.01);
        }
    }
}

#[test]
fn one_bad_trial_in_six_does_not_move_the_bounds() {
    for offset in 0..6 {
        let rule = |trial, order: &TrialOrder| match rate_of(order) <= 640.0 {
            true if (trial + offset) % 6 == 0 => Fate::SloMissed,
            true => Fate::Good,
            false => Fate::SloMissed,
        };
        assert_around(&Ruled::new(640.0, rule).search(&rate_plan(1.0, 1e6)), 640.0, 0.01);
    }
}

#[test]
fn a_dip_below_the_highest_good_rate_is_the_answer_and_what_is_above_it_is_told() {
    for (low, high) in [(600.0, 680.0), (700.0, 780.0), (880.0, 960.0)] {
        let rule = |_, order: &TrialOrder| match rate_of(order) {
            rate if rate > 1000.0 || (low..high).contains(&rate) => Fate::SloMissed,
            _ => Fate::Good,
        };
        let mut target = Ruled::new(1000.0, rule);
        let answer = target.search(&rate_plan(1.0, 1e6));
        let (lower, upper) = (answer.lower.expect("a lower bound"), answer.upper.expect("an upper bound"));
        assert!(lower < low && upper >= low && upper - lower <= 0.01 * upper, "{lower} {upper}");
        assert!(answer.good_above_upper.iter().any(|good| (980.0..=1000.0).contains(good)), "{answer:?}");
    }
}

#[test]
fn no_failures_at_all_is_told_beside_the_slo() {
    let rule = |_, order: &TrialOrder| match rate_of(order) {
        rate if rate > 640.0 => Fate::SloMissed,
        rate if rate > 400.0 => Fate::Failures,
        _ => Fate::Good,
    };
    let answer = Ruled::new(640.0, rule).search(&classic(rate_plan(1.0, 1e6)));
    assert_around(&answer, 640.0, 0.01);
    let without = answer.without_failures.expect("rates");
    assert_eq!((without.lower, without.upper), (Some(256.0), Some(512.0)));
}

#[test]
fn conditional_throughput_is_goodput_at_the_lower_bound() {
    let answer = Ruled::new(640.0, good_to(640.0)).search(&rate_plan(1.0, 1e6));
    assert_eq!(answer.conditional_throughput, answer.lower);
}

#[test]
fn a_load_goes_up_by_one_until_it_is_bad() {
    // p99 wants 1000 arrivals: 20 s, which is most of the duration; 10 s; 2 s, which is less than a fifth of it.
    let cases = [(50.0, 1), (100.0, 2), (500.0, 3)].map(|(rate, each)| (Strategy::Mlrsearch, rate, each));
    for (strategy, rate, each) in cases.into_iter().chain([(Strategy::Classic, 500.0, 1)]) {
        let rule = |_, order: &TrialOrder| if order.load.0 <= 14 { Fate::Good } else { Fate::SloMissed };
        let mut target = Ruled::new(1e6, rule);
        let answer = target.search(&SearchPlan { strategy, ..load_plan(rate, 10, 90) });
        assert_eq!((answer.lower, answer.upper, answer.end), (Some(14.0), Some(15.0), SearchEnd::Found));
        let loads: Vec<u32> = target.trials.iter().map(|trial| trial.order.load.0).collect();
        assert_eq!(loads, (10..=15).flat_map(|load| vec![load; each]).collect::<Vec<_>>());
        let mut none = Ruled::new(1e6, |_, _: &TrialOrder| Fate::SloMissed);
        let answer = none.search(&SearchPlan { strategy, ..load_plan(rate, 10, 90) });
        assert_eq!((answer.lower, answer.end), (None, SearchEnd::NothingGood));
        let mut all = Ruled::new(1e6, |_, _: &TrialOrder| Fate::Good);
        let answer = all.search(&SearchPlan { strategy, ..load_plan(rate, 10, 12) });
        assert_eq!((answer.lower, answer.upper, answer.end), (Some(12.0), None, SearchEnd::UpperNotReached));
        let mut bound =
            Ruled::new(1e6, |_, order: &TrialOrder| if order.load.0 < 12 { Fate::Good } else { Fate::TesterBound });
        let answer = bound.search(&SearchPlan { strategy, ..load_plan(rate, 10, 90) });
        assert_eq!((answer.lower, answer.upper, answer.end), (Some(11.0), None, SearchEnd::TesterLimit));
    }
}

#[test]
fn budget_and_number_of_trials_are_kept() {
    for strategy in [Strategy::Classic, Strategy::Mlrsearch] {
        for seconds in [1, 8, 20, 60, 100, 300] {
            let mut target = Ruled::new(640.0, good_to(640.0));
            let plan = SearchPlan { strategy, budget: Some(Span::from_secs(seconds)), ..rate_plan(1.0, 1e6) };
            let answer = target.search(&plan);
            assert!(target.elapsed <= seconds as f64, "{seconds} s: {}", target.elapsed);
            assert!(matches!(answer.end, SearchEnd::Found | SearchEnd::BudgetSpent));
            if let (Some(lower), Some(upper)) = (answer.lower, answer.upper) {
                assert!(lower <= 640.0 && upper > 640.0);
            }
            let estimate = crate::estimate(&plan, Span::from_secs(1)).expect("a plan");
            assert!(estimate <= Span::from_secs(seconds));
        }
        let mut target = Ruled::new(640.0, good_to(640.0));
        let answer = target.search(&SearchPlan { strategy, max_trials: Some(9), ..rate_plan(1.0, 1e6) });
        assert_eq!((answer.trials.len(), answer.end), (9, SearchEnd::BudgetSpent));
    }
}

#[test]
fn a_small_budget_gives_wider_bounds_and_says_so() {
    let mut target = Ruled::new(100.0, good_to(100.0));
    let answer = target.search(&SearchPlan { budget: Some(Span::from_secs(50)), ..rate_plan(1.0, 1e6) });
    assert_eq!(answer.end, SearchEnd::Found, "{answer:?}");
    let width = answer.width.expect("two bounds");
    assert!(width > 0.01 && width < 0.1, "{width}");
    assert!(answer.notes.iter().any(|note| note.contains("% apart")), "{:?}", answer.notes);
}

#[test]
fn a_stopped_search_answers_what_it_knows_and_goes_on_from_the_record() {
    for plan in [rate_plan(1.0, 1e6), classic(rate_plan(1.0, 1e6))] {
        let mut whole = Ruled::new(640.0, good_to(640.0));
        let answer = whole.search(&plan);
        for stop_after in [0, 1, 7, whole.trials.len() - 1] {
            let mut cut = Ruled { stop_after, ..Ruled::new(640.0, good_to(640.0)) };
            let part = cut.search(&plan);
            assert_eq!((part.end, part.trials.len()), (SearchEnd::Stopped, stop_after));
            assert!(part.lower.is_none_or(|lower| lower <= 640.0) && part.upper.is_none_or(|upper| upper > 640.0));
            let mut resumed = Replayed { record: cut.trials, at: 0, target: Ruled::new(640.0, good_to(640.0)) };
            assert_eq!(search(&plan, &mut resumed, &mut |_| {}).expect("an answer"), answer);
        }
    }
}

/// Gives what is on record, and then measures.
struct Replayed<F> {
    record: Vec<Measurement>,
    at: usize,
    target: Ruled<F>,
}

impl<F: FnMut(u32, &TrialOrder) -> Fate> Measurer for Replayed<F> {
    fn measure(&mut self, order: &TrialOrder) -> Result<Measurement, MeasurerError> {
        let Some(recorded) = self.record.get(self.at) else { return self.target.measure(order) };
        assert_eq!(recorded.order, *order, "trial {}", self.at + 1);
        self.at += 1;
        self.target.elapsed = recorded.elapsed.0.as_secs_f64();
        self.target.trials.push(recorded.clone());
        Ok(recorded.clone())
    }

    fn elapsed(&self) -> Span {
        self.target.elapsed()
    }
}

#[test]
fn steering_trials_fix_no_bound() {
    let mut target = Ruled::new(640.0, good_to(640.0));
    let answer = target.search(&rate_plan(1.0, 1e6));
    let lower = answer.lower.expect("a lower bound");
    let long = target.trials.iter().filter(|trial| rate_of(&trial.order) == lower);
    let long: Vec<_> = long.filter(|trial| trial.order.purpose == Purpose::Bound).collect();
    assert_eq!(long.len(), 3);
    assert!(long.iter().all(|trial| trial.order.duration == Span::from_secs(6)));
    assert!(target.trials.iter().any(|trial| trial.order.purpose == Purpose::Steering));
}

#[test]
fn a_live_view_is_told_each_trial_and_the_end() {
    let mut target = Ruled::new(640.0, good_to(640.0));
    let (mut told, mut left) = (0, Vec::new());
    let answer = search(&rate_plan(1.0, 1e6), &mut target, &mut |progress| {
        assert_eq!(progress.trials, told);
        told += 1;
        left.push(progress.left.0.as_secs_f64());
        assert_eq!(progress.order.is_none(), progress.left == Span::from_secs(0));
        assert!(progress.bounds.lower.is_none_or(|lower| lower <= 640.0));
    });
    assert_eq!(told as usize, answer.expect("an answer").trials.len() + 1);
    let whole = target.elapsed;
    assert!(left[0] > whole / 3.0 && left[0] < whole * 3.0, "{} of {whole} s", left[0]);
}

#[test]
fn a_plan_that_makes_no_sense_is_refused() {
    let plan = rate_plan(1.0, 1e6);
    for (plan, message) in [
        (SearchPlan { width: 0.0, ..plan.clone() }, "a width is above 0 % and below 100 %"),
        (SearchPlan { width: f64::NAN, ..plan.clone() }, "a width is above 0 % and below 100 %"),
        (SearchPlan { duration: Span::from_secs(0), ..plan.clone() }, "measure nothing"),
        (rate_plan(2.0, 1.0), "a least of 2 and a most of 1"),
        (SearchPlan { slo: "fast".to_owned(), ..plan }, "fast"),
    ] {
        let error = search(&plan, &mut Ruled::new(1.0, good_to(1.0)), &mut |_| {}).expect_err("refused").to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn a_target_that_goes_by_chance_ends_the_search_all_the_same() {
    for seed in (0..60u64).step_by(12) {
        let rule = |trial: u32, order: &TrialOrder| {
            let mixed = (u64::from(trial) ^ seed << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let draw = (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 56;
            // From all good to all bad, and now and then what does not count.
            match draw {
                0..8 => Fate::TesterBound,
                8..16 => Fate::CutShort,
                16..24 => Fate::Overloaded,
                _ if draw < 24 + seed * 4 || rate_of(order) > 2000.0 => Fate::SloMissed,
                _ => Fate::Good,
            }
        };
        for plan in [rate_plan(1.0, 1e6), rate_plan(500.0, 510.0), load_plan(500.0, 1, 40)] {
            let mut target = Ruled::new(1000.0, rule);
            let answer = target.search(&plan);
            assert!(target.trials.len() < 2000, "seed {seed}: {} trials", target.trials.len());
            if let (Some(lower), Some(upper)) = (answer.lower, answer.upper) {
                assert!(lower < upper && answer.width.is_some_and(|width| width > 0.0), "seed {seed}: {answer:?}");
            }
        }
    }
}

#[test]
fn an_answer_survives_being_written() {
    let answer = Ruled::new(640.0, good_to(640.0)).search(&rate_plan(1.0, 1e6));
    let json = serde_json::to_string(&answer).expect("written");
    let read: SearchAnswer = serde_json::from_str(&json).expect("read");
    // The last bit of a width may be lost.
    assert_eq!(SearchAnswer { width: answer.width, ..read }, answer);
}
