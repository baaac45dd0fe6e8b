//! What a file is: a component at all, of which world and version, and whether what it imports is there.

use semver::Version;
use serde::{Deserialize, Serialize};
use wasmtime::Engine;
use wasmtime::component::Component;
use wasmtime::component::types::ComponentItem;

/// The export of a test case.
pub(crate) const TEST_CASE: &str = "cluster-tester:plugin/test-case@0.1.0";
/// The export of an analysis.
pub(crate) const ANALYSIS: &str = "cluster-tester:plugin/analysis@0.1.0";
/// The package of our contract, and the version of it that is spoken here.
const PACKAGE: &str = "cluster-tester:plugin/";
const VERSION: Version = Version::new(0, 1, 0);
/// What our package gives to plugins.
const OURS: [&str; 3] = ["log", "random", "types"];
/// What it gives to analyses alone.
const OF_ANALYSES: [&str; 2] = ["dataset", "report"];
/// Packages of WASI 0.2 that are linked.
const WASI: [&str; 6] = ["cli", "clocks", "filesystem", "io", "random", "sockets"];

/// A world of our contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum World {
    /// `test-case-plugin`.
    TestCase,
    /// `analysis-plugin`.
    Analysis,
}

impl World {
    /// What people call such a plugin.
    pub fn noun(self) -> &'static str {
        match self {
            Self::TestCase => "test case",
            Self::Analysis => "analysis",
        }
    }

    /// The interface that such a plugin exports.
    pub fn interface(self) -> &'static str {
        match self {
            Self::TestCase => TEST_CASE,
            Self::Analysis => ANALYSIS,
        }
    }
}

/// What a component is, by its type alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Its world.
    pub world: World,
    /// Interfaces that it imports functions from.
    pub imports: Vec<String>,
}

impl Shape {
    /// It must be called as a future.
    pub fn uses_wasi(&self) -> bool {
        self.imports.iter().any(|import| import.starts_with("wasi:"))
    }
}

/// Why a component is no plugin for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// It exports an interface of ours in another version.
    Version(String),
    /// It exports none of ours, but these.
    World(Vec<String>),
    /// It wants what there is not.
    Imports(Vec<String>),
}

/// Whether bytes are WebAssembly, by their first eight (Core Specification 5.5.16, Component Model Binary).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Component,
    CoreModule,
    Other,
}

impl Format {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        match bytes.get(..8) {
            Some(b"\0asm\x01\0\0\0") => Self::CoreModule,
            Some([b'\0', b'a', b's', b'm', _, _, 1, 0]) => Self::Component,
            _ => Self::Other,
        }
    }
}

/// Looks at the type of a component.
///
/// # Errors
/// When it is no plugin for us.
pub(crate) fn of(component: &Component, engine: &Engine) -> Result<Shape, Misfit> {
    let kind = component.component_type();
    let exports: Vec<&str> = kind.exports(engine).map(|(name, _)| name).collect();
    let world = match exports.iter().find_map(|export| ours(export)) {
        Some(("test-case", version)) if is_ours(version) => World::TestCase,
        Some(("analysis", version)) if is_ours(version) => World::Analysis,
        Some((name @ ("test-case" | "analysis"), version)) => {
            return Err(Misfit::Version(format!("{PACKAGE}{name}@{version}")));
        }
        _ => return Err(Misfit::World(exports.into_iter().map(str::to_owned).collect())),
    };
    let has_functions = |item: &ComponentItem| match item {
        ComponentItem::ComponentInstance(instance) => {
            instance.exports(engine).any(|(_, export)| matches!(export.ty, ComponentItem::ComponentFunc(_)))
        }
        ComponentItem::Type(_) => false,
        _ => true,
    };
    let imports: Vec<String> =
        kind.imports(engine).filter(|(_, import)| has_functions(&import.ty)).map(|(name, _)| name.to_owned()).collect();
    let missing: Vec<String> = imports.iter().filter(|import| !is_linked(import, world)).cloned().collect();
    if missing.is_empty() { Ok(Shape { world, imports }) } else { Err(Misfit::Imports(missing)) }
}

/// It looks like an analysis, before it is compiled: it names that interface somewhere. A guess, for which code is made
/// once rather than twice.
pub(crate) fn may_be_analysis(bytes: &[u8]) -> bool {
    let names = |interface: &str| {
        let name = interface.split('@').next().unwrap_or(interface).as_bytes();
        bytes.windows(name.len()).any(|window| window == name)
    };
    names(ANALYSIS) && !names(TEST_CASE)
}

/// Name and version of an interface of our package.
fn ours(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix(PACKAGE)?.split_once('@')
}

/// Before 1.0, versions are compatible that differ in the last number alone (Semantic Versioning 2.0, as Cargo has it).
fn is_ours(version: &str) -> bool {
    Version::parse(version).is_ok_and(|version| (version.major, version.minor) == (VERSION.major, VERSION.minor))
}

fn is_linked(import: &str, world: World) -> bool {
    if let Some((name, version)) = ours(import) {
        let is_given = OURS.contains(&name) || world == World::Analysis && OF_ANALYSES.contains(&name);
        return is_ours(version) && is_given;
    }
    let Some((package, interface)) = import.strip_prefix("wasi:").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    WASI.contains(&package) && interface.split_once('@').is_some_and(|(_, version)| version.starts_with("0.2."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_what_a_file_is() {
        assert_eq!(Format::of(b"\0asm\x0d\0\x01\0..."), Format::Component);
        assert_eq!(Format::of(b"\0asm\x01\0\0\0..."), Format::CoreModule);
        assert_eq!(Format::of(b"\0asm"), Format::Other);
        assert_eq!(Format::of(b"#!/bin/sh\necho"), Format::Other);
    }

    #[test]
    fn the_sandbox_is_linked_and_the_network_is_not() {
        for import in ["cluster-tester:plugin/log@0.1.0", "wasi:cli/stderr@0.2.3", "wasi:sockets/tcp@0.2.0"] {
            assert!(is_linked(import, World::TestCase), "{import}");
        }
        for import in
            ["wasi:http/outgoing-handler@0.2.0", "wasi:cli/stderr@0.3.0", "a:b/c", "cluster-tester:plugin/log@0.2.0"]
        {
            assert!(!is_linked(import, World::TestCase), "{import}");
        }
        let dataset = "cluster-tester:plugin/dataset@0.1.0";
        assert_eq!([World::Analysis, World::TestCase].map(|world| is_linked(dataset, world)), [true, false]);
    }
}
