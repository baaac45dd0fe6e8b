//! The times of one trial, as its charts and its table need them.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Histogram, Quantity, Report, Selected, Statistics, Table, Trial, text};

use crate::charts;

/// Percentiles of the table; the first and the last are the shortest and the longest.
const TABLE: [f64; 9] = [0.0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0];

/// Places between one probability and that half as far from 1, as HdrHistogram's own plots have them.
const STEPS_PER_HALVING: u32 = 5;

/// Times of the steady state of a trial, nanoseconds.
#[derive(Debug)]
pub(crate) struct Spread {
    /// Dataset and trial, in words.
    pub(crate) title: String,
    /// Requests that were due.
    pub(crate) requests: f64,
    /// Probabilities of the quantiles below, from 0, rising, denser towards 1.
    pub(crate) probabilities: Vec<f64>,
    /// Quantiles of the response time over all requests; infinite where that many did not succeed.
    pub(crate) response_of_all: Vec<f64>,
    /// Of successes.
    pub(crate) response: Times,
    /// Of successes.
    pub(crate) service: Times,
    /// Percentiles of the table, of the response time over all requests.
    table_of_all: Vec<f64>,
}

/// A time of the successes.
#[derive(Debug)]
pub(crate) struct Times {
    pub(crate) statistics: Statistics,
    pub(crate) quantiles: Vec<f64>,
    pub(crate) histogram: Histogram,
    table: Vec<f64>,
}

impl Times {
    fn of(successes: &Selected, quantity: Quantity, probabilities: &[f64]) -> Result<Self, Fault> {
        let statistics = successes.measure(quantity)?;
        let mut table = successes.quantiles(quantity, &TABLE)?;
        // Exact ones, not those of buckets.
        if let [first, .., last] = &mut table[..] {
            (*first, *last) = (statistics.least, statistics.most);
        }
        let mut quantiles = successes.quantiles(quantity, probabilities)?;
        if let (Some(last), true) = (quantiles.last_mut(), statistics.most.is_finite()) {
            *last = statistics.most;
        }
        Ok(Self { statistics, quantiles, histogram: successes.histogram(quantity)?, table })
    }

    /// It was measured.
    pub(crate) fn is_known(&self) -> bool {
        !self.histogram.highest.is_empty()
    }
}

impl Spread {
    /// None where no times of single successes are known.
    pub(crate) fn of(name: &str, trial: &Trial) -> Result<Option<Self>, Fault> {
        let requests: f64 = trial.outcomes()?.iter().sum();
        let successes = trial.successes();
        let median = successes.quantiles(Quantity::ResponseTime, &[0.5])?;
        if !median.first().is_some_and(|median| median.is_finite()) {
            return Ok(None);
        }
        let probabilities = probabilities(requests);
        let of = |quantity| Times::of(&successes, quantity, &probabilities);
        let (response, service) = (of(Quantity::ResponseTime)?, of(Quantity::ServiceTime)?);
        let mut response_of_all = trial.all().quantiles(Quantity::ResponseTime, &probabilities)?;
        if let (Some(last), true) = (response_of_all.last_mut(), requests == response.statistics.count) {
            *last = response.statistics.most;
        }
        Ok(Some(Self {
            title: format!("{name}, trial {}: {}", trial.facts.number, trial.facts.label()),
            requests,
            response_of_all,
            table_of_all: trial.all().quantiles(Quantity::ResponseTime, &TABLE)?,
            probabilities,
            response,
            service,
        }))
    }

    /// Requests that did not succeed.
    pub(crate) fn failures(&self) -> f64 {
        self.requests - self.response.statistics.count
    }

    /// Adds a section on it.
    pub(crate) fn add_to(&self, report: Report) -> Report {
        let mut words = format!(
            "{} requests in the steady state, {} of them without success.",
            text::number(self.requests),
            text::number(self.failures())
        );
        let farthest = *TABLE.get(TABLE.len() - 2).expect("the table has several percentiles");
        if self.requests < 1.0 / (1.0 - farthest) {
            // To a hundredth: so near to 100 three digits are too few.
            let known = (1e4 * (1.0 - 1.0 / self.requests)).round() / 100.0;
            words += &format!(" Percentiles above p{known} are those of the longest request alone.");
        }
        let mut report = report.heading(&self.title).text(words).chart(charts::percentiles(self));
        report = report.chart(charts::cdf(self)).chart(charts::histogram(self));
        report.table(self.table())
    }

    fn table(&self) -> Table {
        // Rounded, or products such as 0.999 × 100 show their last digits.
        let percent = |probability: &f64| (probability * 1e6).round() / 1e4;
        let names = TABLE.iter().map(|probability| format!("p{}", percent(probability))).collect();
        let table = Table::new(format!("{}: percentiles", self.title))
            .text("percentile", names)
            .numbers("response time, all requests", "ns", self.table_of_all.clone())
            .numbers("response time, successes", "ns", self.response.table.clone());
        if self.service.is_known() {
            table.numbers("service time, successes", "ns", self.service.table.clone())
        } else {
            table
        }
    }
}

/// Probabilities from 0 to 1 − 1/(2 `count`), the middle of the place of the longest: five to each halving of what is left
/// to 1.
fn probabilities(count: f64) -> Vec<f64> {
    let last = 1.0 - 0.5 / count.max(1.0);
    let mut probabilities = Vec::new();
    let mut left = 1.0_f64;
    'halvings: loop {
        for step in 0..STEPS_PER_HALVING {
            let probability = 1.0 - left + left / 2.0 * f64::from(step) / f64::from(STEPS_PER_HALVING);
            if probability >= last {
                break 'halvings;
            }
            probabilities.push(probability);
        }
        left /= 2.0;
    }
    probabilities.push(last);
    probabilities
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_denser_towards_the_tail_and_end_with_the_longest_request() {
        assert_eq!(probabilities(1.0), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]);
        assert_eq!(probabilities(2.0), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75]);
        let many = probabilities(1e7);
        assert!(many.windows(2).all(|pair| pair[0] < pair[1]) && (100..150).contains(&many.len()), "{}", many.len());
        assert_eq!(many.last(), Some(&(1.0 - 0.5 / 1e7)));
    }
}
