//! Resolves the layers to what is to be done, and checks what one key alone cannot tell.

use std::collections::BTreeMap;
use std::path::PathBuf;

use model::plan::{FeedMode, Pacing, TargetPlan};
use model::{Load, Span};

use super::error::ConfigError;
use super::goal::Goal;
use super::layers::Layers;
use super::limits::PluginLimits;
use super::merge::Merge;
use super::pattern::Pattern;
use super::secret::OptionValue;
use crate::policy::Allowed;

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
    /// Plugins in registries.
    pub(crate) sources: Vec<registry::Reference>,
    /// Registries that are spoken to without TLS.
    pub(crate) insecure_registries: Vec<String>,
    /// The only plugins that may run; without it all may, and an unknown one is shown before.
    pub(crate) policy: Option<Vec<Allowed>>,
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
    /// When requests are sent.
    pub(crate) pattern: Pattern,
    /// How exactly.
    pub(crate) pacing: Pacing,
    /// Before the time measured.
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
    /// Data for the iterations: the file, and what follows its last row.
    pub(crate) feed: Option<(PathBuf, FeedMode)>,
    /// What must be held.
    pub(crate) goal: Goal,
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
/// When a limit is 0, or a reference or a rule of the policy is not in its form.
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

/// Resolves the options of a plugin.
///
/// # Errors
/// When the variable of a secret is not set.
pub(crate) fn resolve_options(layers: &Layers, plugin: &str) -> Result<Vec<(String, OptionValue)>, ConfigError> {
    Merge::of(layers)?.options(plugin)
}

/// Resolves a run.
///
/// # Errors
/// When something is missing, is 0 where it must not be, or does not go together.
pub(crate) fn resolve_run(layers: &Layers) -> Result<ResolvedRun, ConfigError> {
    resolve(&Merge::of(layers)?)
}

/// Resolves a run of these values.
///
/// # Errors
/// As for [`resolve_run`].
pub(super) fn resolve(merge: &Merge<'_>) -> Result<ResolvedRun, ConfigError> {
    let run = merge.run();
    let present = |key: &'static str| ConfigError::Merged(format!("`run.{key}` has no value"));
    let load = run.load.ok_or_else(|| present("load"))?;
    let warm_up = run.warm_up.ok_or_else(|| present("warm-up"))?.0;
    let timeout = run.timeout.ok_or_else(|| present("timeout"))?.0;
    let plugin_threads = run.plugin_threads.ok_or_else(|| present("plugin-threads"))?;
    let max_in_flight = run.max_in_flight.ok_or_else(|| present("max-in-flight"))?;

    let test_case = run.test_case.clone().ok_or(ConfigError::NoTestCase)?;
    let target = merge.target()?;
    for (key, is_zero) in [
        ("run.timeout", timeout.0.is_zero()),
        ("run.threads", run.threads == Some(0)),
        ("run.plugin-threads", plugin_threads == 0),
        ("run.connections", run.connections == Some(0)),
        ("run.max-in-flight", max_in_flight == 0),
    ] {
        merge.above_zero(key, is_zero)?;
    }
    for (key, value) in [("run.threads", run.threads.unwrap_or(1)), ("run.plugin-threads", plugin_threads)] {
        if value > MOST_THREADS {
            return Err(ConfigError::TooMany { key, value, most: MOST_THREADS, origin: merge.origin(key) });
        }
    }
    let pattern = Pattern::resolve(merge, warm_up, max_in_flight)?;
    let goal = Goal::resolve(merge)?;
    let feed_mode = run.feed_mode.map_or(FeedMode::default(), |mode| mode.0.0);
    merge.needs("run.feed-mode", "run.feed", run.feed.is_some(), "name the file with `--feed FILE`")?;

    let mut common = merge.common()?;
    // A thread without a user, a connection or a place in flight could never send.
    let users = match pattern {
        Pattern::Closed { users, .. } => Some(users),
        _ => run.connections,
    };
    let most_threads = users.unwrap_or(u32::MAX).min(max_in_flight);
    if let Some(asked) = run.threads.filter(|asked| *asked > most_threads) {
        common.notices.push(format!(
            "`run.threads` is {most_threads}, not {asked}: each needs a connection and a request in flight of its own"
        ));
    }
    Ok(ResolvedRun {
        options: merge.options(&test_case)?,
        test_case,
        target,
        load: Load(load),
        pattern,
        pacing: run.pacing.map_or(Pacing::default(), |pacing| pacing.0.0),
        warm_up,
        timeout,
        threads: run.threads.unwrap_or_else(default_threads).min(most_threads),
        plugin_threads,
        connections: users,
        max_in_flight,
        feed: run.feed.clone().map(|file| (file, feed_mode)),
        goal,
        seed: run.seed.unwrap_or_default(),
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
