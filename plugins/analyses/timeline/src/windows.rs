//! A trial by windows of time.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Outcomes, Phases, Quantity, Trial, TrialFacts, Windows};

/// How many windows are aimed at.
const NUMBER: f64 = 200.0;
/// Fewest windows for which the higher percentile is given up rather than they.
const FEWEST: f64 = 20.0;
/// A percentile of windows, its name, and how many requests each needs for it.
const PERCENTILES: [(f64, &str, f64); 2] = [(0.99, "p99", 100.0), (0.9, "p90", 10.0)];
/// Shortest window, nanoseconds.
const SHORTEST: f64 = 1e8;
/// A window is left out whose rate would be that of less than this part of it.
const LEAST_PART: f64 = 0.25;

/// A trial by windows of time. Columns have one length.
#[derive(Debug, Clone)]
pub(crate) struct OverTime {
    /// Width of a window, nanoseconds.
    pub(crate) width: f64,
    /// Start of each since trial start, nanoseconds.
    pub(crate) starts: Vec<f64>,
    /// Arrivals due in it, per second.
    pub(crate) arrivals: Vec<f64>,
    /// Of these, those that succeeded.
    pub(crate) goodput: Vec<f64>,
    /// Median response time of all requests due in it, nanoseconds; infinite where too many failed.
    pub(crate) p50: Vec<f64>,
    /// The same at the percentile that the windows have enough requests for.
    pub(crate) high: Vec<f64>,
    /// Name of that: p99, or p90 where a window with enough requests for p99 would be too long.
    pub(crate) high_name: &'static str,
    /// Longest response time of a success.
    pub(crate) slowest: Vec<f64>,
}

/// Width of the windows of a trial: 1, 2 or 5 times a power of ten, about two hundred of them, and fewer where they would
/// hold too few requests; and the percentile that they hold enough for, with its name.
pub(crate) fn plan(facts: &TrialFacts) -> (f64, f64, &'static str) {
    let (length, rate) = (steady_end(facts), facts.offered_rate);
    let [(p99, p99_name, _), (p90, p90_name, _)] = PERCENTILES;
    if !(length.is_finite() && length > 0.0) {
        return (1e9, p99, p99_name);
    }
    let usual = (length / NUMBER).max(SHORTEST);
    if !(rate.is_finite() && rate > 0.0) {
        return (round(usual), p99, p99_name);
    }
    for (probability, name, requests) in PERCENTILES {
        let width = round(usual.max(requests / rate * 1e9));
        if length >= width * FEWEST * 0.999 {
            return (width, probability, name);
        }
    }
    // Too few requests in all: a picture of single ones.
    (round(usual.max(length / FEWEST / 2.5)), p90, p90_name)
}

fn round(wanted: f64) -> f64 {
    let decade = 10.0_f64.powf((wanted.log10() + 1e-9).floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|step| step * decade >= wanted * 0.999).unwrap_or(10.0);
    step * decade
}

/// End of the steady state since trial start, nanoseconds; NaN when not known.
pub(crate) fn steady_end(facts: &TrialFacts) -> f64 {
    let start = if facts.steady_start.is_nan() { 0.0 } else { facts.steady_start };
    start + facts.steady_length
}

impl OverTime {
    /// That of a trial, all phases.
    ///
    /// # Errors
    /// As the host says: a file that keeps no single requests has no windows.
    pub(crate) fn of(trial: &Trial) -> Result<Self, Fault> {
        let (width, high, high_name) = plan(&trial.facts);
        let of = |outcomes, probabilities: &[f64]| {
            trial.select(Phases::all(), outcomes).over_time(Quantity::ResponseTime, width, probabilities)
        };
        let all = of(Outcomes::all(), &[0.5, high])?;
        let good = of(Outcomes::SUCCESS, &[1.0])?;
        let (end, starts) = (steady_end(&trial.facts), all.starts.clone());
        let rate = |start: f64, count: f64| {
            // After the last arrival is due, none can come.
            let part = if start < end && end < start + width { end - start } else { width };
            if part < width * LEAST_PART { f64::NAN } else { count / part * 1e9 }
        };
        let goods: Vec<(f64, f64)> = starts.iter().map(|start| at(&good, *start, width)).collect();
        let quantile = |index| all.quantiles.iter().copied().skip(index).step_by(2).take(starts.len()).collect();
        Ok(Self {
            width,
            arrivals: starts.iter().zip(&all.counts).map(|(start, count)| rate(*start, *count)).collect(),
            goodput: starts.iter().zip(&goods).map(|(start, (count, _))| rate(*start, *count)).collect(),
            p50: quantile(0),
            high: quantile(1),
            high_name,
            slowest: goods.iter().map(|(_, slowest)| *slowest).collect(),
            starts,
        })
    }
}

/// Count and only quantile of the window that starts at `start`.
fn at(windows: &Windows, start: f64, width: f64) -> (f64, f64) {
    let first = windows.starts.first().copied().unwrap_or(0.0);
    let index = ((start - first) / width).round();
    if index < 0.0 {
        return (0.0, f64::NAN);
    }
    let get = |values: &[f64], otherwise| values.get(index as usize).copied().unwrap_or(otherwise);
    (get(&windows.counts, 0.0), get(&windows.quantiles, f64::NAN))
}

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::analysis::fake::FakeTrial;

    use super::*;

    fn planned(seconds: f64, rate: f64) -> (f64, &'static str) {
        let mut facts = FakeTrial::new(10, rate).facts;
        facts.steady_length = seconds * 1e9;
        let (width, _, name) = plan(&facts);
        (width / 1e9, name)
    }

    #[test]
    fn windows_are_round_and_about_two_hundred() {
        for (seconds, expected) in
            [(5.0, 0.1), (20.0, 0.1), (30.0, 0.2), (60.0, 0.5), (600.0, 5.0), (3_600.0, 20.0), (f64::NAN, 1.0)]
        {
            let (width, name) = planned(seconds, 1e4);
            assert!((width - expected).abs() < 1e-9 && name == "p99", "{seconds}: {width}");
        }
    }

    #[test]
    fn windows_hold_enough_requests_for_their_percentile() {
        let is = |(width, name): (f64, &str), expected: f64, expected_name: &str| {
            assert!((width - expected).abs() < 1e-9 && name == expected_name, "{width} {name}");
        };
        is(planned(60.0, 100.0), 1.0, "p99");
        is(planned(30.0, 100.0), 1.0, "p99");
        is(planned(10.0, 100.0), 0.1, "p90");
        is(planned(600.0, 27.0), 5.0, "p99");
        is(planned(60.0, 4.0), 2.0, "p90");
    }
}
