//! The environment as a layer, and the directories of the user that it names.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use super::error::ConfigError;
use super::file::in_plain_words;
use super::keys::{Key, Keys, Kind, nearest};
use super::shape::ConfigFile;
use super::tree::{Origin, Table};

/// The environment variables. They hold secrets: there is no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Those of this process, as far as they are text.
    pub(crate) fn of_this_process() -> Self {
        let texts =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self(texts.collect())
    }

    /// The value of a variable; an empty one counts as not set.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The user's config file, whether or not it is there.
    pub(crate) fn user_config_file(&self) -> Option<PathBuf> {
        Some(self.user_dir("XDG_CONFIG_HOME", ".config")?.join("config.toml"))
    }

    /// The user's directory of plugins, whether or not it is there.
    pub(crate) fn user_plugin_dir(&self) -> Option<PathBuf> {
        Some(self.user_dir("XDG_DATA_HOME", ".local/share")?.join("plugins"))
    }

    /// The user's directory of what can be made again, whether or not it is there.
    pub(crate) fn user_cache_dir(&self) -> Option<PathBuf> {
        self.user_dir("XDG_CACHE_HOME", ".cache")
    }

    /// The file with the plugins that were run on this machine, whether or not it is there.
    pub(crate) fn known_plugins_file(&self) -> Option<PathBuf> {
        Some(self.user_dir("XDG_DATA_HOME", ".local/share")?.join("known-plugins"))
    }

    /// As the XDG Base Directory Specification says: a relative path counts as not set.
    fn user_dir(&self, variable: &str, in_home: &str) -> Option<PathBuf> {
        let named = self.get(variable).map(PathBuf::from).filter(|path| path.is_absolute());
        let base = named.or_else(|| Some(PathBuf::from(self.get("HOME")?).join(in_home)))?;
        Some(base.join("cluster-tester"))
    }

    /// The layer that the variables `CLUSTER_TESTER_…` make. Unknown ones are told in `notices`.
    pub(crate) fn layer(&self, keys: &Keys, notices: &mut Vec<String>) -> Result<Table, ConfigError> {
        let all = keys.all();
        let known: BTreeMap<String, &Key> = all.iter().filter_map(|key| Some((key.variable()?, key))).collect();
        let mut table = Table::default();
        for (name, text) in self.0.iter().filter(|(name, _)| name.starts_with(Keys::VARIABLE_PREFIX)) {
            let Some(key) = known.get(name) else {
                let meant = nearest(name, known.keys().map(String::as_str));
                let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
                notices.push(format!("environment variable `{name}` is no setting, and not used{meant}"));
                continue;
            };
            if text.is_empty() {
                continue;
            }
            let path: Vec<_> = key.path.iter().map(String::as_str).collect();
            let mut alone = Table::default();
            alone.set(&path, value_of(key.kind, text), Origin::Variable(name.clone()));
            ConfigFile::deserialize(Value::Object(alone.to_json())).map_err(|error| ConfigError::WrongType {
                origin: Origin::Variable(name.clone()),
                key: key.dotted(),
                message: in_plain_words(&error.to_string()),
            })?;
            table.set(&path, value_of(key.kind, text), Origin::Variable(name.clone()));
        }
        Ok(table)
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

/// The text of a variable as the kind of value that the key holds; a list has commas.
fn value_of(kind: Kind, text: &str) -> Value {
    match kind {
        Kind::Whole => text.trim().parse::<u64>().map_or_else(|_| text.into(), Value::from),
        Kind::Truth => text.trim().parse::<bool>().map_or_else(|_| text.into(), Value::from),
        Kind::List => text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Value::from).collect(),
        Kind::Text | Kind::Quantity | Kind::Any => text.into(),
    }
}
