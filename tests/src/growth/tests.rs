use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::*;

/// Packages that were released, each with the digest of its copy in `tests/contract/<version>/wit`.
const RELEASED: [(&str, &str); 1] = [("0.1.0", "8f042e49d4cac37248d1331ffa0a08b056037d54df6fd5525678771bd9dd8bf8")];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the project")
}

fn copy_of(version: &str) -> PathBuf {
    root().join("tests/contract").join(version).join("wit")
}

/// WIT files of a directory by name, in order.
fn texts(dir: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path());
    let wit = entries.filter(|path| path.extension().is_some_and(|extension| extension == "wit"));
    let named = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("a WIT file"))
    };
    wit.map(named).collect()
}

/// SHA-256 of all files, each after its name.
fn digest(texts: &BTreeMap<String, String>) -> String {
    let mut hasher = Sha256::new();
    for (name, text) in texts {
        for part in [name, text] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_was_released_is_still_in_the_contract() {
    let current = package_of(&root().join("wit"));
    for (version, _) in RELEASED {
        let complaint = complaint(&package_of(&copy_of(version)), &current);
        assert!(complaint.is_none(), "{}", complaint.unwrap_or_default());
    }
}

#[test]
fn the_copies_of_what_was_released_are_not_edited() {
    for (version, pinned) in RELEASED {
        let found = digest(&texts(&copy_of(version)));
        assert_eq!(found, pinned, "tests/contract/{version}/wit is not what was released: bring it back");
    }
    let entries = fs::read_dir(root().join("tests/contract")).expect("a directory");
    let mut kept: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    kept.sort();
    assert_eq!(kept, RELEASED.map(|(version, _)| version), "a package that is kept has its digest here");
}

#[test]
fn nobody_has_a_copy_of_the_contract_that_differs() {
    let contract = texts(&root().join("wit"));
    let (mut dirs, mut found) = (vec![root()], 0);
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).expect("a directory") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let is_ours = !name.starts_with('.') && !["target", "node_modules", "db", "contract"].contains(&&*name);
            if path.is_dir() && is_ours {
                dirs.push(path);
            } else if path.extension().is_some_and(|extension| extension == "wit") {
                let text = fs::read_to_string(&path).expect("a WIT file");
                let is_of_the_contract = contract.contains_key(&name) && !path.to_string_lossy().contains("/deps/")
                    || text.contains("package cluster-tester:plugin@");
                assert!(!is_of_the_contract || contract.get(&name) == Some(&text), "{} differs", path.display());
                found += usize::from(is_of_the_contract);
            }
        }
    }
    assert!(found >= contract.len(), "the contract itself is among them");
}

/// What is said of the contract 0.1.0 with one text in place of another, in the files where it is.
fn said_of(changes: &[(&str, &str)]) -> Vec<String> {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut files = texts(&copy_of("0.1.0"));
    for (from, to) in changes {
        let mut is_there = false;
        for text in files.values_mut() {
            is_there |= text.contains(from);
            *text = text.replace(from, to);
        }
        assert!(is_there, "{from}");
    }
    for (name, text) in files {
        fs::write(dir.path().join(name), text).expect("written");
    }
    faults(&package_of(&copy_of("0.1.0")), &package_of(dir.path()))
}

/// Makes it version 0.1.1.
const LATER: (&str, &str) = ("plugin@0.1.0", "plugin@0.1.1");

#[test]
fn docs_may_change() {
    assert_eq!(said_of(&[("/// ", "/// Namely: ")]), Vec::<String>::new());
}

#[test]
fn what_changes_a_type_is_told_by_name_and_place() {
    for (from, to, expected) in [
        (
            "steady-length: f64",
            "length: f64",
            "record `trial-facts` of interface `dataset` has `length: f64` where `steady-length: f64` was",
        ),
        (
            "        /// Memory, bytes.\n",
            "        /// Threads.\n        threads: u32,\n        /// Memory, bytes.\n",
            "record `host-facts` of interface `dataset` has `threads: u32` where `memory: f64` was",
        ),
        (
            "        label: string,\n    }\n}",
            "        label: string,\n        colour: string,\n    }\n}",
            "record `mark` of interface `report` has `colour: string` more",
        ),
        ("        regression,\n", "", "enum `severity` of interface `report` has no `regression` any more"),
        (
            "        lasting(f64),",
            "        lasting(f32),",
            "variant `server-span` of interface `test-case` has `lasting(f32)` where `lasting(f64)` was",
        ),
        (
            "        drain,\n    }",
            "        drain,\n        after,\n    }",
            "flags `phases` of interface `dataset` has `after` more",
        ),
    ] {
        assert_eq!(said_of(&[(from, to), LATER]), [expected]);
    }
}

