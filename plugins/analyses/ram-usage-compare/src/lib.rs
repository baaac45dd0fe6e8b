//! What hosts spent of their memory at one load, dataset beside dataset.

use older_analyses::{COMPARE_OPTIONS, CompareOptions, RAM_USAGE, compare_hosts, older_analysis};

older_analysis!(
    RamUsageCompare,
    "RamUsageCompareAnalysis",
    "Use of memory at one load, host by host, dataset beside dataset.",
    CompareOptions,
    COMPARE_OPTIONS,
    |options: &_, datasets| compare_hosts(RAM_USAGE, options, datasets)
);

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
    use cluster_tester_sdk::analysis::{Analysis as _, Datasets};
    use cluster_tester_sdk::options;

    use super::*;

    #[test]
    fn without_options_the_load_in_common_is_compared_in_a_file_of_the_older_name() {
        let trial = FakeTrial::new(1, 4.0).resources("memory.used", [3145728.0]);
        let datasets = Datasets::fake([FakeDataset::new("k3s").host("node-1").trial(trial)]);
        let options = options::parse("{}").expect("options");
        let report = RamUsageCompare::analyse(options, &datasets).expect("a report");
        assert_eq!(report.charts()[0].file_name, "ram_usage_comparison_load_1_k3s");
    }
}
