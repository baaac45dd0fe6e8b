//! Builds plugins from source into components, for build scripts. No `.wasm` lies in the repository.
//!
//! The script `plugins/wasm-toolchain` finds a toolchain and builds core modules; `wit-component` makes components of
//! them. All build scripts of a workspace share one target directory, so that the standard library, where it must be
//! built too, is built once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use wit_component::{ComponentEncoder, DecodedWasm};

/// A plugin to build.
#[derive(Debug, Clone, Copy)]
pub struct Plugin<'a> {
    /// Package of the workspace, for example `fibonacci-test-case`.
    pub package: &'a str,
    /// What users call it, for example `fibonacci`: the component's file name without `.wasm`.
    pub name: &'a str,
}

/// A plugin that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// As in [`Plugin`].
    pub name: String,
    /// The component.
    pub path: PathBuf,
}

/// Profile of the workspace by which plugins are built.
const PROFILE: &str = "plugin";

/// Builds plugins of this workspace and writes each as `<out_dir>/<name>.wasm`. Tells Cargo to run the build script
/// again when a source of theirs changes. For build scripts only.
///
/// # Errors
/// When there is no toolchain, when a plugin does not compile, or when it is no component.
pub fn build(plugins: &[Plugin<'_>], out_dir: &Path) -> Result<Vec<Built>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("the builder lies in plugins/")?;
    let script = workspace.join("plugins/wasm-toolchain");
    let modules = compile(&script, &workspace.join("Cargo.toml"), &shared_target_dir(out_dir), plugins)?;
    let mut inputs = BTreeSet::from([script, workspace.join("Cargo.toml"), workspace.join("Cargo.lock")]);
    let mut built = Vec::new();
    for (plugin, module) in plugins.iter().zip(&modules) {
        let path = out_dir.join(format!("{}.wasm", plugin.name));
        let component = component(module).with_context(|| format!("plugin package `{}`", plugin.package))?;
        fs::write(&path, component).with_context(|| format!("cannot write {}", path.display()))?;
        inputs.extend(sources(&module.with_extension("d"))?);
        built.push(Built { name: plugin.name.to_owned(), path });
    }
    watch(&inputs);
    Ok(built)
}

/// Where all build scripts of the workspace build plugins: in what Cargo builds into, `<here>/release/build/…/out`.
fn shared_target_dir(out_dir: &Path) -> PathBuf {
    let build = out_dir.ancestors().find(|directory| directory.ends_with("build"));
    build.and_then(|build| build.ancestors().nth(2)).unwrap_or(out_dir).join("plugins")
}

/// Builds core modules and gives their paths.
fn compile(script: &Path, manifest: &Path, target_dir: &Path, plugins: &[Plugin<'_>]) -> Result<Vec<PathBuf>> {
    let output = Command::new(script)
        .arg("build")
        .args([manifest, target_dir])
        .arg(PROFILE)
        .args(plugins.iter().map(|plugin| plugin.package))
        .stderr(Stdio::piped())
        .output()
        .with_context(|| format!("cannot run {}", script.display()))?;
    if !output.status.success() {
        bail!("cannot build the plugins\n{}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    let paths: Vec<PathBuf> = String::from_utf8(output.stdout)?.lines().map(PathBuf::from).collect();
    let (found, wanted) = (paths.len(), plugins.len());
    ensure!(found == wanted, "{} gave {found} modules for {wanted} plugins", script.display());
    Ok(paths)
}

/// Makes a core module a component.
fn component(module: &Path) -> Result<Vec<u8>> {
    let bytes = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let encode = |bytes: &[u8]| ComponentEncoder::default().module(bytes)?.validate(true).encode();
    let component = encode(&bytes).with_context(|| format!("cannot make a component of {}", module.display()))?;
    // A module that tells of no world makes a component without exports, which is valid and of no use.
    let hint = "does the crate use an export macro of the SDK?";
    ensure!(!surface(&component)?.exports.is_empty(), "{} exports no interface: {hint}", module.display());
    Ok(component)
}

/// Files that a module was built from, as Cargo wrote them down, with the manifests of their crates.
fn sources(dep_info: &Path) -> Result<BTreeSet<PathBuf>> {
    let text = fs::read_to_string(dep_info).with_context(|| format!("cannot read {}", dep_info.display()))?;
    let mut files = parse_dep_info(&text);
    let manifest =
        |file: &PathBuf| file.ancestors().map(|dir| dir.join("Cargo.toml")).find(|manifest| manifest.is_file());
    let manifests: Vec<PathBuf> = files.iter().filter_map(manifest).collect();
    files.extend(manifests);
    Ok(files)
}

/// Paths after the colon of a make rule; a space in a path is written `\ `.
fn parse_dep_info(text: &str) -> BTreeSet<PathBuf> {
    let rule = text.lines().next().unwrap_or_default();
    let Some((_, inputs)) = rule.split_once(": ") else { return BTreeSet::new() };
    let inputs = inputs.replace("\\ ", "\0");
    inputs.split_whitespace().map(|path| PathBuf::from(path.replace('\0', " "))).collect()
}

#[expect(clippy::print_stdout, reason = "how a build script speaks to Cargo")]
fn watch(inputs: &BTreeSet<PathBuf>) {
    for input in inputs {
        println!("cargo:rerun-if-changed={}", input.display());
    }
    // Another toolchain may be found by them.
    for variable in ["PATH", "RUSTUP_HOME"] {
        println!("cargo:rerun-if-env-changed={variable}");
    }
}

/// What a component has to do with its surroundings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surface {
    /// Interfaces that it imports functions from, for example `cluster-tester:plugin/log@0.1.0`.
    pub imports: Vec<String>,
    /// Interfaces that it exports.
    pub exports: Vec<String>,
}

/// Tells what a component imports and exports.
///
/// # Errors
/// When it is no component.
pub fn surface(component: &[u8]) -> Result<Surface> {
    // `decode` takes a core module for a component that has nothing.
    ensure!(component.starts_with(b"\0asm\x0d\0\x01\0"), "not a component");
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component)? else {
        bail!("a WIT package, not a component");
    };
    let world = &resolve.worlds[world];
    let has_functions = |name: &String| {
        let named = resolve.interfaces.iter().find(|(id, _)| resolve.id_of(*id).as_ref() == Some(name));
        named.is_none_or(|(_, interface)| !interface.functions.is_empty())
    };
    let imports = world.imports.keys().map(|key| resolve.name_world_key(key)).filter(has_functions).collect();
    Ok(Surface { imports, exports: world.exports.keys().map(|key| resolve.name_world_key(key)).collect() })
}

#[cfg(test)]
mod tests;
