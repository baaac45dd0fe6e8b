use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
use cluster_tester_sdk::analysis::{Analysis as _, Datasets, Purpose, Report, ResourceSeries, Validity};

use super::*;

/// Ten seconds at 100/s; answers take 1 ms, in the sixth second 50 ms.
fn trial() -> FakeTrial {
    FakeTrial::new(10, 100.0).response_times((0..1_000).map(|index| if index / 100 == 5 { 50e6 } else { 1e6 }))
}

fn with_host(mut trial: FakeTrial) -> FakeDataset {
    let at: Vec<f64> = (0..=10).map(|second| f64::from(second) * 1e9).collect();
    let values: Vec<f64> = (0..=10).map(|second| if second == 6 { 99.0 } else { 10.0 }).collect();
    trial.resource_series.push((0, "cpu.busy".into(), ResourceSeries { at, values }));
    FakeDataset::new("k3s").host("node-1").trial(trial)
}

fn report(options: Options, datasets: impl IntoIterator<Item = FakeDataset>) -> Report {
    Timeline::analyse(options, &Datasets::fake(datasets)).expect("a report")
}

#[test]
fn rate_response_time_and_hosts_share_an_axis_of_time() {
    let report = report(Options::default(), [with_host(trial())]);
    let [chart] = report.charts()[..] else { panic!("not one chart") };
    assert_eq!(chart.title, "k3s, trial 1: fibonacci 10, 100/s");
    let panels: Vec<&str> = chart.panels.iter().map(|panel| &*panel.label).collect();
    assert_eq!(panels, ["rate", "response time", "processors busy"]);
    let (arrivals, p99, busy) = (
        chart.values_of("arrivals").expect("it"),
        chart.values_of("p90").expect("it"),
        chart.values_of("node-1, busy").expect("it"),
    );
    // Windows of 0.1 s: the sixth second is windows 50 to 59.
    assert_eq!((arrivals[0], arrivals[55]), (100.0, 100.0));
    assert_eq!((p99[49], p99[50], p99[59], p99[60]), (1e6, 50e6, 50e6, 1e6));
    assert_eq!((busy[49], busy[50], busy[59], busy[60]), (10.0, 99.0, 99.0, 10.0));
    assert_eq!(chart.series.iter().map(|series| series.panel).max(), Some(2));
    let table = report.tables_of("Windows of each trial, and the worst of them")[0];
    assert_eq!(
        (
            table.numbers_of("highest of a window").expect("it")[0],
            table.numbers_of("in the window from").expect("it")[0]
        ),
        (50e6, 5e9)
    );
}

#[test]
fn warm_up_is_marked_and_failures_are_unbounded() {
    let mut trial = trial().failures(100);
    trial.facts.steady_start = 2e9;
    let report = report(Options::default(), [FakeDataset::new("k3s").trial(trial)]);
    let chart = report.charts()[0];
    assert_eq!((chart.marks[0].at, &*chart.marks[0].label), (2e9, "warm-up ends"));
    assert_eq!(chart.values_of("p90").expect("it")[105], f64::INFINITY);
    assert_eq!(
        (chart.values_of("goodput").expect("it")[105], chart.values_of("arrivals").expect("it")[105]),
        (0.0, 100.0)
    );
    assert!(chart.values_of("slowest success").expect("it")[105].is_nan());
}

#[test]
fn the_last_trial_made_to_measure_is_shown_unless_another_is_asked_for() {
    let mut step = trial();
    step.facts.purpose = Purpose::Search;
    let dataset = |name| FakeDataset::new(name).trial(step.clone()).trial(trial()).trial(step.clone());
    let titles = |options| {
        let report = report(options, [dataset("k3s"), dataset("k0s")]);
        report.charts().iter().map(|chart| chart.title.clone()).collect::<Vec<_>>()
    };
    assert_eq!(titles(Options::default()), ["k3s, trial 2: fibonacci 10, 100/s", "k0s, trial 2: fibonacci 10, 100/s"]);
    assert_eq!(titles(Options { dataset: "k0s".into(), trial: 3 }), ["k0s, trial 3: fibonacci 10, 100/s"]);
}

#[test]
fn what_is_not_there_is_a_wrong_option() {
    let wrong = |options| match Timeline::analyse(options, &Datasets::fake([with_host(trial())])) {
        Err(Fault::InvalidOption(option)) => (option.name, option.reason),
        other => panic!("{other:?}"),
    };
    let (name, reason) = wrong(Options { dataset: "k1s".into(), trial: 0 });
    assert_eq!((&*name, &*reason), ("dataset", "there is no dataset `k1s`; known: k3s"));
    assert_eq!(wrong(Options { dataset: String::new(), trial: 9 }).0, "trial");
}

#[test]
fn many_datasets_none_and_bad_trials_are_findings() {
    let many = report(Options::default(), (0..9).map(|index| FakeDataset::new(&format!("d{index}")).trial(trial())));
    assert_eq!(many.charts().len(), 6);
    assert_eq!(many.messages(), ["Trials of the first 6 of 9 datasets are shown; option dataset has the others."]);
    assert!(report(Options::default(), [FakeDataset::new("k3s")]).messages()[0].starts_with("There is no trial"));
    let mut bad = trial();
    (bad.facts.validity, bad.facts.reasons) = (Validity::GeneratorBound, vec!["The tester was busy.".into()]);
    let empty = FakeTrial::new(10, 100.0);
    let report = report(Options::default(), [FakeDataset::new("a").trial(bad), FakeDataset::new("b").trial(empty)]);
    assert_eq!(
        report.messages(),
        [
            "a, trial 1: fibonacci 10, 100/s is not valid: The tester was busy.",
            "b, trial 1: fibonacci 10, 100/s has no requests."
        ]
    );
}
