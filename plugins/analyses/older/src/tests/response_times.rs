use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
use cluster_tester_sdk::analysis::{Datasets, Purpose, Validity};

use super::fixture::{FILES, older_file};
use super::{findings, numbers, text};
use crate::{TimeFigure, response_time};

/// What the older tool printed of the fixtures, mean, shortest and longest of each trial, worked out by Python.
const PRINTED: [[[&str; 3]; 3]; 3] = [
    [["0.0524", "0.0460", "0.0740"], ["0.0180", "0.0110", "0.0320"], ["0.0053", "0.0020", "0.0110"]],
    [["0.0380", "0.0380", "0.0380"], ["0.0917", "0.0350", "0.1460"], ["0.0593", "0.0220", "0.1040"]],
    [["0.0330", "0.0220", "0.0430"], ["0.0929", "0.0140", "0.1450"], ["0.0258", "0.0130", "0.0370"]],
];

#[test]
fn times_have_the_digits_that_the_older_tool_printed() {
    let datasets = Datasets::fake(FILES.map(|(name, _)| older_file(name)));
    for (place, figure) in [TimeFigure::Mean, TimeFigure::Least, TimeFigure::Most].into_iter().enumerate() {
        let report = response_time(figure, &datasets).expect("a report");
        for (table, expected) in report.tables().iter().zip(PRINTED) {
            assert_eq!(text(table, "as before (s)"), expected.map(|trial| trial[place]), "{figure:?}");
        }
    }
}

#[test]
fn the_response_time_stands_beside_the_servers_own() {
    let report = response_time(TimeFigure::Mean, &Datasets::fake([older_file("k3s")])).expect("a report");
    assert!(findings(&report)[0].starts_with("Response times of k3s count from when requests were sent"));
    let table = report.tables()[0];
    let milliseconds: Vec<String> =
        numbers(table, "response time").iter().map(|ns| format!("{:.1}", ns / 1e6)).collect();
    assert_eq!(milliseconds, ["37.2", "199.0", "170.8"]);
    assert_eq!((numbers(table, "load"), numbers(table, "rate")), (&[10.0, 9.0, 8.0][..], &[4.0, 27.0, 28.0][..]));
    assert_eq!((numbers(table, "requests")[0], numbers(table, "failures")[0]), (4.0, 0.0));
}

#[test]
fn what_is_missing_is_said() {
    let without_spans = FakeDataset::new("http").trial(FakeTrial::new(1, 10.0).response_times([1e6, 3e6]).failures(2));
    let datasets = Datasets::fake([FakeDataset::new("empty"), without_spans]);
    let report = response_time(TimeFigure::Mean, &datasets).expect("a report");
    assert_eq!(findings(&report), ["empty has no trials.", "http does not tell the mean server's own time."]);
    let table = report.tables()[0];
    assert_eq!((numbers(table, "response time"), numbers(table, "failures")), (&[2e6][..], &[2.0][..]));
    assert_eq!(text(table, "as before (s)"), [""]);
}

#[test]
fn two_hundred_steps_of_a_search_give_way_to_its_confirmation() {
    let step = |number: u32| {
        let mut trial = FakeTrial::new(10, f64::from(number)).response_times([1e6]);
        trial.facts.purpose = if number == 150 { Purpose::Confirmation } else { Purpose::Search };
        trial.facts.validity = if number > 100 { Validity::GeneratorBound } else { Validity::Valid };
        trial
    };
    let run = (1..=200).map(step).fold(FakeDataset::new("k3s"), FakeDataset::trial);
    let report = response_time(TimeFigure::Most, &Datasets::fake([run])).expect("a report");
    assert_eq!(numbers(report.tables()[0], "trial"), [150.0]);
    assert!(findings(&report)[0].starts_with("k3s, trial 150: the tester could not hold the load"));
}

#[test]
fn a_dataset_without_success_is_said_to_have_none() {
    let dead = || FakeTrial::new(1, 10.0).failures(5);
    let alive = FakeTrial::new(1, 10.0).response_times([1e6]);
    let datasets = [FakeDataset::new("dead").trial(dead()), FakeDataset::new("half").trial(alive).trial(dead())];
    let report = response_time(TimeFigure::Mean, &Datasets::fake(datasets)).expect("a report");
    assert_eq!(
        findings(&report),
        [
            "dead had no success, so there are no times of it.",
            "half, trial 2: had no success.",
            "half does not tell the mean server's own time."
        ]
    );
}
