//! The shape of the project, held by a test: a star of crates, short files, a documented contract and config.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the project")
}

fn files(dir: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a directory") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !name.starts_with('.') && !["target", "db"].contains(&name) {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
}

fn sources(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&root(), extension, &mut found);
    assert!(!found.is_empty());
    found
}

#[test]
fn every_library_depends_on_model_and_on_no_other_of_ours() {
    let libraries: Vec<String> = std::fs::read_dir(root().join("host/crates"))
        .expect("the libraries")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    for library in &libraries {
        let manifest =
            std::fs::read_to_string(root().join("host/crates").join(library).join("Cargo.toml")).expect("a manifest");
        let dependencies = manifest.split("[dependencies]").nth(1).unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for line in dependencies.lines() {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            let is_ours =
                libraries.iter().any(|library| library == name) || name == "bundled" || name == "cluster-tester-sdk";
            assert!(!is_ours || name == "model", "{library} depends on {name}");
            let is_pure = library == "model";
            assert!(
                !is_pure || !["tokio", "wasmtime", "hyper", "arrow-array"].contains(&name),
                "model depends on {name}"
            );
        }
    }
}

#[test]
fn heavy_dependencies_stop_at_one_crate() {
    for (heavy, only) in [
        ("wasmtime", "plugin"),
        ("parquet", "results"),
        ("arrow-array", "results"),
        ("openssh", "monitor"),
        ("plotters", "report"),
        ("resvg", "report"),
        ("oci-client", "registry"),
        ("docker_credential", "registry"),
    ] {
        for manifest in sources("toml")
            .into_iter()
            .filter(|path| path.ends_with("Cargo.toml") && *path != root().join("Cargo.toml"))
        {
            let text = std::fs::read_to_string(&manifest).expect("a manifest");
            let uses = text.lines().any(|line| line.split(['.', ' ', '=']).next() == Some(heavy));
            assert!(!uses || manifest.ends_with(format!("{only}/Cargo.toml")), "{} uses {heavy}", manifest.display());
        }
    }
}

#[test]
fn no_file_has_more_than_400_lines_of_code() {
    // What a released package of the contract was generated into stays as it is.
    let is_generated =
        |path: &PathBuf| path.starts_with(root().join("tests/contract")) && path.ends_with("bindings.rs");
    for path in sources("rs").into_iter().filter(|path| !is_generated(path)) {
        let text = std::fs::read_to_string(&path).expect("a source");
        let is_code = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
        let lines = text.lines().filter(is_code).count();
        assert!(lines <= 400, "{} has {lines} lines of code", path.display());
    }
}

#[test]
fn every_item_of_the_contract_is_documented() {
    for path in sources("wit").into_iter().filter(|path| path.starts_with(root().join("wit"))) {
        let text = std::fs::read_to_string(&path).expect("a WIT file");
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (number, line) in lines.iter().enumerate() {
            let needs_words = !line.is_empty()
                && !line.starts_with("//")
                && !["}", "use ", "import ", "export "].iter().any(|start| line.starts_with(start));
            let continues = number > 0 && lines[number - 1].ends_with('(');
            let is_documented = number > 0 && lines[number - 1].starts_with("///");
            assert!(!needs_words || continues || is_documented, "{}:{}: {line}", path.display(), number + 1);
        }
    }
}

#[test]
fn every_key_of_the_config_is_documented() {
    // The defaults are the reference: each key in them, set or commented out, follows a comment.
    let text = std::fs::read_to_string(root().join("host/src/config/default.toml")).expect("the defaults");
    let docs = std::fs::read_to_string(root().join("docs/configuration.md")).expect("the reference");
    let lines: Vec<&str> = text.lines().collect();
    let mut keys = 0;
    for (number, line) in lines.iter().enumerate() {
        let Some((key, _)) = line.split_once(" = ").filter(|(key, _)| !key.contains(' ')) else { continue };
        keys += 1;
        assert!(number > 0 && lines[number - 1].starts_with('#'), "line {}: {line}", number + 1);
        assert!(docs.contains(key), "`{key}` is not in docs/configuration.md");
    }
    assert!(keys >= 10, "{keys}");
}

#[test]
fn no_binary_is_kept_in_the_sources() {
    let mut found = Vec::new();
    for extension in ["wasm", "cwasm", "so", "a"] {
        files(&root(), extension, &mut found);
    }
    assert!(found.is_empty(), "{found:?}");
}
