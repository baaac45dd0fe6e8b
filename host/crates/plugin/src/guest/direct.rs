//! The calls of a test case whose component is a plain one ([`crate::plain`]): its core functions are called themselves,
//! with arguments put in its memory and results read from there as the Canonical ABI says. That is half of what a call
//! costs by way of the component, at a hundred thousand requests a second.
//!
//! Limits, deadlines and messages are the same, and so are the results: the tests call each test case both ways.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::{Engine, InstancePre, Linker, Memory, Module, Result, Store, TypedFunc, WasmParams, bail, format_err};

use super::lift::{Lift, Lifted};
use super::wear::Wear;
use super::{CallError, Calling, Guest, State};
use crate::limits::Limits;
use crate::log::Log;
use crate::plain::Plain;
use crate::wire::{Fault, Request, Verdict};

/// Core parameters of a string or a list: where it lies, and how many there are.
type Pair = (i32, i32);
/// Of `build-request`.
type Context = (i32, i64, i32, f64, i32, i32, i32);
/// Of `read-response`.
type Answered = (i32, i64, i32, f64, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i64);

/// A test case of which direct instances can be made.
pub(crate) struct DirectPre {
    pre: InstancePre<State>,
    plain: Plain,
}

impl DirectPre {
    /// # Errors
    /// When the module is not what it was taken for.
    pub(crate) fn new(engine: &Engine, module: &Module, plain: Plain) -> Result<Self> {
        Ok(Self { pre: Linker::new(engine).instantiate_pre(module)?, plain })
    }
}

/// An instance.
pub(crate) struct DirectGuest {
    guest: Guest,
    wear: Wear,
    deadline: Duration,
    heap: Heap,
    configure: Function<Pair>,
    build: Function<Context>,
    read: Function<Answered>,
}

/// The memory of an instance, and how one gets room there.
struct Heap {
    memory: Memory,
    realloc: TypedFunc<(i32, i32, i32, i32), i32>,
    /// It answers for nothing with the alignment, as the SDKs' do, and need not be asked.
    needs_no_asking: bool,
}

/// A function whose result lies in memory.
struct Function<P> {
    function: TypedFunc<P, i32>,
    /// What is to be called when the result was read.
    post_return: Option<TypedFunc<i32, ()>>,
}

impl DirectGuest {
    /// Makes an instance, which is not configured yet.
    ///
    /// # Errors
    /// When its memory and tables are refused, its start code traps, or its functions are not those of the world.
    pub(crate) fn new(direct: &DirectPre, limits: Limits, log: &Arc<Log>) -> Result<Self> {
        let DirectPre { pre, plain } = direct;
        let mut guest = Guest::new(pre.module().engine(), &Calling::Direct, limits.of_test_case(), log, None);
        let instance = pre.instantiate(&mut guest.store)?;
        let store = &mut guest.store;
        if let Some(start) = &plain.start {
            instance.get_typed_func::<(), ()>(&mut *store, start)?.call(&mut *store, ())?;
        }
        let memory = instance.get_memory(&mut *store, &plain.memory);
        let realloc = instance.get_typed_func(&mut *store, &plain.realloc)?;
        let mut ask_for_nothing = |align| realloc.call(&mut *store, (0, 0, align, 0));
        let nothing = [ask_for_nothing(1)?, ask_for_nothing(4)?];
        let heap = Heap {
            memory: memory.ok_or_else(|| format_err!("it has no memory"))?,
            realloc,
            needs_no_asking: nothing == [1, 4],
        };
        Ok(Self {
            configure: Function::find(&instance, store, plain, "configure")?,
            build: Function::find(&instance, store, plain, "build-request")?,
            read: Function::find(&instance, store, plain, "read-response")?,
            heap,
            guest,
            wear: Wear::default(),
            deadline: limits.deadline,
        })
    }

    /// Bytes of memory that the instance has taken.
    pub(crate) fn memory(&self) -> u64 {
        self.guest.memory()
    }

    pub(crate) fn configure(&mut self, options: &str) -> Result<(), CallError> {
        let deadline = self.guest.allotment.start;
        self.guest.begin(deadline);
        let Self { guest, heap, configure, .. } = self;
        let given = heap
            .put(&mut guest.store, options.as_bytes())
            .and_then(|options| configure.call::<()>(guest, heap, options));
        self.guest.ended(given, deadline)?;
        self.wear.begin(&self.guest.store.data().allowance);
        Ok(())
    }

    /// Counts an iteration that is about to begin, and says whether a fresh instance should have it.
    pub(crate) fn is_worn(&mut self) -> bool {
        self.wear.count(&self.guest.store.data().allowance, false)
    }

