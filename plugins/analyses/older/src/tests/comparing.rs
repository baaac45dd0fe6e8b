use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
use cluster_tester_sdk::analysis::{Cells, Datasets, Purpose, Validity};

use super::fixture::older_file;
use super::{findings, numbers, text};
use crate::{CPU_USAGE, CompareOptions, Comparison, RAM_USAGE, compare_hosts};

fn options(load: u32) -> CompareOptions {
    CompareOptions { load: Some(load), test_case: None }
}

fn trial(load: u32, rate: f64, purpose: Purpose) -> FakeTrial {
    let mut trial = FakeTrial::new(load, rate).resources("cpu.usr", [rate]).resources("memory.used", [rate * 1e6]);
    trial.facts.purpose = purpose;
    trial
}

fn chosen(run: FakeDataset, load: u32) -> u32 {
    Comparison::of(&options(load), &Datasets::fake([run])).expect("a choice").chosen[0].trial.facts.number
}

#[test]
fn older_files_are_compared_in_a_file_of_the_older_name() {
    let mut k3s = older_file("k3s");
    (k3s.facts.name, k3s.facts.is_name_given) = ("light".to_owned(), true);
    let datasets = Datasets::fake([k3s, older_file("k0s")]);
    let report = compare_hosts(CPU_USAGE, &options(8), &datasets).expect("a report");
    let drawn = report.charts()[0];
    let names = "light_k0s-FibonacciTestCase-20261123_082114_benchmark.json";
    assert_eq!(drawn.file_name, format!("cpu_usage_comparison_load_8_files_{names}"));
    assert_eq!((drawn.kind.as_str(), drawn.series[0].name.as_str(), drawn.series.len()), ("bars", "light", 2));
    let Cells::Text(notes) = &drawn.data.columns[drawn.series[1].notes.expect("notes") as usize].values else {
        panic!()
    };
    assert_eq!(notes, &["27/s"]);
    assert_eq!(text(report.tables()[0], "as before (%)"), ["43.08", "43.03"]);
    let report = compare_hosts(RAM_USAGE, &options(8), &datasets).expect("a report");
    assert_eq!(report.charts()[0].file_name, format!("ram_usage_comparison_load_8_{names}"));
    assert_eq!(text(report.tables()[0], "as before (MiB)"), ["655.18", "660.45"]);
}

#[test]
fn separators_of_folders_do_not_come_into_file_names() {
    let mut run = FakeDataset::new("x").host("node-1").trial(trial(1, 1.0, Purpose::Plan));
    run.facts.id = "old/k3s\\a".to_owned();
    let long = FakeDataset { facts: run.facts.clone(), ..run.clone() };
    let datasets = Datasets::fake(std::iter::once(run).chain(std::iter::repeat_n(long, 40)));
    let name = compare_hosts(CPU_USAGE, &options(1), &datasets).expect("a report").charts()[0].file_name.clone();
    assert!(name.starts_with("cpu_usage_comparison_load_1_files_oldk3sa_oldk3sa") && name.len() <= 240, "{name}");
}

#[test]
fn of_several_trials_the_sound_then_the_confirming_then_the_fastest_counts() {
    use Purpose::{Confirmation, Plan, Search};
    let run =
        FakeDataset::new("run").trial(trial(10, 5.0, Plan)).trial(trial(10, 7.0, Plan)).trial(trial(9, 9.0, Plan));
    assert_eq!(chosen(run.clone(), 10), 2);
    let report =
        compare_hosts(CPU_USAGE, &options(10), &Datasets::fake([run.clone().host("node-1")])).expect("a report");
    assert_eq!(findings(&report), ["run has 2 trials with load 10; shown is trial 2, 7/s."]);
    let run = run.trial(trial(10, 6.0, Confirmation)).trial(trial(10, 99.0, Search));
    assert_eq!(chosen(run.clone(), 10), 4);
    let mut bound = trial(10, 50.0, Confirmation);
    bound.facts.validity = Validity::GeneratorBound;
    assert_eq!(chosen(run.trial(bound.clone()), 10), 4);
    assert_eq!(chosen(FakeDataset::new("all there is").trial(bound), 10), 1);
}

#[test]
fn a_load_that_no_dataset_has_is_a_fault_that_tells_the_loads() {
    let run = FakeDataset::new("k3s").trial(trial(9, 1.0, Purpose::Plan)).trial(trial(10, 1.0, Purpose::Plan));
    let datasets = Datasets::fake([run, FakeDataset::new("empty")]);
    let Err(Fault::InvalidOption(option)) = compare_hosts(CPU_USAGE, &options(1), &datasets) else {
        panic!("a report")
    };
    assert_eq!(
        (&*option.name, &*option.reason),
        (
            "load",
            "no trial with load 1: k3s has loads 9 and 10 and empty has none; choose another one by `--option load=10` \
             (data-analysis: `--load 10`)"
        )
    );
    let report = compare_hosts(CPU_USAGE, &options(9), &datasets).expect("a report");
    assert!(findings(&report).contains(&"Left out, without a trial with load 9: empty has none."));
}

