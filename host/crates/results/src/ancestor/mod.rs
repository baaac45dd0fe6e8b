//! The result files of the Python tool that this one replaces: read for analyses, and written from a run.
//!
//! ```text
//! {cluster}-{FibonacciTestCase}-{20261124_142240}_benchmark.json    trials of a test case, every request of them
//! {20261124_142240}_test_execution.json                             a trial, as means
//! ```
//!
//! Shape, key order and types are that tool's, and so is its division of time: requests carry UTC, all else the local
//! time of the machine that wrote the file, without saying which. What the figures mean is ours where its own were wrong:
//! a request's span begins when it was due, and processor shares are those of each interval, not since boot.

mod cluster;
mod execution;
mod export;
mod file;
mod instant;
mod json;
mod name;
mod ticks;

pub(crate) use name::ours;

pub use export::Export;
pub use file::{
    AncestorFile, Benchmark, ClusterStats, Execution, Ping, RequestResult, ServerStats, TestCase, TestExecution,
    TimeSpan, read,
};
