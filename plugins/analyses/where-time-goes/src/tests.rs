use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
use cluster_tester_sdk::analysis::{Analysis as _, Datasets, Quantity, Report, Validity};

use super::*;
use crate::parts::NAMES;

/// Four requests; the first opened a connection.
fn trial() -> FakeTrial {
    FakeTrial::new(10, 100.0)
        .response_times([10e6, 8e6, 9e6, 9e6])
        .quantity(Quantity::ReleaseLag, [0.1e6; 4])
        .quantity(Quantity::Queue, [3e6, 1e6, 2e6, 2e6])
        .quantity(Quantity::Connect, [1e6])
        .quantity(Quantity::Tls, [0.6e6])
        .quantity(Quantity::FirstByte, [6.4e6; 4])
        .quantity(Quantity::Transfer, [0.5e6; 4])
        .quantity(Quantity::ServerSpan, [4e6; 4])
        .quantity(Quantity::BeyondServer, [2.4e6; 4])
}

fn without(mut trial: FakeTrial, missing: &[Quantity]) -> FakeTrial {
    trial.quantities.retain(|(quantity, _)| !missing.contains(quantity));
    trial
}

fn report(trials: impl IntoIterator<Item = FakeTrial>) -> Report {
    let dataset = trials.into_iter().fold(FakeDataset::new("k3s"), FakeDataset::trial);
    WhereTimeGoes::analyse(NoOptions {}, &Datasets::fake([dataset])).expect("a report")
}

/// Parts of the only trial by name, those that are there.
fn parts(report: &Report) -> Vec<(&'static str, f64)> {
    let drawn: Vec<&str> = report.charts()[0].series.iter().map(|series| &*series.name).collect();
    assert_eq!(drawn, NAMES, "a part has one colour in all charts");
    let table = report.tables_of("Parts of the mean response time")[0];
    NAMES.iter().filter_map(|name| Some((*name, table.numbers_of(name)?[0]))).collect()
}

fn assert_parts(found: &[(&str, f64)], expected: &[(&str, f64)]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for ((name, value), (expected_name, expected)) in found.iter().zip(expected) {
        assert_eq!(name, expected_name);
        assert!((value - expected).abs() < 1.0, "{name}: {value}");
    }
}

#[test]
fn parts_add_up_to_the_mean_response_time() {
    let report = report([trial()]);
    let parts = parts(&report);
    assert_parts(
        &parts,
        &[
            ("release lag", 0.1e6),
            ("waiting for a connection", 1.6e6),
            ("connecting", 0.4e6),
            ("beyond the server", 2.4e6),
            ("server's own", 4e6),
            ("transfer", 0.5e6),
        ],
    );
    let sum: f64 = parts.iter().map(|(_, value)| value).sum();
    let whole = report.tables_of("Parts of the mean response time")[0].numbers_of("response time").expect("it")[0];
    assert!((sum - whole).abs() < 1.0, "{sum} {whole}");
    assert!(report.messages().is_empty());
}

#[test]
fn without_the_server_s_own_time_there_is_one_part_until_the_first_byte() {
    let report = report([without(trial(), &[Quantity::ServerSpan, Quantity::BeyondServer])]);
    let parts = parts(&report);
    assert_parts(&parts[3..], &[("until first byte", 6.4e6), ("transfer", 0.5e6)]);
}

#[test]
fn a_server_that_tells_its_time_now_and_then_is_weighted() {
    let some = without(trial(), &[Quantity::ServerSpan, Quantity::BeyondServer])
        .quantity(Quantity::ServerSpan, [4e6; 2])
        .quantity(Quantity::BeyondServer, [2.4e6; 2]);
    let report = report([some]);
    let parts = parts(&report);
    let expected = [("beyond the server", 1.2e6), ("server's own", 2e6), ("until first byte", 3.2e6)];
    assert_parts(&parts[3..6], &expected);
    assert!((parts.iter().map(|(_, value)| value).sum::<f64>() - 9e6).abs() < 1.0, "{parts:?}");
    let [note] = report.messages()[..] else { panic!("not one message") };
    assert!(
        note.starts_with("Only some requests tell the server's own time, in 1: fibonacci 10, 100/s (50 %)"),
        "{note}"
    );
}

#[test]
fn files_of_the_older_tool_have_two_parts() {
    let older = FakeTrial::new(10, 48.0).response_times([9e6; 4]).quantity(Quantity::ServerSpan, [5e6; 4]);
    assert_parts(&parts(&report([older])), &[("server's own", 5e6), ("not told apart", 4e6)]);
}

#[test]
fn connections_opened_ahead_are_no_part_of_the_wait() {
    let ahead = without(trial(), &[Quantity::Connect]).quantity(Quantity::Connect, [50e6; 4]);
    let report = report([ahead]);
    assert_parts(&parts(&report)[1..3], &[("waiting for a connection", 0.0), ("connecting", 2e6)]);
}

#[test]
fn a_server_whose_clock_is_too_coarse_is_cut_and_told() {
    let coarse = without(trial(), &[Quantity::ServerSpan, Quantity::BeyondServer])
        .quantity(Quantity::ServerSpan, [7e6; 4])
        .quantity(Quantity::BeyondServer, [-0.6e6; 4]);
    let report = report([coarse]);
    assert_parts(&parts(&report)[3..5], &[("beyond the server", 0.0), ("server's own", 6.4e6)]);
    assert!(report.messages()[0].contains("its clock is too coarse"));
    // One request's alone, where the host counts what is beyond from zero.
    let once = without(trial(), &[Quantity::ServerSpan, Quantity::BeyondServer])
        .quantity(Quantity::ServerSpan, [4e6, 4e6, 4e6, 8e6])
        .quantity(Quantity::BeyondServer, [2.4e6, 2.4e6, 2.4e6, 0.0]);
    let sum: f64 = parts(&self::report([once])).iter().map(|(_, value)| value).sum();
    assert!((sum - 9e6).abs() < 1.0, "{sum}");
}

#[test]
fn what_was_measured_is_listed_with_its_percentiles() {
    let report = report([trial()]);
    let table = report.tables_of("What was measured, of successes")[0];
    let queue = table.text_of("quantity").expect("it").iter().position(|name| name == "queue").expect("queue");
    assert_eq!((table.numbers_of("p50").expect("it")[queue], table.numbers_of("p99").expect("it")[queue]), (2e6, 3e6));
    let connect = table.text_of("quantity").expect("it").iter().position(|name| name == "connect").expect("connect");
    assert_eq!(
        (table.numbers_of("requests").expect("it")[connect], table.numbers_of("mean").expect("it")[connect]),
        (1.0, 1e6)
    );
}

#[test]
fn empty_invalid_and_two_hundred_trials_are_no_crash() {
    assert_eq!(report([]).messages(), ["k3s has no trial whose figures can be used.", "There is no trial to show."]);
    let mut bad = trial();
    bad.facts.validity = Validity::GeneratorBound;
    let one = report([bad, trial(), FakeTrial::new(10, 100.0)]);
    assert_eq!(
        one.messages(),
        [
            "Left out as not valid: trial 1 of k3s (the tester could not hold the load, so the figures are its own).",
            "Trial 3: fibonacci 10, 100/s has no success: nothing to divide."
        ]
    );
    let many = report((0..200).map(|_| trial()));
    assert_eq!(many.charts()[0].values_of("transfer").expect("it").len(), 40);
    assert_eq!(many.tables_of("Parts of the mean response time")[0].text_of("trial").expect("it").len(), 200);
}
