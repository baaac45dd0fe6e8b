//! Do the decisions keep what they promise? Clusters are made up whose true difference is known, and judged a thousand
//! times. `docs/compare.md` has the figures.
//!
//! A percentile of many independent times is the transform of that of as many uniform numbers, so that only one of them
//! need be transformed.

#![expect(clippy::print_stdout, reason = "the shares found, for the page that tells of them")]

use fastrand::Rng;
use statrs::distribution::{ContinuousCDF, Normal};

use crate::blocks::Blocks;
use crate::cells::Cell;
use crate::decision::{self, Verdict};
use crate::figure::Figure;
use crate::power;
use crate::sample::Sample;
use crate::settings::{Options, Settings};

/// Seeds are printed with every assertion.
const SEED: u64 = 20_261_125;
const PAIRS: u32 = 1_000;
/// Requests of a repetition.
const REQUESTS: usize = 3_000;
const PERCENTILE: f64 = 0.99;
/// Spread between repetitions: standard deviation of the logarithm of a factor.
const BETWEEN: f64 = 0.03;

/// A distribution of response times, by its quantile function.
#[derive(Debug, Clone, Copy)]
enum Times {
    /// Log-normal, σ = 0.5.
    LogNormal,
    /// Pareto, α = 2.5.
    Pareto,
}

impl Times {
    fn quantile(self, probability: f64) -> f64 {
        match self {
            Self::LogNormal => (0.5 * normal().inverse_cdf(probability)).exp(),
            Self::Pareto => (1.0 - probability).powf(-1.0 / 2.5),
        }
    }

    /// Standard deviation of the logarithm of the percentile of `requests` times: √(p (1 − p) / n) / density, by the
    /// delta method.
    fn error(self, requests: usize) -> f64 {
        let step = 1e-5;
        let slope = (self.quantile(PERCENTILE + step).ln() - self.quantile(PERCENTILE - step).ln()) / (2.0 * step);
        slope * (PERCENTILE * (1.0 - PERCENTILE) / requests as f64).sqrt()
    }
}

fn normal() -> Normal {
    Normal::new(0.0, 1.0).expect("scale 1")
}

fn gauss(random: &mut Rng) -> f64 {
    // Box and Muller (1958).
    (-2.0 * (1.0 - random.f64()).ln()).sqrt() * (std::f64::consts::TAU * random.f64()).cos()
}

/// The percentile of `requests` times.
fn percentile(times: Times, requests: usize, random: &mut Rng) -> f64 {
    let mut uniform: Vec<f64> = (0..requests).map(|_| random.f64()).collect();
    let rank = (PERCENTILE * requests as f64).ceil() as usize - 1;
    let (_, chosen, _) = uniform.select_nth_unstable_by(rank, f64::total_cmp);
    times.quantile(*chosen)
}

fn repetitions(times: Times, number: u32, factor: f64, random: &mut Rng) -> Sample {
    let one = |random: &mut Rng| factor * (BETWEEN * gauss(random)).exp() * percentile(times, REQUESTS, random);
    Sample::of((0..number).map(|_| one(random)).collect())
}

fn cell(samples: Vec<Sample>) -> Cell {
    let samples = samples.into_iter().map(Some).collect();
    Cell { label: "made up".into(), figure: Figure::Percentile(99.0), unit: "ns", samples }
}

/// Whether any two clusters are called different.
fn is_any_different(cells: &[Cell]) -> bool {
    let settings = Settings::of(&Options::default()).expect("defaults");
    let comparisons = decision::compare(cells, &settings);
    comparisons.iter().any(|comparison| matches!(comparison.verdict, Verdict::Differs { .. }))
}

/// Share of a thousand families of cells in which any two clusters are called different.
fn share(random: &mut Rng, mut family: impl FnMut(&mut Rng) -> Vec<Cell>) -> f64 {
    let found = (0..PAIRS).filter(|_| is_any_different(&family(random))).count();
    found as f64 / f64::from(PAIRS)
}

