//! Bars.

use model::report::{Band, Chart, Scale, Series};

use crate::{CLUSTERS, Chance, axis, chart, mark, no_axis, numbers, series, text};

pub(crate) fn capacity() -> Chart {
    let columns = vec![
        text("cluster", CLUSTERS.map(Into::into).to_vec()),
        numbers("rate", vec![1_820.0, 2_140.0, 1_395.0]),
        numbers("low", vec![1_790.0, 2_080.0, 1_340.0]),
        numbers("high", vec![1_850.0, 2_230.0, 1_420.0]),
        text("notes", vec!["5 searches".into(), "5 searches".into(), "4 searches".into()]),
    ];
    let y = axis("Highest sustained rate", "/s", Scale::Linear);
    let title = "Capacity at load 20, p99 of response time below 200 ms";
    Chart {
        series: vec![Series { band: Some(Band { low: 2, high: 3 }), notes: Some(4), ..series("", 1) }],
        ..chart("bars", "bars-capacity", title, no_axis(), y, columns)
    }
}

pub(crate) fn processors() -> Chart {
    let mut chance = Chance(7);
    let hosts = (1..=12).map(|host| format!("ip-10-0-13-{}.eu-central-1.compute.internal", 200 + host)).collect();
    let mut columns = vec![text("host", hosts)];
    columns.extend(CLUSTERS.map(|name| numbers(name, (0..12).map(|_| 20.0 + 60.0 * chance.even()).collect())));
    let y = axis("Processor time", "%", Scale::Linear);
    Chart {
        series: CLUSTERS.iter().enumerate().map(|(number, name)| series(name, number + 1)).collect(),
        marks: vec![mark(false, 80.0, "busy from here on")],
        ..chart("bars", "bars-hosts", "Processor time by host, load 20 at 800/s", no_axis(), y, columns)
    }
}

pub(crate) fn ram() -> Chart {
    let columns = vec![
        text("", vec!["idle".into(), "400/s".into(), "800/s".into(), "1 600/s".into()]),
        numbers("k3s", [1.31, 1.62, 1.9, 2.4].map(|gib| gib * 1024f64.powi(3)).to_vec()),
        numbers("k0s", [1.1, 1.37, 1.74, 2.15].map(|gib| gib * 1024f64.powi(3)).to_vec()),
        numbers("microk8s", vec![1.9e9, 2.2e9, f64::NAN, f64::INFINITY]),
    ];
    let y = axis("Memory used, all hosts", "bytes", Scale::Linear);
    Chart {
        series: CLUSTERS.iter().enumerate().map(|(number, name)| series(name, number + 1)).collect(),
        ..chart("bars", "bars-memory", "Memory by rate", no_axis(), y, columns)
    }
}

pub(crate) fn outcomes() -> Chart {
    let columns = vec![
        text("", vec!["400/s".into(), "800/s".into(), "1 200/s".into(), "1 600/s".into()]),
        numbers("success", vec![24_000.0, 47_950.0, 70_110.0, 66_120.0]),
        numbers("timeout", vec![0.0, 38.0, 1_600.0, 21_300.0]),
        numbers("dropped", vec![0.0, 12.0, 290.0, 8_580.0]),
    ];
    let names = ["success", "timeout", "dropped"];
    Chart {
        series: names.iter().enumerate().map(|(number, name)| series(name, number + 1)).collect(),
        ..chart(
            "stacked-bars",
            "stacked-bars",
            "What became of the requests",
            no_axis(),
            axis("Requests", "1", Scale::Linear),
            columns,
        )
    }
}

pub(crate) fn change() -> Chart {
    let columns = vec![
        text("", ["p50", "p90", "p99", "p99.9", "processor", "memory"].map(Into::into).to_vec()),
        numbers("change", vec![-12.4, -8.1, 3.5, 27.0, -4.0, 0.0]),
        numbers("low", vec![-14.0, -11.0, -6.0, 8.0, -5.5, 0.0]),
        numbers("high", vec![-10.0, -6.0, 14.0, 44.0, -2.0, 0.0]),
    ];
    Chart {
        series: vec![Series { band: Some(Band { low: 2, high: 3 }), ..series("k0s against k3s", 1) }],
        ..chart(
            "bars",
            "bars-change",
            "Change of k0s against k3s",
            no_axis(),
            axis("Change", "%", Scale::Linear),
            columns,
        )
    }
}
