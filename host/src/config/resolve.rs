//! Resolves the layers to what is to be done, and checks what one key alone cannot tell.

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::plan::{HeaderPlan, MaybeSecret, TargetPlan, is_secret_name};
use model::{Load, Rate, Span};
use serde::Deserialize;
use serde_json::Value;

use super::error::ConfigError;
use super::header;
use super::layers::Layers;
use super::limits::PluginLimits;
use super::secret::{self, OptionValue};
use super::shape::{ConfigFile, TargetShape};
use super::tree::{Node, Origin};

/// Most requests that a run may have.
const MOST_REQUESTS: f64 = 1e10;
/// Most threads of a kind.
const MOST_THREADS: u32 = 1024;

/// What every subcommand needs.
#[derive(Debug, Clone)]
pub(crate) struct Common {
    /// Where runs are saved.
    pub(crate) storage: PathBuf,
    /// Directories with plugins: the user's own, then those of the config, the environment, the flags. The later wins by name.
    pub(crate) plugin_dirs: Vec<PathBuf>,
    /// What a call of a test case may use.
    pub(crate) limits: PluginLimits,
    /// What the user should be told.
    pub(crate) notices: Vec<String>,
}

/// A run, with nothing left open.
#[derive(Debug, Clone)]
pub(crate) struct ResolvedRun {
    /// Test case, by the name users call it.
    pub(crate) test_case: String,
    /// Its options as given, in no particular order; the plugin checks them against its schema.
    pub(crate) options: Vec<(String, OptionValue)>,
    /// Who is asked. The transport checks its URLs.
    pub(crate) target: TargetPlan,
    /// Size of one request's work.
    pub(crate) load: Load,
    /// Arrivals a second.
    pub(crate) rate: Rate,
    /// Length of the steady state; above 0.
    pub(crate) duration: Span,
    /// Before it.
    pub(crate) warm_up: Span,
    /// Longest wait for an answer; above 0.
    pub(crate) timeout: Span,
    /// Generator threads; at least 1, and never more than connections or requests in flight.
    pub(crate) threads: u32,
    /// Plugin threads; at least 1.
    pub(crate) plugin_threads: u32,
    /// Most sockets; at least 1.
    pub(crate) connections: Option<u32>,
    /// Most requests under way; at least 1.
    pub(crate) max_in_flight: u32,
    /// Seed of all that is random.
    pub(crate) seed: u64,
    /// Name of the run.
    pub(crate) name: Option<String>,
    /// Labels of the run.
    pub(crate) labels: BTreeMap<String, String>,
    /// What every subcommand needs.
    pub(crate) common: Common,
}

/// Resolves what every subcommand needs.
///
/// # Errors
/// When a limit is 0.
pub(crate) fn resolve_common(layers: &Layers) -> Result<Common, ConfigError> {
    Merge::of(layers)?.common()
}

/// Resolves who is asked.
///
/// # Errors
/// When there is no URL, no such target, or a header that cannot be sent.
pub(crate) fn resolve_target(layers: &Layers) -> Result<TargetPlan, ConfigError> {
    Merge::of(layers)?.target()
}

