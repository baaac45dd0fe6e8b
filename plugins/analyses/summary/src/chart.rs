//! Median and 99th percentile of the response time, trial beside trial.

use cluster_tester_sdk::analysis::{Axis, Chart};

use crate::overview::{Overview, TrialFigures};

/// Above this many trials only those of a plan and confirmations are drawn, where there are any.
const MOST_WITH_STEPS: usize = 50;

/// Above this many, bars are too thin to read: lines over the number of the trial.
const MOST_BARS: usize = 12;

/// None for a single trial, or when no percentile is known.
pub(crate) fn percentiles(overview: &Overview) -> Option<Chart> {
    let mut trials: Vec<&TrialFigures> = overview.trials.iter().collect();
    if trials.len() > MOST_WITH_STEPS && trials.iter().any(|trial| trial.facts.is_main()) {
        trials.retain(|trial| trial.facts.is_main());
    }
    if trials.len() < 2 || trials.iter().all(|trial| trial.percentiles[0].is_nan()) {
        return None;
    }
    let title = format!("{}: response time by trial", overview.name());
    let y = Axis::new("response time, all requests", "ns");
    let chart = if trials.len() <= MOST_BARS {
        let label = |trial: &&TrialFigures| format!("{}: {}", trial.facts.number, trial.facts.label());
        Chart::bars(title, "trial", trials.iter().map(label).collect(), y)
    } else {
        let numbers = trials.iter().map(|trial| f64::from(trial.facts.number)).collect();
        Chart::lines(title, Axis::new("trial", "1"), numbers, y)
    };
    let series = |place: usize| trials.iter().map(|trial| trial.percentiles[place]).collect();
    Some(chart.series("p50", series(0)).series("p99", series(2)))
}
