//! The engines that code is compiled for, whose epochs move on: one whose instances come from a pool, one whose
//! instances are made on demand.

use std::hash::Hash;
use std::thread;

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::error::PluginError;
use crate::limits::Limits;
use crate::runtime::RuntimeConfig;
use crate::ticker::Ticker;

/// Core instances that a pooled component may have; SpiderMonkey has 4, QuickJS 13, CPython 14, or 38 when it was built
/// with its imports stubbed. They are counted, and no room is kept for them.
const CORE_INSTANCES: u32 = 48;
/// Memories and tables that a pooled component may have.
const MEMORIES: u32 = 4;
const TABLES: u32 = 8;
/// Entries of a pooled table; CPython's has about 8 000.
const TABLE_ENTRIES: usize = 20_000;
/// Instances beside those of the plan: one for inspection, and one that is made while a dead one is dropped.
const SPARE: u32 = 2;

/// An engine whose epoch moves on.
pub(crate) struct Linked {
    pub(crate) engine: Engine,
    _ticker: Ticker,
}

impl Linked {
    /// # Errors
    /// When the system refuses threads or address space.
    pub(crate) fn new(config: &Config) -> Result<Self, PluginError> {
        let engine = Engine::new(config).map_err(|error| PluginError::Runtime(format!("{error:#}")))?;
        let ticker = Ticker::start(&engine).map_err(|error| PluginError::Runtime(error.to_string()))?;
        Ok(Self { engine, _ticker: ticker })
    }
}

/// What decides whether a component fits in the pool, but the engine's own version.
pub(crate) fn fits(limits: &Limits) -> impl Hash {
    (CORE_INSTANCES, MEMORIES, TABLES, TABLE_ENTRIES, limits.memory)
}

/// Instances are made on demand, of any size.
pub(crate) fn on_demand() -> Config {
    let mut config = Config::new();
    // Concurrency within a component would make every call a third of a microsecond dearer.
    config
        .epoch_interruption(true)
        .concurrency_support(false)
        .parallel_compilation(thread::available_parallelism().is_ok());
    config
}

/// Instances come from a pool, which makes one within microseconds.
pub(crate) fn pooling(config: &RuntimeConfig) -> Config {
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
