use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
use cluster_tester_sdk::analysis::{DatasetSource, Purpose, SearchFacts, Severity, Subject, Validity};

use super::*;

fn report(datasets: impl IntoIterator<Item = FakeDataset>) -> Report {
    Summary::analyse(NoOptions {}, &Datasets::fake(datasets)).expect("a report")
}

fn trial(rate: f64) -> FakeTrial {
    FakeTrial::new(10, rate).response_times((1..=100).map(|n| f64::from(n) * 1e6))
}

fn search(subject: Subject, upper: f64) -> SearchFacts {
    SearchFacts {
        test_case: "fibonacci".to_owned(),
        subject,
        held: 10.0,
        slo: "p99 < 200ms".to_owned(),
        lower: 27.0,
        upper,
        is_provisional: upper.is_infinite(),
        notes: Vec::new(),
        trials: vec![0, 1],
    }
}

#[test]
fn percentiles_are_over_all_requests_and_those_of_successes_stand_beside() {
    let report = report([FakeDataset::new("k3s").trial(trial(50.0).failures(5))]);
    let [rates, times, outcomes] = report.tables()[..] else { panic!("three tables") };
    assert_eq!(rates.numbers_of("failures").expect("the column")[0], 100.0 * 5.0 / 105.0);
    assert_eq!(rates.text_of("verdict").expect("the column"), ["valid"]);
    assert_eq!((times.numbers_of("p50"), times.numbers_of("p99")), (Some(&[53e6][..]), Some(&[f64::INFINITY][..])));
    assert_eq!(times.numbers_of("p99 of successes").expect("the column"), [99e6]);
    assert_eq!(times.numbers_of("mean of successes").expect("the column"), [50.5e6]);
    let headings: Vec<_> = outcomes.columns.iter().map(|column| &*column.heading).collect();
    assert_eq!(headings, ["trial", "test case", "load", "success", "failed", "all"]);
    assert_eq!((report.charts().len(), report.findings().len()), (0, 0));
}

#[test]
fn what_must_be_known_comes_first_and_the_worst_before_all() {
    let with = |validity, purpose, reason: &str| {
        let mut trial = trial(500.0);
        (trial.facts.validity, trial.facts.purpose) = (validity, purpose);
        trial.facts.reasons = vec![reason.to_owned()];
        trial
    };
    let mut run = FakeDataset::new("k3s")
        .trial(with(Validity::Interrupted, Purpose::Plan, "stopped by the user"))
        .trial(with(Validity::GeneratorBound, Purpose::Plan, "late."))
        .trial(with(Validity::GeneratorBound, Purpose::Search, "no descriptors"))
        .trial(with(Validity::GeneratorBound, Purpose::Search, "late"))
        .trial(FakeTrial::new(10, 7.0))
        .trial(FakeTrial::new(10, 8.0).failures(3))
        .manifest(
            r#"{"trials": [{"number": 1, "samples": {"lost": 12}, "slo": [{"is_met": true}, {"is_met": false}]}]}"#,
        );
    run.facts.state = "interrupted".to_owned();
    let report = report([run, FakeDataset::new("empty")]);
    let findings = report.findings();
    let severities: Vec<Severity> = findings.iter().map(|(severity, _)| *severity).collect();
    assert_eq!(severities[..4], [Severity::Invalid; 4]);
    assert!(severities[4..].iter().all(|one| *one == Severity::Caution));
    let messages: Vec<&str> = findings.iter().map(|(_, message)| *message).collect();
    assert_eq!(
        messages,
        [
            "k3s, trial 2 (load 10, 500/s): the tester could not hold the load, so the figures are its own: late.",
            "k3s, trial 5 (load 10, 7/s): not one request was due in the steady state.",
            "k3s, trial 6 (load 10, 8/s): not one request succeeded.",
            "empty has no trial that is over: there are no figures.",
            "k3s was interrupted: what was planned after that is missing.",
            "k3s, trials 3 and 4 (of searches): the tester could not hold the load: no descriptors; late.",
            "k3s, trial 1 (load 10, 500/s): ended before its time: stopped by the user.",
            "k3s, trial 1 (load 10, 500/s): 12 requests are missing in the samples, so figures from them are not exact; \
             percentiles have all.",
        ]
    );
    let verdicts = report.tables()[0].text_of("verdict").expect("the column");
    assert_eq!(verdicts[..3], ["interrupted, SLO missed", "generator-bound", "generator-bound"]);
    assert_eq!(verdicts[4..], ["valid", "no success"]);
}

