use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
use cluster_tester_sdk::analysis::{Datasets, PluginFacts, SearchFacts, Subject};

use super::*;
use crate::cluster::group;
use crate::settings::GroupBy;

fn dataset(name: &str, cores: u32, digest: &str, rate: f64) -> FakeDataset {
    let mut fake = FakeDataset::new(name).host("node-1").host("tester");
    fake.facts.hosts[0].cores = cores;
    let (plugin, version) = ("fibonacci".to_owned(), "0.1.0".to_owned());
    fake.facts.plugins.push(PluginFacts { name: plugin, version, digest: format!("sha256:{digest}") });
    fake.trial(FakeTrial::new(10, rate).response_times([1e6; 500]))
}

fn found(datasets: impl IntoIterator<Item = FakeDataset>) -> Vec<String> {
    let datasets = Datasets::fake(datasets).all().expect("datasets");
    let clusters = group(datasets, GroupBy::Dataset).expect("clusters");
    let cells = cells::gather(&clusters, Figure::Capacity).expect("cells");
    cautions(&clusters, &[Figure::Percentile(99.0), Figure::Capacity], &cells).expect("cautions")
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
fn closed_loops_of_other_numbers_of_users_are_not_planned_alike() {
    let of_users = |name: &str, users| {
        let mut closed = dataset(name, 4, "12", 100.0);
        let facts = &mut closed.trials[0].facts;
        (facts.is_closed_loop, facts.intended_rate, facts.users) = (true, f64::NAN, users);
        closed
    };
    let sentences = found([of_users("a", 8), of_users("b", 16)]);
    let expected = "Rates or users differ at fibonacci 10: b has closed loop of 16 users; a has closed loop of 8 users. Only rates and \
                    users in common are compared.";
    assert_eq!(sentences[0], expected, "{sentences:?}");
    let datasets = Datasets::fake([of_users("a", 8), of_users("b", 16)]).all().expect("datasets");
    let clusters = group(datasets, GroupBy::Dataset).expect("clusters");
    assert!(cells::gather(&clusters, Figure::Percentile(99.0)).expect("cells").is_empty(), "they share no cell");
}

#[test]
fn failing_fast_does_not_pass_for_being_fast() {
    let failing = FakeDataset::new("a").trial(FakeTrial::new(10, 100.0).response_times([1e6; 450]).failures(50));
    let datasets = Datasets::fake([failing, dataset("b", 4, "12", 100.0)]).all().expect("datasets");
    let clusters = group(datasets, GroupBy::Dataset).expect("clusters");
    let sentences = cautions(&clusters, &[Figure::Mean], &[]).expect("cautions");
    assert_eq!(sentences, ["Means are of successes alone: 10 % of the requests of a did not succeed."]);
    assert!(cautions(&clusters, &[Figure::Percentile(50.0)], &[]).expect("cautions").is_empty());
}

#[test]
fn a_search_without_an_upper_bound_is_named_and_its_neighbours_are_not() {
    let searched = |name: &str, load_upper: f64| {
        let search = |subject, upper| SearchFacts {
            test_case: "fibonacci".into(),
            subject,
            held: 10.0,
            slo: "p99 < 50ms".into(),
            lower: 20.0,
            upper,
            is_provisional: false,
            notes: Vec::new(),
            trials: Vec::new(),
        };
        let dataset = dataset(name, 4, "12", 100.0).search(search(Subject::Rate, 21.0));
        dataset.search(search(Subject::Load, load_upper))
    };
    let expected = "fibonacci at 10/s, highest load with p99 < 50ms, in b: nothing was found too high, so the capacity is at \
                    least what is shown.";
    assert_eq!(found([searched("a", 21.0), searched("b", f64::INFINITY)]), [expected]);
    // Nothing is compared by a search of one cluster alone.
    assert_eq!(found([dataset("a", 4, "12", 100.0), searched("b", f64::INFINITY)]), Vec::<String>::new());
}

#[test]
fn percentiles_that_rest_on_few_requests_are_named() {
    let few = FakeDataset::new("a").trial(FakeTrial::new(10, 100.0).response_times([1e6; 499]));
    let enough = FakeDataset::new("b").trial(FakeTrial::new(10, 100.0).response_times([1e6; 500]));
    assert_eq!(found([few, enough]), ["p99 rests on fewer than 5 requests above it in trial 1 of a (499 requests)."]);
}

#[test]
fn plans_that_differ_are_told_and_what_does_not_change_the_load_is_not() {
    let planned = |name: &str, path: &str, spacing: &str, threads: u32| {
        let manifest = format!(
            r#"{{"trials": [{{"number": 1, "plan": {{"test_case": "http", "options": {{"path": "{path}"}}, "timeout": "30s",
            "threads": {threads}, "load_model": {{"model": "open", "arrivals": {{"spacing": "{spacing}"}}}}}}}}]}}"#
        );
        dataset(name, 4, "12", 100.0).manifest(&manifest)
    };
    assert_eq!(found([planned("a", "/", "even", 1), planned("b", "/", "even", 2)]), Vec::<String>::new());
    assert_eq!(
        found([planned("a", "/queue", "even", 1), planned("b", "/nosuch", "poisson", 1), dataset("c", 4, "12", 100.0)]),
        [
            "Trials of fibonacci 10, 100/s were not planned alike in arrivals spacing: a has even; b has poisson.",
            "Trials of fibonacci 10, 100/s were not planned alike in option path: b has /nosuch; a has /queue.",
        ]
    );
}
