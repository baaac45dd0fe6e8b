//! What each host spent of its memory in each trial.

use older_analyses::{RAM_USAGE, host_use, older_analysis};

older_analysis!(RamUsage, "RamUsageAnalysis", "Mean use of memory by trial and host.", |_: &_, datasets| host_use(
    RAM_USAGE, datasets
));

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::NoOptions;
    use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
    use cluster_tester_sdk::analysis::{Analysis as _, Datasets};

    use super::*;

    #[test]
    fn the_older_form_stands_in_the_last_column() {
        let trial = FakeTrial::new(10, 4.0).resources("memory.used", [3145728.0]);
        let datasets = Datasets::fake([FakeDataset::new("k3s").host("node-1").trial(trial)]);
        let report = RamUsage::analyse(NoOptions {}, &datasets).expect("a report");
        assert_eq!(report.tables()[0].text_of("as before (MiB)").expect("the column"), ["3.00"]);
    }
}
