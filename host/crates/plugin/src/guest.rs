//! One instance of a test case in a store of its own, and the calls that can be made of it.
//!
//! A trap or a deadline kills the store: who sees [`CallError::Broken`] drops the guest and makes another.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use wasmtime::component::{ComponentNamedList, InstancePre, Lift, Linker, Lower, TypedFunc};
use wasmtime::{Engine, Store, Trap};
use wasmtime_wasi::{WasiCtxView, WasiView};

use crate::limits::{Allowance, Limits};
use crate::log::{Level, Log};
use crate::sandbox::Sandbox;
use crate::shape::TEST_CASE;
use crate::surroundings::Surroundings;
use crate::text;
use crate::ticker::ticks;
use crate::wire;

/// Bytes that one call may hand over; the largest body and path, and something for headers and details.
const TRANSFER: usize = 20 * 1024 * 1024;

/// Bytes of what a guest wrote before a trap that are shown.
const OUTPUT: usize = 8 * 1024;

/// What a store holds beside the instance.
pub(crate) struct State {
    allowance: Allowance,
    surroundings: Surroundings,
    log: Arc<Log>,
    /// For a component that uses WASI.
    sandbox: Option<Box<Sandbox>>,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let sandbox = self.sandbox.as_mut().expect("WASI is linked for guests with a sandbox alone");
        WasiCtxView { ctx: &mut sandbox.context, table: &mut sandbox.table }
    }
}

/// Links what every plugin may import, and WASI for those that use it.
///
/// # Errors
/// Never, unless a name is linked twice.
pub(crate) fn linker(engine: &Engine, uses_wasi: bool) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    let mut log = linker.instance("cluster-tester:plugin/log@0.1.0")?;
    log.func_wrap("write", |store: wasmtime::StoreContextMut<'_, State>, (level, line): (wire::Level, String)| {
        let level = match level {
            wire::Level::Debug => Level::Debug,
            wire::Level::Info => Level::Info,
            wire::Level::Warning => Level::Warning,
        };
        store.data().log.write(level, &line);
        Ok(())
    })?;
    let mut random = linker.instance("cluster-tester:plugin/random@0.1.0")?;
    random.func_wrap("next", |store: wasmtime::StoreContextMut<'_, State>, (): ()| {
        Ok(((store.data().surroundings.next() >> 32) as u32,))
    })?;
    if uses_wasi {
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    }
    Ok(linker)
}

/// Why a call gave nothing.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The guest said no, in order.
    Fault(wire::Fault),
    /// It trapped or crossed a limit; the instance is dead.
    Broken {
        /// What happened; reads on from the plugin's name.
        what: String,
        /// What it wrote before.
        wrote: String,
    },
}

