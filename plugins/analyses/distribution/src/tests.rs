use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
use cluster_tester_sdk::analysis::{Purpose, Quantity, Scale, Validity};
use cluster_tester_sdk::options;

use super::*;

/// A thousand requests: sent on time they take 1 ms each, but the last hundred waited up to a second before.
fn stalled() -> FakeTrial {
    let wait = |n: u32| if n < 900 { 0.0 } else { f64::from(n - 899) * 1e7 };
    FakeTrial::new(10, 1000.0)
        .response_times((0..1000).map(|n| 1e6 + wait(n)))
        .quantity(Quantity::ServiceTime, (0..1000).map(|_| 1e6))
}

fn report(trial: Option<u32>, datasets: impl IntoIterator<Item = FakeDataset>) -> Report {
    Distribution::analyse(Options { trial }, &Datasets::fake(datasets)).expect("a report")
}

#[test]
fn the_wait_shows_where_response_and_service_time_part() {
    let report = report(None, [FakeDataset::new("k3s").trial(stalled())]);
    let [percentiles, cdf, histogram] = report.charts()[..] else { panic!("three charts") };
    assert_eq!((percentiles.x.scale, percentiles.kind.as_str()), (Scale::Quantile, "lines"));
    let last = |name| *percentiles.data.numbers_of(name).expect("it").last().expect("values");
    assert_eq!((last("response time"), last("service time"), last("percentile")), (1.001e9, 1e6, 0.9995));
    let (shares, places) =
        (cdf.data.numbers_of("response time").expect("it"), cdf.data.numbers_of("time").expect("it"));
    assert_eq!((shares[0], shares[199], places[0], places[199]), (0.9, 1.0, 1e6, 1.001e9));
    assert_eq!((histogram.panels.len(), histogram.series[1].panel), (2, 1));
    let counts = |name| histogram.data.numbers_of(name).expect("it").iter().sum::<f64>();
    assert_eq!((counts("response time"), counts("service time")), (1000.0, 1000.0));
    let table = report.tables()[0];
    assert_eq!(table.text_of("percentile").expect("it")[6..], ["p99.9", "p99.99", "p100"]);
    assert_eq!(
        table.numbers_of("response time, successes").expect("it")[3..],
        [1e6, 5.01e8, 9.01e8, 9.91e8, 1.001e9, 1.001e9]
    );
    assert_eq!(report.findings(), []);
}

#[test]
fn failures_are_unbounded_over_all_requests_and_leave_the_share_below_one() {
    let report = report(None, [FakeDataset::new("k3s").trial(stalled().failures(250))]);
    let [percentiles, cdf, _] = report.charts()[..] else { panic!("three charts") };
    let drawn: Vec<&str> = percentiles.series.iter().map(|series| &*series.name).collect();
    assert_eq!(drawn, ["response time, all requests", "response time, successes", "service time"]);
    let last = |name| *percentiles.data.numbers_of(name).expect("it").last().expect("values");
    assert_eq!((last("response time, all requests"), last("response time, successes")), (f64::INFINITY, 1.001e9));
    assert_eq!((cdf.marks[0].is_vertical, cdf.marks[0].at), (false, 1.0));
    assert_eq!(cdf.data.numbers_of("response time").expect("it").last(), Some(&0.8));
    let all = report.tables()[0].numbers_of("response time, all requests").expect("it");
    assert_eq!((all[1], all[3]), (1e6, f64::INFINITY));
}

#[test]
fn one_request_and_none_and_means_alone_are_borne() {
    let mut means = FakeTrial::new(10, 4.0);
    means.facts.has_samples = false;
    let run = FakeDataset::new("few").trial(FakeTrial::new(1, 1.0).response_times([5e6])).trial(means);
    let report = report(None, [run, FakeDataset::new("empty")]);
    let findings: Vec<&str> = report.findings().iter().map(|(_, message)| *message).collect();
    assert_eq!(findings, ["empty has no trials.", "few, trial 2: no times of single requests are known."]);
    assert_eq!((report.charts().len(), report.tables()[0].columns.len()), (3, 3));
}

#[test]
fn a_trial_without_any_success_is_told_with_its_number_of_requests() {
    let dead = FakeTrial::new(10, 100.0).failures(40);
    let report = report(None, [FakeDataset::new("k0s").trial(dead)]);
    assert_eq!(report.messages(), ["k0s, trial 1: none of its 40 requests succeeded."]);
}

#[test]
fn many_trials_are_cut_to_twelve_and_shown_together_first() {
    let trial = |number: u32| {
        let mut trial =
            FakeTrial::new(10, f64::from(number)).response_times((0..number * 10).map(|n| f64::from(n + 1) * 1e6));
        trial.facts.purpose = if number > 100 { Purpose::Plan } else { Purpose::Search };
        trial.facts.validity = if number == 101 { Validity::GeneratorBound } else { Validity::Valid };
        trial
    };
    let run = (1..=200).map(trial).fold(FakeDataset::new("k3s"), FakeDataset::trial);
    let report = report(None, [run.clone()]);
    let together = report.charts()[0];
    assert_eq!(
        (report.charts().len(), together.series.len(), together.series[0].name.as_str()),
        (37, 12, "k3s, trial 101: load 10, 101/s")
    );
    let median = |place: usize| together.data.numbers_of(&together.series[place].name).expect("it")[5];
    assert_eq!((median(0), median(11)), (5.05e8, 5.6e8));
    assert_eq!(report.findings()[0].1, "The first 12 of 100 trials are shown; option trial chooses one.");
    assert_eq!((report.findings()[1].0, report.findings().len()), (Severity::Invalid, 2));
}

#[test]
fn the_option_chooses_one_trial_even_a_step_of_a_search() {
    let mut step = stalled();
    step.facts.purpose = Purpose::Search;
    let run = FakeDataset::new("k3s").trial(stalled()).trial(step);
    let Options { trial } = options::parse(r#"{"trial":2}"#).expect("options");
    let report = report(trial, [run.clone()]);
    assert_eq!(report.tables()[0].caption, "k3s, trial 2: load 10, 1000/s: percentiles");
    let wrong = Distribution::analyse(Options { trial: Some(9) }, &Datasets::fake([run]));
    let Err(Fault::InvalidOption(option)) = wrong else { panic!("a report") };
    assert_eq!((&*option.name, &*option.reason), ("trial", "k3s has no trial 9, only 2 in all"));
}