#[test]
fn the_order_of_cases_counts() {
    let (debug, info) = (
        "        /// Shown with `--verbose` only.\n        debug,\n",
        "        /// Shown once after the trial.\n        info,\n",
    );
    let (both, turned) = (format!("{debug}{info}"), format!("{info}{debug}"));
    assert_eq!(said_of(&[(&both, &turned), LATER]), ["enum `level` of interface `log` has `info` where `debug` was"]);
}

#[test]
fn what_changes_a_function_is_told_by_name_and_place() {
    for (from, to, expected) in [
        (
            "write: func(level: level, message: string);",
            "write: func(message: string, level: level);",
            "function `write` of interface `log` has `message: string` where `level: log.level` was",
        ),
        (
            "next: func() -> u32;",
            "next: func() -> u64;",
            "function `next` of interface `random` has `-> u64` where `-> u32` was",
        ),
        ("next: func() -> u32;", "draw: func() -> u32;", "function `next` of interface `random` is gone"),
        (
            "count: func() -> u32;",
            "count: func(since: u32) -> u32;",
            "function `count` of interface `dataset` has `since: u32` where `-> u32` was",
        ),
    ] {
        assert_eq!(said_of(&[(from, to), LATER]), [expected]);
    }
}

/// A function more, before another one.
fn with_function(before: &'static str, more: &str) -> (&'static str, String) {
    (before, format!("{more}\n    {before}"))
}

#[test]
fn nothing_is_asked_of_plugins_that_are_there_already() {
    let (from, to) = with_function("build-request: func", "warm-up: func() -> u32;");
    assert_eq!(
        said_of(&[(from, &to), LATER]),
        ["function `warm-up` of interface `test-case` is new: no plugin that is there already exports it"]
    );
    let exported = ("    export test-case;\n", "    export test-case;\n    export types;\n");
    assert_eq!(
        said_of(&[exported, LATER])[0],
        "world `test-case-plugin` has a new `export types`, which no plugin has that is there already"
    );
}

#[test]
fn worlds_and_interfaces_do_not_go() {
    assert_eq!(
        said_of(&[("world analysis-plugin {\n    import log;", "world analysis-plugin {"), LATER]),
        ["world `analysis-plugin` has no `import log` any more"]
    );
    assert_eq!(
        said_of(&[("interface random {", "interface chance {"), ("import random;", "import chance;"), LATER])[2],
        "interface `random` is gone"
    );
}

#[test]
fn the_host_may_give_more_in_a_later_version() {
    let (from, to) = with_function("idle-resources: func", "now: func(zone: zone) -> f64;\n    enum zone { utc }");
    let interface = ("interface random {", "interface clock {\n    now: func() -> f64;\n}\ninterface random {");
    let imported = ("    import random;\n", "    import random;\n    import clock;\n");
    for change in [(from, &*to), interface] {
        assert_eq!(said_of(&[change, LATER]), Vec::<String>::new());
        let expected =
            "cluster-tester:plugin@0.1.0 has more than what was released under this version; make it a later one";
        assert_eq!(said_of(&[change]), [expected]);
    }
    assert_eq!(said_of(&[interface, imported, LATER]), Vec::<String>::new());
}

#[test]
fn a_package_that_is_no_later_version_is_none() {
    let said = said_of(&[("plugin@0.1.0", "plugin@0.2.0")]);
    assert_eq!(said, ["cluster-tester:plugin@0.2.0 is no later version of cluster-tester:plugin@0.1.0"]);
}

#[test]
fn a_complaint_says_what_to_do_instead() {
    let released = package_of(&copy_of("0.1.0"));
    assert_eq!(complaint(&released, &released), None);
    let mut changed = released.clone();
    changed.interfaces.remove("log");
    let text = complaint(&released, &changed).expect("a complaint");
    assert!(text.starts_with(
        "wit/ is no growth of cluster-tester:plugin@0.1.0, which is released:\n  - interface `log` is gone"
    ));
    assert!(text.contains("a new interface beside the old one, or begin package 0.2.0 (docs/contract.md)"), "{text}");
}
