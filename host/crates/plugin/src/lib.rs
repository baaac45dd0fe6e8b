//! Plugins: WebAssembly components that target the worlds of `wit/`. The only user of wasmtime.
//!
//! A [`Catalog`] says which there are, a [`Runtime`] opens them, a [`TestCase`] makes workloads for the generator, an
//! [`Analysis`] makes a report of datasets.
//! A guest gets no network, files or environment, and each call has limits of time and memory; crossing one fails that
//! call, and a fresh instance follows. Instances are made and configured off the hot path.

mod analysis;
mod apart;
mod bindings;
mod budget;
mod cache;
mod catalog;
mod description;
mod digest;
mod engines;
mod error;
mod guest;
mod limits;
mod log;
mod offered;
mod options;
mod plain;
mod probe;
mod report;
mod request;
mod runtime;
mod sandbox;
mod shape;
mod surroundings;
mod test_case;
mod text;
mod ticker;
mod verdict;
mod wire;

pub use analysis::Analysis;
pub use catalog::{Catalog, Entry, Origin};
pub use error::{PluginError, Problem, hint_of_call};
pub use limits::Limits;
pub use log::{Kept, Level};
pub use options::{GivenOption, GivenValue};
pub use probe::Probe;
pub use runtime::{Inspection, Runtime, RuntimeConfig};
pub use shape::{Shape, World};
pub use test_case::TestCase;

#[cfg(test)]
mod tests;
