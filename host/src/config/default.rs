//! The first layer: the documented defaults, embedded.

use std::path::Path;

use super::file;
use super::keys::Keys;
use super::tree::Table;

/// The reference of the config: every key, its default and what it means.
pub(crate) const DEFAULT_TOML: &str = include_str!("default.toml");

/// The defaults as a layer.
pub(crate) fn layer(keys: &Keys) -> Table {
    let mut table = file::parse(DEFAULT_TOML, Path::new("default.toml"), keys)
        .expect("the embedded defaults are a valid config, which a test proves");
    table.forget_places();
    table
}
