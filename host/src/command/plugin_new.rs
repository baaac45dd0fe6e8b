//! `plugin new`: writes a project that builds, with all that it needs of us in it.

use std::fs;
use std::path::Path;

use crate::cli::{Kind, Language, PluginNewArgs};
use crate::error::{CliError, ExitCode};
use crate::output::{self, Talk};
use crate::sdk_files;
use crate::templates::{self, Names};

/// Longest name.
const NAME: usize = 50;
/// Names that a crate or a module cannot have, or that would hide one that is needed.
const TAKEN: [&str; 32] = [
    "alloc",
    "and",
    "as",
    "async",
    "await",
    "break",
    "build",
    "class",
    "cluster-tester",
    "core",
    "crate",
    "deps",
    "dyn",
    "else",
    "for",
    "if",
    "impl",
    "import",
    "in",
    "json",
    "mod",
    "pass",
    "proc-macro",
    "self",
    "serde",
    "std",
    "sys",
    "test",
    "type",
    "types",
    "use",
    "wit-world",
];

pub(crate) fn run(args: &PluginNewArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let PluginNewArgs { name, lang, kind } = args;
    check(name)?;
    let Some(files) = templates::of(*lang, *kind, &Names::of(name, *kind)) else {
        return Err(CliError::new(ExitCode::Usage, "there is no SDK for analyses in C").with_hint(
            "take `--lang rust`, `js` or `python`; or the bare bindings: `wit-bindgen c wit --world analysis-plugin`",
        ));
    };
    let dir = Path::new(name);
    if dir.symlink_metadata().is_ok() {
        return Err(CliError::new(ExitCode::Usage, format!("`{name}` is there already; nothing was written"))
            .with_hint("take another name, or remove it"));
    }
    let sdk = sdk_files::of(*lang).into_iter().map(|(path, content)| (format!("cluster-tester/{path}"), content));
    for (path, content) in files.into_iter().chain(sdk) {
        let path = dir.join(path);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, content));
        written
            .map_err(|error| CliError::new(ExitCode::Storage, format!("cannot write `{}`: {error}", path.display())))?;
    }
    output::data(&format!("{name}\n"))?;
    talk.say(next(name, *lang, *kind));
    Ok(ExitCode::Ok)
}

fn check(name: &str) -> Result<(), CliError> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_name = name.len() <= NAME
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(is_plain)
        && !name.ends_with('-')
        && !name.contains("--");
    if is_name && !TAKEN.contains(&name) {
        return Ok(());
    }
    let why = if is_name { "is a word of the languages or their libraries" } else { "is no name of a plugin" };
    Err(CliError::new(ExitCode::Usage, format!("{name:?} {why}")).with_hint(format!(
        "a name has lower-case letters, digits and single dashes, begins with a letter, and is at most {NAME} long: \
         `checkout-flow`"
    )))
}

/// What to do next.
fn next(name: &str, language: Language, kind: Kind) -> String {
    let tools = match language {
        Language::Rust => "rustup target add wasm32-unknown-unknown        # once, if it is not there",
        Language::Js => "(cd cluster-tester/sdk/js && npm ci)               # once; Node.js 20 or newer",
        Language::Python => {
            "python3 -m venv venv && venv/bin/pip install -r cluster-tester/sdk/python/requirements.txt    # once"
        }
        Language::C => {
            "python3 -m venv venv && venv/bin/pip install ziglang==0.17.1    # once; and cluster-tester/sdk/c/README.md"
        }
    };
    let last = match kind {
        Kind::TestCase => format!("cluster-tester plugin test {name}.wasm --url http://localhost:8080"),
        Kind::Analysis => format!("cluster-tester analyze {name} latest --plugins ."),
    };
    format!("next:\n  cd {name} && {tools}\n  cluster-tester plugin build\n  {last}")
}
