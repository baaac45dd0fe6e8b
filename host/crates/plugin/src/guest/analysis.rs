//! The calls of an analysis.

use std::sync::Arc;

use wasmtime::component::{InstancePre, TypedFunc};

use super::{CallError, Calling, Guest, Outcome, State};
use crate::bindings::{Description, report};
use crate::limits::{AnalysisLimits, Limits};
use crate::log::Log;
use crate::offered::Offered;
use crate::shape::ANALYSIS;

/// An instance of an analysis.
pub(crate) struct AnalysisGuest {
    guest: Guest,
    limits: AnalysisLimits,
    describe: TypedFunc<(), Outcome<Description>>,
    analyse: TypedFunc<(&'static str,), Outcome<report::Report>>,
}

impl AnalysisGuest {
    /// Makes an instance, to work on what is offered.
    ///
    /// # Errors
    /// As for a test case.
    pub(crate) fn new(
        pre: &InstancePre<State>,
        calling: &Calling,
        (limits, analysis): (&Limits, AnalysisLimits),
        log: &Arc<Log>,
        offered: Offered,
    ) -> wasmtime::Result<Self> {
        let mut guest = Guest::new(pre.engine(), calling, limits.of_analysis(&analysis), log, Some(offered));
        let instance = guest.instantiate(pre)?;
        Ok(Self {
            describe: guest.function(&instance, ANALYSIS, "describe")?,
            analyse: guest.function(&instance, ANALYSIS, "analyse")?,
            guest,
            limits: analysis,
        })
    }

    /// Bytes of memory that the instance has taken.
    pub(crate) fn memory(&self) -> u64 {
        self.guest.memory()
    }

    pub(crate) fn describe(&mut self) -> Result<Description, CallError> {
        self.guest.call(self.describe, (), self.guest.allotment.start)
    }

    pub(crate) fn analyse(&mut self, options: &str) -> Result<report::Report, CallError> {
        self.guest.call(self.analyse, (options,), self.limits.deadline)
    }
}
