//! The figures of one run of one tool.

use std::time::Duration;

use crate::distance::Distance;
use crate::noise::Noise;

/// One run of one tool.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    /// The tool's name.
    pub(crate) tool: &'static str,
    /// Requests as the tool counts them.
    pub(crate) requests: u64,
    /// Of these, those that it counts as failed.
    pub(crate) failures: u64,
    /// Requests that the target counts.
    pub(crate) seen: u64,
    /// Requests a second, as the tool says.
    pub(crate) rate: f64,
    /// CPU time of the whole process.
    pub(crate) cpu: Duration,
    /// Largest resident memory, in bytes.
    pub(crate) peak_rss: u64,
    /// What disturbed it.
    pub(crate) noise: Noise,
    /// Distance of its arrivals from the schedule, where there is one.
    pub(crate) distance: Option<Distance>,
}

impl Run {
    /// CPU time of the whole process, start and end included, a request; in nanoseconds.
    pub(crate) fn cpu_ns_per_request(&self) -> f64 {
        self.cpu.as_nanos() as f64 / self.requests as f64
    }

    /// Whether the target saw as many requests as the tool claims, give or take what was under way at the end.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.seen.abs_diff(self.requests) as f64 <= 200.0 + self.requests as f64 * 0.005
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A run of `tool` with this rate, five seconds long.
    pub(crate) fn run(tool: &'static str, rate: f64, steal: f64) -> Run {
        let requests = (rate * 5.0) as u64;
        let cpu = Duration::from_secs(5);
        let noise = Noise { steal, others: 0.0 };
        Run { tool, requests, failures: 0, seen: requests, rate, cpu, peak_rss: 4_000_000, noise, distance: None }
    }

    #[test]
    fn a_claim_is_held_against_what_the_target_saw() {
        let honest = run("wrk", 100_000.0, 0.0);
        assert_eq!(honest.cpu_ns_per_request(), 10_000.0);
        assert!(honest.is_confirmed());
        assert!(!Run { seen: 400_000, ..honest }.is_confirmed());
    }
}
