//! A target in a computer's head: a queue of C servers, first come first served. It is measured as a real one would be.
//!
//! Events only, no clock: 6 s at 800/s take less than a millisecond. What it says depends on seed and trial alone.

mod random;
mod trial;

use std::collections::BinaryHeap;
use std::time::Duration;

use model::{Backlog, Measurement, Measurer, MeasurerError, Pace, Rate, Span, TrialOrder, Validity};

pub(crate) use self::random::Random;
use self::trial::Trial;

/// Warm-up of each trial, seconds.
pub(crate) const WARM_UP: f64 = 1.0;

/// A kind of target, and what is asked of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) servers: usize,
    /// Mean time that a server takes, seconds.
    pub(crate) service: f64,
    /// Spread of it from request to request.
    pub(crate) noise: Noise,
    /// Standard deviation of the whole target's slowness from one tenth of a second to the next, as a share.
    pub(crate) unrest: f64,
    /// Mean time from one stall to the next, and length of one, seconds.
    pub(crate) stalls: Option<(f64, f64)>,
    /// From this rate to that it is so many times as slow.
    pub(crate) dip: Option<(f64, f64, f64)>,
    /// p99 of the response time must be below this, seconds.
    pub(crate) limit: f64,
}

/// How service times vary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Noise {
    /// Normal, with this standard deviation as a share of the mean.
    Normal(f64),
    Exponential,
}

impl Target {
    /// Four servers of 5 ms: 800 requests a second, p99 below 25 ms.
    pub(crate) const CLEAN: Self = Self {
        servers: 4,
        service: 0.005,
        noise: Noise::Normal(0.0),
        unrest: 0.0,
        stalls: None,
        dip: None,
        limit: 0.025,
    };

    pub(crate) fn capacity(&self) -> f64 {
        self.servers as f64 / self.service
    }

    fn slowness(&self, rate: f64) -> f64 {
        self.dip.filter(|(from, to, _)| (*from..*to).contains(&rate)).map_or(1.0, |(.., factor)| factor)
    }

    /// Service time of a request, seconds.
    fn draw(&self, random: &mut Random) -> f64 {
        match self.noise {
            Noise::Normal(0.0) => self.service,
            Noise::Normal(deviation) => self.service * (1.0 + deviation * random.normal()).max(0.01),
            Noise::Exponential => self.service * random.exponential(),
        }
    }
}

/// Runs trials on a target.
pub(crate) struct Simulation {
    target: Target,
    seed: u64,
    elapsed: f64,
    pub(crate) trials: Vec<Measurement>,
}

impl Simulation {
    pub(crate) fn new(target: Target, seed: u64) -> Self {
        Self { target, seed, elapsed: 0.0, trials: Vec::new() }
    }

    /// Seconds of steady state.
    pub(crate) fn measured(&self) -> f64 {
        self.trials.iter().map(|trial| trial.length.0.as_secs_f64()).sum()
    }

    /// Goodput of so many users, each with one request under way at a time.
    fn closed(&self, users: u32, seconds: f64, random: &mut Random) -> f64 {
        let mut free: BinaryHeap<std::cmp::Reverse<u64>> =
            (0..self.target.servers.min(users as usize)).map(|_| std::cmp::Reverse(0)).collect();
        let (from, to) = ((WARM_UP * 1e9) as u64, ((WARM_UP + seconds) * 1e9) as u64);
        let mut ended = 0u64;
        while let Some(std::cmp::Reverse(at)) = free.pop().filter(|at| at.0 < to) {
            // Users beyond the servers wait, so a server that is free has one at once.
            let end = at + (self.target.draw(random) * 1e9) as u64;
            ended += u64::from((from..to).contains(&end));
            free.push(std::cmp::Reverse(end));
        }
        ended as f64 / seconds
    }
}

impl Measurer for Simulation {
    fn measure(&mut self, order: &TrialOrder) -> Result<Measurement, MeasurerError> {
        let trial = self.trials.len() as u32 + 1;
        let mut random = Random::new(self.seed, u64::from(trial));
        let seconds = order.duration.0.as_secs_f64();
        let mut measurement = Measurement {
            trial,
            order: order.clone(),
            length: order.duration,
            arrivals: 0,
            failures: 0,
            goodput: 0.0,
            is_slo_met: true,
            backlog: Backlog::default(),
            validity: Validity::Valid,
            is_overloaded: false,
            elapsed: Span::from_secs(0),
        };
        let mut drain = 0.0;
        match order.pace {
            Pace::Closed(users) => measurement.goodput = self.closed(users, seconds, &mut random),
            Pace::Open(rate) => {
                let trial = Trial::run(&self.target, rate.get(), seconds, &mut random);
                let ended = trial.overloaded_at(order.may_end_early);
                let length = ended.map_or(seconds, |at| (at - WARM_UP).max(0.0));
                drain = if ended.is_some() { 0.0 } else { trial.drain() };
                measurement.is_overloaded = ended.is_some();
                measurement.validity = if ended.is_some() { Validity::Interrupted } else { Validity::Valid };
                measurement.length = span(length);
                measurement.is_slo_met = ended.is_none() && trial.is_met(0.99, self.target.limit);
                measurement.backlog = trial.backlog(length);
                measurement.arrivals = measurement.backlog.arrivals();
                measurement.goodput = trial.goodput(length);
            }
        }
        self.elapsed += WARM_UP + measurement.length.0.as_secs_f64() + drain;
        measurement.elapsed = span(self.elapsed);
        self.trials.push(measurement.clone());
        Ok(measurement)
    }

    fn elapsed(&self) -> Span {
        span(self.elapsed)
    }
}

pub(crate) fn span(seconds: f64) -> Span {
    Span(Duration::from_micros((seconds * 1e6).round() as u64))
}

pub(crate) fn rate(rate: f64) -> Rate {
    Rate::per_second(rate).expect("a rate")
}
