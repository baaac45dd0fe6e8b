//! What was seen of the cluster's hosts at each tick of a trial, in little memory.
//!
//! Only a tick at which every host was seen counts: the older tool divides a host's sum by the number of *all* ticks, so
//! one that a host missed would lower its figures.

use std::collections::{BTreeMap, BTreeSet};

use model::resources::{CpuShares, Memory};
use model::{Observation, Seen};

use crate::error::ResultsError;
use crate::run::Run;

/// Most ticks that may wait for a host that is late.
const WAITING: usize = 64;

/// What of a reading goes into an older file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    /// Index of the host in the run's list.
    pub(super) host: u16,
    /// Unix time, nanoseconds.
    pub(super) at_unix_ns: i64,
    /// Where processor time went since the reading before.
    pub(super) cpu: CpuShares,
    /// Memory then.
    pub(super) memory: Memory,
    /// Nanoseconds.
    pub(super) round_trip_ns: u64,
    interval_ns: i64,
}

/// Which ticks of a run count for a trial.
#[derive(Debug)]
pub(super) struct Ticks<'a> {
    run: &'a Run,
    from_unix_ns: i64,
    to_unix_ns: i64,
    /// The hosts that were seen.
    hosts: BTreeSet<u16>,
    /// Intervals that began before the trial did count too: it was shorter than they are.
    with_partial: bool,
}

impl<'a> Ticks<'a> {
    /// Those from `from_unix_ns` to `to_unix_ns`. The tester is no part of the cluster.
    ///
    /// # Errors
    /// When what was seen cannot be read.
    pub(super) fn within(run: &'a Run, from_unix_ns: i64, to_unix_ns: i64) -> Result<Self, ResultsError> {
        let mut ticks = Self { run, from_unix_ns, to_unix_ns, hosts: BTreeSet::new(), with_partial: true };
        let mut wholly = BTreeSet::new();
        for observation in run.resources()? {
            let observation = observation?;
            if let Some(reading) = ticks.reading(&observation) {
                ticks.hosts.insert(reading.host);
                if ticks.is_wholly_within(&reading) {
                    wholly.insert(reading.host);
                }
            }
        }
        ticks.with_partial = wholly != ticks.hosts;
        Ok(ticks)
    }

    /// Hands over each tick, its readings in the order of the hosts.
    ///
    /// # Errors
    /// When what was seen cannot be read, and those of `take`.
    pub(super) fn each(
        &self,
        mut take: impl FnMut(&[Reading]) -> Result<(), ResultsError>,
    ) -> Result<(), ResultsError> {
        let mut waiting: BTreeMap<i64, Vec<Reading>> = BTreeMap::new();
        for observation in self.run.resources()? {
            let observation = observation?;
            let Some(reading) = self.reading(&observation) else { continue };
            if !self.with_partial && !self.is_wholly_within(&reading) {
                continue;
            }
            let tick = waiting.entry(observation.due_unix_ns).or_default();
            // A monitor that was started anew may ask twice at one tick.
            if tick.iter().all(|known| known.host != reading.host) {
                tick.push(reading);
            }
            if tick.len() == self.hosts.len() {
                tick.sort_by_key(|reading| reading.host);
                take(tick)?;
                waiting.remove(&observation.due_unix_ns);
            }
            if waiting.len() > WAITING {
                waiting.pop_first();
            }
        }
        Ok(())
    }

    /// What an observation says of the cluster in the trial; none when nothing.
    fn reading(&self, observation: &Observation) -> Option<Reading> {
        let Seen::Sample(sample) = &observation.seen else { return None };
        let facts = self.run.file().hosts.get(usize::from(observation.host))?;
        let is_within = sample.at_unix_ns > self.from_unix_ns && sample.at_unix_ns <= self.to_unix_ns;
        if facts.is_tester || !is_within {
            return None;
        }
        Some(Reading {
            host: observation.host,
            at_unix_ns: sample.at_unix_ns,
            cpu: sample.cpu?,
            memory: sample.memory,
            round_trip_ns: sample.round_trip_ns,
            interval_ns: i64::try_from(sample.interval_ns?).ok()?,
        })
    }

    fn is_wholly_within(&self, reading: &Reading) -> bool {
        reading.at_unix_ns.saturating_sub(reading.interval_ns) >= self.from_unix_ns
    }
}
