//! The plugins of this command: those embedded and those of the directories, opened by one runtime.

use std::path::Path;

use plugin::{
    Catalog, Entry, GivenOption, GivenValue, Kept, Level, Limits, Origin, PluginError, Runtime, RuntimeConfig,
};
use registry::Reference;

use crate::config::{Common, Environment, Given, OptionValue};
use crate::error::{CliError, ExitCode};
use crate::output::Talk;
use crate::sources::{Ask, Sources};
use crate::trust::Trust;

/// The catalog and the runtime that opens its entries.
pub(crate) struct Plugins {
    /// Which there are.
    pub(crate) catalog: Catalog,
    /// Opens them.
    pub(crate) runtime: Runtime,
    sources: Sources,
    trust: Trust,
}

impl Plugins {
    /// Finds the plugins. `instances` are those in use at a time.
    ///
    /// # Errors
    /// When a directory cannot be read.
    pub(crate) fn find(common: &Common, instances: u32, talk: Talk) -> Result<Self, CliError> {
        let embedded = bundled::PLUGINS.iter().map(|plugin| (plugin.name, plugin.component));
        let shared = common.sources.iter().map(|source| (source.plugin_name().to_owned(), source.to_string()));
        let catalog = Catalog::with_shared(embedded, shared, &common.plugin_dirs)?;
        talk.notices(catalog.notices());
        let limits = Limits {
            deadline: common.limits.deadline.0,
            configure_deadline: common.limits.configure_deadline.0,
            memory: common.limits.memory.0,
        };
        let environment = Environment::of_this_process();
        let cache_dir = environment.user_cache_dir();
        let runtime = Runtime::new(&RuntimeConfig { cache_dir, limits, instances })?;
        let sources = Sources::new(&environment, common.insecure_registries.clone(), talk);
        let trust = Trust::new(common.policy.clone(), environment.known_plugins_file(), talk);
        Ok(Self { catalog, runtime, sources, trust })
    }

    /// The plugin of a name, fit to be run: see [`Plugins::admit`].
    ///
    /// # Errors
    /// When there is none, or it is not admitted.
    pub(crate) fn named(&self, name: &str) -> Result<Entry, CliError> {
        self.admit(self.catalog.find(name)?)
    }

    /// A plugin fit to be run: pulled if it is in a registry, allowed by the policy, shown if it was never run here. From
    /// then on it is bound to its digest.
    ///
    /// # Errors
    /// When it cannot be pulled, is not what was accepted, or is not allowed.
    pub(crate) fn admit(&self, entry: &Entry) -> Result<Entry, CliError> {
        let mut entry = entry.clone();
        if let Origin::Registry { reference, file } = &mut entry.origin {
            let named: Reference = reference.parse().expect("the catalog has what the config resolved to");
            let pulled = self.sources.resolve(&named, Ask::Load)?;
            entry.pinned = Some(pulled.locked.component.to_string());
            *file = Some(pulled.file);
        }
        self.trust.admit(&self.runtime, entry)
    }

    /// The plugin of a name, or of a file if it looks like one; as for [`Plugins::named`].
    ///
    /// # Errors
    /// As there.
    pub(crate) fn entry(&self, name_or_file: &str) -> Result<Entry, CliError> {
        let path = Path::new(name_or_file);
        let is_file = name_or_file.contains('/') || path.extension().is_some_and(|extension| extension == "wasm");
        if !is_file {
            return self.named(name_or_file);
        }
        let name = path.file_stem().map_or_else(|| name_or_file.to_owned(), |stem| stem.to_string_lossy().into_owned());
        self.trust.admit(&self.runtime, Entry::new(name, Origin::File(path.to_owned())))
    }
}

/// Options as the config has them, for the plugin.
pub(crate) fn given(options: Vec<(String, OptionValue)>) -> Vec<GivenOption> {
    let given = |(name, option): (String, OptionValue)| GivenOption {
        name,
        value: match option.given {
            Given::Text(text) => GivenValue::Text(text),
            Given::Json(value) => GivenValue::Json(value),
        },
        is_secret: option.is_secret,
    };
    options.into_iter().map(given).collect()
}

/// Says what a plugin wrote.
pub(crate) fn say_log(talk: Talk, name: &str, log: Kept) {
    for (level, line) in log.lines {
        match level {
            Level::Debug if !talk.is_verbose => {}
            Level::Debug | Level::Info => talk.say(format!("{name}: {line}")),
            Level::Warning => talk.say(format!("warning: {name}: {line}")),
        }
    }
    if log.more > 0 {
        talk.say(format!("{name}: {} more lines", log.more));
    }
}

impl From<PluginError> for CliError {
    fn from(error: PluginError) -> Self {
        let mut cli = Self::from_error(ExitCode::Plugin, &error);
        if let Some(origin) = error.origin() {
            cli = cli.with_detail("component", origin);
        }
        if let Some(wrote) = error.wrote() {
            cli = cli.with_detail("it wrote", wrote);
        }
        match error.hint() {
            Some(hint) => cli.with_hint(hint),
            None => cli,
        }
    }
}
