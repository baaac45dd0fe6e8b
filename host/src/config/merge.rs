//! All layers with their values typed, and who is asked by them.

use std::str::FromStr;

use model::plan::{HeaderPlan, MaybeSecret, TargetPlan, is_secret_name};
use serde::Deserialize;
use serde_json::Value;

use super::connection;
use super::error::ConfigError;
use super::header;
use super::layers::Layers;
use super::limits::PluginLimits;
use super::resolve::Common;
use super::secret::{self, OptionValue};
use super::shape::{ConfigFile, RunShape, TargetShape};
use super::tree::{Node, Origin};

/// All layers, with their values typed.
pub(super) struct Merge<'a> {
    layers: &'a Layers,
    /// The values.
    pub(super) file: ConfigFile,
    run: RunShape,
}

impl<'a> Merge<'a> {
    /// # Errors
    /// When layers that are valid one by one do not fit together.
    pub(super) fn of(layers: &'a Layers) -> Result<Self, ConfigError> {
        let mut file = ConfigFile::deserialize(Value::Object(layers.merged.to_json()))
            .map_err(|error| ConfigError::Merged(error.to_string()))?;
        let run = file.run.take().unwrap_or_default();
        Ok(Self { layers, file, run })
    }

    /// What a run does.
    pub(super) fn run(&self) -> &RunShape {
        &self.run
    }

