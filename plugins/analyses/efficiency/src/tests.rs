use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};

use super::*;

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

fn report(datasets: impl IntoIterator<Item = FakeDataset>) -> Report {
    Efficiency::analyse(NoOptions {}, &Datasets::fake(datasets)).expect("a report")
}

fn column<'a>(report: &'a Report, heading: &str) -> &'a [f64] {
    report.tables()[0].numbers_of(heading).expect("the column")
}

/// Two hosts of 4 processors and a tester, whose part must not count.
fn cluster(name: &str) -> FakeDataset {
    FakeDataset::new(name).host("a").host("b").host("tester").idle("cpu.busy", [5.0, 15.0, 90.0])
}

fn trial(load: u32, goodput: f64, busy: [f64; 3]) -> FakeTrial {
    FakeTrial::new(load, goodput)
        .resources("cpu.busy", busy)
        .resources("memory.used", [1.5 * GIB, 0.5 * GIB, 9.0 * GIB])
}

#[test]
fn hosts_are_summed_without_the_tester_and_idle_stands_apart() {
    let report = report([cluster("k3s").trial(trial(10, 120.0, [50.0, 25.0, 99.0]))]);
    assert_eq!((column(&report, "processors busy"), column(&report, "busy when idle")), (&[3.0][..], &[0.8][..]));
    assert_eq!(column(&report, "requests per CPU-second"), [40.0]);
    assert!((column(&report, "the same above idle")[0] - 120.0 / 2.2).abs() < 1e-9);
    assert_eq!((column(&report, "memory in use"), column(&report, "goodput per GiB")), (&[2.0 * GIB][..], &[60.0][..]));
    assert_eq!((report.charts().len(), report.findings().len()), (3, 0));
}

#[test]
fn a_host_that_does_not_tell_its_part_makes_the_sum_unknown() {
    let report = report([cluster("k3s").trial(trial(10, 120.0, [50.0, f64::NAN, 99.0]))]);
    assert_eq!(report.tables()[0].numbers_of("requests per CPU-second"), None);
    assert_eq!(column(&report, "goodput per GiB"), [60.0]);
    assert_eq!(report.findings()[0].1, "k3s lacks processor shares of some trial and host.");
    let titles: Vec<&str> = report.charts().iter().map(|chart| &*chart.title).collect();
    assert_eq!(titles, ["Goodput per GiB of memory in use by load and rate"]);
}

#[test]
fn older_files_have_memory_alone_and_say_so() {
    let mut file = FakeDataset::new("k0s").host("a").trial(trial(10, 27.0, [40.0; 3]));
    (file.facts.is_cpu_since_boot, file.facts.hosts[0].cores) = (true, 0);
    let report = report([file]);
    assert_eq!(report.tables()[0].numbers_of("processors busy"), None);
    assert_eq!(column(&report, "goodput per GiB"), [18.0]);
    let message = "k0s lacks processor shares of its trials (they may be means since the hosts were started) and the number of \
                   processors of its hosts.";
    assert_eq!(report.findings(), [(Severity::Caution, message)]);
}

#[test]
fn nothing_monitored_and_nothing_measured_are_said() {
    let alone = FakeDataset::new("alone").host("tester").trial(FakeTrial::new(1, 5.0).resources("cpu.busy", [50.0]));
    let report = report([alone, FakeDataset::new("bare").trial(FakeTrial::new(1, 5.0)), FakeDataset::new("empty")]);
    let messages: Vec<&str> = report.findings().iter().map(|(_, message)| *message).collect();
    let expected =
        ["alone lacks monitored hosts other than the tester.", "bare lacks monitored hosts.", "empty has no trials."];
    assert_eq!(messages, expected);
    assert_eq!((report.charts().len(), report.tables().len()), (0, 2));
    assert_eq!(report.tables()[0].columns.len(), 4);
}

#[test]
fn less_than_idle_has_no_price() {
    let report = report([cluster("k3s").trial(trial(10, 120.0, [4.0, 14.0, 0.0]))]);
    assert_eq!(report.tables()[0].numbers_of("the same above idle"), None);
    assert_eq!(column(&report, "requests per CPU-second").len(), 1);
}

#[test]
fn the_chart_has_the_best_sound_trial_of_each_load_and_rate() {
    let with_goodput = |goodput: f64| {
        let mut trial = trial(10, 80.0, [50.0; 3]);
        trial.facts.goodput = goodput;
        trial
    };
    let mut bound = with_goodput(900.0);
    bound.facts.validity = Validity::GeneratorBound;
    let unknown = trial(7, 5.0, [f64::NAN; 3]);
    let one = cluster("one").trial(with_goodput(40.0)).trial(with_goodput(80.0)).trial(bound).trial(unknown);
    let two = cluster("two").trial(trial(9, 120.0, [50.0; 3])).trial(trial(10, 60.0, [50.0; 3]));
    let report = report([one, two.trial(with_goodput(20.0))]);
    let chart = report.charts()[0];
    let places = ["load 9, 120/s", "load 10, 60/s", "load 10, 80/s"];
    assert_eq!(chart.data.text_of("load and rate").expect("categories"), places);
    let one = chart.data.numbers_of("one").expect("it");
    assert!(one[0].is_nan() && one[1].is_nan() && one[2] == 20.0, "{one:?}");
    assert_eq!(chart.data.numbers_of("two"), Some(&[30.0, 15.0, 5.0][..]));
    assert!(
        report.messages().contains(&"one, trial 3: the tester could not hold the load, so it is not in the charts.")
    );
}
