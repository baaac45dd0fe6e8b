//! An analysis that is ready to be run.

use std::sync::Arc;
use std::time::Duration;

use model::dataset::Dataset;
use model::report::Report;
use model::{AnalysisDescription, PluginIdentity};
use serde_json::{Map, Value};
use wasmtime::component::InstancePre;

use crate::catalog::Entry;
use crate::error::{PluginError, Problem};
use crate::guest::{AnalysisGuest, Calling, State};
use crate::limits::{AnalysisLimits, Limits};
use crate::log::{Kept, Log};
use crate::offered::Offered;
use crate::report;
use crate::runtime::{self, call_failed, redacted};
use crate::text::Secrets;

/// The function that is called.
const CALL: &str = "analyse";

/// An analysis with its options.
pub struct Analysis(Parts);

/// What it is made from.
pub(crate) struct Parts {
    pub(crate) pre: InstancePre<State>,
    pub(crate) calling: Calling,
    pub(crate) limits: (Limits, AnalysisLimits),
    pub(crate) log: Arc<Log>,
    pub(crate) entry: Entry,
    pub(crate) identity: PluginIdentity,
    pub(crate) description: AnalysisDescription,
    /// For `analyse`, with secrets.
    pub(crate) options: String,
    /// For people and files.
    pub(crate) shown: Map<String, Value>,
    /// What neither report nor message may hold.
    pub(crate) secrets: Secrets,
    /// Kept, whatever becomes of the runtime that opened it: without it no deadline would come.
    pub(crate) _runtime: Arc<runtime::Parts>,
}

impl Analysis {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(parts)
    }

    /// What it says of itself.
    pub fn description(&self) -> &AnalysisDescription {
        &self.0.description
    }

    /// The exact bytes that are called.
    pub fn identity(&self) -> PluginIdentity {
        self.0.identity.clone()
    }

    /// Its options, defaults filled in, secrets redacted.
    pub fn options(&self) -> &Map<String, Value> {
        &self.0.shown
    }

    /// Takes what it has written since the last time.
    pub fn take_log(&self) -> Kept {
        self.0.log.take_without(&self.0.secrets)
    }

    /// Runs it on some datasets, in their order, on the calling thread and in a fresh instance. The guest has 60 s; what
    /// the datasets do for it comes on top. Numbers of the report may be NaN or infinite; all references in it are valid,
    /// the columns of each table are of one length, and texts hold no control characters but line breaks.
    ///
    /// # Errors
    /// When it gets too few datasets or too many, says that it cannot work on them, traps, crosses a limit, or returns
    /// what is no report.
    pub fn run(&self, datasets: Vec<Arc<dyn Dataset>>) -> Result<Report, PluginError> {
        self.measure(datasets).map(|(report, _)| report)
    }

    /// The same, with the bytes of memory that the instance took.
    ///
    /// # Errors
    /// As for [`Analysis::run`].
    pub fn measure(&self, datasets: Vec<Arc<dyn Dataset>>) -> Result<(Report, u64), PluginError> {
        self.report(datasets).map_err(|problem| runtime::of(&self.0.entry, redacted(problem, &self.0.secrets)))
    }

    /// Longest time of a run without the host's own work, and most memory, bytes.
    pub fn limits(&self) -> (Duration, u64) {
        (self.0.limits.1.deadline, self.0.limits.1.memory)
    }

    fn report(&self, datasets: Vec<Arc<dyn Dataset>>) -> Result<(Report, u64), Problem> {
        let Parts { pre, calling, limits: (limits, of_analysis), log, options, secrets, .. } = &self.0;
        let AnalysisDescription { min_datasets: least, max_datasets: most, .. } = self.0.description;
        let given = datasets.len();
        if given < least as usize || most > 0 && given > most as usize {
            return Err(Problem::Datasets { least, most, given });
        }
        let offered = Offered::new(datasets, *of_analysis);
        let mut guest = AnalysisGuest::new(pre, calling, (limits, *of_analysis), log, offered)
            .map_err(|error| Problem::Instantiate(format!("{:#}", error.root_cause())))?;
        let returned = guest.analyse(options).map_err(|error| call_failed(CALL, error))?;
        let report = report::check(returned, secrets).map_err(|what| Problem::Returned { call: CALL, what })?;
        Ok((report, guest.memory()))
    }
}