    /// A text as it was given.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.layers.merged.text(&key.split('.').collect::<Vec<_>>())
    }

    /// Where the value of this key is from.
    pub(super) fn origin(&self, key: &str) -> Origin {
        let path: Vec<_> = key.split('.').collect();
        self.layers.merged.origin(&path).cloned().unwrap_or(Origin::Default)
    }

    /// # Errors
    /// When it is zero.
    pub(super) fn above_zero(&self, key: &str, is_zero: bool) -> Result<(), ConfigError> {
        if is_zero { Err(ConfigError::Zero { key: key.to_owned(), origin: self.origin(key) }) } else { Ok(()) }
    }

    /// # Errors
    /// When `key` was given without the other, which it needs.
    pub(super) fn needs(
        &self,
        key: &'static str,
        other: &'static str,
        is_there: bool,
        hint: &'static str,
    ) -> Result<(), ConfigError> {
        match self.origin(key) {
            Origin::Default => Ok(()),
            _ if is_there => Ok(()),
            origin => {
                let what = format!("`{key}` means nothing without `{other}`");
                Err(ConfigError::Conflict { what, keys: vec![("where", origin)], hint })
            }
        }
    }

    /// # Errors
    /// Always: the two exclude each other.
    pub(super) fn exclude<T>(
        &self,
        one: &'static str,
        other: &'static str,
        hint: &'static str,
    ) -> Result<T, ConfigError> {
        let keys = [one, other].map(|key| (key, self.origin(key))).to_vec();
        Err(ConfigError::Conflict { what: format!("`{one}` does not go with `{other}`"), keys, hint })
    }

    /// # Errors
    /// When a limit is 0, or a reference or a rule of the policy is not in its form.
    pub(super) fn common(&self) -> Result<Common, ConfigError> {
        let missing = |key: &str| ConfigError::Merged(format!("`{key}` has no value"));
        let plugins = self.file.plugins.as_ref().ok_or_else(|| missing("plugins"))?;
        let limits = PluginLimits {
            deadline: plugins.deadline.ok_or_else(|| missing("plugins.deadline"))?.0,
            configure_deadline: plugins.configure_deadline.ok_or_else(|| missing("plugins.configure-deadline"))?.0,
            memory: plugins.memory.ok_or_else(|| missing("plugins.memory"))?.0,
        };
        self.above_zero("plugins.deadline", limits.deadline.0.is_zero())?;
        self.above_zero("plugins.configure-deadline", limits.configure_deadline.0.is_zero())?;
        self.above_zero("plugins.memory", limits.memory.0 == 0)?;
        let shape = plugins.policy.as_ref().and_then(|policy| policy.allow.as_deref());
        let policy = shape.map(|allow| self.each("plugins.policy.allow", allow)).transpose()?;
        let own = self.layers.environment.user_plugin_dir().filter(|path| path.is_dir());
        Ok(Common {
            storage: self.file.storage.clone().ok_or_else(|| missing("storage"))?,
            plugin_dirs: own.into_iter().chain(plugins.directories.iter().flatten().cloned()).collect(),
            limits,
            sources: self.each("plugins.sources", plugins.sources.as_deref().unwrap_or_default())?,
            insecure_registries: plugins.insecure_registries.clone().unwrap_or_default(),
            policy,
            notices: self.layers.notices.clone(),
        })
    }

    /// The texts of a list, each in its form.
    fn each<T: FromStr<Err: std::fmt::Display>>(&self, key: &str, texts: &[String]) -> Result<Vec<T>, ConfigError> {
        let wrong = |error: T::Err| ConfigError::WrongType {
            origin: self.origin(key),
            key: key.to_owned(),
            message: error.to_string(),
        };
        texts.iter().map(|text| text.parse().map_err(wrong)).collect()
    }

    /// # Errors
    /// When there is no URL, no such target, or something of it that cannot be used.
    pub(super) fn target(&self) -> Result<TargetPlan, ConfigError> {
        let chosen = self.run.target.clone();
        let nothing = TargetShape::default();
        let (shape, path, name) = match &chosen {
            None => {
                let shape = self.file.target.as_ref().unwrap_or(&nothing);
                (shape, vec!["target"], shape.name.clone())
            }
            Some(name) => {
                let targets = self.file.targets.as_ref();
                let shape = targets.and_then(|all| all.get(name)).ok_or_else(|| ConfigError::UnknownTarget {
                    name: name.clone(),
                    known: targets.into_iter().flatten().map(|(name, _)| name.clone()).collect(),
                    origin: self.origin("run.target"),
                })?;
                (shape, vec!["targets", name], Some(shape.name.clone().unwrap_or_else(|| name.clone())))
            }
        };
        let urls: Vec<_> = shape.url.iter().chain(shape.urls.iter().flatten()).cloned().collect();
        if urls.is_empty() {
            return Err(ConfigError::NoUrl { read: self.layers.read.clone(), target: chosen.clone() });
        }
        let mut headers = Vec::new();
        for (name, value) in shape.headers.iter().flatten() {
            let path = [path.as_slice(), &["headers", name]].concat();
            let origin = self.layers.merged.origin(&path).cloned().unwrap_or(Origin::Default);
            let filled = secret::text(&value.0, &path.join("."), &origin, &self.layers.environment)?;
            header::check(name, &filled.value, &origin)?;
            let is_secret = filled.is_secret || is_secret_name(name);
            headers.push(HeaderPlan { name: name.clone(), value: MaybeSecret { is_secret, ..filled } });
        }
        let connection = connection::resolve(self, shape.connection.as_ref(), &path.join("."))?;
        Ok(TargetPlan { name, urls, headers, connection })
    }

    /// # Errors
    /// When the variable of a secret is not set.
    pub(super) fn options(&self, test_case: &str) -> Result<Vec<(String, OptionValue)>, ConfigError> {
        let Some(Node::Table(options)) = self.layers.merged.get(&["plugin-options", test_case]) else {
            return Ok(Vec::new());
        };
        let of_option = |(key, node): (&str, &Node)| {
            let origin = match node {
                Node::Leaf(_, origin) => origin.clone(),
                Node::Table(_) => Origin::Default,
            };
            let path = format!("plugin-options.{test_case}.{key}");
            let mut option = secret::option(node.to_json(), &path, &origin, &self.layers.environment)?;
            option.is_secret |= is_secret_name(key);
            Ok((key.to_owned(), option))
        };
        options.entries().map(of_option).collect()
    }
}