    pub(crate) fn build(&mut self, context: &model::Context) -> Result<Request, CallError> {
        self.guest.surroundings().begin(context, &[]);
        self.guest.begin(self.deadline);
        let Self { guest, heap, build, .. } = self;
        let given = heap.context(&mut guest.store, context).and_then(|context| build.call(guest, heap, context));
        self.guest.ended(given, self.deadline)
    }

    pub(crate) fn read(
        &mut self,
        context: &model::Context,
        state: &[u8],
        response: &model::Response,
    ) -> Result<Verdict, CallError> {
        self.guest.surroundings().begin(context, state);
        self.guest.begin(self.deadline);
        let Self { guest, heap, read, .. } = self;
        let given = heap
            .answered(&mut guest.store, context, state, response)
            .and_then(|answered| read.call(guest, heap, answered));
        self.guest.ended(given, self.deadline)
    }
}

impl<P: WasmParams> Function<P> {
    fn find(instance: &wasmtime::Instance, store: &mut Store<State>, plain: &Plain, name: &str) -> Result<Self> {
        let lifted = plain.functions.get(name).ok_or_else(|| format_err!("it has no function `{name}`"))?;
        let post_return = lifted.post_return.as_ref();
        Ok(Self {
            function: instance.get_typed_func(&mut *store, &lifted.core)?,
            post_return: post_return.map(|name| instance.get_typed_func(&mut *store, name)).transpose()?,
        })
    }

    fn call<T: Lifted>(&self, guest: &mut Guest, heap: &Heap, params: P) -> Result<Result<T, Fault>> {
        let at = self.function.call(&mut guest.store, params)?;
        let given = Lift::new(heap.memory.data(&guest.store), guest.allotment.transfer).result(at)?;
        if let Some(post_return) = &self.post_return {
            post_return.call(&mut guest.store, at)?;
        }
        Ok(given)
    }
}

impl Heap {
    /// Room for so many bytes.
    fn room(&self, store: &mut Store<State>, align: i32, size: usize) -> Result<i32> {
        if size == 0 && self.needs_no_asking {
            return Ok(align);
        }
        let at = self.realloc.call(&mut *store, (0, 0, align, i32::try_from(size)?))?;
        if !(at as u32).is_multiple_of(align as u32) {
            bail!("realloc return: result not aligned");
        }
        match self.memory.data_size(&*store).checked_sub(at as u32 as usize) {
            Some(left) if left >= size => Ok(at),
            _ => bail!("realloc return: beyond end of memory"),
        }
    }

    /// Puts bytes in the guest's memory.
    fn put(&self, store: &mut Store<State>, bytes: &[u8]) -> Result<Pair> {
        let at = self.room(store, 1, bytes.len())?;
        if !bytes.is_empty() {
            self.memory.data_mut(store)[at as u32 as usize..][..bytes.len()].copy_from_slice(bytes);
        }
        Ok((at, i32::try_from(bytes.len())?))
    }

    /// The same of what may be missing.
    fn put_option(&self, store: &mut Store<State>, bytes: Option<&[u8]>) -> Result<(i32, i32, i32)> {
        let Some(bytes) = bytes else { return Ok((0, 0, 0)) };
        self.put(store, bytes).map(|(at, length)| (1, at, length))
    }

    fn context(&self, store: &mut Store<State>, context: &model::Context) -> Result<Context> {
        let (has_row, row, length) = self.put_option(store, context.row.as_deref().map(str::as_bytes))?;
        let (load, iteration) = (context.load.0 as i32, context.iteration as i64);
        Ok((load, iteration, context.seed as i32, context.intended_start_unix_ms, has_row, row, length))
    }

    fn answered(
        &self,
        store: &mut Store<State>,
        context: &model::Context,
        state: &[u8],
        response: &model::Response,
    ) -> Result<Answered> {
        let (load, iteration, seed, start, has_row, row, row_length) = self.context(store, context)?;
        // As by way of the component, an empty state is none.
        let (has_state, state, state_length) = self.put_option(store, (!state.is_empty()).then_some(state))?;
        let headers = self.room(store, 4, response.headers.len() * 16)?;
        for (index, (name, value)) in response.headers.iter().enumerate() {
            let (name, value) = (self.put(store, name.as_str().as_bytes())?, self.put(store, value.as_bytes())?);
            let place = &mut self.memory.data_mut(&mut *store)[headers as u32 as usize + index * 16..][..16];
            for (place, word) in place.chunks_exact_mut(4).zip([name.0, name.1, value.0, value.1]) {
                place.copy_from_slice(&word.to_le_bytes());
            }
        }
        let count = i32::try_from(response.headers.len())?;
        let (body, length) = self.put(store, &response.body)?;
        let (status, whole) = (i32::from(response.status), response.body_length as i64);
        Ok((
            load,
            iteration,
            seed,
            start,
            has_row,
            row,
            row_length,
            has_state,
            state,
            state_length,
            status,
            headers,
            count,
            body,
            length,
            whole,
        ))
    }
}
