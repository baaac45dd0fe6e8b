//! What was asked of the target at every rate: a test case and a load. A curve is of one of them.

use std::collections::{BTreeMap, BTreeSet};

use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Trial, text};
use trials::LoadPoint;

use crate::Options;

/// A test case and a load.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Work {
    /// Test case.
    pub(crate) test_case: String,
    /// Load.
    pub(crate) load: u32,
}

impl Work {
    fn of(trial: &Trial) -> Self {
        Self { test_case: trial.facts.test_case.clone(), load: trial.facts.load }
    }

    /// Whether a trial is of it.
    pub(crate) fn includes(&self, trial: &Trial) -> bool {
        trial.facts.test_case == self.test_case && trial.facts.load == self.load
    }

    /// In words.
    pub(crate) fn name(&self) -> String {
        format!("{}, load {}", self.test_case, self.load)
    }
}

/// That with the most rates of those that the options allow, and the others; none where there is no trial.
///
/// # Errors
/// When the options name one that no trial has.
pub(crate) fn choose<'t>(
    options: &Options,
    trials: impl Iterator<Item = &'t Trial>,
) -> Result<Option<(Work, Vec<Work>)>, Fault> {
    let mut rates: BTreeMap<Work, BTreeSet<LoadPoint>> = BTreeMap::new();
    for trial in trials {
        let of_work = rates.entry(Work::of(trial)).or_default();
        // Closed loops have no rate of their own.
        if !trial.facts.is_closed_loop {
            of_work.insert(LoadPoint::of(&trial.facts));
        }
    }
    if rates.is_empty() {
        return Ok(None);
    }
    let cases: BTreeSet<&str> = rates.keys().map(|work| &*work.test_case).collect();
    if !options.test_case.is_empty() && !cases.contains(&*options.test_case) {
        let there = cases.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let reason = format!("no trial is of `{}`; known: {}", options.test_case, text::list(&there, text::NAMED));
        return Err(Fault::invalid_option("test-case", reason));
    }
    let is_of_case = |work: &Work| options.test_case.is_empty() || work.test_case == options.test_case;
    let loads: BTreeSet<u32> = rates.keys().filter(|work| is_of_case(work)).map(|work| work.load).collect();
    if options.load != 0 && !loads.contains(&options.load) {
        let there: Vec<String> = loads.iter().map(u32::to_string).collect();
        let reason = format!("no trial is of load {}; known: {}", options.load, text::list(&there, text::NAMED));
        return Err(Fault::invalid_option("load", reason));
    }
    let is_wanted = |work: &Work| is_of_case(work) && (options.load == 0 || work.load == options.load);
    let wanted = rates.iter().filter(|(work, _)| is_wanted(work));
    let chosen = wanted.max_by_key(|(work, rates)| (rates.len(), work.load)).map(|(work, _)| work.clone());
    Ok(chosen.map(|chosen| {
        let others = rates.into_keys().filter(|work| *work != chosen).collect();
        (chosen, others)
    }))
}
