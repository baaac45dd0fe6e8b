//! What the integration tests need beside the command: servers that misbehave, and plugins that do.

#[cfg(test)]
mod growth;
pub mod misbehaving;

use std::path::Path;

/// Fixture plugins by name, each with the path of its component.
static FIXTURES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/fixtures.rs"));

/// The component of a fixture plugin, built from `tests/plugins/<name>`.
///
/// # Panics
/// When there is none of this name.
pub fn fixture(name: &str) -> &'static Path {
    let found = FIXTURES.iter().find(|(fixture, _)| *fixture == name);
    let (_, path) = found.unwrap_or_else(|| {
        let names: Vec<&str> = FIXTURES.iter().map(|(fixture, _)| *fixture).collect();
        panic!("there is no fixture plugin `{name}`, only {}", names.join(", "))
    });
    Path::new(path)
}

/// The directory of all fixture plugins, each as `<name>.wasm`, and of nothing else.
pub fn fixtures_dir() -> &'static Path {
    Path::new(concat!(env!("OUT_DIR"), "/fixtures"))
}

#[cfg(test)]
mod tests;
