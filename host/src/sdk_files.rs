//! The SDKs and the contract, as they are in this command: written into new projects, so that it is enough to have the
//! command. They lie there as in the repository, so that their paths to each other hold.

use crate::cli::Language;

/// A file: its path below the repository, and what is in it.
pub(crate) type SdkFile = (&'static str, &'static str);

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../", $path)))),*]
    };
}

/// The contract, and what holds in every language.
static COMMON: &[SdkFile] = files![
    "sdk/README.md",
    "wit/analysis.wit",
    "wit/dataset.wit",
    "wit/log.wit",
    "wit/random.wit",
    "wit/report.wit",
    "wit/test-case.wit",
    "wit/types.wit",
    "wit/worlds.wit",
];

/// What a plugin in Rust needs. The manifest names the workspace of the repository: [`rust_manifest`] has its own.
static RUST: &[SdkFile] = files![
    "sdk/rust/src/analysis/chart.rs",
    "sdk/rust/src/analysis/datasets.rs",
    "sdk/rust/src/analysis/facts.rs",
    "sdk/rust/src/analysis/fake.rs",
    "sdk/rust/src/analysis/mod.rs",
    "sdk/rust/src/analysis/report.rs",
    "sdk/rust/src/analysis/source.rs",
    "sdk/rust/src/analysis/text.rs",
    "sdk/rust/src/bindings.rs",
    "sdk/rust/src/fault.rs",
    "sdk/rust/src/identity.rs",
    "sdk/rust/src/lib.rs",
    "sdk/rust/src/log.rs",
    "sdk/rust/src/options.rs",
    "sdk/rust/src/random.rs",
    "sdk/rust/src/request.rs",
    "sdk/rust/src/response.rs",
    "sdk/rust/src/test_case.rs",
    "sdk/rust/src/time.rs",
];

/// What a plugin in JavaScript needs.
static JS: &[SdkFile] = files![
    "sdk/js/README.md",
    "sdk/js/analysis.js",
    "sdk/js/build.js",
    "sdk/js/fault.js",
    "sdk/js/node.js",
    "sdk/js/package-lock.json",
    "sdk/js/package.json",
    "sdk/js/test-case.js",
    "sdk/js/text.js",
];

/// What a plugin in Python needs.
static PYTHON: &[SdkFile] = files![
    "sdk/python/README.md",
    "sdk/python/build.py",
    "sdk/python/cluster_tester/__init__.py",
    "sdk/python/cluster_tester/analysis.py",
    "sdk/python/cluster_tester/datasets.py",
    "sdk/python/cluster_tester/export.py",
    "sdk/python/cluster_tester/fault.py",
    "sdk/python/cluster_tester/guard.py",
    "sdk/python/cluster_tester/outcome.py",
    "sdk/python/cluster_tester/report.py",
    "sdk/python/cluster_tester/request.py",
    "sdk/python/cluster_tester/response.py",
    "sdk/python/cluster_tester/test_case.py",
    "sdk/python/cluster_tester/time.py",
    "sdk/python/requirements.txt",
];

/// What a plugin in C needs.
static C: &[SdkFile] = files![
    "sdk/c/README.md",
    "sdk/c/cluster_tester.c",
    "sdk/c/cluster_tester.h",
    "sdk/c/json.c",
    "sdk/c/plugin.mk",
    "sdk/c/time.c",
];

/// The manifests of the repository and of its SDK.
const WORKSPACE: &str = include_str!("../../Cargo.toml");
const RUST_MANIFEST: &str = include_str!("../../sdk/rust/Cargo.toml");

/// All that a project in a language needs of us.
pub(crate) fn of(language: Language) -> Vec<(&'static str, String)> {
    let sdk = match language {
        Language::Rust => RUST,
        Language::Js => JS,
        Language::Python => PYTHON,
        Language::C => C,
    };
    let mut files: Vec<(&str, String)> =
        COMMON.iter().chain(sdk).map(|(path, content)| (*path, (*content).to_owned())).collect();
    if language == Language::Rust {
        files.push(("sdk/rust/Cargo.toml", rust_manifest()));
    }
    files
}

/// The manifest of the SDK as a crate of its own: what it takes from the workspace is written out.
fn rust_manifest() -> String {
    let workspace: toml::Table = WORKSPACE.parse().expect("the manifest of the workspace is TOML");
    let mut manifest: toml::Table = RUST_MANIFEST.parse().expect("the manifest of the SDK is TOML");
    let inherited =
        |section: &str, key: &str| workspace["workspace"].get(section).and_then(|all| all.get(key)).cloned();
    for section in ["package", "dependencies"] {
        let Some(table) = manifest.get_mut(section).and_then(toml::Value::as_table_mut) else { continue };
        for (key, value) in table.iter_mut() {
            if value.get("workspace").is_some() {
                *value = inherited(section, key).expect("the workspace has what its members take from it");
            }
        }
    }
    manifest.remove("lints");
    toml::to_string(&manifest).expect("a manifest is TOML")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn on_disk(dir: &str, extension: &str, found: &mut BTreeSet<String>) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for entry in std::fs::read_dir(root.join(dir)).expect("a directory") {
            let name = entry.expect("an entry").file_name().into_string().expect("UTF-8");
            let path = format!("{dir}/{name}");
            if root.join(&path).is_dir() {
                on_disk(&path, extension, found);
            } else if name.ends_with(extension) {
                found.insert(path);
            }
        }
    }

    #[test]
    fn no_source_of_an_sdk_is_left_out() {
        let all = [
            ("wit", ".wit", Language::C),
            ("sdk/rust/src", ".rs", Language::Rust),
            ("sdk/python/cluster_tester", ".py", Language::Python),
        ];
        for (dir, extension, language) in all {
            let mut expected = BTreeSet::new();
            on_disk(dir, extension, &mut expected);
            let written: BTreeSet<String> = of(language).into_iter().map(|(path, _)| path.to_owned()).collect();
            let missing: Vec<_> = expected.difference(&written).collect();
            assert!(missing.is_empty(), "{missing:?}");
        }
    }

    #[test]
    fn the_sdk_is_a_crate_of_its_own() {
        let manifest = rust_manifest();
        assert!(!manifest.contains("workspace"), "{manifest}");
        assert!(manifest.contains("wit-bindgen") && manifest.contains("edition = \"2024\""), "{manifest}");
    }
}
