use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};

use super::*;

fn trial(load: u32, rate: f64, times: impl IntoIterator<Item = f64>) -> FakeTrial {
    let times: Vec<f64> = times.into_iter().collect();
    let waits = times.iter().map(|time| time + 5e6).collect::<Vec<_>>();
    FakeTrial::new(load, rate).quantity(Quantity::ServerSpan, times).response_times(waits)
}

fn options(load: u32) -> CompareOptions {
    CompareOptions { load: Some(load), test_case: None }
}

#[test]
fn both_times_are_drawn_each_under_its_name() {
    let mut k3s = FakeDataset::new("k3s").trial(trial(10, 4.0, (1..=101).map(|n| f64::from(n) * 1e6)));
    k3s.facts.is_name_given = true;
    let k0s = FakeDataset { trials: Vec::new(), ..FakeDataset::new("k0s") }.trial(trial(10, 27.0, [2e6, 4e6]));
    let report = ResponseTimeCompare::analyse(options(10), &Datasets::fake([k3s, k0s])).expect("a report");
    let [server, response] = report.charts()[..] else { panic!("two charts") };
    assert_eq!((server.kind.as_str(), server.file_name.as_str()), ("violin", "response_time_load_10_k3s_k0s"));
    assert_eq!(response.file_name, "response_time_load_10_k3s_k0s_response");
    assert_eq!((&*server.panels[0].label, &*response.panels[0].label), ("Server's own time", "Response time"));
    let [k3s, k0s] = &server.series[..] else { panic!("two series") };
    assert_eq!(k3s.summary, ["mean 51 ms", "median 51 ms", "standard deviation 29.3 ms", "rate 4/s"]);
    assert_eq!(k0s.summary, ["mean 3 ms", "median 2 ms", "standard deviation 1.41 ms", "rate 27/s"]);
    assert_eq!(report.tables()[0].text_of("mean as before (s)").expect("the column"), ["0.0510", "0.0030"]);
}

#[test]
fn a_file_of_means_has_a_row_but_no_violin() {
    let mut means = FakeTrial::new(10, 4.0);
    means.facts.has_samples = false;
    let datasets = [FakeDataset::new("means").trial(means), FakeDataset::new("k0s").trial(trial(10, 27.0, [2e6]))];
    let report = ResponseTimeCompare::analyse(options(10), &Datasets::fake(datasets)).expect("a report");
    assert!(report.findings()[0].1.contains("means"));
    assert_eq!(report.charts()[0].series.len(), 1);
    let server = report.tables()[0];
    assert_eq!(server.text_of("dataset").expect("the column"), ["means", "k0s"]);
    let told_by = server.numbers_of("told by").expect("the column");
    assert!(told_by[0].is_nan() && told_by[1] == 1.0, "{told_by:?}");
}
