//! What hosts spent around a trial, from `resources.jsonl`.
//!
//! The file is looked through once for where the lines of each trial lie; only those of a trial are read then, and all
//! figures of all hosts are taken from them together.

use std::sync::Arc;

use model::Seen;
use model::dataset::{ResourceFigure, ResourceSeries};

use super::cache::Recent;
use super::trial::Trial;
use crate::error::ResultsError;
use crate::observations::{Observations, Part};
use crate::run::Run;

/// How long before a trial readings count, nanoseconds.
const BEFORE: i64 = 5_000_000_000;
/// Trials that are kept.
const KEPT: usize = 4;
/// Readings of a trial up to which it is kept.
const MOST_READINGS: usize = 50_000;

/// Figures of a reading, in the order of [`ResourceFigure::ALL`].
type Figures = [f64; ResourceFigure::ALL.len()];

/// What each host spent around a trial.
type TrialSeries = Vec<Vec<(f64, Figures)>>;

/// Finds what hosts spent.
#[derive(Debug)]
pub(super) struct SeriesReader {
    /// Where the lines of each trial lie.
    parts: Option<Vec<Part>>,
    recent: Recent<usize, Arc<TrialSeries>>,
}

impl SeriesReader {
    pub(super) fn new() -> Self {
        Self { parts: None, recent: Recent::new(KEPT) }
    }

    /// A figure of a host around a trial, both by number from 0.
    pub(super) fn series(
        &mut self,
        run: &Run,
        trial: usize,
        host: usize,
        figure: ResourceFigure,
    ) -> Result<ResourceSeries, ResultsError> {
        let all = match self.recent.get(&trial) {
            Some(all) => all,
            None => {
                let all = Arc::new(self.read(run, trial)?);
                if all.iter().map(Vec::len).sum::<usize>() <= MOST_READINGS {
                    self.recent.put(trial, Arc::clone(&all));
                }
                all
            }
        };
        let index = ResourceFigure::ALL.iter().position(|known| *known == figure).expect("ALL has all figures");
        let readings = all.get(host).map(Vec::as_slice).unwrap_or_default();
        Ok(ResourceSeries {
            at: readings.iter().map(|(at, _)| *at).collect(),
            values: readings.iter().map(|(_, figures)| figures[index]).collect(),
        })
    }

    fn read(&mut self, run: &Run, trial: usize) -> Result<TrialSeries, ResultsError> {
        let part = match &self.parts {
            Some(parts) => parts[trial],
            None => self.parts.insert(Observations::parts(run.dir(), &spans(run))?)[trial],
        };
        let started = run.file().trials[trial].result.started_unix_ns;
        let (from, to) = spans(run)[trial];
        let mut series: TrialSeries = vec![Vec::new(); run.file().hosts.len()];
        for observation in Observations::open_part(run.dir(), part)? {
            let observation = observation?;
            let Seen::Sample(sample) = &observation.seen else { continue };
            let Some(host) = series.get_mut(usize::from(observation.host)) else { continue };
            let at = sample.at_unix_ns.saturating_sub(started) as f64;
            // A monitor that was started anew may say something twice.
            let is_next = host.last().is_none_or(|(last, _)| at > *last);
            if is_next && (from..=to).contains(&sample.at_unix_ns) {
                let mut figures = Figures::default();
                figures.iter_mut().zip(ResourceFigure::ALL).for_each(|(value, one)| *value = one.of_sample(sample));
                host.push((at, figures));
            }
        }
        Ok(series)
    }
}

/// When what is seen counts for each trial, Unix time, nanoseconds.
fn spans(run: &Run) -> Vec<(i64, i64)> {
    let trials = (0..run.file().trials.len()).filter_map(|index| Trial::of(run, index).ok());
    let span = |trial: Trial<'_>| {
        let started = trial.record.result.started_unix_ns;
        (started.saturating_sub(BEFORE), started.saturating_add(trial.last_end()))
    };
    trials.map(span).collect()
}