/// Resolves a run.
///
/// # Errors
/// When something is missing, is 0 where it must not be, or does not go together.
pub(crate) fn resolve_run(layers: &Layers) -> Result<ResolvedRun, ConfigError> {
    let merge = Merge::of(layers)?;
    let run = merge.file.run.as_ref();
    let present = |key: &'static str| ConfigError::Merged(format!("`run.{key}` has no value"));
    let load = run.and_then(|run| run.load).ok_or_else(|| present("load"))?;
    let rate = run.and_then(|run| run.rate).ok_or_else(|| present("rate"))?.0;
    let duration = run.and_then(|run| run.duration).ok_or_else(|| present("duration"))?.0;
    let warm_up = run.and_then(|run| run.warm_up).ok_or_else(|| present("warm-up"))?.0;
    let timeout = run.and_then(|run| run.timeout).ok_or_else(|| present("timeout"))?.0;
    let plugin_threads = run.and_then(|run| run.plugin_threads).ok_or_else(|| present("plugin-threads"))?;
    let max_in_flight = run.and_then(|run| run.max_in_flight).ok_or_else(|| present("max-in-flight"))?;
    let connections = run.and_then(|run| run.connections);
    let threads = run.and_then(|run| run.threads);

    let test_case = run.and_then(|run| run.test_case.clone()).ok_or(ConfigError::NoTestCase)?;
    let target = merge.target()?;
    for (key, is_zero) in [
        ("run.duration", duration.0.is_zero()),
        ("run.timeout", timeout.0.is_zero()),
        ("run.threads", threads == Some(0)),
        ("run.plugin-threads", plugin_threads == 0),
        ("run.connections", connections == Some(0)),
        ("run.max-in-flight", max_in_flight == 0),
    ] {
        merge.above_zero(key, is_zero)?;
    }
    for (key, value) in [("run.threads", threads.unwrap_or(1)), ("run.plugin-threads", plugin_threads)] {
        if value > MOST_THREADS {
            return Err(ConfigError::TooMany { key, value, most: MOST_THREADS, origin: merge.origin(key) });
        }
    }
    let length = Span(warm_up.0 + duration.0);
    let requests = rate.get() * length.0.as_secs_f64();
    if requests > MOST_REQUESTS {
        let origins = Box::new([merge.origin("run.rate"), merge.origin("run.duration")]);
        return Err(ConfigError::TooManyRequests { rate, length, requests, most: MOST_REQUESTS, origins });
    }

    let mut common = merge.common()?;
    // A thread without a connection or a place in flight could never send.
    let most_threads = connections.unwrap_or(u32::MAX).min(max_in_flight);
    if let Some(asked) = threads.filter(|asked| *asked > most_threads) {
        common.notices.push(format!(
            "`run.threads` is {most_threads}, not {asked}: each needs a connection and a request in flight of its own"
        ));
    }
    Ok(ResolvedRun {
        options: merge.options(&test_case)?,
        test_case,
        target,
        load: Load(load),
        rate,
        duration,
        warm_up,
        timeout,
        threads: threads.unwrap_or_else(default_threads).min(most_threads),
        plugin_threads,
        connections,
        max_in_flight,
        seed: run.and_then(|run| run.seed).unwrap_or_default(),
        name: merge.file.name.clone(),
        labels: merge.file.labels.iter().flatten().map(|(key, text)| (key.clone(), text.0.clone())).collect(),
        common,
    })
}

/// The cores less one, which the target or the system may need; at least one.
pub(super) fn default_threads() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(cores).unwrap_or(MOST_THREADS).saturating_sub(1).clamp(1, MOST_THREADS)
}

/// All layers, with their values typed.
struct Merge<'a> {
    layers: &'a Layers,
    file: ConfigFile,
}

impl<'a> Merge<'a> {
    fn of(layers: &'a Layers) -> Result<Self, ConfigError> {
        let file = ConfigFile::deserialize(Value::Object(layers.merged.to_json()))
            .map_err(|error| ConfigError::Merged(error.to_string()))?;
        Ok(Self { layers, file })
    }

    fn origin(&self, key: &str) -> Origin {
        let path: Vec<_> = key.split('.').collect();
        self.layers.merged.origin(&path).cloned().unwrap_or(Origin::Default)
    }

    fn above_zero(&self, key: &'static str, is_zero: bool) -> Result<(), ConfigError> {
        if is_zero { Err(ConfigError::Zero { key, origin: self.origin(key) }) } else { Ok(()) }
    }

    fn common(&self) -> Result<Common, ConfigError> {
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
        let own = self.layers.environment.user_plugin_dir().filter(|path| path.is_dir());
        Ok(Common {
            storage: self.file.storage.clone().ok_or_else(|| missing("storage"))?,
            plugin_dirs: own.into_iter().chain(plugins.directories.iter().flatten().cloned()).collect(),
            limits,
            notices: self.layers.notices.clone(),
        })
    }

    fn target(&self) -> Result<TargetPlan, ConfigError> {
        let chosen = self.file.run.as_ref().and_then(|run| run.target.clone());
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
        Ok(TargetPlan { name, urls, headers })
    }

    fn options(&self, test_case: &str) -> Result<Vec<(String, OptionValue)>, ConfigError> {
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
