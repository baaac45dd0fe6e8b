//! What a call of a plugin may use.

use std::time::Duration;

use wasmtime::ResourceLimiter;

/// Entries of all tables of one instance; the largest known guest (CPython) has about 8 000.
const TABLE_ENTRIES: usize = 100_000;

/// Core instances, tables and memories of one component; CPython has 14 core instances.
const INSTANCES: usize = 200;

/// What a call of a test case may use, beyond which it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest time of one call of `build-request` or `read-response`.
    pub deadline: Duration,
    /// Longest time of one call of `describe` or `configure`.
    pub configure_deadline: Duration,
    /// Most memory of one instance, bytes.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_millis(50),
            configure_deadline: Duration::from_secs(5),
            memory: 64 * 1024 * 1024,
        }
    }
}

/// Grants memory and tables to one instance, and remembers that it had to refuse.
#[derive(Debug)]
pub(crate) struct Allowance {
    memory_left: usize,
    table_left: usize,
    was_refused: bool,
}

impl Allowance {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            memory_left: usize::try_from(limits.memory).unwrap_or(usize::MAX),
            table_left: TABLE_ENTRIES,
            was_refused: false,
        }
    }

    /// The instance wanted more memory than it may have.
    pub(crate) fn was_refused(&self) -> bool {
        self.was_refused
    }
}

impl ResourceLimiter for Allowance {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        // Over all memories of the instance: a component may have several.
        let more = desired.saturating_sub(current);
        if more > self.memory_left {
            self.was_refused = true;
            return Ok(false);
        }
        self.memory_left -= more;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current);
        let is_granted = more <= self.table_left;
        self.table_left -= if is_granted { more } else { 0 };
        Ok(is_granted)
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        INSTANCES
    }

    fn memories(&self) -> usize {
        INSTANCES
    }
}
