//! What one trial says.

use model::{Measurement, Validity};

/// What one trial says of its rate or load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The SLO was met and the rate sustained.
    Good,
    /// It was not; or the target was plainly overloaded.
    Bad,
    /// Nothing: the tester could not hold what was asked.
    TesterBound,
    /// Nothing: it was cut short, and not because the target was overloaded.
    CutShort,
}

/// Judges one trial. `width`: the relative width of the search, half of which a target may fall behind by.
///
/// The SLO alone is not enough: a target that is overloaded by a share ε answers the last request of a trial of length T only
/// ε T late. See [`Backlog::is_sustained`](model::Backlog::is_sustained).
pub fn judge(measurement: &Measurement, width: f64) -> Verdict {
    match measurement.validity {
        Validity::GeneratorBound => Verdict::TesterBound,
        // Nothing was asked, so nothing was proven.
        _ if measurement.arrivals == 0 => Verdict::CutShort,
        _ if measurement.is_overloaded => Verdict::Bad,
        Validity::Interrupted => Verdict::CutShort,
        Validity::Valid if measurement.is_slo_met && measurement.backlog.is_sustained(width) => Verdict::Good,
        Validity::Valid => Verdict::Bad,
    }
}

/// True when it was sustained and nothing failed, whatever the SLO says; the trial is one that counts.
pub(crate) fn is_without_failures(measurement: &Measurement, width: f64) -> bool {
    !measurement.is_overloaded
        && measurement.arrivals > 0
        && measurement.failures == 0
        && measurement.backlog.is_sustained(width)
}
