//! Lines, and a cloud of points.

use model::report::{Band, Cells, Chart, Mark, Scale, Series};

use crate::{CLUSTERS, Chance, axis, chart, mark, numbers, series};

pub(crate) fn latency_curve() -> Chart {
    let rates: Vec<f64> = (1..=16).map(|step| f64::from(step) * 125.0).collect();
    let mut columns = vec![numbers("rate", rates.clone())];
    for capacity in [1_850.0, 2_200.0, 1_400.0] {
        let at = |rate: f64| if rate < capacity { 4e6 / (1.0 - rate / capacity) } else { f64::INFINITY };
        columns.push(numbers("p99", rates.iter().map(|rate| at(*rate)).collect()));
        columns.push(numbers("low", rates.iter().map(|rate| at(*rate) * 0.85).collect()));
        columns.push(numbers("high", rates.iter().map(|rate| at(*rate) * 1.25).collect()));
    }
    let of = |(number, name): (usize, &&str)| Series {
        band: Some(Band { low: number * 3 + 2, high: number * 3 + 3 }),
        ..series(name, number * 3 + 1)
    };
    let y = axis("p99 of response time", "ns", Scale::Linear);
    let x = axis("Rate", "/s", Scale::Linear);
    Chart {
        series: CLUSTERS.iter().enumerate().map(of).collect(),
        marks: vec![
            mark(false, 50e6, "SLO: p99 below 50 ms"),
            mark(true, 1_375.0, "knee of microk8s"),
            mark(true, 1_800.0, "knee of k3s"),
            mark(true, 1_875.0, "knee of k0s"),
        ],
        ..chart("lines", "lines-latency", "Response time by rate, load 20", x, y, columns)
    }
}

pub(crate) fn timeline() -> Chart {
    let mut chance = Chance(11);
    let seconds = 0..420;
    let slow = |second: i32| (200..230).contains(&second);
    let mut columns = vec![numbers("time", seconds.clone().map(|second| f64::from(second) * 1e9).collect())];
    columns.push(numbers(
        "goodput",
        seconds.clone().map(|second| if slow(second) { 300.0 } else { 800.0 } + 15.0 * chance.normal()).collect(),
    ));
    for (base, tail) in [(9e6, 60e6), (25e6, 900e6)] {
        let value = |second: i32, chance: &mut Chance| match second {
            100..110 => f64::NAN,
            _ if slow(second) => tail * (1.0 + 0.2 * chance.normal()),
            _ => base * (1.0 + 0.12 * chance.normal().abs()),
        };
        columns.push(numbers("time", seconds.clone().map(|second| value(second, &mut chance)).collect()));
    }
    columns.push(numbers("tester", seconds.clone().map(|_| 12.0 + chance.normal()).collect()));
    columns.push(numbers(
        "node",
        seconds.map(|second| if slow(second) { 97.0 } else { 55.0 } + 2.0 * chance.normal()).collect(),
    ));
    let x = axis("Time since the trial's start", "ns", Scale::Linear);
    let y = axis("Goodput", "/s", Scale::Linear);
    let mut chart = chart("lines", "lines-timeline", "Trial 3 of k3s: load 20 at 800/s", x, y, columns);
    chart.panels.push(axis("Response time", "ns", Scale::Logarithmic));
    chart.panels.push(axis("Processor time", "%", Scale::Linear));
    let of = |name: &str, panel, values| Series { panel, ..series(name, values) };
    chart.series = vec![of("goodput", 0, 1), of("p50", 1, 2), of("p99", 1, 3), of("tester", 2, 4), of("node-1", 2, 5)];
    chart.marks = vec![
        mark(true, 30e9, "steady state begins"),
        mark(true, 200e9, "target slow"),
        mark(true, 206e9, "first time-out"),
        mark(true, 390e9, "drain"),
        Mark { panel: 1, ..mark(false, 200e6, "SLO 200 ms") },
    ];
    chart
}

