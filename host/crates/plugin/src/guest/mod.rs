//! One instance of a plugin in a store of its own, and how calls are made of it; which there are is told by world.
//!
//! A trap or a deadline kills the store: who sees [`CallError::Broken`] drops the guest and makes another.

mod analysis;
mod direct;
mod lift;
mod test_case;
mod wear;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use wasmtime::component::{ComponentNamedList, HasSelf, Instance, InstancePre, Lift, Linker, Lower, TypedFunc};
use wasmtime::{Engine, Store, Trap, UpdateDeadline};
use wasmtime_wasi::{WasiCtxView, WasiView};

use crate::bindings::dataset;
use crate::budget::{Budget, Overdrawn};
use crate::limits::{Allotment, Allowance};
use crate::log::{Level, Log};
use crate::offered::Offered;
use crate::sandbox::Sandbox;
use crate::shape::{Shape, World};
use crate::surroundings::Surroundings;
use crate::text;
use crate::ticker::ticks;
use crate::wire;

pub(crate) use analysis::AnalysisGuest;
pub(crate) use direct::{DirectGuest, DirectPre};
pub(crate) use test_case::TestCaseGuest;

/// Bytes of what a guest wrote before a trap that are shown.
const OUTPUT: usize = 8 * 1024;

/// How wasmtime begins to say that a call hands over more than it may.
const TOO_MUCH: &str = "too much data is being copied";

/// What a store holds beside the instance.
pub(crate) struct State {
    allowance: Allowance,
    surroundings: Surroundings,
    log: Arc<Log>,
    /// For a component that uses WASI.
    sandbox: Option<Box<Sandbox>>,
    /// For an analysis.
    offered: Option<Offered>,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let sandbox = self.sandbox.as_mut().expect("WASI is linked for guests with a sandbox alone");
        WasiCtxView { ctx: &mut sandbox.context, table: &mut sandbox.table }
    }
}

