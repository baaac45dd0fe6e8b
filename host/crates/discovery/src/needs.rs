//! How many requests a trial needs for its SLO to be told from chance.

use model::Condition;
use model::slo::{Limit, Measure, Slo, Statistic};

/// Requests beyond a quantile that a trial should have: then their number varies by about a third of itself by chance.
const BEYOND_QUANTILE: f64 = 10.0;

/// Requests for a mean, a minimum, a maximum, or a count: the error of a mean is then a tenth of a standard deviation.
const FOR_A_MEAN: f64 = 100.0;

/// Requests that a trial of any rate should have, so that each condition can be judged.
///
/// 10 / (1 − q) for a condition on the quantile q, and 10 / share for one on a share of requests: of so many, ten are expected
/// beyond it. 100 for a mean.
pub(crate) fn requests(slo: &Slo) -> f64 {
    slo.conditions().iter().map(of_condition).fold(FOR_A_MEAN, f64::max)
}

fn of_condition(condition: &Condition) -> f64 {
    let share = match (condition.measure(), condition.limit()) {
        (
            Measure::Time { statistic: Statistic::Percentile(percent), .. }
            | Measure::Metric { statistic: Statistic::Percentile(percent), .. },
            _,
        ) => 1.0 - percent / 100.0,
        (Measure::Errors | Measure::Outcome(_), Limit::Percent(percent)) => percent / 100.0,
        _ => 0.0,
    };
    // p100 and `errors <= 0%` are decided by a single request, however many there are.
    if share > 1e-9 { BEYOND_QUANTILE / share } else { FOR_A_MEAN }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_needs_ten_requests_beyond_it() {
        for (slo, needed) in [
            ("mean < 2s", 100.0),
            ("p99 < 50ms", 1000.0),
            ("p50 < 50ms", 100.0),
            ("p99.9 < 50ms, p50 < 1ms", 10_000.0),
            ("p100 < 50ms", 100.0),
            ("p90 < 50ms, errors < 0.5%", 2000.0),
            ("mean < 2s, errors <= 0%", 100.0),
        ] {
            let slo: Slo = slo.parse().expect("an SLO");
            assert!((requests(&slo) - needed).abs() < 1e-6 * needed, "{slo:?}: {}", requests(&slo));
        }
    }
}
