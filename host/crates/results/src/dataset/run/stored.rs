//! What `run.json` itself says of the durations of a selection: nothing has to be read for that.

use model::dataset::{OutcomeSet, PhaseSet, Quantity, Statistics};
use model::{Histogram, Outcome, PhaseResult};

use super::trial::Trial;

/// Of which requests a histogram of `run.json` is.
enum Population {
    Successes,
    All,
}

fn stored(result: &PhaseResult, quantity: Quantity) -> Option<(&Histogram, Population)> {
    Some(match quantity {
        Quantity::ResponseTime => (&result.response_time, Population::Successes),
        Quantity::ServiceTime => (&result.service_time, Population::Successes),
        Quantity::FirstByte => (&result.first_byte, Population::Successes),
        Quantity::ServerSpan => (&result.server_span, Population::Successes),
        Quantity::Queue => (&result.queue, Population::All),
        Quantity::ReleaseLag => (&result.release_lag, Population::All),
        Quantity::Connect => (&result.connect, Population::All),
        Quantity::Tls => (&result.tls, Population::All),
        Quantity::BeyondServer | Quantity::Transfer => return None,
    })
}

/// The durations of just these requests of a trial; none when `run.json` does not tell them apart from others.
pub(super) fn durations(
    trial: Trial<'_>,
    phases: PhaseSet,
    outcomes: OutcomeSet,
    quantity: Quantity,
) -> Option<Histogram> {
    let mut all = Histogram::new();
    for (_, result) in trial.phases(phases) {
        let (histogram, population) = stored(result, quantity)?;
        let occurred = |outcome: &Outcome| result.counts.of(*outcome) > 0;
        let mut wanted = Outcome::ALL.into_iter().filter(|outcome| outcomes.has(*outcome)).filter(occurred).peekable();
        if wanted.peek().is_none() {
            continue;
        }
        let is_covered = match population {
            Population::Successes => wanted.all(|outcome| outcome == Outcome::Success),
            Population::All => Outcome::ALL.iter().filter(|outcome| occurred(outcome)).all(|one| outcomes.has(*one)),
        };
        if !is_covered {
            return None;
        }
        all.merge(histogram);
    }
    Some(all)
}

/// The figures that a histogram has: all but the spread.
pub(super) fn statistics(histogram: &Histogram) -> Statistics {
    Statistics {
        count: histogram.count() as f64,
        mean: histogram.mean().unwrap_or(f64::NAN),
        least: histogram.min().map_or(f64::NAN, |nanos| nanos as f64),
        most: histogram.max().map_or(f64::NAN, |nanos| nanos as f64),
        ..Statistics::UNKNOWN
    }
}
