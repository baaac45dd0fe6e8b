//! What a call of a plugin may use.
//!
//! The limits of an analysis are fixed. Its 60 s are the time of the guest: what the host works for it (reading samples
//! from the disk) is not counted against them, and has limits of its own, of time and of calls.

use std::time::Duration;

use wasmtime::ResourceLimiter;

/// Entries of all tables of one instance; the largest known guest (CPython) has about 8 000.
const TABLE_ENTRIES: usize = 100_000;

/// Core instances, tables and memories of one component; CPython has up to 38 core instances.
const INSTANCES: usize = 200;

/// Bytes that one call of a test case may hand over; the largest body and path, and something for headers and details.
const TRANSFER: usize = 20 * 1024 * 1024;

/// Bytes that one call of an analysis may hand over, as they lie in memory here: the largest report.
const REPORT: usize = 64 * 1024 * 1024;

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

/// What an analysis may use in all, beyond which it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AnalysisLimits {
    /// Longest time of `analyse`, without the host's own work.
    pub(crate) deadline: Duration,
    /// Most memory of the instance, bytes.
    pub(crate) memory: u64,
    /// Longest time that the host works for it.
    pub(crate) host_work: Duration,
    /// Most calls of the interface `dataset`.
    pub(crate) calls: u32,
}

impl Default for AnalysisLimits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(60),
            memory: 256 * 1024 * 1024,
            host_work: Duration::from_secs(600),
            calls: 1_000_000,
        }
    }
}

/// What one instance is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allotment {
    /// Longest time of its start, and of `describe`.
    pub(crate) start: Duration,
    /// Most memory, bytes.
    pub(crate) memory: u64,
    /// Most bytes that one call hands over.
    pub(crate) transfer: usize,
}

impl Limits {
    pub(crate) fn of_test_case(&self) -> Allotment {
        Allotment { start: self.configure_deadline, memory: self.memory, transfer: TRANSFER }
    }

    pub(crate) fn of_analysis(&self, analysis: &AnalysisLimits) -> Allotment {
        Allotment { start: self.configure_deadline, memory: analysis.memory, transfer: REPORT }
    }
}

/// Grants memory and tables to one instance, and remembers that it had to refuse.
#[derive(Debug)]
pub(crate) struct Allowance {
    memory_granted: usize,
    memory_left: usize,
    table_left: usize,
    was_refused: bool,
    was_table_refused: bool,
}

impl Allowance {
    /// For `memory` bytes.
    pub(crate) fn new(memory: u64) -> Self {
        Self {
            memory_granted: 0,
            memory_left: usize::try_from(memory).unwrap_or(usize::MAX),
            table_left: TABLE_ENTRIES,
            was_refused: false,
            was_table_refused: false,
        }
    }

    /// Memory that it has been given so far, bytes. No instance gives memory back.
    pub(crate) fn granted(&self) -> usize {
        self.memory_granted
    }

    /// Memory that it may still have, bytes.
    pub(crate) fn left(&self) -> usize {
        self.memory_left
    }

    /// The instance wanted more memory than it may have.
    pub(crate) fn was_refused(&self) -> bool {
        self.was_refused
    }

    /// The instance wanted larger tables than it may have.
    pub(crate) fn was_table_refused(&self) -> bool {
        self.was_table_refused
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
        self.memory_granted += more;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current);
        let is_granted = more <= self.table_left;
        self.table_left -= if is_granted { more } else { 0 };
        self.was_table_refused |= !is_granted;
        Ok(is_granted)
    }

    /// The pool gives less than the limit.
    fn table_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.was_table_refused = true;
        Ok(())
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
