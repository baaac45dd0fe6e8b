//! Distributions and matrices.

use model::report::{Chart, Scale, Series, TableColumn};

use crate::{CLUSTERS, Chance, axis, chart, mark, no_axis, numbers, series, text};

pub(crate) fn response_times() -> Chart {
    let edges: Vec<f64> = (0..80).map(|bin| f64::from(bin) * 0.5e6).collect();
    let mut columns = vec![numbers("edge", edges.clone())];
    for (middle, wide) in [(9e6, 2.4e6), (12e6, 3e6)] {
        let at = |edge: &f64| {
            (24_000.0 * (-((edge - middle) / wide).powi(2) / 2.0).exp() + 300.0 * (-edge / 2e7).exp()).round()
        };
        columns.push(numbers("count", edges.iter().map(at).collect()));
    }
    let x = axis("Response time", "ns", Scale::Linear);
    Chart {
        series: vec![series("k3s", 1), series("k0s", 2)],
        marks: vec![
            mark(true, 9.2e6, "p50 k3s"),
            mark(true, 12.4e6, "p50 k0s"),
            mark(true, 15.1e6, "p99 k3s"),
            mark(true, 19.6e6, "p99 k0s"),
        ],
        ..chart(
            "histogram",
            "histogram",
            "Response times, load 20 at 800/s",
            x,
            axis("Requests", "1", Scale::Linear),
            columns,
        )
    }
}

pub(crate) fn bins() -> Chart {
    let edges: Vec<f64> = (0..48).map(|bin| 1e4 * 10f64.powf(f64::from(bin) / 9.6)).collect();
    let at = |edge: &f64| (90_000.0 * (-(edge / 2e6).ln().powi(2) / 2.0).exp()).round();
    let columns = vec![numbers("edge", edges.clone()), numbers("count", edges.iter().map(at).collect())];
    let x = axis("Response time", "ns", Scale::Logarithmic);
    Chart {
        series: vec![series("", 1)],
        ..chart(
            "histogram",
            "histogram-logarithmic",
            "Response times of k3s",
            x,
            axis("Requests", "1", Scale::Linear),
            columns,
        )
    }
}

/// Quantiles of made-up response times.
fn quantile_columns(count: usize) -> Vec<TableColumn> {
    let p: Vec<f64> = (0..=100).map(|step| f64::from(step) / 100.0).chain([0.995, 0.999]).collect();
    let mut p = p;
    p.sort_by(f64::total_cmp);
    let mut chance = Chance(21);
    let mut columns = vec![numbers("p", p.clone())];
    for number in 0..count {
        let mut draws: Vec<f64> = (0..4_000)
            .map(|_| {
                let slow = if chance.even() < 0.05 * (number % 4) as f64 { 14e6 } else { 0.0 };
                (8e6 + 1.5e6 * (number % 5) as f64) * (0.25 * chance.normal()).exp() + slow
            })
            .collect();
        draws.sort_by(f64::total_cmp);
        columns.push(numbers("time", p.iter().map(|p| draws[(p * 3_999.0) as usize]).collect()));
    }
    columns
}

pub(crate) fn boxes() -> Chart {
    let names = ["k3s, 400/s", "k0s, 400/s", "microk8s, 400/s", "k3s, 800/s", "k0s, 800/s", "microk8s, 800/s"];
    Chart {
        series: names.iter().enumerate().map(|(number, name)| series(name, number + 1)).collect(),
        marks: vec![mark(false, 30e6, "SLO 30 ms")],
        ..chart(
            "box",
            "box",
            "Response time by cluster and rate",
            no_axis(),
            axis("Response time", "ns", Scale::Linear),
            quantile_columns(6),
        )
    }
}

pub(crate) fn violins(count: usize) -> Chart {
    let columns = quantile_columns(count);
    let of = |number: usize| {
        let summary = vec!["mean 9.84 ms".into(), "median 8.01 ms".into(), "p99 24.7 ms".into(), "max 31.9 ms".into()];
        let name = if count == 3 {
            CLUSTERS[number].to_owned()
        } else {
            format!("{} at {}/s", CLUSTERS[number % 3], 400 * (number / 3 + 1))
        };
        Series { summary, ..series(&name, number + 1) }
    };
    Chart {
        series: (0..count).map(of).collect(),
        ..chart(
            "violin",
            &format!("violin-{count}"),
            "Response time, load 20 at 800/s",
            no_axis(),
            axis("Response time", "ns", Scale::Linear),
            columns,
        )
    }
}

pub(crate) fn matrix() -> Chart {
    let loads = [5, 10, 15, 20, 25, 30].map(|load| format!("load {load}")).to_vec();
    let rates = [100.0, 200.0, 400.0, 800.0, 1_600.0, 3_200.0];
    let mut columns = vec![text("load", loads)];
    for rate in rates {
        let at = |load: i32| {
            let busy = rate * f64::from(load).powf(1.5) / 180_000.0;
            if busy >= 1.0 {
                f64::INFINITY
            } else if load == 30 && rate == 200.0 {
                f64::NAN
            } else {
                2e6 * f64::from(load) / (1.0 - busy) / 10.0
            }
        };
        columns.push(numbers("p99", [5, 10, 15, 20, 25, 30].map(at).to_vec()));
    }
    Chart {
        series: rates.iter().enumerate().map(|(number, rate)| series(&format!("{rate}/s"), number + 1)).collect(),
        ..chart(
            "heat-map",
            "heat-map",
            "p99 of response time by load and rate, k3s",
            no_axis(),
            axis("p99 of response time", "ns", Scale::Logarithmic),
            columns,
        )
    }
}

pub(crate) fn change_matrix() -> Chart {
    let mut chance = Chance(77);
    let names = ["k3s", "k0s", "microk8s", "kubeadm on bare metal", "kind"];
    let mut columns = vec![text("", names.map(Into::into).to_vec())];
    for column in 0..5 {
        let at = |row: usize| if row == column { 0.0 } else { 18.0 * chance.normal() };
        columns.push(numbers("change", (0..5).map(at).collect()));
    }
    Chart {
        series: names.iter().enumerate().map(|(number, name)| series(name, number + 1)).collect(),
        ..chart(
            "heat-map",
            "heat-map-change",
            "Change of p99: column against row",
            no_axis(),
            axis("Change", "%", Scale::Linear),
            columns,
        )
    }
}
