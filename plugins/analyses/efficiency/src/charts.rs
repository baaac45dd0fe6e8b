//! Efficiency by load and rate, cluster beside cluster.

use std::collections::{BTreeMap, BTreeSet};

use cluster_tester_sdk::analysis::{Axis, Chart, Validity};
use trials::LoadPoint;

use crate::cost::{Cluster, Cost};

/// Series that a chart takes.
const MOST_SERIES: usize = 50;

/// A figure that is drawn.
struct Drawn {
    what: &'static str,
    unit: &'static str,
    of: fn(&Cost) -> f64,
}

const DRAWN: [Drawn; 3] = [
    Drawn { what: "Requests per CPU-second", unit: "/CPU-s", of: Cost::per_cpu_second },
    Drawn { what: "Requests per CPU-second above idle", unit: "/CPU-s", of: Cost::per_cpu_second_above_idle },
    Drawn { what: "Goodput per GiB of memory in use", unit: "/s per GiB", of: Cost::per_gibibyte },
];

/// For each figure that is known of any trial: groups of bars, one a load and rate, with a bar for each cluster. At
/// another rate another share of what is spent is that of being there at all: such trials do not stand side by side.
pub(crate) fn bars(clusters: &[&Cluster]) -> Vec<Chart> {
    let clusters = &clusters[..clusters.len().min(MOST_SERIES)];
    let sound = |cluster: &'_ &Cluster| cluster.costs.iter().filter(|cost| is_sound(cost)).map(key).collect::<Vec<_>>();
    let keys: BTreeSet<LoadPoint> = clusters.iter().flat_map(sound).collect();
    DRAWN.iter().filter_map(|drawn| chart(drawn, clusters, &keys)).collect()
}

fn chart(drawn: &Drawn, clusters: &[&Cluster], keys: &BTreeSet<LoadPoint>) -> Option<Chart> {
    // Places that no cluster has a value for are left out.
    let mut known: BTreeMap<&LoadPoint, Vec<(f64, String)>> = BTreeMap::new();
    for key in keys {
        let bar = |cluster: &&Cluster| {
            let best = best(cluster, key);
            let value = best.map_or(f64::NAN, drawn.of);
            let rate = best.filter(|_| !value.is_nan()).map(|cost| cost.facts.rate_in_words());
            (value, rate.unwrap_or_default())
        };
        let bars: Vec<(f64, String)> = clusters.iter().map(bar).collect();
        if bars.iter().any(|(value, _)| !value.is_nan()) {
            known.insert(key, bars);
        }
    }
    if known.is_empty() {
        return None;
    }
    let has_several = known.keys().map(|key| &key.test_case).collect::<BTreeSet<_>>().len() > 1;
    let label = |key: &&LoadPoint| {
        let place = format!("load {}, {}", key.load, key.pace());
        if has_several { format!("{}, {place}", key.test_case) } else { place }
    };
    let title = format!("{} by load and rate", drawn.what);
    let y = Axis::new(drawn.what, drawn.unit);
    let chart = Chart::bars(title, "load and rate", known.keys().map(label).collect(), y);
    Some(clusters.iter().enumerate().fold(chart, |chart, (index, cluster)| {
        let (values, notes) = known.values().map(|bars| bars[index].clone()).unzip();
        chart.series(cluster.name(), values).notes(notes)
    }))
}

fn is_sound(cost: &Cost) -> bool {
    cost.facts.validity != Validity::GeneratorBound
}

fn key(cost: &Cost) -> LoadPoint {
    LoadPoint::of(&cost.facts)
}

/// Of the trials of a load and rate, the one with the highest goodput.
fn best<'a>(cluster: &'a Cluster, of: &LoadPoint) -> Option<&'a Cost> {
    let trials = cluster.costs.iter().filter(|cost| is_sound(cost) && key(cost) == *of);
    trials.max_by(|a, b| a.facts.goodput.total_cmp(&b.facts.goodput))
}
