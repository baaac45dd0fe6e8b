use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
use cluster_tester_sdk::analysis::{Analysis as _, Datasets, Report, SearchFacts, Severity, Subject, Table};

use super::*;

/// A trial of 2 000 requests whose p99 is `p99` nanoseconds.
fn trial(p99: f64) -> FakeTrial {
    FakeTrial::new(10, 100.0).response_times((1..=2_000).map(|index| p99 * f64::from(index) / 1_980.0))
}

fn dataset(name: &str, p99s: &[f64]) -> FakeDataset {
    p99s.iter().fold(FakeDataset::new(name).host("node-1"), |dataset, p99| dataset.trial(trial(*p99)))
}

fn search(lower: f64) -> SearchFacts {
    SearchFacts {
        test_case: "fibonacci".into(),
        subject: Subject::Rate,
        held: 10.0,
        slo: "p99 < 50ms".into(),
        lower,
        upper: lower * 1.02,
        is_provisional: false,
        notes: Vec::new(),
        trials: Vec::new(),
    }
}

fn report(options: Options, datasets: impl IntoIterator<Item = FakeDataset>) -> Report {
    Compare::analyse(options, &Datasets::fake(datasets)).expect("a report")
}

fn table<'r>(report: &'r Report, caption: &str) -> &'r Table {
    report.tables_of(caption).first().copied().unwrap_or_else(|| panic!("no table {caption}"))
}

const STEADY: [f64; 5] = [20.0e6, 20.2e6, 19.9e6, 20.1e6, 19.8e6];

fn scaled(by: f64) -> Vec<f64> {
    STEADY.iter().map(|value| value * by).collect()
}

#[test]
fn a_cluster_that_is_faster_is_named_with_its_distance() {
    let report = report(Options::default(), [dataset("k3s", &STEADY), dataset("k0s", &scaled(0.88))]);
    let decisions = table(&report, "Decisions");
    let decision = &decisions.text_of("decision").expect("it")[0];
    assert_eq!(decision, "k0s is faster: its p99 is lower than that of k3s by 12 % (11–13 %)");
    assert!((decisions.numbers_of("second / first").expect("it")[0] - 0.88).abs() < 1e-3);
    assert_eq!(decisions.text_of("asked").expect("it"), ["fibonacci 10, 100/s"]);
    let field = table(&report, "Row against column");
    assert_eq!(
        (field.text_of("k3s").expect("it"), field.text_of("k0s").expect("it")),
        (&["–".into(), "better".into()][..], &["worse".into(), "–".into()][..])
    );
    let titles: Vec<&str> = report.charts().iter().map(|chart| &*chart.title).collect();
    assert_eq!(
        titles,
        ["Difference in p99, with its interval", "p99 of the response time: geometric mean of the repetitions"]
    );
    let difference = report.charts()[0].values_of("k0s against k3s").expect("it")[0];
    assert!((difference + 12.0).abs() < 0.1, "{difference}");
    assert!(report.findings_of(Severity::Caution).is_empty());
    let behind = table(&report, "Behind the decisions");
    assert!((behind.numbers_of("p value, Mann–Whitney").expect("it")[0] - 2.0 / 252.0).abs() < 1e-9);
    assert!(behind.numbers_of("Hedges' g").expect("it")[0] < -5.0);
}

#[test]
fn no_difference_is_told_with_what_would_have_been_found() {
    let report = report(Options::default(), [dataset("k3s", &STEADY), dataset("k0s", &scaled(1.001))]);
    let decision = &table(&report, "Decisions").text_of("decision").expect("it")[0];
    assert!(decision.starts_with("no difference found at this resolution (one above about 1.6 %"), "{decision}");
}

#[test]
fn too_wide_a_spread_asks_for_more_repetitions() {
    let report = report(Options::default(), [dataset("k3s", &[20e6, 30e6, 22e6]), dataset("k0s", &[25e6, 21e6, 33e6])]);
    let decision = &table(&report, "Decisions").text_of("decision").expect("it")[0];
    let expected = "cannot be decided with 3 repetitions (a difference above about 98 %";
    assert!(decision.starts_with(expected) && decision.contains(": 10 % needs about "), "{decision}");
}

#[test]
fn a_single_trial_is_cut_into_blocks_and_the_answer_called_weaker() {
    let report = report(Options::default(), [dataset("k3s", &[20e6]), dataset("k0s", &[10e6])]);
    let cautions = report.findings_of(Severity::Caution);
    assert!(
        cautions[0].contains("from blocks of one trial: differences between repetitions are not seen"),
        "{cautions:?}"
    );
    let figures = table(&report, "p99 of each cluster");
    assert_eq!(figures.numbers_of("blocks").expect("it"), [10.0, 10.0]);
    assert_eq!(figures.numbers_of("repetitions").expect("it"), [1.0, 1.0]);
}

