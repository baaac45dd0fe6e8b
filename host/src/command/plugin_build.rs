//! `plugin build`: what the language usually does to build, then a short check. Says what to install when a tool is
//! missing.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plugin::{Entry, Origin};
use serde_json::Value;

use super::plugin_check::{code, in_a_line};
use crate::cli::{GlobalArgs, Language, PluginBuildArgs};
use crate::component;
use crate::config;
use crate::conformance::{self, Mark, Subject};
use crate::error::{CliError, ExitCode};
use crate::output::{self, Talk};
use crate::plugins::Plugins;
use crate::project::Project;

/// Of a tool that failed.
const SAID_WHY: &str = "what is wrong or missing is told above";
/// What Rust plugins are built for.
const TARGET: &str = "wasm32-unknown-unknown";

pub(crate) fn run(args: &PluginBuildArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let common = config::resolve_common(&super::layers(global)?)?;
    let project = Project::open(&args.dir)?;
    let path = build(&project, talk)?;
    let plugins = Plugins::find(&common, 4, talk)?;
    let entry = Entry::new(project.name.clone(), Origin::File(path.clone()));
    let findings = conformance::check(&Subject {
        runtime: &plugins.runtime,
        entry: &entry,
        given: &[],
        row: None,
        answer: None,
        datasets: Vec::new(),
    });
    let mut text = format!("{}\n", path.display());
    // In short: what is fine is told by `plugin check`.
    for finding in findings.all().iter().filter(|finding| finding.mark != Mark::Ok) {
        let mark = if finding.mark == Mark::Failed { "FAIL" } else { "warn" };
        text.push_str(&format!("  {mark}  {}: {}\n", finding.check, finding.text));
        finding.details.iter().for_each(|detail| text.push_str(&format!("          {detail}\n")));
    }
    output::data(&format!("{text}{}\n", in_a_line(&findings)))?;
    talk.say(format!("all of it: cluster-tester plugin check {}", path.display()));
    Ok(code(&findings))
}

/// Builds a project, and gives where its component is. The old one stays until there is a new one.
///
/// # Errors
/// When a tool is missing, or the build fails: the tool has said why.
pub(super) fn build(project: &Project, talk: Talk) -> Result<PathBuf, CliError> {
    talk.say(format!("building {} …", project.name));
    let path = project.component();
    match project.language {
        Language::Rust => encode(&rust(project)?, &path)?,
        Language::C => encode(&c(project)?, &path)?,
        Language::Js => {
            let build = sdk(project, "js/build.js")?;
            let hint = "install Node.js 20 or newer, with npm: https://nodejs.org, or `apt-get install nodejs npm`";
            let command = command(project, "node", [build.as_os_str(), project.main.as_os_str()], &path);
            finish(command, "node", hint, SAID_WHY)?;
        }
        Language::Python => {
            let build = sdk(project, "python/build.py")?;
            let python = python(&project.dir);
            let hint = "install Python 3.11 or newer: https://python.org, or `apt-get install python3 python3-venv`";
            let command = command(project, python, [build.as_os_str(), project.main.as_os_str()], &path);
            finish(command, "python3", hint, SAID_WHY)?;
        }
    }
    Ok(path)
}

fn command<'a>(
    project: &Project,
    program: impl AsRef<OsStr>,
    args: impl IntoIterator<Item = &'a OsStr>,
    output: &Path,
) -> Command {
    let mut command = Command::new(program);
    command.args(args).arg("-o").arg(output).current_dir(&project.dir);
    command
}

/// Runs it; what it says goes to stderr, as it comes.
fn finish(mut command: Command, tool: &str, install: &str, hint: &str) -> Result<(), CliError> {
    let status = command.stdin(Stdio::null()).stdout(io::stderr()).status();
    match status {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing(&format!("`{tool}`"), install)),
        Err(error) => Err(CliError::new(ExitCode::Plugin, format!("cannot run `{tool}`: {error}"))),
        Ok(status) if !status.success() => {
            Err(CliError::new(ExitCode::Plugin, format!("`{tool}` did not build the plugin")).with_hint(hint))
        }
        Ok(_) => Ok(()),
    }
}

fn missing(tool: &str, install: &str) -> CliError {
    CliError::new(ExitCode::Plugin, format!("{tool} is not installed, and the plugin cannot be built without it"))
        .with_hint(install)
}

/// The core module that Cargo makes.
fn rust(project: &Project) -> Result<PathBuf, CliError> {
    let install = "install Rust 1.95 or newer by rustup: https://rustup.rs";
    if !has_wasm_target(&project.dir).map_err(|()| missing("`cargo`", install))? {
        return Err(missing(&format!("Rust's target {TARGET}"), &format!("rustup target add {TARGET}")));
    }
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--target", TARGET, "--message-format", "json-render-diagnostics"]);
    let output = cargo.current_dir(&project.dir).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|_| missing("`cargo`", install))?;
    if !output.status.success() {
        return Err(CliError::new(ExitCode::Plugin, "`cargo` did not build the plugin")
            .with_hint("what is wrong is told above; the first build needs the network for crates"));
    }
    let manifest = project.main.to_string_lossy();
    let module = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["manifest_path"] == *manifest)
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|file| Some(PathBuf::from(file.as_str()?)))
        .find(|file| file.extension().is_some_and(|extension| extension == "wasm"));
    module.ok_or_else(|| {
        CliError::new(ExitCode::Plugin, "Cargo made no WebAssembly module")
            .with_hint("has Cargo.toml `crate-type = [\"cdylib\", \"rlib\"]` under `[lib]`?")
    })
}

