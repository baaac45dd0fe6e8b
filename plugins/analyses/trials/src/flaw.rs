//! Trials whose figures are not the target's, or not over their whole time.

use cluster_tester_sdk::analysis::{Trial, TrialFacts, Validity, text};

/// Why the figures of a trial are not to be trusted, in words; none where they are.
pub fn flaw(facts: &TrialFacts) -> Option<&'static str> {
    match facts.validity {
        Validity::GeneratorBound => Some("the tester could not hold the load, so the figures are its own"),
        Validity::Interrupted => Some("it ended before its time"),
        Validity::Valid | Validity::Unknown => None,
    }
}

/// A sentence on the trials of `dataset` that are left out because they are not valid; none where there are none.
pub fn left_out(dataset: &str, trials: &[Trial]) -> Option<String> {
    let flawed: Vec<&TrialFacts> =
        trials.iter().map(|trial| &trial.facts).filter(|facts| !facts.has_figures()).collect();
    let numbers: Vec<u32> = flawed.iter().map(|facts| facts.number).collect();
    let mut reasons: Vec<&str> = Vec::new();
    for facts in &flawed {
        let reason = facts.reasons.first().map(|reason| reason.trim_end_matches('.')).or(flaw(facts));
        reasons.extend(reason.filter(|reason| !reasons.contains(reason)));
    }
    let trials = if numbers.len() == 1 { "trial" } else { "trials" };
    let list = text::list(&numbers, text::NAMED);
    let why = match reasons.as_slice() {
        [] => return None,
        [only] => (*only).to_owned(),
        [first, ..] => format!("{first}, and other reasons"),
    };
    Some(format!("Left out as not valid: {trials} {list} of {dataset} ({why})."))
}

#[cfg(test)]
mod tests {
    use cluster_tester_sdk::analysis::Datasets;
    use cluster_tester_sdk::analysis::fake::{FakeDataset, FakeTrial};

    use super::*;

    fn trials(validities: impl IntoIterator<Item = Validity>) -> Vec<Trial> {
        let fake = validities.into_iter().fold(FakeDataset::new("k3s"), |dataset, validity| {
            let mut trial = FakeTrial::new(10, 100.0).response_times([1e6]);
            trial.facts.validity = validity;
            dataset.trial(trial)
        });
        Datasets::fake([fake]).all().expect("datasets").remove(0).trials().expect("trials")
    }

    #[test]
    fn trials_that_are_not_valid_are_named_with_a_reason() {
        use Validity::{GeneratorBound, Interrupted, Unknown, Valid};
        let mut trials = trials([Valid, GeneratorBound, Unknown, Interrupted]);
        let sentence = |trials: &[Trial]| left_out("k3s", trials).expect("some are not valid");
        let bound = "the tester could not hold the load, so the figures are its own";
        assert_eq!(
            sentence(&trials),
            format!("Left out as not valid: trials 2 and 4 of k3s ({bound}, and other reasons).")
        );
        trials[1].facts.reasons = vec!["The tester was busy.".into()];
        assert_eq!(sentence(&trials[..2]), "Left out as not valid: trial 2 of k3s (The tester was busy).");
        assert_eq!(left_out("k3s", &trials[..1]), None);
    }
}
