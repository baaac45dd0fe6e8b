//! A test case that is ready to be called, by as many threads as wanted.

use std::sync::Arc;

use model::{
    Context, PluginIdentity, Request, Response, TestCaseDescription, Verdict, Workload, WorkloadError, WorkloadSource,
};
use serde_json::{Map, Value};
use wasmtime::component::InstancePre;

use crate::guest::{CallError, Calling, DirectGuest, DirectPre, State, TestCaseGuest};
use crate::limits::Limits;
use crate::log::{Kept, Log};
use crate::probe::Probe;
use crate::runtime::Parts;
use crate::text::{self, MESSAGE, Secrets};
use crate::verdict::Declared;
use crate::{request, verdict, wire};

/// A test case with its options.
pub struct TestCase(pub(crate) Arc<Shared>);

/// What all threads share.
pub(crate) struct Shared {
    pub(crate) pre: InstancePre<State>,
    /// For instances that are called without the component around them.
    pub(crate) direct: Option<DirectPre>,
    pub(crate) calling: Calling,
    pub(crate) limits: Limits,
    pub(crate) log: Arc<Log>,
    pub(crate) identity: PluginIdentity,
    pub(crate) description: TestCaseDescription,
    /// For `configure`, with secrets.
    pub(crate) options: String,
    /// For people and files.
    pub(crate) shown: Map<String, Value>,
    /// What no message may hold.
    pub(crate) secrets: Secrets,
    /// Kept, whatever becomes of the runtime that opened it: without it no deadline would come.
    pub(crate) _runtime: Arc<Parts>,
}

impl TestCase {
    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// The exact bytes that are called.
    pub fn identity(&self) -> PluginIdentity {
        self.0.identity.clone()
    }

    /// Its options, defaults filled in, secrets redacted.
    pub fn options(&self) -> &Map<String, Value> {
        &self.0.shown
    }

    /// What a call of it may use.
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// A text without the secrets among its options.
    pub fn redact(&self, text: String) -> String {
        self.0.secrets.redact(text)
    }

    /// A workload that can be asked what it uses.
    ///
    /// # Errors
    /// As for [`WorkloadSource::workload`].
    pub fn probe(&self) -> Result<Probe, WorkloadError> {
        self.plugin_workload().map(Probe::new)
    }

    fn plugin_workload(&self) -> Result<PluginWorkload, WorkloadError> {
        let guest = Some(self.0.configured()?);
        let description = &self.0.description;
        let declared = Declared { reasons: description.failure_reasons.len(), metrics: description.metrics.len() };
        Ok(PluginWorkload { shared: Arc::clone(&self.0), guest, declared })
    }

    /// Takes what its instances have written since the last time.
    pub fn take_log(&self) -> Kept {
        self.0.log.take_without(&self.0.secrets)
    }
}

impl WorkloadSource for TestCase {
    fn description(&self) -> &TestCaseDescription {
        &self.0.description
    }

    fn needs_plugin_threads(&self) -> bool {
        matches!(self.0.calling, Calling::Sandboxed(_))
    }

    fn workload(&self) -> Result<Box<dyn Workload>, WorkloadError> {
        Ok(Box::new(self.plugin_workload()?))
    }
}

impl Shared {
    fn configured(&self) -> Result<Caller, WorkloadError> {
        let made = match &self.direct {
            Some(direct) => {
                DirectGuest::new(direct, self.limits, &self.log).map(|guest| Caller::Direct(Box::new(guest)))
            }
            None => TestCaseGuest::new(&self.pre, &self.calling, self.limits, &self.log).map(Caller::Component),
        };
        let mut guest = made.map_err(|error| {
            WorkloadError::Broken(format!(
                "plugin `{}` cannot be instantiated: {:#}",
                self.identity.name,
                error.root_cause()
            ))
        })?;
        match guest.configure(&self.options) {
            Ok(()) => Ok(guest),
            Err(error) => Err(self.explain("configure", error)),
        }
    }

