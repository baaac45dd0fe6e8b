//! What a trial proved, as an exit code.

use model::slo::ConditionVerdict;
use model::{Cause, Outcome, TrialResult, Validity};

use crate::error::ExitCode;

/// How a run of this trial alone ends.
pub(crate) fn code_of(result: &TrialResult) -> ExitCode {
    if result.validity == Validity::GeneratorBound {
        ExitCode::GeneratorBound
    } else if has_no_success(result) {
        ExitCode::NoSuccess
    } else if was_aborted(result) || !meets_slo(result) {
        ExitCode::SloFailed
    } else {
        ExitCode::Ok
    }
}

/// Whether every condition of its SLO was met; without one there is nothing to miss.
pub(crate) fn meets_slo(result: &TrialResult) -> bool {
    result.slo.iter().all(|verdict| verdict.is_met)
}

/// Whether its own `--abort-when` ended it.
pub(crate) fn was_aborted(result: &TrialResult) -> bool {
    result.validity_reasons.iter().any(|reason| reason.cause == Cause::AbortWhen)
}

/// Whether not one request of the steady state was good, though some were due.
pub(crate) fn has_no_success(result: &TrialResult) -> bool {
    result.steady.counts.scheduled > 0 && result.steady.counts.of(Outcome::Success) == 0
}

/// How it is said that a condition was met, or was not.
pub(crate) fn word(is_met: bool) -> &'static str {
    if is_met { "met" } else { "NOT MET" }
}

/// What a condition was judged by.
pub(crate) fn actual(verdict: &ConditionVerdict) -> String {
    verdict.actual.clone()
}