#[test]
fn too_short_a_single_trial_cannot_be_decided() {
    let short = |name: &str| FakeDataset::new(name).trial(FakeTrial::new(10, 100.0).response_times([1e6; 50]));
    let report = report(Options::default(), [short("k3s"), short("k0s")]);
    let decision = &table(&report, "Decisions").text_of("decision").expect("it")[0];
    assert!(decision.starts_with("cannot be decided with one repetition"), "{decision}");
}

#[test]
fn datasets_of_one_name_are_repetitions() {
    let runs = STEADY.iter().enumerate();
    let runs =
        runs.flat_map(|(n, p99)| [dataset(&format!("k3s#{n}"), &[*p99]), dataset(&format!("k0s#{n}"), &[p99 * 2.0])]);
    let report = report(Options::default(), runs);
    let decision = &table(&report, "Decisions").text_of("decision").expect("it")[0];
    assert!(decision.starts_with("k3s is faster: its p99 is lower than that of k0s by 50 %"), "{decision}");
    assert_eq!(report.title, "Comparison of k3s and k0s");
}

#[test]
fn a_percentile_without_bound_is_no_ratio_but_an_answer() {
    let failing = |name: &str, number: u32| {
        let trials = STEADY
            .iter()
            .enumerate()
            .map(|(index, p99)| if (index as u32) < number { trial(*p99).failures(200) } else { trial(*p99) });
        trials.fold(FakeDataset::new(name), FakeDataset::trial)
    };
    let decision = |failures| {
        let report = report(Options::default(), [failing("k3s", 0), failing("k0s", failures)]);
        table(&report, "Decisions").text_of("decision").expect("it")[0].clone()
    };
    assert_eq!(decision(5), "k3s is better: p99 unbounded in all 5 repetitions of k0s, in none of k3s's 5");
    assert_eq!(
        decision(1),
        "p99 unbounded in 0 of 5 repetitions of k3s and in 1 of 5 repetitions of k0s: not comparable"
    );
}

#[test]
fn a_dead_target_is_a_regression_however_few_the_repetitions() {
    let dead = |number: usize| {
        let trials = STEADY[..number].iter().map(|p99| trial(*p99).failures(2_000));
        trials.fold(FakeDataset::new("new"), FakeDataset::trial)
    };
    let gate = Options { fail_on_regression: "5% p99".into(), ..Options::default() };
    let silent = FakeDataset::new("new").trial(FakeTrial::new(10, 100.0).failures(2_000));
    let by_mean = Options { fail_on_regression: "5% mean".into(), ..Options::default() };
    let found = report(by_mean, [dataset("old", &STEADY), silent]);
    assert_eq!(found.findings_of(Severity::Regression).len(), 1, "without a success there is no mean at all");
    for (first, second, said) in [
        (3, 3, "unbounded in all 3 repetitions of new, in none of old's 3"),
        (3, 1, "unbounded in the only repetition of new, in none of old's 3"),
        (1, 1, "unbounded in the only repetition of new, not in that of old"),
    ] {
        let report = report(gate.clone(), [dataset("old", &STEADY[..first]), dead(second)]);
        let found = report.findings_of(Severity::Regression);
        assert!(found.len() == 1 && found[0].contains(said), "{found:?}");
        let reverse = self::report(gate.clone(), [dead(second), dataset("old", &STEADY[..first])]);
        assert!(reverse.findings_of(Severity::Regression).is_empty());
    }
}

#[test]
fn a_regression_is_found_by_the_near_end_of_the_interval() {
    let options = |limit: &str| Options { fail_on_regression: limit.into(), ..Options::default() };
    let datasets = |by| [dataset("old", &STEADY), dataset("new", &scaled(by))];
    let regressed = report(options("5% p99"), datasets(1.1));
    let found = regressed.findings_of(Severity::Regression);
    assert_eq!(
        found,
        [
            "Regression of new against old (p99, fibonacci 10, 100/s): higher by 10 %, by 8.7 % at least; 5 % is allowed."
        ]
    );
    assert!(report(options("15% p99"), datasets(1.1)).findings_of(Severity::Regression).is_empty());
    assert!(report(options(""), datasets(1.1)).findings_of(Severity::Regression).is_empty());
    // Faster is no regression, and what cannot be decided is none, but is said.
    assert!(report(options("5% p99"), datasets(0.5)).findings_of(Severity::Regression).is_empty());
    let undecided =
        report(options("5% p99"), [dataset("old", &[20e6, 30e6, 22e6]), dataset("new", &[25e6, 21e6, 33e6])]);
    assert!(undecided.findings_of(Severity::Regression).is_empty());
    let cautions = undecided.findings_of(Severity::Caution);
    assert!(
        cautions[0].starts_with("Whether new is worse than old by more than 5 % cannot be decided (p99"),
        "{cautions:?}"
    );
    // A figure that they do not have in common must not pass in silence.
    let Err(Fault::InvalidOption(nothing)) = Compare::analyse(options("5% capacity"), &Datasets::fake(datasets(1.0)))
    else {
        panic!("a gate that compares nothing must not pass")
    };
    assert!(nothing.reason.contains("nothing in common of which the capacity is known"), "{}", nothing.reason);
}

