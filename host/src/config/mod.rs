//! What was asked for: the shape of the config, its layers, and the run that they resolve to.
//!
//! Layers, the later wins: the embedded defaults, the user's config file, the files of the project, the environment, the
//! flags. Every layer is checked on its own, so that an error names the place where it was made. A value keeps its
//! origin to the end, for messages and for `config show`.

mod byte_size;
mod connection;
mod default;
mod discovery;
mod environment;
mod error;
mod file;
mod flags;
mod goal;
mod header;
mod keys;
mod layers;
mod limits;
mod merge;
mod monitor;
mod older;
mod pattern;
mod quantity;
mod resolve;
mod secret;
mod shape;
mod share;
mod show;
mod tree;

pub(crate) use discovery::{LOADS, ResolvedSearch, SearchKind, resolve_search};
pub(crate) use environment::Environment;
pub(crate) use error::ConfigError;
pub(crate) use goal::Conditions;
pub(crate) use keys::json_schema;
pub(crate) use layers::Layers;
pub(crate) use monitor::{Presence, ResolvedMonitor, resolve_monitor};
pub(crate) use older::{benchmark_settings, load_older, test_execution_settings};
pub(crate) use pattern::Pattern;
pub(crate) use resolve::{Common, ResolvedRun, resolve_common, resolve_options, resolve_run, resolve_target};
pub(crate) use secret::{Given, OptionValue};
pub(crate) use share::Share;
pub(crate) use show::show;
pub(crate) use tree::Origin;

#[cfg(test)]
mod tests;
