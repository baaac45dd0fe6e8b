//! Facts of arrival schedules.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::arrivals::Stage;

const SECOND: Nanos = 1_000_000_000;

fn stage(from: f64, to: f64, millis: u64) -> Stage {
    Stage { from, to, length: Span(std::time::Duration::from_millis(millis)) }
}

fn schedule(stages: &[Stage], spacing: Spacing, warm_up: u64, seed: u64) -> ArrivalSchedule {
    ArrivalSchedule::new(&Arrivals::Stages { stages: stages.to_vec(), spacing }, Span::from_secs(warm_up), seed)
}

fn constant(rate: f64, seconds: u64) -> ArrivalSchedule {
    schedule(&[stage(rate, rate, seconds * 1000)], Spacing::Even, 0, 0)
}

fn replay(offsets: Vec<u64>) -> ArrivalSchedule {
    let arrivals = Arrivals::Replay { file: "x".into(), digest: String::new(), offsets_ns: Arc::from(offsets) };
    ArrivalSchedule::new(&arrivals, Span::from_secs(1), 0)
}

fn starts(schedule: &ArrivalSchedule) -> Vec<Nanos> {
    schedule.walk(0, 1, Nanos::MAX).map(|(_, start)| start).collect()
}

/// Rates that make at most some thousand arrivals: none, tiny, small, and what a person types.
fn rate() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), 1e-3f64..1.0, 0.0f64..300.0, (1u32..300).prop_map(f64::from)]
}

fn stages() -> impl Strategy<Value = Vec<Stage>> {
    let one = (rate(), rate(), any::<bool>(), 1u64..4000);
    let one = one.prop_map(|(from, to, is_constant, millis)| stage(from, if is_constant { from } else { to }, millis));
    prop::collection::vec(one, 1..5)
}

fn spacing() -> impl Strategy<Value = Spacing> {
    prop_oneof![Just(Spacing::Even), Just(Spacing::Poisson), (1u32..20).prop_map(Spacing::Bursts)]
}

fn any_schedule() -> impl Strategy<Value = ArrivalSchedule> {
    let offsets = prop::collection::vec(0u64..5_000_000_000, 0..300);
    let recorded = offsets.prop_map(|mut offsets| {
        offsets.sort_unstable();
        replay(offsets)
    });
    let staged = (stages(), spacing(), 0u64..3, any::<u64>());
    prop_oneof![9 => staged.prop_map(|(stages, spacing, warm_up, seed)| schedule(&stages, spacing, warm_up, seed)), 1 => recorded]
}