#[test]
fn older_files_are_marked_as_not_checked() {
    let mut file = FakeDataset::new("k0s").trial(trial(27.0)).trial(FakeTrial::new(9, 4.0));
    (file.facts.source, file.facts.is_cpu_since_boot) = (DatasetSource::OlderBenchmark, true);
    (file.facts.created, file.facts.target) = (String::new(), String::new());
    file.trials.iter_mut().for_each(|trial| trial.facts.validity = Validity::Unknown);
    let report = report([file]);
    let severities: Vec<Severity> = report.findings().iter().map(|(severity, _)| *severity).collect();
    assert_eq!(severities, [Severity::Invalid, Severity::Caution, Severity::Note, Severity::Note]);
    assert_eq!(report.tables()[0].text_of("verdict").expect("the column"), ["not checked", "not checked"]);
    let introduction = "Benchmark of the older tool k0s, 2 trials, complete.";
    assert!(report.blocks.iter().any(|block| matches!(block, Block::Text(text) if text == introduction)));
}

#[test]
fn a_record_that_cannot_be_read_costs_verdicts_but_not_the_report() {
    let report = report([FakeDataset::new("k3s").trial(trial(27.0)).manifest("{")]);
    assert_eq!(report.tables()[0].text_of("verdict").expect("the column"), ["valid"]);
    assert!(report.findings()[0].1.starts_with("The whole record of k3s cannot be read"));
}

#[test]
fn capacities_have_the_unit_of_what_was_searched_for() {
    let run = FakeDataset::new("k3s").trial(trial(27.0)).search(search(Subject::Rate, 28.0));
    let report = report([run.search(search(Subject::Load, f64::INFINITY))]);
    let [rate, load, ..] = report.tables()[..] else { panic!("tables") };
    let units = |table: &cluster_tester_sdk::analysis::Table| {
        let unit = |heading| table.columns.iter().find(|column| column.heading == heading).expect("it").unit.clone();
        [unit("highest good"), unit("lowest bad")]
    };
    assert_eq!((units(rate), units(load)), (["/s".into(), "/s".into()], ["1".into(), "1".into()]));
    assert_eq!((rate.numbers_of("load"), load.numbers_of("rate")), (Some(&[10.0][..]), Some(&[10.0][..])));
    assert_eq!(
        (rate.text_of("answer").expect("it")[0].as_str(), load.text_of("answer").expect("it")[0].as_str()),
        ("confirmed", "provisional")
    );
    assert!(report.findings()[0].1.starts_with("k3s, highest load at 10/s of fibonacci: the answer is provisional"));
}

#[test]
fn few_trials_are_bars_and_of_many_the_main_ones_are_lines() {
    let few = report([FakeDataset::new("few").trial(trial(1.0)).trial(trial(2.0))]);
    let chart = few.charts()[0];
    assert_eq!(chart.kind, "bars");
    assert_eq!(chart.data.text_of("trial").expect("categories"), ["1: load 10, 1/s", "2: load 10, 2/s"]);
    assert_eq!(
        (chart.data.numbers_of("p50"), chart.data.numbers_of("p99")),
        (Some(&[50e6; 2][..]), Some(&[99e6; 2][..]))
    );
    let step = |number: u32| {
        let mut trial = trial(f64::from(number));
        trial.facts.purpose = if number.is_multiple_of(10) { Purpose::Confirmation } else { Purpose::Search };
        trial
    };
    let many = report([(1..=200).map(step).fold(FakeDataset::new("many"), FakeDataset::trial)]);
    assert_eq!(
        (many.charts()[0].kind.as_str(), many.charts()[0].data.numbers_of("p99").map(<[f64]>::len)),
        ("lines", Some(20))
    );
    assert_eq!(many.tables()[0].numbers_of("trial").map(<[f64]>::len), Some(200));
}
