//! What hosts spent, by the windows of a trial. Samples of hosts have instants of their own.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, ResourceSeries, Trial};

use crate::windows::OverTime;

/// Most hosts that a chart can show twice.
pub(crate) const MOST: usize = 20;
/// An interval this many times as long as the usual one means that samples are lost.
const LOST: f64 = 3.0;

/// A figure of each host, by windows; hosts of which nothing is known are left out.
///
/// # Errors
/// As the host says.
pub(crate) fn of(
    dataset: &Dataset,
    trial: &Trial,
    figure: &str,
    windows: &OverTime,
) -> Result<Vec<(String, Vec<f64>)>, Fault> {
    let mut found = Vec::new();
    for (index, host) in dataset.facts.hosts.iter().enumerate().take(MOST) {
        let series = trial.resources_over_time(index as u32, figure)?;
        let usual = usual_interval(&series.at);
        let middle = |start: &f64| value(&series, usual, start + windows.width / 2.0);
        let values: Vec<f64> = windows.starts.iter().map(middle).collect();
        if values.iter().any(|value| !value.is_nan()) {
            found.push((host.name.clone(), values));
        }
    }
    Ok(found)
}

/// The value of the interval that holds an instant. Each lasts from the end of the one before it.
fn value(series: &ResourceSeries, usual: f64, instant: f64) -> f64 {
    let index = series.at.partition_point(|end| *end < instant);
    let Some(end) = series.at.get(index) else { return f64::NAN };
    let length = match index.checked_sub(1).and_then(|before| series.at.get(before)) {
        Some(before) => end - before,
        // The start of the first one is not told.
        None => end - instant,
    };
    if length > usual * LOST { f64::NAN } else { series.values.get(index).copied().unwrap_or(f64::NAN) }
}

/// The middle one of all intervals; endless where there is none.
fn usual_interval(at: &[f64]) -> f64 {
    let mut lengths: Vec<f64> = at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    lengths.sort_by(f64::total_cmp);
    lengths.get(lengths.len() / 2).copied().unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_holds_from_the_end_of_the_one_before_it() {
        let series = ResourceSeries { at: vec![0.0, 1.0, 2.0, 9.0, 10.0], values: vec![5.0, 10.0, 20.0, 30.0, 40.0] };
        let usual = usual_interval(&series.at);
        let value = |instant| value(&series, usual, instant);
        assert_eq!([value(-0.5), value(0.5), value(1.0), value(1.5), value(9.5)], [5.0, 10.0, 10.0, 20.0, 40.0]);
        assert!(value(5.0).is_nan() && value(11.0).is_nan());
    }
}
