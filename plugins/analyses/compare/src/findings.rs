//! What the reader should know before the comparison: whatever differs between the clusters beside what is compared.

use std::collections::{BTreeMap, BTreeSet};

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, DatasetSource, HostFacts, text};
use trials::LoadPoint;

use crate::cluster::Cluster;
use crate::figure::Figure;

/// Share of requests without success from which means are not to be trusted.
const MANY: f64 = 0.001;

/// Sentences of caution, in order of weight.
///
/// # Errors
/// As the host says.
pub(crate) fn cautions(clusters: &[Cluster], figure: Figure) -> Result<Vec<String>, Fault> {
    let datasets: Vec<&Dataset> = clusters.iter().flat_map(|cluster| &cluster.datasets).collect();
    let mut found: Vec<String> = clusters.iter().flat_map(|cluster| cluster.left_out.clone()).collect();
    for cluster in clusters.iter().filter(|cluster| cluster.trials.is_empty()) {
        found.push(format!("{} has no trial that can be compared.", cluster.name));
    }
    found.extend(hardware(&datasets));
    found.extend(plugins(&datasets));
    found.extend(rates(clusters));
    found.extend(sources(&datasets, figure));
    found.extend(searches(&datasets)?);
    found.extend(closed_loops(clusters));
    found.extend(failures(clusters, figure)?);
    Ok(found)
}

/// Which datasets have which value of something, in words; none where all have one.
fn difference(what: &str, values: Vec<(&str, String)>) -> Option<String> {
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
        let values = tried.into_iter().map(|(name, points)| (name, paces(points))).collect();
        let sentence = difference(&format!("Rates differ at {work}"), values)?;
        Some(format!("{sentence} Only rates in common are compared."))
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

/// Searches whose answer is not what it seems.
fn searches(datasets: &[&Dataset]) -> Result<Vec<String>, Fault> {
    let (mut provisional, mut endless) = (Vec::new(), Vec::new());
    for dataset in datasets {
        let searches = dataset.searches()?;
        if searches.iter().any(|search| search.is_provisional) {
            provisional.push(dataset.facts.name.clone());
        }
        if searches.iter().any(|search| !search.upper.is_finite()) {
            endless.push(dataset.facts.name.clone());
        }
    }
    let mut found = Vec::new();
    if !provisional.is_empty() {
        let names = text::list(&provisional, text::NAMED);
        found.push(format!("Bounds of searches of {names} are provisional: the budget was spent first."));
    }
    if !endless.is_empty() {
        let names = text::list(&endless, text::NAMED);
        found.push(format!("Searches of {names} found nothing too high: the capacity is at least what is shown."));
    }
    Ok(found)
}

/// In a closed loop one figure alone tells half of it.
fn closed_loops(clusters: &[Cluster]) -> Option<String> {
    let mut trials = clusters.iter().flat_map(|cluster| &cluster.trials);
    trials.any(|trial| trial.facts.is_closed_loop).then(|| {
        "In a closed loop the target decides the rate: response times are at different rates, so look at goodput too. \
         Numbers of users are not told apart."
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
mod tests {
    use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
    use cluster_tester_sdk::analysis::{Datasets, PluginFacts};

    use super::*;
    use crate::cluster::group;
    use crate::settings::GroupBy;

    fn dataset(name: &str, cores: u32, digest: &str, rate: f64) -> FakeDataset {
        let mut fake = FakeDataset::new(name).host("node-1").host("tester");
        fake.facts.hosts[0].cores = cores;
        let (plugin, version) = ("fibonacci".to_owned(), "0.1.0".to_owned());
        fake.facts.plugins.push(PluginFacts { name: plugin, version, digest: format!("sha256:{digest}") });
        fake.trial(FakeTrial::new(10, rate).response_times([1e6]))
    }

    fn found(datasets: impl IntoIterator<Item = FakeDataset>) -> Vec<String> {
        let datasets = Datasets::fake(datasets).all().expect("datasets");
        let clusters = group(datasets, GroupBy::Dataset).expect("clusters");
        cautions(&clusters, Figure::Percentile(99.0)).expect("cautions")
    }

    #[test]
    fn clusters_that_were_treated_alike_need_no_caution() {
        assert_eq!(found([dataset("a", 4, "12", 100.0), dataset("b", 4, "12", 100.0)]), Vec::<String>::new());
    }

    #[test]
    fn whatever_differs_beside_the_cluster_is_told() {
        let mut without_tester = dataset("b", 8, "34", 200.0);
        without_tester.facts.hosts.pop();
        assert_eq!(
            found([dataset("a", 4, "12", 100.0), without_tester, dataset("c", 4, "12", 100.0)]),
            [
                "The hosts differ in logical processors: a and c have 4; b has 8.",
                "The plugin fibonacci differs: a and c have 0.1.0 (12…); b has 0.1.0 (34…).",
                "Rates differ at fibonacci 10: a and c have 100/s; b has 200/s. Only rates in common are compared.",
            ]
        );
    }

    #[test]
    fn files_with_means_alone_ask_for_means() {
        let mut older = dataset("old", 0, "12", 100.0);
        older.facts.source = DatasetSource::OlderExecution;
        let sentences = found([older, dataset("new", 4, "12", 100.0)]);
        assert_eq!(sentences, ["Of old only means are kept: compare them by --option figure=mean."]);
    }

    #[test]
    fn a_closed_loop_is_told() {
        let mut closed = dataset("a", 4, "12", 100.0);
        closed.trials[0].facts.is_closed_loop = true;
        let sentences = found([closed.clone(), closed.clone()]);
        assert!(sentences[0].starts_with("In a closed loop the target decides the rate"), "{sentences:?}");
    }

    #[test]
    fn failing_fast_does_not_pass_for_being_fast() {
        let failing = FakeDataset::new("a").trial(FakeTrial::new(10, 100.0).response_times([1e6; 9]).failures(1));
        let datasets = Datasets::fake([failing, dataset("b", 4, "12", 100.0)]).all().expect("datasets");
        let clusters = group(datasets, GroupBy::Dataset).expect("clusters");
        let sentences = cautions(&clusters, Figure::Mean).expect("cautions");
        assert_eq!(sentences, ["Means are of successes alone: 10 % of the requests of a did not succeed."]);
        assert!(cautions(&clusters, Figure::Percentile(99.0)).expect("cautions").is_empty());
    }
}
