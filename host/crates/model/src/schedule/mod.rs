//! Decides when each arrival is due.
//!
//! A due time depends on the arrival's index and the seed alone, so a slow target cannot move it (law 1), and threads that
//! take every so-many-th arrival share them without a word.
//!
//! How: arrival *n* has a position in arrivals (*n* itself; the first of its burst; for a Poisson process the sum of *n* + 1
//! exponential gaps of mean 1), and is due when the integral of the rate reaches it. This is time rescaling (Çinlar,
//! Introduction to Stochastic Processes, 1975, 4.7): it gives an even ramp as well as a Poisson process whose rate changes.

mod poisson;
mod profile;
mod walk;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::poisson::Positions;
use self::profile::Segment;
pub use self::walk::Walk;
use crate::arrivals::{Arrivals, Spacing};
use crate::units::{Nanos, Span};

/// Maps the index of an arrival to its intended start. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ArrivalSchedule {
    source: Source,
    length: Nanos,
}

/// What due times come from.
#[derive(Debug, Clone)]
enum Source {
    Stages { segments: Arc<[Segment]>, units: Units },
    Replay(Arc<[u64]>),
}

/// What the position of an arrival is.
#[derive(Debug, Clone, Copy)]
enum Units {
    /// Its index.
    Index,
    /// The index of the first of its burst, which has so many.
    Burst(u64),
    /// Of a Poisson process, from this seed.
    Poisson(u64),
}

impl ArrivalSchedule {
    /// The schedule of `arrivals`, which [`Arrivals::check`] finds sound, after a warm-up.
    ///
    /// Warm-up and stages are one unbroken schedule; the warm-up holds the rate at which the first stage begins. A replay
    /// has no warm-up of its own: its offsets begin at trial start.
    pub fn new(arrivals: &Arrivals, warm_up: Span, seed: u64) -> Self {
        match arrivals {
            Arrivals::Stages { stages, spacing } => {
                let segments = profile::segments(stages, warm_up);
                let length = segments.last().map_or(warm_up.nanos(), |last| last.end);
                let units = match *spacing {
                    Spacing::Even => Units::Index,
                    Spacing::Bursts(size) => Units::Burst(u64::from(size.max(1))),
                    Spacing::Poisson => Units::Poisson(seed),
                };
                Self { source: Source::Stages { segments: segments.into(), units }, length }
            }
            Arrivals::Replay { offsets_ns, .. } => {
                let length = offsets_ns.last().map_or(0, |&last| nanos(last).saturating_add(1));
                Self { source: Source::Replay(offsets_ns.clone()), length }
            }
        }
    }

    /// Nanoseconds from trial start to the end of the last stage; for a replay, to just after the last offset.
    pub fn length(&self) -> Nanos {
        self.length
    }

    /// Intended start of arrival `index`, nanoseconds since trial start; none when there is no such arrival. Never falls as
    /// `index` grows.
    ///
    /// In a Poisson process all gaps before are added up, a few nanoseconds each: to go through many, use [`walk`].
    ///
    /// [`walk`]: ArrivalSchedule::walk
    pub fn intended_start(&self, index: u64) -> Option<Nanos> {
        match &self.source {
            Source::Replay(offsets) => replayed(offsets, index),
            Source::Stages { segments, units } => {
                let units = match *units {
                    Units::Index => index as f64,
                    Units::Burst(size) => (index / size * size) as f64,
                    Units::Poisson(seed) => {
                        // Far beyond the end whatever the gaps (the chance is below e^-100): no need to add them up.
                        if index as f64 > 2.0 * self.units() + 1000.0 {
                            return None;
                        }
                        Positions::new(seed).of(index)
                    }
                };
                let segment = segments.get(segments.partition_point(|segment| segment.units_end <= units))?;
                Some(segment.at(units)).filter(|start| *start < self.length)
            }
        }
    }

    /// Arrivals `first`, `first + stride` and so on with their intended starts, those before `end`.
    ///
    /// Owns what it needs. A stride of 0 is one of 1.
    pub fn walk(&self, first: u64, stride: u64, end: Nanos) -> Walk {
        Walk::new(&self.source, first, stride, end.min(self.length))
    }

    /// Number of arrivals due before `end` (nanoseconds since trial start).
    pub fn count_before(&self, end: Nanos) -> u64 {
        match &self.source {
            Source::Replay(offsets) => offsets.partition_point(|&offset| nanos(offset) < end) as u64,
            Source::Stages { units: Units::Poisson(_), .. } => self.walk(0, 1, end).count() as u64,
            Source::Stages { units, .. } => {
                let size = if let Units::Burst(size) = *units { size } else { 1 };
                let (mut low, mut high) = (0, self.units().ceil() as u64 + size);
                while low < high {
                    let middle = low.midpoint(high);
                    if self.intended_start(middle).is_some_and(|start| start < end) {
                        low = middle + 1;
                    } else {
                        high = middle;
                    }
                }
                low
            }
        }
    }

    /// Integral of the rate over the whole schedule.
    fn units(&self) -> f64 {
        match &self.source {
            Source::Stages { segments, .. } => segments.last().map_or(0.0, |last| last.units_end),
            Source::Replay(offsets) => offsets.len() as f64,
        }
    }
}

fn replayed(offsets: &[u64], index: u64) -> Option<Nanos> {
    usize::try_from(index).ok().and_then(|index| offsets.get(index)).map(|&offset| nanos(offset))
}

fn nanos(offset: u64) -> Nanos {
    Nanos::try_from(offset).unwrap_or(Nanos::MAX)
}
