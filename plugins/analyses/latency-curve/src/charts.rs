//! Charts: percentiles over rates above, goodput below.
//!
//! Datasets have rates of their own. In a chart of several, the rows of each dataset stand together, so that its line
//! has no gaps; the horizontal axis sorts them out.

use cluster_tester_sdk::analysis::{Axis, Chart, Scale};

use crate::curve::{Curve, P99, PERCENTILES, Point};
use crate::work::Work;

/// Most datasets that a chart can tell apart.
pub(crate) const MOST: usize = 20;

fn rates() -> Axis {
    Axis::new("offered rate", "/s")
}

fn times(label: &str) -> Axis {
    Axis::new(label, "ns").scale(Scale::Logarithmic)
}

/// Lines of all percentiles of one dataset.
pub(crate) fn of_one(curve: &Curve, work: &Work, knee: Option<f64>) -> Chart {
    let at: Vec<f64> = curve.points.iter().map(|point| point.offered_rate).collect();
    let bad = curve.not_valid();
    let mut x = at.clone();
    x.extend(bad.iter().map(|reading| reading.offered_rate));
    let padded = |values: Vec<f64>| {
        let gaps = x.len() - values.len();
        values.into_iter().chain(std::iter::repeat_n(f64::NAN, gaps)).collect::<Vec<f64>>()
    };
    let title = format!("Response time by rate: {} ({})", curve.name, work.name());
    let mut chart = Chart::lines(title, rates(), x.clone(), times("response time"))
        .file_name(format!("latency-curve_{}", curve.name));
    for (index, (_, name)) in PERCENTILES.iter().enumerate() {
        chart = chart.series(*name, padded(curve.points.iter().map(|point| point.percentiles[index]).collect()));
        if curve.points.iter().any(|point| point.trials > 1) {
            let (low, high) = curve.points.iter().map(|point| point.range[index]).unzip();
            chart = chart.band(padded(low), padded(high));
        }
    }
    if !bad.is_empty() {
        chart = chart.series("p99, not valid", apart(&at, bad.iter().map(|reading| reading.percentiles[P99])));
    }
    let goodputs = padded(curve.points.iter().map(|point| point.goodput).collect());
    chart = chart.panel(Axis::new("goodput", "/s")).series("goodput", goodputs);
    if !bad.is_empty() {
        chart = chart.series("goodput, not valid", apart(&at, bad.iter().map(|reading| reading.goodput)));
    }
    chart = chart.series("as offered", padded(at));
    chart = bounds(chart, curve, "");
    match knee {
        Some(knee) => chart.vertical_mark(knee, "knee"),
        None => chart,
    }
}

/// Values of the rows behind those of the curve.
fn apart(before: &[f64], values: impl Iterator<Item = f64>) -> Vec<f64> {
    std::iter::repeat_n(f64::NAN, before.len()).chain(values).collect()
}

/// A line a dataset: one percentile above, goodput below.
pub(crate) fn of_several(curves: &[Curve], work: &Work, percentile: usize) -> Chart {
    let shown = &curves[..curves.len().min(MOST)];
    let name = PERCENTILES[percentile].1;
    let x: Vec<f64> = shown.iter().flat_map(|curve| &curve.points).map(|point| point.offered_rate).collect();
    let rows = x.len();
    let own = |index: usize, of: &dyn Fn(&Point) -> f64| {
        let before: usize = shown[..index].iter().map(|curve| curve.points.len()).sum();
        let values = shown[index].points.iter().map(of);
        let mut all: Vec<f64> = std::iter::repeat_n(f64::NAN, before).chain(values).collect();
        all.resize(rows, f64::NAN);
        all
    };
    let title = format!("{name} of the response time by rate ({})", work.name());
    let mut chart = Chart::lines(title, rates(), x, times(name)).file_name(format!("latency-curve_{name}"));
    for (index, curve) in shown.iter().enumerate() {
        chart = chart.series(&curve.name, own(index, &|point| point.percentiles[percentile]));
        if curve.points.iter().any(|point| point.trials > 1) {
            let of = |end: fn((f64, f64)) -> f64| own(index, &|point| end(point.range[percentile]));
            chart = chart.band(of(|range| range.0), of(|range| range.1));
        }
    }
    chart = chart.panel(Axis::new("goodput", "/s"));
    for (index, curve) in shown.iter().enumerate() {
        chart = chart.series(format!("{}, goodput", curve.name), own(index, &|point| point.goodput));
    }
    shown.iter().fold(chart, |chart, curve| bounds(chart, curve, &format!("{}: ", curve.name)))
}

fn bounds(chart: Chart, curve: &Curve, whose: &str) -> Chart {
    curve.bounds.iter().fold(chart, |mut chart, bounds| {
        for (at, what) in [(bounds.lower, "highest good"), (bounds.upper, "lowest bad")] {
            if at.is_finite() && at > 0.0 {
                chart = chart.vertical_mark(at, format!("{whose}{what}"));
            }
        }
        chart
    })
}