#[test]
fn capacities_are_compared_beside_the_figure() {
    let searched = |name: &str, by: f64| {
        [100.0, 101.0, 99.0]
            .into_iter()
            .fold(dataset(name, &STEADY), |dataset, lower| dataset.search(search(lower * by)))
    };
    let report = report(Options::default(), [searched("k3s", 1.0), searched("k0s", 1.3)]);
    let tables = report.tables_of("Decisions");
    assert_eq!(tables[1].text_of("asked").expect("it"), ["fibonacci 10, highest rate with p99 < 50ms"]);
    let decision = &tables[1].text_of("decision").expect("it")[0];
    assert!(decision.starts_with("k0s carries more: its capacity is higher than that of k3s by 30 %"), "{decision}");
}

#[test]
fn capacities_that_agree_are_known_no_better_than_their_bounds() {
    // Bounds 2 % apart: a difference of 1 % is none, however often the searches agree.
    let searched =
        |name: &str, lower: f64| (0..4).fold(FakeDataset::new(name), |dataset, _| dataset.search(search(lower)));
    let report = report(
        Options { figure: "capacity".into(), ..Options::default() },
        [searched("k3s", 100.0), searched("k0s", 100.5)],
    );
    let decision = &table(&report, "Decisions").text_of("decision").expect("it")[0];
    assert!(decision.starts_with("no difference found at this resolution"), "{decision}");
}

#[test]
fn too_many_clusters_are_a_finding() {
    let report = report(Options::default(), (0..41).map(|index| dataset(&format!("d{index}"), &[20e6])));
    assert!(report.findings_of(Severity::Caution)[0].contains("41 clusters are too many"));
}

#[test]
fn three_clusters_make_a_field() {
    let report = report(Options::default(), [dataset("a", &STEADY), dataset("b", &scaled(2.0)), dataset("c", &STEADY)]);
    let field = table(&report, "Row against column");
    assert_eq!(field.text_of("a").expect("it"), ["–", "worse", "no difference"]);
    let map = report.charts().into_iter().find(|chart| chart.kind == "heat-map").expect("a heat map");
    let column = map.values_of("a").expect("it");
    for (found, expected) in column.iter().zip([1.0, 2.0, 1.0]) {
        assert!((found - expected).abs() < 1e-2, "{column:?}");
    }
}

#[test]
fn nothing_in_common_and_nothing_at_all_are_findings() {
    let other = FakeDataset::new("k0s").trial(FakeTrial::new(11, 100.0).response_times([1e6; 10]));
    let different = report(Options::default(), [dataset("k3s", &STEADY), other]);
    assert!(different.findings_of(Severity::Invalid)[0].contains("nothing was compared"));
    let empty = report(Options::default(), [FakeDataset::new("a"), FakeDataset::new("b")]);
    assert_eq!(
        empty.findings_of(Severity::Caution),
        ["a has no trial that can be compared.", "b has no trial that can be compared."]
    );
    let repeated = || [dataset("k3s#1", &STEADY), dataset("k3s#2", &STEADY)];
    let one = report(Options::default(), repeated());
    assert!(one.findings_of(Severity::Caution)[0].contains("all datasets are of one cluster"));
    let limited = Options { fail_on_regression: "5% p99".into(), ..Options::default() };
    let refused = Compare::analyse(limited, &Datasets::fake(repeated()));
    assert!(matches!(refused, Err(Fault::InvalidOption(_))), "a gate that compares nothing must not pass");
    let each = Options { group_by: settings::GroupBy::Dataset, ..Options::default() };
    assert_eq!(report(each, repeated()).title, "Comparison of k3s#1 and k3s#2");
}

#[test]
fn defaults_of_the_schema_are_those_of_the_code() {
    let identity = Compare::describe().identity;
    for default in ["\"default\": \"p99\"", "\"default\": \"name\"", "\"default\": 95", "\"default\": 10"] {
        assert!(identity.options_schema.contains(default), "{default}");
    }
}

#[test]
fn two_hundred_trials_are_compared() {
    let many = |name: &str, by: f64| {
        (0..100).fold(FakeDataset::new(name), |dataset, index| {
            let mut trial = trial(20e6 * by * (1.0 + f64::from(index % 4) * 0.01));
            trial.facts.intended_rate = 100.0 + f64::from(index / 4);
            dataset.trial(trial)
        })
    };
    let report = report(Options::default(), [many("k3s", 1.0), many("k0s", 1.2)]);
    let decisions = table(&report, "Decisions");
    assert_eq!(decisions.text_of("decision").expect("it").len(), 25);
    assert!(decisions.text_of("decision").expect("it").iter().all(|decision| decision.starts_with("k3s is faster")));
    assert!(report.blocks.len() < 20);
}
