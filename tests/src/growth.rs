//! Whether a package of WIT has grown compatibly from an older version of itself.
//!
//! A component matches what it was built against exactly, but for what it does not look at: so what was released stays as
//! it is, and there may be more beside it. `docs/contract.md` says why and what.

mod shape;
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use wit_parser::Resolve;

use self::shape::{Item, Package};

/// What to do instead.
const INSTEAD: &str = "what is released stays as it is, name by name and in order: add a function to an interface that the host \
                       gives, or a new interface beside the old one, or begin package 0.2.0 (docs/contract.md)";

/// What keeps `current` from being a compatible growth of `released`, a sentence each; empty: nothing does.
pub(crate) fn faults(released: &Package, current: &Package) -> Vec<String> {
    let mut found = Vec::new();
    if released.name != current.name || !is_compatible(released, current) {
        found.push(format!("{} is no later version of {}", current, released));
    }
    for (name, world) in &released.worlds {
        match current.worlds.get(name) {
            None => found.push(format!("world `{name}` is gone")),
            Some(now) => {
                let all: Vec<&String> = world.union(now).collect();
                for item in all {
                    match (world.contains(item), now.contains(item)) {
                        (true, false) => found.push(format!("world `{name}` has no `{item}` any more")),
                        (false, true) if item.starts_with("export ") => found.push(format!(
                            "world `{name}` has a new `{item}`, which no plugin has that is there already"
                        )),
                        _ => {}
                    }
                }
            }
        }
    }
    for (name, interface) in &released.interfaces {
        let Some(now) = current.interfaces.get(name) else {
            found.push(format!("interface `{name}` is gone"));
            continue;
        };
        found.extend(changes(name, interface, now));
        if released.is_exported(name) {
            found.extend(now.iter().filter(|(item, _)| !interface.contains_key(*item)).map(|(item, shape)| {
                let kind = shape.kind;
                format!("{kind} `{item}` of interface `{name}` is new: no plugin that is there already exports it")
            }));
        }
    }
    if found.is_empty() && released.version == current.version && released != current {
        found.push(format!("{current} has more than what was released under this version; make it a later one"));
    }
    found
}

/// The same, as one text for who changed it; none where nothing is wrong.
pub(crate) fn complaint(released: &Package, current: &Package) -> Option<String> {
    let faults = faults(released, current);
    let list: Vec<String> = faults.iter().map(|fault| format!("  - {fault}")).collect();
    let text = || format!("wit/ is no growth of {released}, which is released:\n{}\n{INSTEAD}", list.join("\n"));
    (!faults.is_empty()).then(text)
}

fn changes(interface: &str, was: &BTreeMap<String, Item>, is: &BTreeMap<String, Item>) -> Vec<String> {
    let of = |(name, was): (&String, &Item)| {
        let kind = was.kind;
        let place = format!("{kind} `{name}` of interface `{interface}`");
        let Some(is) = is.get(name) else { return Some(format!("{place} is gone")) };
        if is.kind != kind {
            return Some(format!("{place} is now a {}", is.kind));
        }
        let longest = was.parts.len().max(is.parts.len());
        let differs = |index: &usize| was.parts.get(*index) != is.parts.get(*index);
        let index = (0..longest).find(differs)?;
        let what = match (was.parts.get(index), is.parts.get(index)) {
            (Some(was), Some(is)) => format!("has `{is}` where `{was}` was"),
            (Some(was), None) => format!("has no `{was}` any more"),
            (None, is) => format!("has `{}` more", is.map_or("", |is| is)),
        };
        Some(format!("{place} {what}"))
    };
    was.iter().filter_map(of).collect()
}

/// Before 1.0, versions are compatible that have the first two numbers in common.
fn is_compatible(released: &Package, current: &Package) -> bool {
    let [was, is] = [released, current].map(|package| package.version);
    was[..2] == is[..2] && is >= was
}

/// The package of a directory of WIT files.
///
/// # Panics
/// When it cannot be read as such.
pub(crate) fn package_of(dir: &Path) -> Package {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(dir).unwrap_or_else(|error| panic!("{}: {error:#}", dir.display()));
    Package::of(&resolve, package)
}
