use cluster_tester_sdk::analysis::Datasets;
use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};

use super::fixture::{FILES, older_file};
use super::{findings, numbers, text};
use crate::{CPU_USAGE, RAM_USAGE, host_use};

#[test]
fn hosts_have_the_digits_that_the_older_tool_printed() {
    // Worked out by Python: mean of usr, and of used / 1024.
    let printed = [
        (["43.02", "43.03", "43.02"], ["622.32", "599.91", "575.18"]),
        (["43.04", "43.03", "43.03"], ["643.97", "646.39", "660.45"]),
        (["43.07", "43.06", "43.08"], ["655.54", "655.40", "655.18"]),
    ];
    let datasets = Datasets::fake(FILES.map(|(name, _)| older_file(name)));
    let (cpu, ram) =
        (host_use(CPU_USAGE, &datasets).expect("a report"), host_use(RAM_USAGE, &datasets).expect("a report"));
    for (place, (shares, mebibytes)) in printed.into_iter().enumerate() {
        assert_eq!(text(cpu.tables()[place], "as before (%)"), shares);
        assert_eq!(text(ram.tables()[place], "as before (MiB)"), mebibytes);
    }
}

#[test]
fn shares_since_boot_are_said_once_and_of_processors_alone() {
    let datasets = Datasets::fake(FILES.map(|(name, _)| older_file(name)));
    let cpu = host_use(CPU_USAGE, &datasets).expect("a report");
    let about_boot = |message: &&&str| message.contains("since the hosts were started");
    assert_eq!(findings(&cpu).iter().filter(about_boot).count(), 1);
    assert!(findings(&cpu)[0].starts_with("Processor shares of k0s-bubble, k0s and k3s may be"));
    assert!(findings(&cpu).contains(&"k3s, CPU usage: busy is not known."));
    let ram = host_use(RAM_USAGE, &datasets).expect("a report");
    assert_eq!(findings(&ram).iter().filter(about_boot).count(), 0);
}

#[test]
fn each_trial_has_a_row_for_each_host() {
    let trial = |usr: f64| {
        FakeTrial::new(10, usr).resources("cpu.usr", [usr, 2.0 * usr]).resources("cpu.busy", [50.0, f64::NAN])
    };
    let run = FakeDataset::new("k3s").host("node-1").host("tester").trial(trial(10.0)).trial(trial(20.0));
    let report =
        host_use(CPU_USAGE, &Datasets::fake([run, FakeDataset::new("bare").trial(trial(1.0))])).expect("a report");
    let table = report.tables()[0];
    assert_eq!(text(table, "host"), ["node-1", "tester (tester)", "node-1", "tester (tester)"]);
    assert_eq!(
        (numbers(table, "trial"), numbers(table, "usr")),
        (&[1.0, 1.0, 2.0, 2.0][..], &[10.0, 20.0, 20.0, 40.0][..])
    );
    assert_eq!(numbers(table, "busy")[0], 50.0);
    assert_eq!(findings(&report), ["bare has no monitored hosts."]);
}
