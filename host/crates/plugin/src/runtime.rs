//! Opens plugins: compiles what is in use, checks what it is, asks what it says of itself, links it.
//!
//! Instances come from a pool, which makes a new one cost microseconds. A component that does not fit in it (more
//! memories, tables or core instances than the pool has) gets its instances on demand.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::{path::PathBuf, thread};

use model::{PluginIdentity, TestCaseDescription};
use serde::{Deserialize, Serialize};
use wasmtime::component::{Component, InstancePre};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Trap};

use crate::cache::Cache;
use crate::catalog::Entry;
use crate::digest::Digest;
use crate::error::{PluginError, Problem};
use crate::guest::{CallError, Calling, Guest, State, linker};
use crate::limits::Limits;
use crate::log::Log;
use crate::options::{self, GivenOption};
use crate::shape::{self, Format, Misfit, Shape, World};
use crate::test_case::{Shared, TestCase};
use crate::text::{self, MESSAGE, Secrets};
use crate::ticker::Ticker;
use crate::{description, wire};

/// Core instances that a pooled component may have; SpiderMonkey has 4, QuickJS 13, CPython 14.
const CORE_INSTANCES: u32 = 16;
/// Memories and tables that a pooled component may have.
const MEMORIES: u32 = 4;
const TABLES: u32 = 8;
/// Entries of a pooled table; CPython's has about 8 000.
const TABLE_ENTRIES: usize = 20_000;
/// Instances beside those of the plan: one for inspection, and one that is made while a dead one is dropped.
const SPARE: u32 = 2;

/// What a runtime is made from.
#[derive(Debug, Clone, Default)]
pub struct RuntimeConfig {
    /// Where compiled code is kept; none: nowhere.
    pub cache_dir: Option<PathBuf>,
    /// What a call may use.
    pub limits: Limits,
    /// Instances at a time, over all threads; at least 1.
    pub instances: u32,
}

/// Opens plugins.
pub struct Runtime {
    parts: Arc<Parts>,
}

/// What test cases need for as long as they are called: the engine's epoch, by which calls have deadlines, and the timers
/// of those that import WASI.
pub(crate) struct Parts {
    pooled: Linked,
    on_demand: OnceLock<Linked>,
    cache: Option<Cache>,
    waiting: OnceLock<tokio::runtime::Runtime>,
    limits: Limits,
    notices: Mutex<Vec<String>>,
}

/// An engine whose epoch moves on.
struct Linked {
    engine: Engine,
    _ticker: Ticker,
}

/// What a plugin is and says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// World and imports.
    pub shape: Shape,
    /// What a test case says of itself; none for an analysis.
    pub test_case: Option<TestCaseDescription>,
    /// SHA-256 of the component: `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// Its size, bytes.
    pub size: u64,
}

impl Runtime {
    /// Makes a runtime.
    ///
    /// # Errors
    /// When the system refuses threads or address space.
    pub fn new(config: &RuntimeConfig) -> Result<Self, PluginError> {
        let mut notices = Vec::new();
        let cache = config.cache_dir.as_ref().and_then(|dir| Cache::open(dir).map_err(|why| notices.push(why)).ok());
        let pooled = Linked::new(&pooling(config)).or_else(|_| {
            notices.push("plugins get no pool of instances: the system refuses the address space for it".to_owned());
            Linked::new(&on_demand())
        })?;
        let parts = Parts {
            pooled,
            on_demand: OnceLock::new(),
            cache,
            waiting: OnceLock::new(),
            limits: config.limits,
            notices: Mutex::new(notices),
        };
        Ok(Self { parts: Arc::new(parts) })
    }

