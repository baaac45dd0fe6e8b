//! Requests under way over a steady state: whether the target kept up with what was asked of it.

mod overload;
mod sustained;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::sustained::Slope;

/// Arrivals and ends in slices of equal length. A target that keeps up has as many ends as arrivals.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Backlog {
    /// Requests under way when the steady state began.
    pub at_start: u64,
    /// Length of a slice, nanoseconds; the last one may be shorter.
    pub slice_ns: u64,
    /// First to last.
    pub slices: Vec<BacklogSlice>,
}

/// What happened in a slice of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BacklogSlice {
    /// Requests whose intended start lies in it (arrivals, and further steps of iterations); dropped ones too, as they
    /// are what a target did not keep up with.
    pub arrivals: u64,
    /// Requests that ended in it, well or not, whenever they arrived; dropped ones are never counted as ended.
    pub ends: u64,
}

impl Backlog {
    /// Requests that arrived.
    pub fn arrivals(&self) -> u64 {
        self.slices.iter().map(|slice| slice.arrivals).sum()
    }

    /// Requests that ended, within the steady state.
    pub fn ends(&self) -> u64 {
        self.slices.iter().map(|slice| slice.ends).sum()
    }

    /// Requests under way at the end of each slice.
    pub fn in_flight(&self) -> impl Iterator<Item = u64> + '_ {
        self.slices.iter().scan(self.at_start, |under_way, slice| {
            *under_way = (*under_way + slice.arrivals).saturating_sub(slice.ends);
            Some(*under_way)
        })
    }
}
