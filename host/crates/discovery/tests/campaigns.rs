//! Searches on simulated targets, many seeds each: is the truth within the bounds, and how long does it take?
//!
//! Truth is the lowest rate at which more than half of all trials of final length are bad. It is found by trials of its own
//! seeds, without the search. `cargo test -p discovery --release -- --ignored campaign --nocapture` runs all seeds.

mod simulation;

use discovery::{Verdict, final_trial, judge, search};
use model::{Load, Measurer, Pace, Purpose, SearchAnswer, SearchEnd, SearchPlan, Span, Strategy, Subject, TrialOrder};
use simulation::{Noise, Random, Simulation, Target, rate};

/// Seeds of the trials that tell the truth begin here.
const TRUTH: u64 = 1 << 40;

fn plan(strategy: Strategy, seed: u64) -> SearchPlan {
    // Rates lie on a grid that begins at the least: another one for each seed.
    let min = 1.0 + 0.01 * Random::new(seed, 0).uniform();
    SearchPlan {
        test_case: "queue".to_owned(),
        subject: Subject::Rate { load: Load(1), min: rate(min), max: rate(1e6) },
        slo: "p99 < 25ms".to_owned(),
        strategy,
        width: 0.01,
        duration: Span::from_secs(30),
        budget: None,
        max_trials: None,
    }
}

/// Share of trials of final length that are bad.
fn chance_of_bad(target: &Target, at: f64, trials: u64) -> f64 {
    let plan = plan(Strategy::Mlrsearch, 0);
    let order = TrialOrder {
        load: Load(1),
        pace: Pace::Open(rate(at)),
        duration: final_trial(&plan, at).expect("a plan"),
        may_end_early: true,
        purpose: Purpose::Bound,
    };
    let is_bad = |seed| {
        let measurement = Simulation::new(*target, TRUTH + seed).measure(&order).expect("a trial");
        judge(&measurement, plan.width) == Verdict::Bad
    };
    (0..trials).filter(|seed| is_bad(*seed)).count() as f64 / trials as f64
}

/// The lowest rate at which more than half of the trials are bad, to 0.01 %.
fn truth(target: &Target) -> f64 {
    let capacity = target.capacity();
    let mut low = capacity * 0.3;
    let mut high = low;
    while chance_of_bad(target, high, 40) <= 0.5 {
        low = high;
        high += capacity * 0.01;
    }
    while (high - low) / high > 1e-4 {
        let middle = f64::midpoint(low, high);
        *if chance_of_bad(target, middle, 1000) > 0.5 { &mut high } else { &mut low } = middle;
    }
    high
}

/// What came of the searches of one target.
struct Campaign {
    truth: f64,
    /// Seeds whose bounds do not hold the truth, or are too far apart.
    missed: Vec<(u64, SearchAnswer)>,
    /// Measured seconds of each search, in order.
    measured: Vec<f64>,
    elapsed: Vec<f64>,
    trials: Vec<f64>,
}

impl Campaign {
    fn run(target: &Target, truth: f64, strategy: Strategy, seeds: u64) -> Self {
        let mut campaign =
            Self { truth, missed: Vec::new(), measured: Vec::new(), elapsed: Vec::new(), trials: Vec::new() };
        for seed in 0..seeds {
            let mut simulation = Simulation::new(*target, seed);
            let plan = plan(strategy, seed);
            let answer = search(&plan, &mut simulation, &mut |_| {}).expect("an answer");
            campaign.measured.push(simulation.measured());
            campaign.elapsed.push(simulation.elapsed().0.as_secs_f64());
            campaign.trials.push(simulation.trials.len() as f64);
            let holds =
                answer.lower.is_some_and(|lower| lower < truth) && answer.upper.is_some_and(|upper| upper >= truth);
            let is_near = answer.width.is_some_and(|width| width <= plan.width) && answer.end == SearchEnd::Found;
            if !holds || !is_near {
                campaign.missed.push((seed, answer));
            }
        }
        campaign
    }

    fn tell(&self, name: &str) {
        println!(
            "{name}: truth {:.2}/s within bounds of 1 % for {} of {}; median {:.0} s measured, {:.0} s in all, {:.0} trials; at most {:.0} s",
            self.truth,
            self.measured.len() - self.missed.len(),
            self.measured.len(),
            median(&self.measured),
            median(&self.elapsed),
            median(&self.trials),
            self.measured.iter().copied().fold(0.0, f64::max),
        );
        for (seed, answer) in self.missed.iter().take(5) {
            println!("  seed {seed}: {:?} to {:?}, {:?}", answer.lower, answer.upper, answer.end);
        }
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Runs the searches of both strategies, and asserts what must hold of them.
fn campaign(name: &str, target: &Target, seeds: u64, at_least: usize) {
    let truth = truth(target);
    let found = Campaign::run(target, truth, Strategy::Mlrsearch, seeds);
    found.tell(name);
    let classic = Campaign::run(target, truth, Strategy::Classic, seeds);
    classic.tell(&format!("{name}, classic"));
    let right = seeds as usize - found.missed.len();
    assert!(right >= at_least, "{name}: {right} of {seeds}");
    assert!(median(&found.measured) < median(&classic.measured), "{name}: no faster than classic");
}

const NOISE: Target = Target { noise: Noise::Normal(0.05), ..Target::CLEAN };
const UNREST: Target = Target { noise: Noise::Normal(0.05), unrest: 0.05, ..Target::CLEAN };
const STALLS: Target = Target { stalls: Some((60.0, 0.15)), ..NOISE };
const DIP: Target = Target { dip: Some((560.0, 640.0, 1.6)), ..NOISE };
const EXPONENTIAL: Target = Target { noise: Noise::Exponential, ..Target::CLEAN };

#[test]
#[ignore = "200 seeds: make soak"]
fn campaign_clean() {
    campaign("clean", &Target::CLEAN, 200, 190);
}

#[test]
#[ignore = "200 seeds: make soak"]
fn campaign_noise() {
    campaign("5 % noise", &NOISE, 200, 190);
}

#[test]
#[ignore = "200 seeds: make soak"]
fn campaign_unrest() {
    campaign("5 % noise of the whole target", &UNREST, 200, 190);
}

#[test]
#[ignore = "200 seeds: make soak"]
fn campaign_stalls() {
    campaign("stalls", &STALLS, 200, 190);
}

#[test]
#[ignore = "200 seeds: make soak"]
fn campaign_dip() {
    campaign("dip", &DIP, 200, 190);
}

#[test]
#[ignore = "200 seeds: make soak"]
fn campaign_exponential() {
    campaign("exponential", &EXPONENTIAL, 200, 190);
}

#[test]
#[ignore = "a look at the curves"]
fn curves() {
    for (name, target) in [("noise", NOISE), ("unrest", UNREST), ("exponential", EXPONENTIAL)] {
        let truth = truth(&target);
        let shares = [0.9, 0.95, 0.97, 0.98, 0.985, 0.99, 0.995, 1.0, 1.005, 1.01, 1.015, 1.02, 1.03, 1.05, 1.1];
        println!(
            "{name} {truth:.2} {:?}",
            shares.map(|share| (share, (chance_of_bad(&target, truth * share, 500) * 100.0).round()))
        );
    }
}
