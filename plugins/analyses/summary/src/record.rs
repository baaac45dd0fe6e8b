//! What the run's own file says of its trials beyond what the host tells of each.

use std::collections::BTreeMap;

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::Dataset;

/// Of a trial.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// Requests known to be missing in its samples.
    pub(crate) lost: u64,
    /// It met its SLO; none when it had none.
    pub(crate) met_slo: Option<bool>,
}

/// Of each trial, by its number from 1. Empty for a file of the older tool.
pub(crate) fn records(dataset: &Dataset) -> Result<BTreeMap<u32, Record>, Fault> {
    let manifest = dataset.manifest()?;
    let mut records = BTreeMap::new();
    for trial in manifest["trials"].as_array().into_iter().flatten() {
        let Some(number) = trial["number"].as_u64().and_then(|number| u32::try_from(number).ok()) else { continue };
        let conditions = trial["slo"].as_array().filter(|conditions| !conditions.is_empty());
        let met_slo = conditions.map(|conditions| conditions.iter().all(|one| one["is_met"] == true));
        records.insert(number, Record { lost: trial["samples"]["lost"].as_u64().unwrap_or(0), met_slo });
    }
    Ok(records)
}
