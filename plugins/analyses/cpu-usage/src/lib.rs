//! What each host spent of its processor time in each trial.

use older_analyses::{CPU_USAGE, host_use, older_analysis};

older_analysis!(CpuUsage, "CpuUsageAnalysis", "Mean use of processor time by trial and host.", |_: &_, datasets| {
    host_use(CPU_USAGE, datasets)
});

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::NoOptions;
    use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
    use cluster_tester_sdk::analysis::{Analysis as _, Datasets};

    use super::*;

    #[test]
    fn the_older_form_stands_in_the_last_column() {
        let trial = FakeTrial::new(10, 4.0).resources("cpu.usr", [43.075]);
        let datasets = Datasets::fake([FakeDataset::new("k3s").host("node-1").trial(trial)]);
        let report = CpuUsage::analyse(NoOptions {}, &datasets).expect("a report");
        assert_eq!(report.tables()[0].text_of("as before (%)").expect("the column"), ["43.08"]);
    }
}