/// Links what every plugin may import, what its world adds, and WASI for those that use it.
///
/// # Errors
/// Never, unless a name is linked twice.
pub(crate) fn linker(engine: &Engine, shape: &Shape) -> wasmtime::Result<Linker<State>> {
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
    if shape.world == World::Analysis {
        dataset::add_to_linker::<State, HasSelf<Offered>>(&mut linker, |state| {
            state.offered.as_mut().expect("`dataset` is linked for guests with datasets alone")
        })?;
    }
    if shape.uses_wasi() {
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
/// How calls are made.
#[derive(Clone)]
pub(crate) enum Calling {
    /// On the calling thread's own stack.
    Direct,
    /// As a future, because WASI may wait; its timers are this runtime's.
    Sandboxed(Handle),
}

/// A store for an instance, and how calls are made of that.
pub(crate) struct Guest {
    store: Store<State>,
    calling: Calling,
    allotment: Allotment,
}

impl Guest {
    /// Makes a store. One for an analysis has datasets offered to it.
    fn new(engine: &Engine, calling: &Calling, allotment: Allotment, log: &Arc<Log>, offered: Option<Offered>) -> Self {
        let surroundings = Surroundings::default();
        if let Some(offered) = &offered {
            surroundings.begin_analysis(offered.began_unix_ms(), offered.seed());
        }
        let sandbox = match calling {
            Calling::Direct => None,
            Calling::Sandboxed(_) => Some(Box::new(Sandbox::new(&surroundings))),
        };
        let budget = offered.as_ref().map(|offered| offered.budget().clone());
        let allowance = Allowance::new(allotment.memory);
        let state = State { allowance, surroundings, log: Arc::clone(log), sandbox, offered };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.allowance);
        store.set_hostcall_fuel(allotment.transfer);
        store.set_epoch_deadline(ticks(allotment.start));
        if let Some(budget) = budget {
            budget.begin(allotment.start);
            // The host's own work has let epochs go by that were not the guest's.
            store.epoch_deadline_callback(move |_| {
                Ok(budget.left().map_or(UpdateDeadline::Interrupt, |left| UpdateDeadline::Continue(ticks(left))))
            });
        }
        Self { store, calling: calling.clone(), allotment }
    }

    /// Makes the instance.
    ///
    /// # Errors
    /// When its memories and tables are refused, or its start code traps.
    fn instantiate(&mut self, pre: &InstancePre<State>) -> wasmtime::Result<Instance> {
        match &self.calling {
            Calling::Direct => pre.instantiate(&mut self.store),
            Calling::Sandboxed(handle) => {
                let _timers = handle.enter();
                let (time, making) = (self.allotment.start, pre.instantiate_async(&mut self.store));
                let made = async { tokio::time::timeout(time, making).await };
                pollster::block_on(made).unwrap_or_else(|_| Err(Trap::Interrupt.into()))
            }
        }
    }

    /// A function of the interface that a world exports.
    fn function<P, T>(
        &mut self,
        instance: &Instance,
        interface: &str,
        name: &str,
    ) -> wasmtime::Result<TypedFunc<P, Outcome<T>>>
    where
        P: ComponentNamedList + Lower,
        T: Lift + 'static,
    {
        let exported = instance.get_export_index(&mut self.store, None, interface);
        let index = instance
            .get_export_index(&mut self.store, exported.as_ref(), name)
            .ok_or_else(|| wasmtime::format_err!("`{interface}` has no function `{name}`"))?;
        let function = instance.get_typed_func(&mut self.store, index);
        function.map_err(|error| error.context(format!("`{interface}` has another `{name}`")))
    }

    /// Bytes of memory that the instance has taken; it never gives any back.
    fn memory(&self) -> u64 {
        self.allotment.memory.saturating_sub(self.store.data().allowance.left() as u64)
    }

    fn surroundings(&self) -> &Surroundings {
        &self.store.data().surroundings
    }

    fn call<P, T>(&mut self, function: TypedFunc<P, Outcome<T>>, params: P, deadline: Duration) -> Result<T, CallError>
    where
        P: ComponentNamedList + Lower,
        T: Lift + 'static,
    {
        self.begin(deadline);
        let budget = self.store.data().offered.as_ref().map(|offered| offered.budget().clone());
        if let Some(budget) = &budget {
            budget.begin(deadline);
        }
        let called = match &self.calling {
            Calling::Direct => function.call(&mut self.store, params),
            Calling::Sandboxed(handle) => {
                let _timers = handle.enter();
                let called = within(deadline, budget.as_ref(), function.call_async(&mut self.store, params));
                pollster::block_on(called)
            }
        };
        if let (Ok(_), Some(sandbox)) = (&called, &self.store.data().sandbox) {
            let output = sandbox.output.take();
            output.lines().for_each(|line| self.store.data().log.write(Level::Info, line));
        }
        self.ended(called.map(|(outcome,)| outcome), deadline)
    }

    /// A call begins, which may take so long.
    fn begin(&mut self, deadline: Duration) {
        self.store.set_epoch_deadline(ticks(deadline));
    }

    /// What a call gave, or why nothing.
    fn ended<T>(&self, called: wasmtime::Result<Result<T, wire::Fault>>, deadline: Duration) -> Result<T, CallError> {
        match called {
            Ok(outcome) => outcome.map_err(CallError::Fault),
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
            let (seconds, millis) = (deadline.as_secs(), deadline.as_millis());
            // The seconds of an analysis would be hard to read.
            let time = if seconds >= 10 { format!("{seconds} s") } else { format!("{millis} ms") };
            format!("used up its {time} deadline")
        } else if let Some(overdrawn) = error.downcast_ref::<Overdrawn>() {
            overdrawn.to_string()
        } else if error.root_cause().to_string().starts_with(TOO_MUCH) {
            format!("handed over more than {} MiB", self.allotment.transfer >> 20)
        } else if state.allowance.was_refused() {
            format!("used up its {} MiB of memory", self.allotment.memory >> 20)
        } else if state.allowance.was_table_refused() {
            "used up the entries of its tables".to_owned()
        } else if let Some(trap) = trap {
            format!("trapped ({})", trap.to_string().trim_start_matches("wasm trap: "))
        } else {
            format!("broke the contract ({})", text::line(&error.root_cause().to_string(), text::MESSAGE))
        }
    }
}

/// Waits for a call. A guest that waits, too, is not interrupted by the epoch.
async fn within<T>(
    deadline: Duration,
    budget: Option<&Budget>,
    call: impl Future<Output = wasmtime::Result<T>>,
) -> wasmtime::Result<T> {
    let mut call = pin!(call);
    let mut left = Some(deadline);
    while let Some(time) = left {
        if let Ok(called) = tokio::time::timeout(time, call.as_mut()).await {
            return called;
        }
        left = budget.and_then(Budget::left);
    }
    Err(Trap::Interrupt.into())
}
