//! The project of a plugin: which language it is in, what it is called, which files it is made from.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::Language;
use crate::error::{CliError, ExitCode};

/// Directories of a project that hold no source of its own.
const NOT_SOURCES: [&str; 7] = ["target", "build", "plugins", "node_modules", "venv", ".venv", "__pycache__"];
/// Deepest directory that is looked into.
const DEPTH: usize = 8;

/// The project of a plugin.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    /// Where it is.
    pub(crate) dir: PathBuf,
    /// What the plugin is called.
    pub(crate) name: String,
    /// Language that it is written in.
    pub(crate) language: Language,
    /// Its main file; in Rust, the manifest.
    pub(crate) main: PathBuf,
}

impl Project {
    /// Looks at a directory.
    ///
    /// # Errors
    /// When it is no project of a plugin, or it is not plain of which.
    pub(crate) fn open(dir: &Path) -> Result<Self, CliError> {
        let dir = dir.canonicalize().map_err(|error| no_project(dir, &format!("cannot read it: {error}")))?;
        let at = |name: &str| Some(dir.join(name)).filter(|path| path.is_file());
        if let Some(manifest) = at("Cargo.toml") {
            let text = read(&manifest)?;
            let table: toml::Table =
                text.parse().map_err(|error| no_project(&dir, &format!("Cargo.toml is no TOML: {error}")))?;
            let package = table.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
            let name = package.ok_or_else(|| no_project(&dir, "Cargo.toml has no `package.name`"))?.to_owned();
            return Ok(Self { dir, name, language: Language::Rust, main: manifest });
        }
        if let Some(manifest) = at("package.json") {
            let value: serde_json::Value = serde_json::from_str(&read(&manifest)?)
                .map_err(|error| no_project(&dir, &format!("package.json is no JSON: {error}")))?;
            let main = match value.get("main").and_then(serde_json::Value::as_str) {
                Some(main) => dir.join(main),
                None => only(&dir, &["js", "mjs", "ts"], "export const ")?,
            };
            return Ok(Self { name: stem(&main), dir, language: Language::Js, main });
        }
        if let Some(makefile) = at("Makefile") {
            let text = read(&makefile)?;
            let named = text.lines().find_map(|line| line.strip_prefix("NAME")?.trim_start().strip_prefix('='));
            let name = named.ok_or_else(|| no_project(&dir, "Makefile has no line `NAME = …`"))?.trim().to_owned();
            return Ok(Self { dir, name, language: Language::C, main: makefile });
        }
        let main = ["\nTestCase", "\nAnalysis"].iter().find_map(|bound| only(&dir, &["py"], bound).ok());
        match main {
            // A module has no dashes in its name, a plugin has.
            Some(main) => Ok(Self { name: stem(&main).replace('_', "-"), dir, language: Language::Python, main }),
            None => Err(no_project(&dir, "it has no Cargo.toml, package.json, Makefile, or Python file of a plugin")),
        }
    }

    /// Where the component is put.
    pub(crate) fn component(&self) -> PathBuf {
        self.dir.join(format!("{}.wasm", self.name))
    }

    /// Files that it is made from, sorted.
    pub(crate) fn sources(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect(&self.dir, DEPTH, &mut found);
        found.sort();
        found
    }
}

fn collect(dir: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') || NOT_SOURCES.contains(&name) {
            continue;
        }
        if !path.is_dir() {
            // Cargo writes it while it builds.
            if name != "Cargo.lock" && !name.ends_with(".wasm") && !name.ends_with(".new") {
                found.push(path);
            }
        } else if depth > 0 && !path.is_symlink() {
            collect(&path, depth - 1, found);
        }
    }
}

/// The only file of the directory itself that has one of the extensions and holds the text.
fn only(dir: &Path, extensions: &[&str], text: &str) -> Result<PathBuf, CliError> {
    let entries = fs::read_dir(dir).map_err(|error| no_project(dir, &error.to_string()))?;
    let has = |path: &PathBuf| {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        extensions.contains(&extension) && fs::read_to_string(path).is_ok_and(|source| source.contains(text))
    };
    let mut found = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(has);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(no_project(dir, "no file of it exports a plugin")),
        (Some(_), Some(_)) => Err(no_project(dir, "several files of it export something: name one as `main`")),
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(path: &Path) -> Result<String, CliError> {
    fs::read_to_string(path)
        .map_err(|error| CliError::new(ExitCode::Usage, format!("cannot read `{}`: {error}", path.display())))
}

fn no_project(dir: &Path, why: &str) -> CliError {
    CliError::new(ExitCode::Usage, format!("`{}` is no project of a plugin", dir.display()))
        .with_detail("why", why)
        .with_hint("`cluster-tester plugin new NAME --lang LANGUAGE` writes one")
}