pub(crate) fn percentiles() -> Chart {
    let p: Vec<f64> = (0..=250).map(|step| 1.0 - 10f64.powf(-f64::from(step) / 50.0)).collect();
    let mut columns = vec![numbers("p", p.clone())];
    for (scale, power) in [(5e6, 1.1), (6e6, 0.9), (8e6, 1.7)] {
        let at = |p: f64| scale * (0.4 + (-(1.0 - p).ln()).powf(power) / 2.0);
        let known = |p: &f64| if scale == 8e6 && *p > 0.9999 { f64::INFINITY } else { at(*p) };
        columns.push(numbers("time", p.iter().map(known).collect()));
    }
    let x = axis("Share of requests", "1", Scale::Quantile);
    Chart {
        series: CLUSTERS.iter().enumerate().map(|(number, name)| series(name, number + 1)).collect(),
        marks: vec![mark(true, 0.99, "p99"), mark(false, 50e6, "SLO 50 ms")],
        ..chart(
            "lines",
            "lines-percentiles",
            "Response time by percentile",
            x,
            axis("Response time", "ns", Scale::Logarithmic),
            columns,
        )
    }
}

pub(crate) fn long_run() -> Chart {
    let mut chance = Chance(5);
    let rows = 1_000_000;
    let mut values: Vec<f64> = (0..rows).map(|_| 8e6 * (0.35 * chance.normal()).exp()).collect();
    values[400_000] = 400e6;
    let columns =
        vec![numbers("time", (0..rows).map(|row| f64::from(row) * 14.4e6).collect()), numbers("time", values)];
    let x = axis("Time since the trial's start", "ns", Scale::Linear);
    let y = axis("Response time", "ns", Scale::Logarithmic);
    Chart {
        series: vec![series("every request", 1)],
        ..chart("lines", "lines-million", "A million requests over four hours", x, y, columns)
    }
}

pub(crate) fn many() -> Chart {
    let mut chance = Chance(99);
    let mut columns = vec![numbers("time", (0..300).map(|second| f64::from(second) * 1e9).collect())];
    for _ in 0..24 {
        let mut value = 20.0 + 60.0 * chance.even();
        let walk = (0..300).map(|_| {
            value = (value + chance.normal()).clamp(0.0, 100.0);
            value
        });
        columns.push(numbers("cpu", walk.collect()));
    }
    let x = axis("Time since the trial's start", "ns", Scale::Linear);
    Chart {
        series: (0..24).map(|number| series(&format!("node-{number:02}.rack-b.example.org"), number + 1)).collect(),
        ..chart(
            "lines",
            "lines-many",
            "Processor time of 24 hosts",
            x,
            axis("Processor time", "%", Scale::Linear),
            columns,
        )
    }
}

pub(crate) fn samples() -> Chart {
    let mut chance = Chance(3);
    let mut columns = vec![numbers("use", (0..90).map(|_| 10.0 + 80.0 * chance.even()).collect())];
    let Cells::Numbers(used) = columns[0].values.clone() else { return nothing() };
    for slope in [1.1, 0.9, 1.6] {
        let at = |used: &f64| 5e6 * (slope * used / 40.0).exp() * (1.0 + 0.15 * chance.normal());
        columns.push(numbers("p99", used.iter().map(at).collect()));
    }
    let x = axis("Processor time of the busiest host", "%", Scale::Linear);
    Chart {
        series: CLUSTERS.iter().enumerate().map(|(number, name)| series(name, number + 1)).collect(),
        ..chart(
            "scatter",
            "scatter",
            "Response time by processor time, a point a trial",
            x,
            axis("p99 of response time", "ns", Scale::Logarithmic),
            columns,
        )
    }
}

pub(crate) fn nothing() -> Chart {
    let y = axis("Response time", "ns", Scale::Linear);
    Chart {
        series: vec![series("k3s", 1)],
        ..chart(
            "lines",
            "lines-empty",
            "Nothing was measured",
            axis("Rate", "/s", Scale::Linear),
            y,
            vec![numbers("", vec![]), numbers("", vec![])],
        )
    }
}