proptest! {
    #[test]
    fn due_times_never_fall_and_lie_within_the_schedule(schedule in any_schedule()) {
        let starts = starts(&schedule);
        prop_assert!(starts.is_sorted(), "{starts:?}");
        prop_assert!(starts.iter().all(|start| (0..schedule.length()).contains(start)));
    }

    #[test]
    fn walks_counts_and_due_times_agree(schedule in any_schedule(), share in 0.0f64..1.2) {
        let end = (schedule.length() as f64 * share) as Nanos;
        let walked: Vec<_> = schedule.walk(0, 1, end).collect();
        prop_assert_eq!(walked.len() as u64, schedule.count_before(end));
        for (index, (found, start)) in walked.iter().enumerate() {
            prop_assert_eq!((*found, Some(*start)), (index as u64, schedule.intended_start(*found)));
        }
        prop_assert!(schedule.intended_start(walked.len() as u64).is_none_or(|start| start >= end));
    }

    #[test]
    fn the_walks_of_all_threads_are_the_whole(schedule in any_schedule(), threads in 1u64..9) {
        let mut shares: Vec<_> = (0..threads).flat_map(|first| schedule.walk(first, threads, Nanos::MAX)).collect();
        shares.sort_unstable();
        prop_assert_eq!(shares, schedule.walk(0, 1, Nanos::MAX).collect::<Vec<_>>());
    }

    #[test]
    fn counts_are_the_integral_of_the_rate_within_one(stages in stages(), size in 1u32..20, share in 0.0f64..=1.0) {
        let even = schedule(&stages, Spacing::Even, 0, 0);
        let end = (even.length() as f64 * share) as Nanos;
        let mut integral = 0.0;
        let mut start = 0;
        for stage in &stages {
            let within = (end - start).clamp(0, stage.length.nanos()) as f64;
            let slope = (stage.to - stage.from) / stage.length.nanos() as f64;
            integral += (stage.from * within + slope * within * within / 2.0) / 1e9;
            start += stage.length.nanos();
        }
        let count = even.count_before(end) as f64;
        prop_assert!((count - integral).abs() <= 1.0 + 1e-6, "{count} for {integral}");
        let count = schedule(&stages, Spacing::Bursts(size), 0, 0).count_before(end) as f64;
        prop_assert!((count - integral).abs() <= f64::from(size) + 1e-6, "{count} for {integral} in bursts of {size}");
    }

    #[test]
    fn a_constant_rate_is_index_by_rate(rate in 0.01f64..1e7, index in 0u64..100_000_000) {
        let schedule = constant(rate, 30 * 24 * 3600);
        let expected = (index as f64 * 1e9 / rate).round() as Nanos;
        prop_assert_eq!(schedule.intended_start(index), Some(expected).filter(|start| *start < schedule.length()));
    }

    #[test]
    fn bursts_come_at_once(rate in 1u32..500, size in 1u32..50) {
        let rate = f64::from(rate);
        let starts = starts(&schedule(&[stage(rate, rate, 2000)], Spacing::Bursts(size), 0, 0));
        let size = size as usize;
        prop_assert_eq!(starts.len() % size, 0);
        prop_assert!(starts.chunks(size).all(|burst| burst.iter().all(|start| *start == burst[0])));
        prop_assert!(starts.chunks(size).map(|burst| burst[0]).is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn the_seed_makes_the_times(stages in stages(), seed: u64) {
        let of = |seed| starts(&schedule(&stages, Spacing::Poisson, 1, seed));
        prop_assert_eq!(of(seed), of(seed));
        // With fewer arrivals two schedules may be equal by chance: both empty.
        if of(seed).len() > 5 {
            prop_assert_ne!(of(seed), of(seed ^ 1));
        }
    }

    #[test]
    fn a_nearly_level_ramp_is_the_level_rate(rate in 1.0f64..1e6, index in 0u64..1_000_000, tilt in -1e-9f64..1e-9) {
        let ramp = schedule(&[stage(rate, rate * (1.0 + tilt), 3_600_000)], Spacing::Even, 0, 0);
        let (Some(level), Some(ramp)) = (constant(rate, 3600).intended_start(index), ramp.intended_start(index)) else {
            return Ok(());
        };
        prop_assert!((level - ramp).abs() <= 1 + level / 1_000_000_000, "{ramp} for {level}");
    }
}

#[test]
fn a_thousand_a_second_for_a_minute_is_sixty_thousand() {
    let schedule = constant(1000.0, 60);
    assert_eq!(schedule.length(), 60 * SECOND);
    assert_eq!(schedule.count_before(schedule.length()), 60_000);
    assert_eq!(schedule.intended_start(59_999), Some(59_999_000_000));
    assert_eq!(schedule.intended_start(60_000), None);
}

#[test]
fn warm_up_and_steady_state_are_one_unbroken_schedule() {
    let schedule = schedule(&[stage(3.0, 3.0, 10_000)], Spacing::Even, 5, 0);
    assert_eq!(schedule.intended_start(14), Some(4_666_666_667));
    assert_eq!(schedule.intended_start(15), Some(5 * SECOND));
    assert_eq!(schedule.count_before(15 * SECOND), 45);
}

#[test]
fn a_ramp_from_nothing_comes_by_the_square_root() {
    let schedule = schedule(&[stage(0.0, 100.0, 10_000)], Spacing::Even, 2, 0);
    assert_eq!(schedule.intended_start(0), Some(2 * SECOND));
    assert_eq!(schedule.intended_start(125), Some(7 * SECOND));
    assert_eq!(schedule.count_before(schedule.length()), 500);
}

#[test]
fn a_ramp_to_nothing_ends() {
    let schedule = schedule(&[stage(100.0, 0.0, 10_000)], Spacing::Even, 0, 0);
    assert_eq!(schedule.intended_start(375), Some(5 * SECOND));
    assert_eq!((schedule.count_before(Nanos::MAX), schedule.intended_start(500)), (500, None));
}

#[test]
fn nothing_is_due_while_the_rate_is_zero() {
    let stages = [stage(1000.0, 1000.0, 1000), stage(0.0, 0.0, 1000), stage(1000.0, 1000.0, 1000)];
    let schedule = schedule(&stages, Spacing::Even, 0, 0);
    assert_eq!(schedule.intended_start(999), Some(999_000_000));
    assert_eq!(schedule.intended_start(1000), Some(2 * SECOND));
    assert_eq!(schedule.count_before(3 * SECOND), 2000);
}

#[test]
fn stages_follow_each_other_without_a_step() {
    let stages = [stage(0.1, 0.1, 30_000), stage(10.0, 10.0, 1000)];
    let schedule = schedule(&stages, Spacing::Even, 0, 0);
    let starts = starts(&schedule);
    assert_eq!(starts[..4], [0, 10 * SECOND, 20 * SECOND, 30 * SECOND]);
    assert_eq!((starts.len(), starts[12]), (13, 30_900_000_000));
}

#[test]
fn a_replay_keeps_its_offsets() {
    let schedule = replay(vec![0, 5, 5, 900]);
    assert_eq!((schedule.length(), schedule.count_before(900)), (901, 3));
    assert_eq!(starts(&schedule), [0, 5, 5, 900]);
    assert_eq!(replay(Vec::new()).length(), 0);
}

#[test]
fn poisson_gaps_have_the_mean_and_deviation_of_the_rate() {
    let starts = starts(&schedule(&[stage(2000.0, 2000.0, 100_000)], Spacing::Poisson, 0, 42));
    // 200 000 expected, standard deviation 447.
    assert!((198_000..202_000).contains(&starts.len()), "{}", starts.len());
    let gaps: Vec<f64> = starts.windows(2).map(|pair| (pair[1] - pair[0]) as f64 / 500_000.0).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
    assert!((mean - 1.0).abs() < 0.011 && (variance - 1.0).abs() < 0.032, "{mean}, {variance}");
}

#[test]
fn a_poisson_ramp_has_its_arrivals_where_the_rate_is_high() {
    let ramp = schedule(&[stage(0.0, 4000.0, 100_000)], Spacing::Poisson, 0, 1);
    let (half, all) = (ramp.count_before(50 * SECOND) as f64, ramp.count_before(100 * SECOND) as f64);
    assert!((half - 50_000.0).abs() < 1200.0 && (all - 200_000.0).abs() < 2300.0, "{half} of {all}");
}

#[test]
fn a_seed_means_the_same_times_on_every_machine_and_in_every_version() {
    let starts = starts(&schedule(&[stage(1000.0, 2000.0, 1000)], Spacing::Poisson, 0, 1));
    assert_eq!(starts[..4], [126_553, 812_571, 1_649_586, 2_046_354]);
    assert_eq!((starts.len(), starts[1000]), (1478, 748_865_105));
}