    fn explain(&self, call: &str, error: CallError) -> WorkloadError {
        let name = &self.identity.name;
        match error {
            CallError::Broken { what, wrote } => {
                let wrote = if wrote.is_empty() { wrote } else { format!("; it wrote:\n{wrote}") };
                WorkloadError::Broken(self.secrets.redact(format!("plugin `{name}` {what} in `{call}`{wrote}")))
            }
            CallError::Fault(wire::Fault::Failed(reason)) => {
                WorkloadError::Refused(self.secrets.redact(text::line(&reason, MESSAGE)))
            }
            CallError::Fault(wire::Fault::InvalidOption(wire::InvalidOption { name: option, reason })) => {
                WorkloadError::Refused(
                    self.secrets.redact(text::line(&format!("option `{option}`: {reason}"), MESSAGE)),
                )
            }
        }
    }

    fn forbidden(&self, call: &str, what: &str) -> WorkloadError {
        WorkloadError::Broken(
            self.secrets.redact(format!("plugin `{}` returned from `{call}` {what}", self.identity.name)),
        )
    }
}

/// An instance, called the one way or the other.
enum Caller {
    Component(TestCaseGuest),
    Direct(Box<DirectGuest>),
}

impl Caller {
    fn configure(&mut self, options: &str) -> Result<(), CallError> {
        match self {
            Self::Component(guest) => guest.configure(options),
            Self::Direct(guest) => guest.configure(options),
        }
    }

    fn build(&mut self, context: &Context) -> Result<wire::Request, CallError> {
        match self {
            Self::Component(guest) => guest.build(context),
            Self::Direct(guest) => guest.build(context),
        }
    }

    fn read(&mut self, context: &Context, state: &[u8], response: &Response) -> Result<wire::Verdict, CallError> {
        match self {
            Self::Component(guest) => guest.read(context, state, response),
            Self::Direct(guest) => guest.read(context, state, response),
        }
    }

    fn is_worn(&mut self) -> bool {
        match self {
            Self::Component(guest) => guest.is_worn(),
            Self::Direct(guest) => guest.is_worn(),
        }
    }

    fn memory(&self) -> u64 {
        match self {
            Self::Component(guest) => guest.memory(),
            Self::Direct(guest) => guest.memory(),
        }
    }
}

/// A test case on one thread.
pub(crate) struct PluginWorkload {
    shared: Arc<Shared>,
    /// None after a call killed it.
    guest: Option<Caller>,
    declared: Declared,
}

impl PluginWorkload {
    /// Puts a fresh instance in the place of a worn one: before a request is built, when nothing is measured yet and no
    /// answer waits. If none can be made, the worn one serves on.
    fn relieve(&mut self) {
        if self.guest.as_mut().is_some_and(Caller::is_worn)
            && let Ok(fresh) = self.shared.configured()
        {
            self.guest = Some(fresh);
        }
    }

    /// Bytes of memory that its instance has taken; none when it is dead.
    pub(crate) fn memory(&self) -> Option<u64> {
        self.guest.as_ref().map(Caller::memory)
    }

    /// Calls the guest, a fresh one if the last is dead.
    fn call<T>(
        &mut self,
        name: &str,
        call: impl FnOnce(&mut Caller) -> Result<T, CallError>,
    ) -> Result<T, WorkloadError> {
        let guest = match &mut self.guest {
            Some(guest) => guest,
            dead => dead.insert(self.shared.configured()?),
        };
        call(guest).map_err(|error| {
            if matches!(error, CallError::Broken { .. }) {
                self.guest = None;
            }
            self.shared.explain(name, error)
        })
    }
}

impl Workload for PluginWorkload {
    fn build(&mut self, context: &Context) -> Result<Request, WorkloadError> {
        const CALL: &str = "build-request";
        self.relieve();
        let built = self.call(CALL, |guest| guest.build(context))?;
        request::check(built).map_err(|what| self.shared.forbidden(CALL, &what))
    }

    fn read(&mut self, context: &Context, state: &[u8], response: &Response) -> Result<Verdict, WorkloadError> {
        const CALL: &str = "read-response";
        let read = self.call(CALL, |guest| guest.read(context, state, response))?;
        let mut verdict = verdict::check(read, self.declared).map_err(|what| self.shared.forbidden(CALL, &what))?;
        let judgement = match &mut verdict {
            Verdict::Done(judgement) => judgement,
            Verdict::Next(step) => &mut step.judgement,
        };
        if let Some(detail) = judgement.failure.as_mut().and_then(|failure| failure.detail.as_mut()) {
            *detail = self.shared.secrets.redact(text::line(detail, MESSAGE));
        }
        Ok(verdict)
    }
}
