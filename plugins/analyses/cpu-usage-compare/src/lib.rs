//! What hosts spent of their processor time at one load, dataset beside dataset.

use older_analyses::{COMPARE_OPTIONS, CPU_USAGE, CompareOptions, compare_hosts, older_analysis};

older_analysis!(
    CpuUsageCompare,
    "CpuUsageCompareAnalysis",
    "Use of processor time at one load, host by host, dataset beside dataset.",
    CompareOptions,
    COMPARE_OPTIONS,
    |options: &_, datasets| compare_hosts(CPU_USAGE, options, datasets)
);

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
    use cluster_tester_sdk::analysis::{Analysis as _, Datasets};
    use cluster_tester_sdk::options;

    use super::*;

    #[test]
    fn without_options_the_load_in_common_is_compared_in_a_file_of_the_older_name() {
        let trial = FakeTrial::new(1, 4.0).resources("cpu.usr", [43.075]);
        let datasets = Datasets::fake([FakeDataset::new("k3s").host("node-1").trial(trial)]);
        let options = options::parse("{}").expect("options");
        let report = CpuUsageCompare::analyse(options, &datasets).expect("a report");
        assert_eq!(report.charts()[0].file_name, "cpu_usage_comparison_load_1_files_k3s");
    }
}
