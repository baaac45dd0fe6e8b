//! Efficiency by load, cluster beside cluster.

use std::collections::BTreeSet;

use cluster_tester_sdk::analysis::{Axis, Chart, Validity};

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

/// For each figure that is known of any trial: groups of bars, one a load, with a bar for each cluster.
pub(crate) fn bars(clusters: &[&Cluster]) -> Vec<Chart> {
    let clusters = &clusters[..clusters.len().min(MOST_SERIES)];
    let sound = |cluster: &'_ &Cluster| cluster.costs.iter().filter(|cost| is_sound(cost)).map(key).collect::<Vec<_>>();
    let keys: BTreeSet<(String, u32)> = clusters.iter().flat_map(sound).collect();
    DRAWN.iter().filter_map(|drawn| chart(drawn, clusters, &keys)).collect()
}

fn chart(drawn: &Drawn, clusters: &[&Cluster], keys: &BTreeSet<(String, u32)>) -> Option<Chart> {
    let has_several = keys.iter().map(|(test_case, _)| test_case).collect::<BTreeSet<_>>().len() > 1;
    let label = |(test_case, load): &(String, u32)| {
        if has_several { format!("{test_case}, load {load}") } else { format!("load {load}") }
    };
    let title = format!("{} by load", drawn.what);
    let y = Axis::new(drawn.what, drawn.unit);
    let mut chart = Chart::bars(title, "load", keys.iter().map(label).collect(), y);
    let mut is_known = false;
    for cluster in clusters {
        let (mut values, mut notes) = (Vec::new(), Vec::new());
        for key in keys {
            let best = best(cluster, key);
            let value = best.map_or(f64::NAN, drawn.of);
            let rate = best.filter(|_| !value.is_nan()).map(|cost| cost.facts.rate_in_words());
            is_known |= !value.is_nan();
            values.push(value);
            notes.push(rate.unwrap_or_default());
        }
        chart = chart.series(cluster.name(), values).notes(notes);
    }
    is_known.then_some(chart)
}

fn is_sound(cost: &Cost) -> bool {
    cost.facts.validity != Validity::GeneratorBound
}

fn key(cost: &Cost) -> (String, u32) {
    (cost.facts.test_case.clone(), cost.facts.load)
}

/// Of the trials of a load, the one with the highest goodput.
fn best<'a>(cluster: &'a Cluster, of: &(String, u32)) -> Option<&'a Cost> {
    let trials = cluster.costs.iter().filter(|cost| is_sound(cost) && key(cost) == *of);
    trials.max_by(|a, b| a.facts.goodput.total_cmp(&b.facts.goodput))
}
