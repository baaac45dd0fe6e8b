//! The chart of a trial: panels one below the other, over one axis of time.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Axis, Chart, Dataset, Scale, Trial};

use crate::resources;
use crate::windows::{OverTime, steady_end};

/// The chart of a trial.
///
/// # Errors
/// As the host says.
pub(crate) fn of(dataset: &Dataset, trial: &Trial, windows: &OverTime, name: &str) -> Result<Chart, Fault> {
    let time = Axis::new("time since trial start", "ns");
    let mut chart = Chart::lines(name, time, windows.starts.clone(), Axis::new("rate", "/s"))
        .file_name(format!("timeline_{}_{}", dataset.facts.name, trial.facts.number))
        .series("arrivals", windows.arrivals.clone())
        .series("goodput", windows.goodput.clone())
        .panel(Axis::new("response time", "ns").scale(Scale::Logarithmic))
        .series("p50", windows.p50.clone())
        .series(windows.high_name, windows.high.clone())
        .series("slowest success", windows.slowest.clone());
    for (figure, label, unit, what) in
        [("cpu.busy", "processors busy", "%", "busy"), ("memory.used", "memory used", "bytes", "memory")]
    {
        let hosts = resources::of(dataset, trial, figure, windows)?;
        if hosts.is_empty() {
            continue;
        }
        chart = chart.panel(Axis::new(label, unit));
        for (host, values) in hosts {
            chart = chart.series(format!("{host}, {what}"), values);
        }
    }
    let (start, end) = (trial.facts.steady_start, steady_end(&trial.facts));
    if start > 0.0 {
        chart = chart.vertical_mark(start, "warm-up ends");
    }
    // Windows begin before the drain; it is there when one of them reaches beyond the steady state.
    let last = windows.starts.last().map_or(0.0, |start| start + windows.width);
    if end < last - windows.width * 0.01 {
        chart = chart.vertical_mark(end, "drain begins");
    }
    Ok(chart)
}