    /// Takes what the user should be told.
    pub fn take_notices(&self) -> Vec<String> {
        std::mem::take(&mut self.parts.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What a plugin is and says of itself. Compiles it only when that is not known yet.
    ///
    /// # Errors
    /// When it cannot be read, is no plugin for us, or describes itself against the contract.
    pub fn inspect(&self, entry: &Entry) -> Result<Inspection, PluginError> {
        let bytes = entry.read()?;
        let digest = Digest::of(&bytes);
        if let Some(known) = self.parts.cache.as_ref().and_then(|cache| cache.about::<Inspection>(digest)) {
            return Ok(known);
        }
        self.inspect_bytes(entry, &bytes, digest).map_err(|problem| of(entry, problem))
    }

    fn inspect_bytes(&self, entry: &Entry, bytes: &[u8], digest: Digest) -> Result<Inspection, Problem> {
        let (component, linked) = self.compiled(entry, bytes, digest)?;
        let shape = fitting(&component, &linked.engine)?;
        let test_case = match shape.world {
            World::Analysis => None,
            World::TestCase => {
                let (_, mut guest) = self.first(entry, (component, linked), bytes, digest, &shape, &Arc::default())?;
                let described = guest.describe().map_err(|error| call_failed("describe", error))?;
                Some(description::check(described).map_err(Problem::Description)?)
            }
        };
        let inspection = Inspection { shape, test_case, digest: digest.to_string(), size: bytes.len() as u64 };
        self.kept(self.parts.cache.as_ref().map(|cache| cache.keep_about(digest, &inspection)));
        Ok(inspection)
    }

    /// Opens a test case with its options, and configures one instance to see that they fit.
    ///
    /// # Errors
    /// As for [`Runtime::inspect`]; or when it is no test case, or its options do not fit.
    pub fn test_case(&self, entry: &Entry, given: &[GivenOption]) -> Result<TestCase, PluginError> {
        let inspection = self.inspect(entry)?;
        let bytes = entry.read()?;
        self.open(entry, &bytes, inspection, given).map_err(|problem| of(entry, problem))
    }

    fn open(
        &self,
        entry: &Entry,
        bytes: &[u8],
        inspection: Inspection,
        given: &[GivenOption],
    ) -> Result<TestCase, Problem> {
        let description = inspection.test_case.ok_or(Problem::Analysis)?;
        let options = options::resolve(&description.options_schema, given)?;
        let digest = Digest::of(bytes);
        if digest.to_string() != inspection.digest {
            return Err(Problem::Invalid("its file changed while it was read".to_owned()));
        }
        let compiled = self.compiled(entry, bytes, digest)?;
        let log = Arc::new(Log::default());
        let (pre, mut guest) = self.first(entry, compiled, bytes, digest, &inspection.shape, &log)?;
        let secrets = Secrets::between(&options.whole, &options.shown);
        let whole = serde_json::Value::Object(options.whole).to_string();
        guest.configure(&whole).map_err(|error| redacted(call_failed("configure", error), &secrets))?;
        let identity = PluginIdentity {
            name: entry.name.clone(),
            title: description.name.clone(),
            version: description.version.clone(),
            digest: inspection.digest,
            origin: entry.origin.to_string(),
        };
        let calling = self.calling(&inspection.shape)?;
        Ok(TestCase::new(Shared {
            pre,
            calling,
            limits: self.parts.limits,
            log,
            identity,
            description,
            options: whole,
            shown: options.shown,
            secrets,
            _runtime: Arc::clone(&self.parts),
        }))
    }

    /// Links a component and makes its first instance: from the pool, else on demand.
    fn first(
        &self,
        entry: &Entry,
        (component, linked): (Component, &Linked),
        bytes: &[u8],
        digest: Digest,
        shape: &Shape,
        log: &Arc<Log>,
    ) -> Result<(InstancePre<State>, Guest), Problem> {
        let calling = self.calling(shape)?;
        let instantiate = |component: &Component, engine: &Engine| {
            let pre = linker(engine, shape.uses_wasi())?.instantiate_pre(component)?;
            let guest = Guest::new(&pre, &calling, self.parts.limits, log)?;
            Ok((pre, guest))
        };
        let failed = |error: wasmtime::Error| match error.downcast_ref::<Trap>() {
            Some(Trap::Interrupt) => Problem::Instantiate(format!(
                "its start took longer than {} ms",
                self.parts.limits.configure_deadline.as_millis()
            )),
            _ => Problem::Instantiate(format!("{:#}", error.root_cause())),
        };
        let made: wasmtime::Result<_> = instantiate(&component, &linked.engine);
        match made {
            // It may be too large for the pool; if it fails on demand too, that is why.
            Err(why) if std::ptr::eq(linked, &self.parts.pooled) && why.downcast_ref::<Trap>().is_none() => {
                let linked = self.on_demand()?;
                let component = self.component(linked, bytes, digest)?;
                let made = instantiate(&component, &linked.engine).map_err(failed)?;
                self.tell_on_demand(entry, &why.root_cause().to_string());
                Ok(made)
            }
            made => made.map_err(failed),
        }
    }

    /// Compiles a component for the pool; if it does not fit in there, for instances on demand.
    fn compiled(&self, entry: &Entry, bytes: &[u8], digest: Digest) -> Result<(Component, &Linked), Problem> {
        match self.component(&self.parts.pooled, bytes, digest) {
            Err(Problem::Invalid(why)) => {
                let linked = self.on_demand()?;
                let component = self.component(linked, bytes, digest)?;
                self.tell_on_demand(entry, &why);
                Ok((component, linked))
            }
            component => Ok((component?, &self.parts.pooled)),
        }
    }

    fn on_demand(&self) -> Result<&Linked, Problem> {
        if let Some(linked) = self.parts.on_demand.get() {
            return Ok(linked);
        }
        let made = Linked::new(&on_demand()).map_err(|error| Problem::Instantiate(error.to_string()))?;
        Ok(self.parts.on_demand.get_or_init(|| made))
    }

    fn tell_on_demand(&self, entry: &Entry, why: &str) {
        self.notice(format!("plugin `{}` gets its instances on demand, not from the pool: {why}", entry.name));
    }

    /// Compiles a component, or takes what was compiled before.
    fn component(&self, linked: &Linked, bytes: &[u8], digest: Digest) -> Result<Component, Problem> {
        if let Some(component) = self.parts.cache.as_ref().and_then(|cache| cache.component(digest, &linked.engine)) {
            return Ok(component);
        }
        match Format::of(bytes) {
            Format::Component => {}
            Format::CoreModule => return Err(Problem::CoreModule),
            Format::Other => return Err(Problem::NotWasm),
        }
        let component = Component::new(&linked.engine, bytes).map_err(|error| {
            let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
            Problem::Invalid(causes.join(": "))
        })?;
        self.kept(self.parts.cache.as_ref().map(|cache| cache.keep_component(digest, &component)));
        Ok(component)
    }

    fn calling(&self, shape: &Shape) -> Result<Calling, Problem> {
        if !shape.uses_wasi() {
            return Ok(Calling::Direct);
        }
        let waiting = match self.parts.waiting.get() {
            Some(waiting) => waiting,
            None => {
                let mut builder = tokio::runtime::Builder::new_multi_thread();
                let made = builder.worker_threads(1).thread_name("wasi").enable_time().build();
                let made = made.map_err(|error| Problem::Instantiate(error.to_string()))?;
                self.parts.waiting.get_or_init(|| made)
            }
        };
        Ok(Calling::Sandboxed(waiting.handle().clone()))
    }

    /// A cache that cannot be written costs time, and nothing else.
    fn kept(&self, written: Option<std::io::Result<()>>) {
        if let Some(Err(error)) = written {
            self.notice(format!("compiled plugins cannot be kept for the next start: {error}"));
        }
    }

    fn notice(&self, text: String) {
        let mut notices = self.parts.notices.lock().unwrap_or_else(PoisonError::into_inner);
        if !notices.contains(&text) {
            notices.push(text);
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        if let Some(waiting) = self.waiting.take() {
            // It may be dropped within another runtime, where waiting is not allowed.
            waiting.shutdown_background();
        }
    }
}

impl Linked {
    fn new(config: &Config) -> Result<Self, PluginError> {
        let engine = Engine::new(config).map_err(|error| PluginError::Runtime(format!("{error:#}")))?;
        let ticker = Ticker::start(&engine).map_err(|error| PluginError::Runtime(error.to_string()))?;
        Ok(Self { engine, _ticker: ticker })
    }
}

fn on_demand() -> Config {
    let mut config = Config::new();
    // Concurrency within a component would make every call a third of a microsecond dearer.
    config
        .epoch_interruption(true)
        .concurrency_support(false)
        .parallel_compilation(thread::available_parallelism().is_ok());
    config
}

fn pooling(config: &RuntimeConfig) -> Config {
    let instances = config.instances.max(1) + SPARE;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances * CORE_INSTANCES)
        .total_memories(instances * MEMORIES)
        .total_tables(instances * TABLES)
        .total_stacks(instances)
        .max_core_instances_per_component(CORE_INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_memories_per_module(MEMORIES)
        .max_tables_per_module(TABLES)
        .max_memory_size(usize::try_from(config.limits.memory).unwrap_or(usize::MAX))
        .table_elements(TABLE_ENTRIES);
    let mut config = on_demand();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

fn fitting(component: &Component, engine: &Engine) -> Result<Shape, Problem> {
    shape::of(component, engine).map_err(|misfit| match misfit {
        Misfit::Version(found) => Problem::Version { found },
        Misfit::World(exports) => Problem::World { exports },
        Misfit::Imports(imports) => Problem::Imports { imports },
    })
}

fn call_failed(call: &'static str, error: CallError) -> Problem {
    match error {
        CallError::Broken { what, wrote } => Problem::Call { call, what, wrote },
        CallError::Fault(wire::Fault::Failed(reason)) => {
            Problem::Call { call, what: format!("failed ({})", text::line(&reason, MESSAGE)), wrote: String::new() }
        }
        CallError::Fault(wire::Fault::InvalidOption(wire::InvalidOption { name, reason })) => {
            Problem::Option { option: text::line(&name, MESSAGE), reason: text::line(&reason, MESSAGE) }
        }
    }
}

fn redacted(problem: Problem, secrets: &Secrets) -> Problem {
    match problem {
        Problem::Call { call, what, wrote } => {
            Problem::Call { call, what: secrets.redact(what), wrote: secrets.redact(wrote) }
        }
        Problem::Option { option, reason } => Problem::Option { option, reason: secrets.redact(reason) },
        other => other,
    }
}

fn of(entry: &Entry, problem: Problem) -> PluginError {
    PluginError::Plugin { name: entry.name.clone(), origin: entry.origin.to_string(), problem }
}
