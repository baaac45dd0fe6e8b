//! Watches a trial while it goes on, and ends it before its time where that is wanted.

use model::{LoadModel, Reason};

use crate::abort::AbortWatch;
use crate::overload::OverloadWatch;
use crate::slices::Told;
use crate::stop::Stop;
use crate::trial::TrialSetup;

/// What may end a trial early by itself.
#[derive(Default)]
pub(crate) struct Watch<'a> {
    pub(crate) abort: Option<AbortWatch<'a>>,
    pub(crate) overload: Option<OverloadWatch>,
}

/// What a thread is to tell, and whom.
#[derive(Clone)]
pub(crate) struct Audience {
    pub(crate) told: flume::Sender<Told>,
    /// Of what ended in each second.
    pub(crate) wants_phases: bool,
    /// Of how much arrived and ended, each time samples are handed over.
    pub(crate) wants_backlog: bool,
}

impl<'a> Watch<'a> {
    /// What the setup wants watched, on so many threads.
    pub(crate) fn of(setup: &'a TrialSetup, threads: u32) -> Self {
        let metrics = &setup.source.description().metrics;
        let end = setup.plan.warm_up.nanos() + setup.plan.duration.nanos();
        // Users who wait for each other's answers overload nobody.
        let may_end_early = setup.may_end_early && matches!(setup.plan.load_model, LoadModel::Open { .. });
        Self {
            abort: setup.abort_when.as_ref().map(|abort_when| AbortWatch::new(abort_when, metrics, threads)),
            overload: may_end_early.then(|| OverloadWatch::new(end, threads)),
        }
    }

    /// Whom the threads are to tell, and where that is heard; none when nothing is watched.
    pub(crate) fn audience(&self) -> Option<(Audience, flume::Receiver<Told>)> {
        let (wants_phases, wants_backlog) = (self.abort.is_some(), self.overload.is_some());
        let (told, heard) = flume::unbounded();
        (wants_phases || wants_backlog).then_some((Audience { told, wants_phases, wants_backlog }, heard))
    }

    /// Takes what a thread tells. Gives why the trial is to end, when it is.
    pub(crate) fn add(&mut self, told: Told) -> Option<Reason> {
        match told {
            Told::Phase(number, slice) => self.abort.as_mut()?.add(number, &slice),
            Told::Backlog(number, slice) => self.overload.as_mut()?.add(number, slice),
        }
    }

    /// Watches until the threads are done; throws `halt` when the trial is to end, and gives why.
    pub(crate) fn run(mut self, heard: &flume::Receiver<Told>, halt: &Stop) -> Option<Reason> {
        let reason = heard.iter().find_map(|told| self.add(told))?;
        halt.throw();
        Some(reason)
    }
}
