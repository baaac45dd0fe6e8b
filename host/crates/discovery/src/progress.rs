//! What a live view shows of a search.

use model::search::BoundPair;
use model::{Span, TrialOrder};

/// Where a search is. Told before each trial, and once when it is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress<'a> {
    /// Bounds that are fixed: rates a second, or loads.
    pub bounds: BoundPair,
    /// Highest good and lowest bad trial around them, whatever their lengths: where the search is looking.
    pub looking: BoundPair,
    /// The trial that begins; none when the search is over.
    pub order: Option<&'a TrialOrder>,
    /// This is a repetition: so many trials before did not count, because the tester could not hold the rate or they were
    /// cut short.
    pub repetition: u32,
    /// Trials that are over.
    pub trials: u32,
    /// Time left, the trial that begins included, if all goes as expected.
    pub left: Span,
}