/// What a function of the world gives.
type Outcome<T> = (Result<T, wire::Fault>,);
/// What `read-response` takes.
type Answered = (wire::Context<'static>, Option<&'static [u8]>, wire::Response<'static>);

/// How calls are made.
#[derive(Clone)]
pub(crate) enum Calling {
    /// On the calling thread's own stack.
    Direct,
    /// As a future, because WASI may wait; its timers are this runtime's.
    Sandboxed(Handle),
}

/// An instance.
pub(crate) struct Guest {
    store: Store<State>,
    calling: Calling,
    limits: Limits,
    describe: TypedFunc<(), Outcome<wire::Description>>,
    configure: TypedFunc<(&'static str,), Outcome<()>>,
    build: TypedFunc<(wire::Context<'static>,), Outcome<wire::Request>>,
    read: TypedFunc<Answered, Outcome<wire::Verdict>>,
}

impl Guest {
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
        let surroundings = Surroundings::default();
        let sandbox = match calling {
            Calling::Direct => None,
            Calling::Sandboxed(_) => Some(Box::new(Sandbox::new(&surroundings))),
        };
        let state = State { allowance: Allowance::new(&limits), surroundings, log: Arc::clone(log), sandbox };
        let mut store = Store::new(pre.engine(), state);
        store.limiter(|state| &mut state.allowance);
        store.set_hostcall_fuel(TRANSFER);
        store.set_epoch_deadline(ticks(limits.configure_deadline));
        let instance = match calling {
            Calling::Direct => pre.instantiate(&mut store)?,
            Calling::Sandboxed(handle) => {
                let _timers = handle.enter();
                let made =
                    async { tokio::time::timeout(limits.configure_deadline, pre.instantiate_async(&mut store)).await };
                pollster::block_on(made).unwrap_or_else(|_| Err(Trap::Interrupt.into()))?
            }
        };
        let world = instance.get_export_index(&mut store, None, TEST_CASE);
        let mut index = |name| {
            instance
                .get_export_index(&mut store, world.as_ref(), name)
                .ok_or_else(|| wasmtime::format_err!("`{TEST_CASE}` has no function `{name}`"))
        };
        let (describe, configure) = (index("describe")?, index("configure")?);
        let (build, read) = (index("build-request")?, index("read-response")?);
        Ok(Self {
            describe: instance.get_typed_func(&mut store, describe)?,
            configure: instance.get_typed_func(&mut store, configure)?,
            build: instance.get_typed_func(&mut store, build)?,
            read: instance.get_typed_func(&mut store, read)?,
            store,
            calling: calling.clone(),
            limits,
        })
    }

    pub(crate) fn describe(&mut self) -> Result<wire::Description, CallError> {
        self.call(self.describe, (), self.limits.configure_deadline)
    }

    pub(crate) fn configure(&mut self, options: &str) -> Result<(), CallError> {
        self.call(self.configure, (options,), self.limits.configure_deadline)
    }

    pub(crate) fn build(&mut self, context: &model::Context) -> Result<wire::Request, CallError> {
        self.store.data().surroundings.begin(context, &[]);
        self.call(self.build, (lower(context),), self.limits.deadline)
    }

    pub(crate) fn read(
        &mut self,
        context: &model::Context,
        state: &[u8],
        response: &model::Response,
    ) -> Result<wire::Verdict, CallError> {
        self.store.data().surroundings.begin(context, state);
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
        self.call(self.read, (lower(context), state, response), self.limits.deadline)
    }

    fn call<P, T>(&mut self, function: TypedFunc<P, Outcome<T>>, params: P, deadline: Duration) -> Result<T, CallError>
    where
        P: ComponentNamedList + Lower,
        T: Lift + 'static,
    {
        self.store.set_epoch_deadline(ticks(deadline));
        let called = match &self.calling {
            Calling::Direct => function.call(&mut self.store, params),
            Calling::Sandboxed(handle) => {
                let _timers = handle.enter();
                let called =
                    async { tokio::time::timeout(deadline, function.call_async(&mut self.store, params)).await };
                // A guest that waits is not interrupted by the epoch.
                pollster::block_on(called).unwrap_or_else(|_| Err(Trap::Interrupt.into()))
            }
        };
        match called {
            Ok((outcome,)) => {
                if let Some(sandbox) = &self.store.data().sandbox {
                    let output = sandbox.output.take();
                    output.lines().for_each(|line| self.store.data().log.write(Level::Info, line));
                }
                outcome.map_err(CallError::Fault)
            }
            Err(error) => {
                let sandbox = self.store.data().sandbox.as_ref();
                let wrote = sandbox.map(|sandbox| text::tidy(sandbox.output.take().trim(), OUTPUT)).unwrap_or_default();
                Err(CallError::Broken { what: self.explain(&error, deadline), wrote })
            }
        }
    }

    fn explain(&self, error: &wasmtime::Error, deadline: Duration) -> String {
        let state = self.store.data();
        let trap = error.downcast_ref::<Trap>();
        if trap == Some(&Trap::Interrupt) {
            format!("used up its {} ms deadline", deadline.as_millis())
        } else if state.allowance.was_refused() {
            format!("used up its {} MiB of memory", self.limits.memory >> 20)
        } else if let Some(trap) = trap {
            format!("trapped ({})", trap.to_string().trim_start_matches("wasm trap: "))
        } else {
            format!("broke the contract ({})", error.root_cause())
        }
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
