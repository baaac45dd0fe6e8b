//! What is to be known of files of the older tool before any figure of theirs is used, said once for all datasets.

use cluster_tester_sdk::analysis::{Dataset, DatasetSource, text};

/// That response times lack the wait before the sending; none where no dataset is of the older tool.
pub fn counted_from_sending<'d>(datasets: impl IntoIterator<Item = &'d Dataset>) -> Option<String> {
    let names = names(datasets, |dataset| dataset.facts.source != DatasetSource::Run)?;
    Some(format!(
        "Response times of {names} count from when requests were sent, not from when they were due, where the older tool \
         made the file: it left out the wait before."
    ))
}

/// That shares of processor time may be of another time than the trials'; none where that is so in no dataset.
pub fn since_boot<'d>(datasets: impl IntoIterator<Item = &'d Dataset>) -> Option<String> {
    let names = names(datasets, |dataset| dataset.facts.is_cpu_since_boot)?;
    Some(format!(
        "Processor shares of {names} may be means since the hosts were started, not over the trials: the older tool asked \
         mpstat without an interval."
    ))
}

fn names<'d>(datasets: impl IntoIterator<Item = &'d Dataset>, is_meant: fn(&Dataset) -> bool) -> Option<String> {
    let meant = datasets.into_iter().filter(|dataset| is_meant(dataset));
    let names: Vec<&str> = meant.map(|dataset| &*dataset.facts.name).collect();
    (!names.is_empty()).then(|| text::list(&names, text::NAMED))
}

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::analysis::Datasets;
    use cluster_tester_sdk::analysis::fake::FakeDataset;

    use super::*;

    #[test]
    fn files_of_the_older_tool_are_named() {
        let mut older = FakeDataset::new("old");
        (older.facts.source, older.facts.is_cpu_since_boot) = (DatasetSource::OlderBenchmark, true);
        let datasets = Datasets::fake([older, FakeDataset::new("new")]).all().expect("datasets");
        let sentence = counted_from_sending(&datasets).expect("one is of the older tool");
        assert!(sentence.starts_with("Response times of old count from when requests were sent"), "{sentence}");
        assert!(since_boot(&datasets).is_some_and(|sentence| sentence.starts_with("Processor shares of old may be")));
        assert_eq!((counted_from_sending(&datasets[1..]), since_boot(&datasets[1..])), (None, None));
    }
}
