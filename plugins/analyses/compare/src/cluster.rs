//! Clusters: which datasets are of one, and which of their trials count.

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Dataset, Trial};
use trials::left_out;

use crate::settings::GroupBy;

/// A cluster: the system under test, in one or more datasets.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    /// Its name.
    pub(crate) name: String,
    /// Its datasets.
    pub(crate) datasets: Vec<Dataset>,
    /// Their trials that count.
    pub(crate) trials: Vec<Trial>,
    /// Sentences on those that do not.
    pub(crate) left_out: Vec<String>,
}

/// Puts datasets together, in the order of the first of each cluster.
///
/// # Errors
/// As the host says.
pub(crate) fn group(datasets: Vec<Dataset>, by: GroupBy) -> Result<Vec<Cluster>, Fault> {
    let mut clusters: Vec<Cluster> = Vec::new();
    for dataset in datasets {
        let name = name_of(&dataset.facts.name, by).to_owned();
        let trials = dataset.main_trials()?;
        let sentence = left_out(&dataset.facts.name, &trials);
        let usable = trials.into_iter().filter(|trial| trial.facts.has_figures());
        let index = clusters.iter().position(|cluster| cluster.name == name).unwrap_or_else(|| {
            clusters.push(Cluster { name, datasets: Vec::new(), trials: Vec::new(), left_out: Vec::new() });
            clusters.len() - 1
        });
        let cluster = &mut clusters[index];
        cluster.trials.extend(usable);
        cluster.left_out.extend(sentence);
        cluster.datasets.push(dataset);
    }
    Ok(clusters)
}

fn name_of(dataset: &str, by: GroupBy) -> &str {
    match by {
        GroupBy::Dataset => dataset,
        GroupBy::Name => match dataset.find('#') {
            Some(end) if end > 0 => dataset[..end].trim_end(),
            _ => dataset,
        },
    }
}

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
    use cluster_tester_sdk::analysis::{Datasets, Validity};

    use super::*;

    #[test]
    fn datasets_of_one_name_are_repetitions_of_one_cluster() {
        let dataset = |name| FakeDataset::new(name).trial(FakeTrial::new(10, 100.0).response_times([1e6]));
        let datasets =
            Datasets::fake(["k3s#1", "k0s#1", "k3s #2", "k3s", "#1", "k3s/b"].map(dataset)).all().expect("datasets");
        let clusters = group(datasets.clone(), GroupBy::Name).expect("clusters");
        let sizes: Vec<_> = clusters.iter().map(|cluster| (&*cluster.name, cluster.trials.len())).collect();
        assert_eq!(sizes, [("k3s", 3), ("k0s", 1), ("#1", 1), ("k3s/b", 1)]);
        assert_eq!(group(datasets, GroupBy::Dataset).expect("clusters").len(), 6);
    }

    #[test]
    fn trials_that_are_not_valid_do_not_count() {
        let mut bad = FakeTrial::new(10, 100.0).response_times([9e9]);
        (bad.facts.validity, bad.facts.reasons) = (Validity::GeneratorBound, vec!["The tester was busy.".into()]);
        let good = FakeTrial::new(10, 100.0).response_times([1e6]);
        let datasets = Datasets::fake([FakeDataset::new("k3s").trial(bad).trial(good)]).all().expect("datasets");
        let cluster = group(datasets, GroupBy::Dataset).expect("clusters").remove(0);
        assert_eq!(cluster.trials.len(), 1);
        assert_eq!(cluster.left_out, ["Left out as not valid: trial 1 of k3s (The tester was busy)."]);
    }
}