/// Whether rustc has a standard library for it; an error when there is no rustc.
fn has_wasm_target(dir: &Path) -> Result<bool, ()> {
    let asked = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).current_dir(dir).output();
    let output = asked.map_err(|_| ())?;
    let libraries = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let Ok(entries) = fs::read_dir(libraries) else { return Ok(false) };
    Ok(entries.filter_map(Result::ok).any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-")))
}

/// The core module that the Makefile makes.
fn c(project: &Project) -> Result<PathBuf, CliError> {
    let install = "cargo install --locked wit-bindgen-cli --version 0.61.0 --no-default-features --features c";
    let given = |variable: &str| std::env::var_os(variable);
    if given("WIT_BINDGEN").is_none() && !is_on_path("wit-bindgen") {
        return Err(missing("`wit-bindgen`", install));
    }
    let makefile = fs::read_to_string(&project.main).unwrap_or_default();
    let compiler = match given("CC_WASM") {
        Some(compiler) => Some(compiler),
        // The author has chosen one.
        None if makefile.contains("CC_WASM") => None,
        None => Some(zig(&project.dir)?),
    };
    let module = format!("build/{}.core.wasm", project.name);
    let mut make = Command::new("make");
    make.arg(&module).current_dir(&project.dir);
    for (variable, value) in [("WIT_BINDGEN", given("WIT_BINDGEN")), ("CC_WASM", compiler)] {
        if let Some(value) = value {
            let mut pair = OsString::from(format!("{variable}="));
            pair.push(value);
            make.arg(pair);
        }
    }
    finish(make, "make", "install make: `apt-get install make`", SAID_WHY)?;
    Ok(project.dir.join(module))
}

/// How zig's C compiler is called, of the project's virtual environment or of the one that is active.
fn zig(dir: &Path) -> Result<OsString, CliError> {
    let python = python(dir);
    let asked = Command::new(&python).args(["-c", "import ziglang"]).current_dir(dir).stdin(Stdio::null()).output();
    if !asked.is_ok_and(|output| output.status.success()) {
        let install = "`python3 -m venv venv && venv/bin/pip install ziglang==0.17.1` in the project (410 MB), or name another: \
                       `CC_WASM='clang --target=wasm32-wasi --sysroot=DIR' cluster-tester plugin build`";
        return Err(missing("a C compiler for wasm", install));
    }
    // Make hands it to a shell, and a path may have spaces.
    let mut compiler = OsString::from("'");
    compiler.push(python);
    compiler.push("' -m ziglang cc -target wasm32-wasi");
    Ok(compiler)
}

fn is_on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

/// Makes a component of a core module, and puts it where it belongs in one go.
fn encode(module: &Path, path: &Path) -> Result<(), CliError> {
    let bytes = fs::read(module)
        .map_err(|error| CliError::new(ExitCode::Plugin, format!("cannot read `{}`: {error}", module.display())))?;
    let component = component::of_module(&bytes).map_err(|why| {
        CliError::new(ExitCode::Plugin, "the module cannot be made a component")
            .with_detail("module", module.display().to_string())
            .with_detail("why", why)
            .with_hint("does it use an export macro of the SDK?")
    })?;
    let made = path.with_extension("wasm.new");
    fs::write(&made, component)
        .and_then(|()| fs::rename(&made, path))
        .map_err(|error| CliError::new(ExitCode::Storage, format!("cannot write `{}`: {error}", path.display())))
}

/// A file of the SDK: in the project, beside it, or above it.
fn sdk(project: &Project, file: &str) -> Result<PathBuf, CliError> {
    let beside = project.dir.parent().map(|parent| parent.join("cluster-tester"));
    let places = [Some(project.dir.join("cluster-tester")), beside].into_iter().flatten();
    let above = project.dir.ancestors().skip(1).map(Path::to_owned);
    let found = places.chain(above).map(|root| root.join("sdk").join(file)).find(|path| path.is_file());
    found.ok_or_else(|| {
        CliError::new(ExitCode::Plugin, format!("`sdk/{file}` is not found"))
            .with_detail("looked in", "`cluster-tester` in the project and beside it, and all directories above")
            .with_hint("`cluster-tester plugin new` writes the SDK into a project: copy it from a new one")
    })
}

/// The interpreter of the project's virtual environment, or of the one that is active, else the system's.
fn python(dir: &Path) -> PathBuf {
    let active = std::env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    let places = [Some(dir.join("venv")), Some(dir.join(".venv")), active];
    let found = places.into_iter().flatten().map(|venv| venv.join("bin/python")).find(|python| python.is_file());
    found.unwrap_or_else(|| PathBuf::from("python3"))
}
