//! What the reader should know before the comparison: whatever differs between the clusters beside what is compared.

use std::collections::{BTreeMap, BTreeSet};

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, DatasetSource, HostFacts, text};
use trials::LoadPoint;

use crate::cells::{self, Cell};
use crate::cluster::Cluster;
use crate::figure::Figure;
use crate::plans;

/// Share of requests without success from which means are not to be trusted.
const MANY: f64 = 0.001;
/// Requests above a percentile from which it is told from the longest time.
const LEAST_ABOVE: f64 = 5.0;

/// Sentences of caution, in order of weight.
///
/// # Errors
/// As the host says.
pub(crate) fn cautions(clusters: &[Cluster], figures: &[Figure], cells: &[Cell]) -> Result<Vec<String>, Fault> {
    let figure = figures.first().copied().unwrap_or(Figure::Capacity);
    let datasets: Vec<&Dataset> = clusters.iter().flat_map(|cluster| &cluster.datasets).collect();
    let mut found: Vec<String> = clusters.iter().flat_map(|cluster| cluster.left_out.clone()).collect();
    for cluster in clusters.iter().filter(|cluster| cluster.trials.is_empty()) {
        found.push(format!("{} has no trial that can be compared.", cluster.name));
    }
    found.extend(hardware(&datasets));
    found.extend(plugins(&datasets));
    found.extend(plans::differences(clusters)?);
    found.extend(rates(clusters));
    found.extend(sources(&datasets, figure));
    found.extend(searches(&datasets, cells)?);
    found.extend(thin_percentiles(clusters, figures)?);
    found.extend(closed_loops(clusters));
    found.extend(failures(clusters, figure)?);
    Ok(found)
}

/// Which datasets have which value of something, in words; none where all have one.
pub(crate) fn difference(what: &str, values: Vec<(&str, String)>) -> Option<String> {
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, value) in &values {
        names.entry(value).or_default().push((*name).to_owned());
    }
    let has = |names: &[String]| if names.len() == 1 { "has" } else { "have" };
    let each: Vec<String> = names
        .iter()
        .map(|(value, names)| format!("{} {} {value}", text::list(names, text::NAMED), has(names)))
        .collect();
    (names.len() > 1).then(|| format!("{what}: {}.", each.join("; ")))
}

/// The monitored hosts without the tester, field by field. What a file does not tell is no difference.
fn hardware(datasets: &[&Dataset]) -> Vec<String> {
    let gibibytes = |bytes: f64| format!("{:.1} GiB", bytes / 1024.0_f64.powi(3));
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    type Field<'a> = (&'a str, &'a dyn Fn(&HostFacts) -> Option<String>);
    let fields: [Field<'_>; 4] = [
        ("The hosts differ in their processors", &|host| some(&host.cpu_model)),
        ("The hosts differ in logical processors", &|host| (host.cores > 0).then(|| host.cores.to_string())),
        ("The hosts differ in memory", &|host| (host.memory > 0.0).then(|| gibibytes(host.memory))),
        ("The hosts differ in their kernels", &|host| some(&host.kernel)),
    ];
    let hosts = |dataset: &Dataset| -> Vec<HostFacts> {
        dataset.facts.hosts.iter().filter(|host| !host.is_tester).cloned().collect()
    };
    let name = |dataset: &Dataset| dataset.facts.name.clone();
    let known: Vec<(String, Vec<HostFacts>)> =
        datasets.iter().map(|dataset| (name(dataset), hosts(dataset))).filter(|(_, hosts)| !hosts.is_empty()).collect();
    let numbers = known.iter().map(|(name, hosts)| (&**name, hosts.len().to_string())).collect();
    let mut found: Vec<String> =
        difference("The clusters differ in the number of hosts", numbers).into_iter().collect();
    for (what, field) in fields {
        let values = known.iter().filter_map(|(name, hosts)| {
            // As a set, so that a different number of equal hosts is told once.
            let values: Option<BTreeSet<String>> = hosts.iter().map(field).collect();
            values.map(|values| (&**name, text::list(&values.into_iter().collect::<Vec<_>>(), text::NAMED)))
        });
        found.extend(difference(what, values.collect()));
    }
    found
}

fn plugins(datasets: &[&Dataset]) -> Vec<String> {
    let mut digests: BTreeMap<&str, Vec<(&str, String)>> = BTreeMap::new();
    for dataset in datasets {
        for plugin in &dataset.facts.plugins {
            let short: String = plugin.digest.trim_start_matches("sha256:").chars().take(12).collect();
            let version = format!("{} ({short}…)", plugin.version);
            digests.entry(&plugin.name).or_default().push((&dataset.facts.name, version));
        }
    }
    let of = |(name, values)| difference(&format!("The plugin {name} differs"), values);
    digests.into_iter().filter_map(of).collect()
}

