//! Watches the hosts while a run goes on: every observation is saved, and each trial is told what its hosts spent.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use model::{HostUse, Observation, Span};
use monitor::Monitor;
use results::{Baseline, ResourceLog, RunWriter};

use crate::error::CliError;
use crate::output::Talk;

/// Longest wait for the last ticks of a span.
const PATIENCE: Duration = Duration::from_millis(300);
/// How often it is looked whether they are there.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The hosts of a run, watched until this is dropped.
pub(crate) struct HostWatch {
    monitor: Option<Monitor>,
    hosts: u16,
    interval: Duration,
    seen: Arc<Mutex<Vec<Observation>>>,
    collector: Option<JoinHandle<()>>,
}

impl HostWatch {
    /// Has what the monitor sees saved with the run, from now on. A tick comes every `interval`.
    ///
    /// # Errors
    /// When the run has other hosts, or nothing can be saved.
    pub(crate) fn begin(
        monitor: Monitor,
        interval: Duration,
        run: &mut RunWriter,
        talk: Talk,
    ) -> Result<Self, CliError> {
        run.set_hosts(monitor.facts())?;
        let (log, hosts) = (run.resources()?, monitor.facts().len() as u16);
        let (seen, observations) = (Arc::<Mutex<Vec<Observation>>>::default(), monitor.observations());
        let kept = Arc::clone(&seen);
        let collect = move || {
            let mut has_failed = false;
            for first in &observations {
                let batch: Vec<_> = std::iter::once(first).chain(observations.try_iter()).collect();
                save(&log, &batch, &mut has_failed, talk);
                kept.lock().unwrap_or_else(PoisonError::into_inner).extend(batch);
            }
        };
        let collector = std::thread::Builder::new().name("hosts".to_owned()).spawn(collect).ok();
        Ok(Self { monitor: Some(monitor), hosts, interval, seen, collector })
    }

    /// What each host spent in a span of Unix time, nanoseconds, that is over. What was seen before it is forgotten.
    pub(crate) fn spent(&self, from: i64, to: i64) -> Vec<HostUse> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && !self.has_all(to) {
            std::thread::sleep(LOOK_EVERY);
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|one| one.due_unix_ns >= from.saturating_sub(self.interval.as_nanos() as i64));
        (0..self.hosts).map(|host| HostUse::over(host, from, to, seen.iter())).collect()
    }

    /// Every host was seen at its last tick before `to`, or missed.
    fn has_all(&self, to: i64) -> bool {
        let last = to.saturating_sub(self.interval.as_nanos() as i64);
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (0..self.hosts).all(|host| seen.iter().rev().any(|one| one.host == host && one.due_unix_ns >= last))
    }

    /// Watches the hosts for a time in which nothing is asked of them, unless `is_stopped`.
    pub(crate) fn baseline(&self, length: Span, is_stopped: &dyn Fn() -> bool) -> Baseline {
        let (started_unix_ns, begun) = (now(), Instant::now());
        while !is_stopped() && begun.elapsed() < length.0 {
            std::thread::sleep(LOOK_EVERY.min(length.0.saturating_sub(begun.elapsed())));
        }
        Baseline {
            started_unix_ns,
            length: Span(Duration::from_millis(begun.elapsed().as_millis() as u64)),
            hosts: self.spent(started_unix_ns, now()),
        }
    }

    /// What is known of the hosts by now: one that was not reached at first may have been since.
    pub(crate) fn facts(&self) -> Vec<model::HostFacts> {
        self.monitor.as_ref().map(Monitor::facts).unwrap_or_default()
    }
}

impl Drop for HostWatch {
    fn drop(&mut self) {
        drop(self.monitor.take());
        if let Some(collector) = self.collector.take() {
            // One that panicked has nothing more to save.
            let _ = collector.join();
        }
    }
}

/// Saves a batch. A disk that does not take it is told of once: the trials are worth more than this.
fn save(log: &ResourceLog, batch: &[Observation], has_failed: &mut bool, talk: Talk) {
    if let Err(error) = log.append(batch)
        && !std::mem::replace(has_failed, true)
    {
        talk.say(format!("warning: what the hosts spend is not saved: {error}"));
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}
