//! `plugin pull` and `plugin push`: plugins from and to registries.

use std::fmt::Write as _;

use plugin::{Entry, Origin};
use registry::{Digest, Found, Reference, RegistryError};
use serde_json::json;

use crate::cli::{PluginPullArgs, PluginPushArgs, TextFormat};
use crate::config::{Common, Environment};
use crate::error::{CliError, ExitCode};
use crate::figure;
use crate::output::{self, Talk};
use crate::plugins::Plugins;
use crate::sources::{Ask, Sources};

/// Pulls plugins, and accepts what they are.
pub(crate) fn pull(args: &PluginPullArgs, common: &Common, plugins: &Plugins, talk: Talk) -> Result<(), CliError> {
    if args.output.is_some() && args.references.len() > 1 {
        return Err(CliError::new(ExitCode::Usage, "`--output` takes one plugin, and several are named")
            .with_hint("pull them one by one"));
    }
    let sources = sources(common, &args.insecure_registry, talk);
    let ask = if args.update { Ask::Update } else { Ask::Pull };
    let mut all = Vec::new();
    for reference in &args.references {
        let pulled = sources.resolve(reference, ask)?;
        let origin = Origin::Registry { reference: reference.to_string(), file: Some(pulled.file.clone()) };
        let mut entry = Entry::new(reference.plugin_name(), origin);
        entry.pinned = Some(pulled.locked.component.to_string());
        // By its type alone; it is not run.
        let shape = plugins.runtime.shape(&entry)?;
        if let Some(output) = &args.output {
            // Not copied: what is kept is private, and this is for whoever the umask says.
            let written = std::fs::read(&pulled.file).and_then(|bytes| std::fs::write(output, bytes));
            written.map_err(|error| {
                CliError::new(ExitCode::Storage, format!("cannot write `{}`: {error}", output.display()))
            })?;
        }
        if args.output.is_none() && !common.sources.contains(reference) {
            talk.say(format!("to use it, have it in `plugins.sources`: sources = [\"{reference}\"]"));
        }
        all.push((pulled, shape));
    }
    match args.format {
        TextFormat::Json => output::json(&Vec::from_iter(all.iter().map(|(pulled, shape)| {
            json!({
                "reference": pulled.locked.reference.to_string(),
                "manifest": pulled.locked.manifest.to_string(),
                "digest": pulled.locked.component.to_string(),
                "size_bytes": pulled.locked.size,
                "world": shape.world,
                "imports": shape.imports,
                "file": pulled.file,
            })
        }))),
        TextFormat::Text => {
            let mut text = String::new();
            for (pulled, shape) in &all {
                let imports = if shape.imports.is_empty() { "nothing".to_owned() } else { shape.imports.join(", ") };
                let locked = &pulled.locked;
                let found = Found { manifest: locked.manifest, component: locked.component, size: locked.size };
                text.push_str(&described(&locked.reference, found));
                let _ = writeln!(text, "  world     {}\n  imports   {imports}", shape.world.noun());
            }
            output::data(&text)
        }
    }
}

/// Pushes a plugin.
pub(crate) fn push(args: &PluginPushArgs, common: &Common, plugins: &Plugins, talk: Talk) -> Result<(), CliError> {
    let sources = sources(common, &args.insecure_registry, talk);
    let mut entry = Entry::new(args.reference.plugin_name(), Origin::File(args.file.clone()));
    entry.pinned = Some(entry.digest()?);
    let shape = plugins.runtime.shape(&entry)?;
    let component = std::fs::read(&args.file)
        .map_err(|error| CliError::new(ExitCode::Plugin, format!("cannot read `{}`: {error}", args.file.display())))?;
    if Some(Digest::of(&component).to_string()) != entry.pinned {
        let what = format!("`{}` changed while it was read", args.file.display());
        return Err(CliError::new(ExitCode::Plugin, what).with_hint("try again"));
    }
    // Some registries let one push who may not pull; that is no reason not to.
    let before = match sources.registry().find(&args.reference) {
        Ok(found) => Some(found),
        Err(
            error @ (RegistryError::Unreachable { .. } | RegistryError::TimedOut { .. } | RegistryError::Login { .. }),
        ) => {
            return Err(error.into());
        }
        Err(_) => None,
    };
    let exports = [shape.world.interface().to_owned()];
    let pushed = sources.registry().push(&args.reference, component, &exports, &shape.imports)?;
    if let Some(before) = before.filter(|before| before.manifest != pushed.manifest) {
        talk.notices([format!(
            "`{}` stood for {} before; whoever has that in a lock file must accept the new one",
            args.reference, before.manifest
        )]);
    }
    match args.format {
        TextFormat::Json => output::json(&json!({
            "reference": args.reference.to_string(),
            "manifest": pushed.manifest.to_string(),
            "digest": pushed.component.to_string(),
            "size_bytes": pushed.size,
        })),
        TextFormat::Text => output::data(&described(&args.reference, pushed)),
    }
}

/// With registries of the command line besides those of the config.
fn sources(common: &Common, insecure: &[String], talk: Talk) -> Sources {
    let insecure = common.insecure_registries.iter().chain(insecure).cloned().collect();
    Sources::new(&Environment::of_this_process(), insecure, talk)
}

fn described(reference: &Reference, found: Found) -> String {
    format!(
        "{reference}\n  manifest  {}\n  digest    {}\n  size      {}\n",
        found.manifest,
        found.component,
        figure::bytes(found.size)
    )
}