fn rates(clusters: &[Cluster]) -> Vec<String> {
    let mut works: BTreeMap<String, Vec<(&str, BTreeSet<LoadPoint>)>> = BTreeMap::new();
    for cluster in clusters {
        let mut points: BTreeMap<String, BTreeSet<LoadPoint>> = BTreeMap::new();
        for trial in &cluster.trials {
            let point = LoadPoint::of(&trial.facts);
            points.entry(point.work()).or_default().insert(point);
        }
        for (work, points) in points {
            works.entry(work).or_default().push((&cluster.name, points));
        }
    }
    let paces =
        |points: BTreeSet<LoadPoint>| text::list(&points.iter().map(LoadPoint::pace).collect::<Vec<_>>(), text::NAMED);
    let of = |(work, tried): (String, Vec<(&str, BTreeSet<LoadPoint>)>)| {
        let is_open = |point: &LoadPoint| point.users() == 0;
        let (what, shared) = match tried.iter().all(|(_, points)| points.iter().all(is_open)) {
            true => ("Rates differ", "rates"),
            false => ("Rates or users differ", "rates and users"),
        };
        let values = tried.into_iter().map(|(name, points)| (name, paces(points))).collect();
        let sentence = difference(&format!("{what} at {work}"), values)?;
        Some(format!("{sentence} Only {shared} in common are compared."))
    };
    works.into_iter().filter_map(of).collect()
}

fn sources(datasets: &[&Dataset], figure: Figure) -> Option<String> {
    let is_short = |dataset: &&&Dataset| dataset.facts.source == DatasetSource::OlderExecution;
    let names: Vec<String> = datasets.iter().filter(is_short).map(|dataset| dataset.facts.name.clone()).collect();
    let needs_more = matches!(figure, Figure::Percentile(_));
    (needs_more && !names.is_empty()).then(|| {
        format!("Of {} only means are kept: compare them by --option figure=mean.", text::list(&names, text::NAMED))
    })
}

/// Searches whose answer is not what it seems, of those that are compared.
fn searches(datasets: &[&Dataset], cells: &[Cell]) -> Result<Vec<String>, Fault> {
    let (mut provisional, mut endless) = (BTreeMap::new(), BTreeMap::new());
    for dataset in datasets {
        for search in dataset.searches()? {
            let label = cells::label(&search);
            let is_compared = cells.iter().any(|cell| cell.figure == Figure::Capacity && cell.label == label);
            if !is_compared || search.lower.is_nan() {
                continue;
            }
            let put = |of: &mut BTreeMap<String, Vec<String>>| {
                of.entry(label.clone()).or_default().push(dataset.facts.name.clone());
            };
            if search.is_provisional {
                put(&mut provisional);
            }
            if !search.upper.is_finite() {
                put(&mut endless);
            }
        }
    }
    let told = |of: BTreeMap<String, Vec<String>>, what: &'static str| {
        of.into_iter().map(move |(label, names)| format!("{label}, in {}: {what}.", text::list(&names, text::NAMED)))
    };
    let mut found: Vec<String> = told(provisional, "the bounds are provisional, the budget was spent first").collect();
    found.extend(told(endless, "nothing was found too high, so the capacity is at least what is shown"));
    Ok(found)
}

/// Percentiles that so few requests lie above that they are little more than the longest time.
fn thin_percentiles(clusters: &[Cluster], figures: &[Figure]) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    for figure in figures {
        let Figure::Percentile(percent) = figure else { continue };
        let mut thin = Vec::new();
        for cluster in clusters {
            for trial in &cluster.trials {
                let requests: f64 = trial.outcomes()?.iter().filter(|count| count.is_finite()).sum();
                let above = (100.0 - percent) / 100.0 * requests;
                // Less than the rounding is no lack.
                if requests > 0.0 && above < LEAST_ABOVE * (1.0 - 1e-9) {
                    let dataset = cluster.datasets.iter().find(|dataset| dataset.index == trial.dataset);
                    let name = dataset.map_or(&*cluster.name, |dataset| &*dataset.facts.name);
                    thin.push(format!("trial {} of {name} ({} requests)", trial.facts.number, text::number(requests)));
                }
            }
        }
        if !thin.is_empty() {
            let list = text::list(&thin, text::NAMED);
            found.push(format!("{figure} rests on fewer than {LEAST_ABOVE} requests above it in {list}."));
        }
    }
    Ok(found)
}

/// In a closed loop one figure alone tells half of it.
fn closed_loops(clusters: &[Cluster]) -> Option<String> {
    let mut trials = clusters.iter().flat_map(|cluster| &cluster.trials);
    trials.any(|trial| trial.facts.is_closed_loop).then(|| {
        "In a closed loop the target decides the rate: response times are at different rates, so look at goodput too."
            .to_owned()
    })
}

/// A mean is of successes: failing fast must not pass for being fast.
fn failures(clusters: &[Cluster], figure: Figure) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    if figure != Figure::Mean {
        return Ok(found);
    }
    for cluster in clusters {
        let (mut failed, mut all) = (0.0, 0.0);
        for trial in &cluster.trials {
            let outcomes = trial.outcomes()?;
            failed += outcomes.iter().skip(1).filter(|count| count.is_finite()).sum::<f64>();
            all += outcomes.iter().filter(|count| count.is_finite()).sum::<f64>();
        }
        if failed > all * MANY {
            let share = text::per_cent(failed / all);
            found.push(format!(
                "Means are of successes alone: {share} of the requests of {} did not succeed.",
                cluster.name
            ));
        }
    }
    Ok(found)
}

#[cfg(test)]
#[path = "findings_tests.rs"]
mod tests;