#[test]
fn equal_clusters_are_called_different_as_seldom_as_promised() {
    for times in [Times::LogNormal, Times::Pareto] {
        let mut random = Rng::with_seed(SEED);
        let share =
            share(&mut random, |random| vec![cell((0..2).map(|_| repetitions(times, 5, 1.0, random)).collect())]);
        println!("{times:?}: 5 repetitions each, equal: {:.1} % called different", share * 100.0);
        assert!(share <= 0.065, "seed {SEED}, {times:?}: {share}");
    }
}

#[test]
fn a_tenth_more_is_found_as_often_as_theory_says() {
    for times in [Times::LogNormal, Times::Pareto] {
        let variance = BETWEEN.powi(2) + times.error(REQUESTS).powi(2);
        let number = power::repetitions(variance, variance, 1.1_f64.ln(), 0.05, 0.95).expect("few repetitions");
        let mut random = Rng::with_seed(SEED);
        let share = share(&mut random, |random| {
            vec![cell(vec![repetitions(times, number, 1.0, random), repetitions(times, number, 1.1, random)])]
        });
        println!("{times:?}: {number} repetitions each, 10 % apart: {:.1} % found, theory 95 %", share * 100.0);
        assert!(share >= 0.9, "seed {SEED}, {times:?}, {number} repetitions: {share}");
    }
}

#[test]
fn more_clusters_and_cells_make_no_more_false_claims() {
    let mut random = Rng::with_seed(SEED);
    let share = share(&mut random, |random| {
        let cell = |random: &mut Rng| cell((0..4).map(|_| repetitions(Times::LogNormal, 5, 1.0, random)).collect());
        (0..2).map(|_| cell(random)).collect()
    });
    println!(
        "4 equal clusters in 2 cells, 12 comparisons: {:.1} % of families with any called different",
        share * 100.0
    );
    assert!(share <= 0.065, "seed {SEED}: {share}");
}

#[test]
fn no_difference_is_said_only_where_one_would_have_been_found() {
    // Of pairs that differ by a tenth, the share that is told that there is no difference at that resolution.
    let settings = Settings::of(&Options::default()).expect("defaults");
    let mut random = Rng::with_seed(SEED);
    let is_denied = |random: &mut Rng| {
        let samples =
            vec![repetitions(Times::LogNormal, 5, 1.0, random), repetitions(Times::LogNormal, 5, 1.1, random)];
        matches!(decision::compare(&[cell(samples)], &settings)[0].verdict, Verdict::Same { .. })
    };
    let share = (0..PAIRS).filter(|_| is_denied(&mut random)).count() as f64 / f64::from(PAIRS);
    println!("5 repetitions each, 10 % apart: {:.1} % told that there is no difference", share * 100.0);
    assert!(share <= 0.2, "seed {SEED}: {share}");
}

/// A trial of its own factor, in blocks whose factors depend on those before them.
fn trial(between: f64, within: f64, random: &mut Rng) -> Sample {
    let requests = 600;
    let own = (between * gauss(random)).exp();
    let mut state = gauss(random) * within;
    let blocks: Vec<f64> = (0..25)
        .map(|_| {
            state = 0.4 * state + within * (1.0 - 0.16_f64).sqrt() * gauss(random);
            own * state.exp() * percentile(Times::LogNormal, requests, random)
        })
        .collect();
    let mean = (blocks.iter().map(|value| value.ln()).sum::<f64>() / blocks.len() as f64).exp();
    Sample { values: vec![mean], blocks: Some(Blocks::of(blocks)), ..Sample::default() }
}

#[test]
fn blocks_of_one_trial_do_not_see_what_differs_between_repetitions() {
    let of = |between, within| {
        let mut random = Rng::with_seed(SEED);
        share(&mut random, |random| vec![cell((0..2).map(|_| trial(between, within, random)).collect())])
    };
    let (alone, waving, apart) = (of(0.0, 0.0), of(0.0, 0.1), of(BETWEEN, 0.1));
    println!(
        "one trial each in 25 blocks, equal: {:.1} % called different, {:.1} % where blocks depend on each other, {:.1} % \
         where repetitions spread by 3 % too",
        alone * 100.0,
        waving * 100.0,
        apart * 100.0
    );
    assert!(alone <= 0.065, "seed {SEED}: {alone}");
    // Its own weakness, which the report says: more false claims than promised, though not many more.
    assert!(waving <= 0.12 && apart > waving, "seed {SEED}: {waving} {apart}");
}
