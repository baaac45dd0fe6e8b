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
pub(crate) const VERSION: Version = Version::new(0, 1, 0);
/// What our package gives to plugins: interfaces and their functions.
const OURS: [(&str, &[&str]); 3] = [("log", &["write"]), ("random", &["next"]), ("types", &[])];
/// What it gives to analyses alone.
const OF_ANALYSES: [(&str, &[&str]); 2] = [
    (
        "dataset",
        &[
            "count",
            "describe-dataset",
            "describe-trial",
            "searches",
            "manifest",
            "count-outcomes",
            "measure",
            "quantiles",
            "count-durations",
            "over-time",
            "read",
            "resources",
            "idle-resources",
            "resources-over-time",
        ],
    ),
    ("report", &[]),
];
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
    /// It imports what a later version of our package may give.
    Newer(Vec<String>),
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
    let world = world(&exports)?;
    let imports: Vec<(&str, Vec<String>)> =
        kind.imports(engine).filter_map(|(name, import)| Some((name, functions(&import.ty, engine)?))).collect();
    let missing: Vec<(&str, String)> = imports
        .iter()
        .flat_map(|(name, functions)| missing(name, functions, world).into_iter().map(|what| (*name, what)))
        .collect();
    let is_newer = |(name, _): &&(&str, String)| ours(name).is_some_and(|(_, version)| is_later(version));
    let newer: Vec<String> = missing.iter().filter(is_newer).map(|(_, what)| what.clone()).collect();
    match (newer.is_empty(), missing.is_empty()) {
        (false, _) => Err(Misfit::Newer(newer)),
        (true, false) => Err(Misfit::Imports(missing.into_iter().map(|(_, what)| what).collect())),
        (true, true) => Ok(Shape { world, imports: imports.into_iter().map(|(name, _)| name.to_owned()).collect() }),
    }
}

fn world(exports: &[&str]) -> Result<World, Misfit> {
    let found: Vec<(&str, &str)> = exports.iter().filter_map(|export| ours(export)).collect();
    // It may be of several versions at once, of which one will do.
    let mut worlds = found.iter().filter(|(_, version)| is_ours(version)).filter_map(|(name, _)| match *name {
        "test-case" => Some(World::TestCase),
        "analysis" => Some(World::Analysis),
        _ => None,
    });
    let other = found.first().map(|(name, version)| Misfit::Version(format!("{PACKAGE}{name}@{version}")));
    let none = || Misfit::World(exports.iter().map(|export| (*export).to_owned()).collect());
    worlds.next().ok_or_else(|| other.unwrap_or_else(none))
}

/// Names of the functions that an import asks for; none where it asks for types alone.
fn functions(import: &ComponentItem, engine: &Engine) -> Option<Vec<String>> {
    match import {
        ComponentItem::ComponentInstance(instance) => {
            let is_function = |item: &ComponentItem| matches!(item, ComponentItem::ComponentFunc(_));
            let all = instance.exports(engine).filter(|(_, export)| is_function(&export.ty));
            Some(all.map(|(name, _)| name.to_owned()).collect()).filter(|all: &Vec<_>| !all.is_empty())
        }
        ComponentItem::Type(_) => None,
        _ => Some(Vec::new()),
    }
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

/// It is of a later version of our package than this one speaks.
pub(crate) fn is_later(version: &str) -> bool {
    Version::parse(version).is_ok_and(|version| version > VERSION)
}

/// What an import asks for that is not linked: the whole of it, or some of its functions.
fn missing(import: &str, functions: &[impl AsRef<str>], world: World) -> Vec<String> {
    let Some((name, version)) = ours(import) else {
        return if is_sandbox(import) { Vec::new() } else { vec![import.to_owned()] };
    };
    let of_world = if world == World::Analysis { &OF_ANALYSES[..] } else { &[] };
    let given = OURS.iter().chain(of_world).find(|(given, _)| *given == name);
    match given.filter(|_| is_ours(version)) {
        None => vec![import.to_owned()],
        Some((_, given)) => {
            let unknown = functions.iter().map(AsRef::as_ref).filter(|function| !given.contains(function));
            unknown.map(|function| format!("`{function}` of {import}")).collect()
        }
    }
}

fn is_sandbox(import: &str) -> bool {
    let Some((package, interface)) = import.strip_prefix("wasi:").and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    WASI.contains(&package) && interface.split_once('@').is_some_and(|(_, version)| version.starts_with("0.2."))
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
