//! A workload that can be asked what it uses: for the author of a test case, not for trials.

use model::{Context, Request, Response, Verdict, Workload, WorkloadError};

use crate::test_case::PluginWorkload;

/// A workload that can be asked what it uses.
pub struct Probe(PluginWorkload);

impl Probe {
    pub(crate) fn new(workload: PluginWorkload) -> Self {
        Self(workload)
    }

    /// Bytes of memory that its instance has taken, and never gives back; none when a call has killed it.
    pub fn memory(&self) -> Option<u64> {
        self.0.memory()
    }
}

impl Workload for Probe {
    fn build(&mut self, context: &Context) -> Result<Request, WorkloadError> {
        self.0.build(context)
    }

    fn read(&mut self, context: &Context, state: &[u8], response: &Response) -> Result<Verdict, WorkloadError> {
        self.0.read(context, state, response)
    }
}
