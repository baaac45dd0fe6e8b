//! Finds the layers of the config and lays them over each other.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::environment::Environment;
use super::error::ConfigError;
use super::keys::Keys;
use super::tree::{Node, Origin, Table};
use super::{default, file, flags};
use crate::cli::{DiscoverySettings, GlobalArgs, Pair, RunSettings};

/// The file that is read from the working directory.
const PROJECT_FILE: &str = "cluster-tester.toml";

/// All layers of the config, merged.
#[derive(Clone)]
pub(crate) struct Layers {
    pub(super) merged: Table,
    pub(super) environment: Environment,
    /// Files that were read, in order.
    pub(super) read: Vec<PathBuf>,
    /// What the user should be told.
    pub(crate) notices: Vec<String>,
    keys: Arc<Keys>,
    folder: PathBuf,
}

impl Layers {
    /// Reads every layer: the defaults, the user's file, the files that `--config` names or the one in the working
    /// directory `folder`, the environment, the global flags.
    ///
    /// # Errors
    /// When a layer cannot be read or is not valid.
    pub(crate) fn load(global: &GlobalArgs, environment: Environment, folder: &Path) -> Result<Self, ConfigError> {
        let mut layers = Self::begin(environment, folder)?;
        if global.config.is_empty() {
            layers.read_project_file()?;
        }
        for path in &global.config {
            layers.read(path)?;
        }
        layers.finish(global)
    }

    /// The same with the flags of a run as the topmost layer.
    ///
    /// # Errors
    /// When a header, a label or an option among them is not in its form.
    pub(crate) fn with(mut self, settings: &RunSettings) -> Result<Self, ConfigError> {
        let layer = flags::run_layer(settings, &self.merged)?;
        self.merged.lay_over(layer);
        Ok(self)
    }

    /// The same with the flags of a search as the topmost layer.
    pub(crate) fn with_search(mut self, settings: &DiscoverySettings) -> Self {
        self.merged.lay_over(flags::discovery_layer(settings));
        self
    }

    /// The same with options of a plugin as the topmost layer.
    ///
    /// # Errors
    /// When one is not in its form.
    pub(crate) fn with_options(
        mut self,
        plugin: &str,
        options: &[Pair],
        flag: &'static str,
    ) -> Result<Self, ConfigError> {
        self.merged.lay_over(flags::options_layer(plugin, options, flag)?);
        Ok(self)
    }

    /// A config in the older tool's shape was read.
    pub(crate) fn is_in_older_shape(&self) -> bool {
        self.read.iter().any(|path| path.extension().is_some_and(|extension| extension == "json"))
    }

    /// The test case that the config names.
    pub(crate) fn test_case(&self) -> Option<String> {
        self.merged.text(&["run", "test-case"]).map(str::to_owned)
    }

    /// The defaults and the user's file.
    pub(super) fn begin(environment: Environment, folder: &Path) -> Result<Self, ConfigError> {
        let keys = Arc::new(Keys::new());
        let user_file = environment.user_config_file().filter(|path| path.is_file());
        let mut layers = Self {
            merged: default::layer(&keys),
            environment,
            read: Vec::new(),
            notices: Vec::new(),
            keys,
            folder: folder.to_owned(),
        };
        user_file.iter().try_for_each(|path| layers.read(path))?;
        Ok(layers)
    }

    /// The file in the working directory, if it is there.
    pub(super) fn read_project_file(&mut self) -> Result<(), ConfigError> {
        if self.folder.join(PROJECT_FILE).is_file() { self.read(Path::new(PROJECT_FILE)) } else { Ok(()) }
    }

    /// Lays a file over what there is.
    pub(super) fn read(&mut self, shown: &Path) -> Result<(), ConfigError> {
        let layer = file::read(&self.folder.join(shown), shown, &self.keys, &mut self.notices)?;
        self.merged.lay_over(layer);
        self.read.push(shown.to_owned());
        Ok(())
    }

    /// The storage directory, before the layers above the files are read.
    pub(super) fn storage_so_far(&self, global: &GlobalArgs) -> PathBuf {
        let named = global.storage.clone();
        let named = named.or_else(|| self.environment.get("CLUSTER_TESTER_STORAGE").map(PathBuf::from));
        named.unwrap_or_else(|| PathBuf::from(self.merged.text(&["storage"]).unwrap_or_default()))
    }

    /// Lays the environment and the global flags over the files.
    pub(super) fn finish(mut self, global: &GlobalArgs) -> Result<Self, ConfigError> {
        let environment = self.environment.layer(&self.keys, &mut self.notices)?;
        for layer in [environment, flags::global_layer(global)] {
            // Plugins of every layer are found: a directory adds to those below.
            let below = self.plugin_directories();
            self.merged.lay_over(layer);
            let above = self.plugin_directories();
            if let (Some((below, _)), Some((above, origin))) = (below, above)
                && below != above
            {
                let joined = below.into_iter().chain(above).map(Value::from).collect();
                self.merged.set(&["plugins", "directories"], joined, origin);
            }
        }
        Ok(self)
    }

    fn plugin_directories(&self) -> Option<(Vec<String>, Origin)> {
        let Some(Node::Leaf(Value::Array(items), origin)) = self.merged.get(&["plugins", "directories"]) else {
            return None;
        };
        Some((items.iter().filter_map(Value::as_str).map(str::to_owned).collect(), origin.clone()))
    }
}
