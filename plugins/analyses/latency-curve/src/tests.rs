use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
use cluster_tester_sdk::analysis::{Analysis as _, Cells, Datasets, Purpose, Report, SearchFacts, Subject, Validity};

use super::*;

/// A trial of 1 000 requests with response times up to `most` nanoseconds.
fn trial(rate: f64, most: f64) -> FakeTrial {
    FakeTrial::new(10, rate).response_times((1..=1_000).map(|index| most * f64::from(index) / 1_000.0))
}

fn sweep(name: &str, by: f64) -> FakeDataset {
    let times = [5e6, 5e6, 5.2e6, 6e6, 40e6, 90e6];
    let trials = times.iter().enumerate().map(|(index, most)| trial(100.0 * (index + 1) as f64 * by, *most));
    trials.fold(FakeDataset::new(name), FakeDataset::trial)
}

fn report(options: Options, datasets: impl IntoIterator<Item = FakeDataset>) -> Report {
    LatencyCurve::analyse(options, &Datasets::fake(datasets)).expect("a report")
}

#[test]
fn a_sweep_has_a_line_for_each_percentile_and_a_knee() {
    let search = SearchFacts {
        test_case: "fibonacci".into(),
        subject: Subject::Rate,
        held: 10.0,
        slo: "p99 < 10ms".into(),
        lower: 400.0,
        upper: 500.0,
        is_provisional: false,
        notes: Vec::new(),
        trials: Vec::new(),
    };
    let report = report(Options::default(), [sweep("k3s", 1.0).search(search)]);
    let [chart] = report.charts()[..] else { panic!("not one chart") };
    let names: Vec<&str> = chart.series.iter().map(|series| &*series.name).collect();
    assert_eq!(names, ["p50", "p90", "p99", "p99.9", "goodput", "as offered"]);
    assert_eq!(chart.values_of("p50").expect("it"), [2.5e6, 2.5e6, 2.6e6, 3e6, 20e6, 45e6]);
    let marks: Vec<(f64, &str)> = chart.marks.iter().map(|mark| (mark.at, &*mark.label)).collect();
    assert_eq!(marks, [(400.0, "highest good"), (500.0, "lowest bad"), (400.0, "knee")]);
    assert_eq!(
        report.messages(),
        ["The knee of k3s is at 400/s: above it p99 exceeds 2 times its value at low rates."]
    );
    assert_eq!(chart.panels.len(), 2);
}

#[test]
fn several_datasets_share_a_chart_for_each_percentile() {
    let report = report(Options::default(), [sweep("k3s", 1.0), sweep("k0s", 1.1)]);
    let charts = report.charts();
    assert_eq!(charts.len(), 4);
    let (first, second) = (charts[2].values_of("k3s").expect("it"), charts[2].values_of("k0s").expect("it"));
    assert_eq!(first.len(), 12);
    assert!(first[..6].iter().all(|value| value.is_finite()) && first[6..].iter().all(|value| value.is_nan()));
    assert!(second[6..].iter().all(|value| value.is_finite()));
}

#[test]
fn trials_that_are_not_valid_stand_apart_and_unbounded_ones_stay() {
    let mut bad = trial(700.0, 500e6);
    (bad.facts.validity, bad.facts.purpose) = (Validity::GeneratorBound, Purpose::Search);
    let report = report(Options::default(), [sweep("k3s", 1.0).trial(bad).trial(trial(650.0, 100e6).failures(50))]);
    let chart = report.charts()[0];
    let (p99, apart) = (chart.values_of("p99").expect("it"), chart.values_of("p99, not valid").expect("it"));
    assert_eq!(p99[6], f64::INFINITY);
    assert!(p99[7].is_nan() && apart[6].is_nan());
    assert_eq!(apart[7], 495e6);
    assert!(report.messages()[0].starts_with("Left out as not valid: trial 7 of k3s"));
}

#[test]
fn of_repetitions_the_middle_one_counts() {
    let trials = [5e6, 9e6, 6e6].map(|most| trial(100.0, most));
    let repeated = trials.into_iter().fold(FakeDataset::new("k3s"), FakeDataset::trial).trial(trial(200.0, 7e6));
    let report = report(Options::default(), [repeated]);
    let chart = report.charts()[0];
    assert_eq!(chart.values_of("p50").expect("it"), [3e6, 3.5e6]);
    let band = chart.series[0].band.expect("a band");
    let Cells::Numbers(high) = &chart.data.columns[band.high as usize].values else { panic!("no numbers") };
    assert_eq!(high, &[4.5e6, 3.5e6]);
}

#[test]
fn the_load_with_the_most_rates_is_shown_unless_another_is_asked_for() {
    let mut other = trial(50.0, 1e6);
    other.facts.load = 12;
    let dataset = || [sweep("k3s", 1.0).trial(other.clone())];
    assert_eq!(report(Options::default(), dataset()).title, "Response time by rate: fibonacci, load 10");
    let asked = report(Options { load: 12, ..Options::default() }, dataset());
    assert_eq!(asked.title, "Response time by rate: fibonacci, load 12");
    assert_eq!(
        asked.messages(),
        ["There is one rate alone: a curve needs several, as a search or a sweep makes them."]
    );
    let wrong = LatencyCurve::analyse(Options { load: 11, ..Options::default() }, &Datasets::fake(dataset()));
    let Err(Fault::InvalidOption(option)) = wrong else { panic!("load 11 was found") };
    assert_eq!((&*option.name, &*option.reason), ("load", "no trial is of load 11; known: 10 and 12"));
}

#[test]
fn empty_datasets_and_unknown_figures_are_no_crash() {
    assert_eq!(report(Options::default(), [FakeDataset::new("k3s")]).messages().len(), 1);
    let mut unknown = FakeTrial::new(10, 100.0);
    (unknown.facts.offered_rate, unknown.facts.goodput, unknown.facts.validity) =
        (f64::NAN, f64::NAN, Validity::Unknown);
    let report = report(Options::default(), [FakeDataset::new("old").trial(unknown)]);
    assert!(report.charts()[0].values_of("p99").expect("it")[0].is_nan());
}

#[test]
fn closed_loops_and_handfuls_of_requests_make_neither_curve_nor_knee() {
    let mut closed = trial(450.0, 900e6);
    (closed.facts.is_closed_loop, closed.facts.intended_rate) = (true, f64::NAN);
    let handful = |rate| FakeTrial::new(10, rate).response_times([1e5; 19]);
    let dataset = sweep("k3s", 1.0).trial(closed).trial(handful(10.0)).trial(handful(20.0)).trial(handful(30.0));
    let report = report(Options::default(), [dataset]);
    assert_eq!(
        report.messages(),
        [
            "Not on the curve: trial 7 of k3s (closed loop, where the target decides the rate).",
            "The knee of k3s is at 400/s: above it p99 exceeds 2 times its value at low rates."
        ]
    );
    assert_eq!(report.charts()[0].values_of("p99").expect("it").len(), 9);
}

#[test]
fn one_rate_of_each_dataset_is_not_one_rate_of_all() {
    let one = |name: &str, rate| FakeDataset::new(name).trial(trial(rate, 5e6));
    let said = |other| report(Options::default(), [one("k3s", 100.0), one("k0s", other)]).messages()[0].to_owned();
    assert!(said(100.0).starts_with("There is one rate alone"));
    assert!(said(200.0).starts_with("Each dataset has one rate alone"));
}
