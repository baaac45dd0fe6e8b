//! The calls of a test case.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::{InstancePre, TypedFunc};

use super::wear::Wear;
use super::{CallError, Calling, Guest, Outcome, State};
use crate::limits::Limits;
use crate::log::Log;
use crate::shape::TEST_CASE;
use crate::wire;

/// What `read-response` takes.
type Answered = (wire::Context<'static>, Option<&'static [u8]>, wire::Response<'static>);

/// An instance of a test case.
pub(crate) struct TestCaseGuest {
    guest: Guest,
    wear: Wear,
    deadline: Duration,
    describe: TypedFunc<(), Outcome<wire::Description>>,
    configure: TypedFunc<(&'static str,), Outcome<()>>,
    build: TypedFunc<(wire::Context<'static>,), Outcome<wire::Request>>,
    read: TypedFunc<Answered, Outcome<wire::Verdict>>,
}

impl TestCaseGuest {
    /// Makes an instance, which is neither described nor configured yet.
    ///
    /// # Errors
    /// When its memories and tables are refused, its start code traps, or its functions are not those of the world.
    pub(crate) fn new(
        pre: &InstancePre<State>,
        calling: &Calling,
        limits: Limits,
        log: &Arc<Log>,
    ) -> wasmtime::Result<Self> {
        let mut guest = Guest::new(pre.engine(), calling, limits.of_test_case(), log, None);
        let instance = guest.instantiate(pre)?;
        Ok(Self {
            describe: guest.function(&instance, TEST_CASE, "describe")?,
            configure: guest.function(&instance, TEST_CASE, "configure")?,
            build: guest.function(&instance, TEST_CASE, "build-request")?,
            read: guest.function(&instance, TEST_CASE, "read-response")?,
            guest,
            wear: Wear::default(),
            deadline: limits.deadline,
        })
    }

    /// Bytes of memory that the instance has taken.
    pub(crate) fn memory(&self) -> u64 {
        self.guest.memory()
    }

    pub(crate) fn describe(&mut self) -> Result<wire::Description, CallError> {
        self.guest.call(self.describe, (), self.guest.allotment.start)
    }

    pub(crate) fn configure(&mut self, options: &str) -> Result<(), CallError> {
        self.guest.call(self.configure, (options,), self.guest.allotment.start)?;
        self.wear.begin(&self.guest.store.data().allowance);
        Ok(())
    }

    /// Counts an iteration that is about to begin, and says whether a fresh instance should have it.
    pub(crate) fn is_worn(&mut self) -> bool {
        let State { allowance, sandbox, .. } = self.guest.store.data();
        self.wear.count(allowance, sandbox.is_some())
    }

    pub(crate) fn build(&mut self, context: &model::Context) -> Result<wire::Request, CallError> {
        self.guest.surroundings().begin(context, &[]);
        self.guest.call(self.build, (lower(context),), self.deadline)
    }

    pub(crate) fn read(
        &mut self,
        context: &model::Context,
        state: &[u8],
        response: &model::Response,
    ) -> Result<wire::Verdict, CallError> {
        self.guest.surroundings().begin(context, state);
        let headers: Vec<_> = response
            .headers
            .iter()
            .map(|(name, value)| wire::ResponseHeader { name: name.as_str(), value: value.as_bytes() })
            .collect();
        let response = wire::Response {
            status: response.status,
            headers: &headers,
            body: &response.body,
            body_length: response.body_length,
        };
        // None saves a call into the guest, for memory to put nothing in.
        let state = (!state.is_empty()).then_some(state);
        self.guest.call(self.read, (lower(context), state, response), self.deadline)
    }
}

fn lower(context: &model::Context) -> wire::Context<'_> {
    wire::Context {
        load: context.load.0,
        iteration: context.iteration,
        seed: context.seed,
        intended_start: context.intended_start_unix_ms,
        row: context.row.as_deref(),
    }
}
