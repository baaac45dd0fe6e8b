//! The shortest of the server's own time and of the response time, trial by trial.

use older_analyses::{TimeFigure, older_analysis, response_time};

older_analysis!(
    MinResponseTime,
    "MinResponseTimeAnalysis",
    "The shortest server's own time and response time of each trial.",
    |_: &_, datasets| response_time(TimeFigure::Least, datasets)
);

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::NoOptions;
    use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};
    use cluster_tester_sdk::analysis::{Analysis as _, Datasets, Quantity};

    use super::*;

    #[test]
    fn the_older_form_is_of_the_servers_own_time() {
        let trial = FakeTrial::new(10, 4.0).quantity(Quantity::ServerSpan, [1e6, 3e6]).response_times([5e6, 7e6]);
        let datasets = Datasets::fake([FakeDataset::new("k3s").trial(trial)]);
        let report = MinResponseTime::analyse(NoOptions {}, &datasets).expect("a report");
        assert_eq!(report.tables()[0].text_of("as before (s)").expect("the column"), ["0.0010"]);
    }
}