#[test]
fn hosts_stand_side_by_side_by_name_and_the_tester_stays_out() {
    let usr = |values: [f64; 2]| FakeTrial::new(10, 8.0).resources("cpu.usr", values);
    let one = FakeDataset::new("one").host("a").host("tester").trial(usr([10.0, 20.0]));
    let two = FakeDataset::new("two").host("b").host("a").trial(usr([30.0, 40.0]));
    let report = compare_hosts(CPU_USAGE, &options(10), &Datasets::fake([one.clone(), two])).expect("a report");
    let data = &report.charts()[0].data;
    assert_eq!(text(data, "host"), ["a", "b"]);
    assert_eq!(numbers(data, "two"), [40.0, 30.0]);
    assert!(numbers(data, "one")[0] == 10.0 && numbers(data, "one")[1].is_nan());
    assert_eq!(text(data, "one, note"), ["8/s", ""]);
    assert_eq!(text(report.tables()[0], "host"), ["a", "tester (tester)", "b", "a"]);
    let alone = FakeDataset::new("alone").host("tester").trial(FakeTrial::new(10, 8.0).resources("cpu.usr", [5.0]));
    let report = compare_hosts(CPU_USAGE, &options(10), &Datasets::fake([alone])).expect("a report");
    assert_eq!(text(&report.charts()[0].data, "host"), ["tester (tester)"]);
}

#[test]
fn different_test_cases_are_pointed_out_and_told_apart_by_the_option() {
    let mut other = trial(10, 9.0, Purpose::Plan);
    other.facts.test_case = "bubble-sort".to_owned();
    let both = FakeDataset::new("both").host("a").trial(trial(10, 5.0, Purpose::Plan)).trial(other);
    let datasets = Datasets::fake([both, FakeDataset::new("k0s").host("a").trial(trial(10, 5.0, Purpose::Plan))]);
    let report = compare_hosts(CPU_USAGE, &options(10), &datasets).expect("a report");
    assert!(findings(&report).contains(&"These are trials of different test cases: bubble-sort and fibonacci."));
    let options = CompareOptions { load: Some(10), test_case: Some("fibonacci".to_owned()) };
    let report = compare_hosts(CPU_USAGE, &options, &datasets).expect("a report");
    assert_eq!((findings(&report).len(), numbers(report.tables()[0], "trial")), (0, &[1.0, 1.0][..]));
}

#[test]
fn a_chart_takes_the_first_fifty_datasets() {
    let run = |n: u32| FakeDataset::new(&format!("run {n}")).host("a").trial(trial(1, 1.0, Purpose::Plan));
    let report = compare_hosts(CPU_USAGE, &options(1), &Datasets::fake((1..=60).map(run))).expect("a report");
    assert_eq!((report.charts()[0].series.len(), report.charts()[0].data.columns.len()), (50, 101));
    assert_eq!(findings(&report), ["The last 10 datasets are left out: a chart takes 50."]);
}

#[test]
fn without_the_option_the_highest_load_in_common_is_compared_and_said() {
    let run = |name: &str, loads: &[u32]| {
        loads.iter().fold(FakeDataset::new(name).host("a"), |run, load| run.trial(trial(*load, 1.0, Purpose::Plan)))
    };
    let compared = |runs: Vec<FakeDataset>| {
        let comparison = Comparison::of(&CompareOptions::default(), &Datasets::fake(runs)).expect("a choice");
        (comparison.load, comparison.findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>())
    };
    let (load, said) = compared(vec![run("one", &[8, 9, 12]), run("two", &[8, 9, 10])]);
    assert_eq!(
        (load, &*said[0]),
        (9, "Load 9 is the highest that all datasets have. Option load chooses another one.")
    );
    assert_eq!(compared(vec![run("one", &[8]), run("two", &[8])]), (8, vec![]));
    let (load, said) = compared(vec![run("one", &[8]), run("two", &[9]), run("three", &[8])]);
    assert!(load == 8 && said[0].starts_with("There is no load that all datasets have"), "{said:?}");
    let nothing = Comparison::of(&CompareOptions::default(), &Datasets::fake([run("one", &[])]));
    assert!(matches!(nothing, Err(Fault::Failed(_))));
}
