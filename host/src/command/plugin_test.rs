//! `plugin test`: one iteration against a target, shown step by step; again on every change, if that is wanted.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use model::{Context, WorkloadSource as _};
use plugin::{Entry, Origin, TestCase};

use super::plugin_build;
use crate::cli::{GlobalArgs, PluginTestArgs, RunSettings};
use crate::config::{self, ResolvedRun};
use crate::error::{CliError, ExitCode};
use crate::one_iteration::OneIteration;
use crate::output::{self, Talk};
use crate::plugins::{self, Plugins};
use crate::project::Project;
use crate::signals;

/// Time between two looks at what is watched.
const LOOK_EVERY: Duration = Duration::from_millis(200);

pub(crate) fn run(args: &PluginTestArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let common = config::resolve_common(&super::layers(global)?)?;
    talk.notices(&common.notices);
    let plugins = Plugins::find(&common, 2, talk)?;
    let project = Path::new(&args.plugin).is_dir().then(|| Project::open(Path::new(&args.plugin))).transpose()?;
    let entry = match &project {
        None => match plugins.entry(&args.plugin)? {
            // Admitted as it is now; its author goes on changing it.
            Entry { name, origin: Origin::File(path), .. } if args.watch => Entry::new(name, Origin::File(path)),
            entry => entry,
        },
        Some(project) => Entry::new(project.name.clone(), Origin::File(project.component())),
    };
    let test = Test { resolved: resolve(args, global, &entry)?, args, plugins: &plugins, entry: &entry, talk };
    if args.watch {
        return test.watch(project.as_ref());
    }
    test.build(project.as_ref())?;
    test.once(&test.open()?)
}

/// What is typed, over the config.
fn resolve(args: &PluginTestArgs, global: &GlobalArgs, entry: &Entry) -> Result<ResolvedRun, CliError> {
    let settings = RunSettings {
        test_case: Some(entry.name.clone()),
        url: args.url.iter().cloned().collect(),
        target: args.target.clone(),
        header: args.header.clone(),
        load: args.load,
        plugin_option: args.plugin_option.clone(),
        seed: args.seed,
        timeout: args.timeout,
        connection: args.connection.clone(),
        ..RunSettings::default()
    };
    Ok(config::resolve_run(&super::layers(global)?.with(&settings)?)?)
}

/// What stays the same however often it is done.
struct Test<'a> {
    args: &'a PluginTestArgs,
    resolved: ResolvedRun,
    plugins: &'a Plugins,
    entry: &'a Entry,
    talk: Talk,
}

impl Test<'_> {
    fn build(&self, project: Option<&Project>) -> Result<(), CliError> {
        project.map_or(Ok(()), |project| plugin_build::build(project, self.talk).map(|_| ()))
    }

    /// Builds, and once more when something was saved meanwhile; not a third time, as a build that writes sources itself
    /// would go on for ever. Gives what was there at the end, too.
    fn build_what_is_there(
        &self,
        project: Option<&Project>,
        watched: &impl Fn() -> Vec<PathBuf>,
    ) -> (Stamps, Result<(), CliError>) {
        let before = stamps(&watched());
        let built = self.build(project);
        let after = stamps(&watched());
        if after == before {
            return (after, built);
        }
        let built = self.build(project);
        (stamps(&watched()), built)
    }

    fn open(&self) -> Result<TestCase, CliError> {
        Ok(self.plugins.runtime.test_case(self.entry, &plugins::given(self.resolved.options.clone()))?)
    }

    fn once(&self, test_case: &TestCase) -> Result<ExitCode, CliError> {
        let (args, resolved) = (self.args, &self.resolved);
        let description = test_case.description();
        output::data(&format!(
            "{} ({} {}), load {}, iteration {}\n",
            self.entry.name, description.name, description.version, resolved.load, args.iteration
        ))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let one = OneIteration {
            test_case,
            target: &resolved.target,
            context: Context {
                load: resolved.load,
                iteration: args.iteration,
                seed: Context::iteration_seed(resolved.seed, args.iteration),
                intended_start_unix_ms: now.as_secs_f64() * 1_000.0,
                row: args.row.clone(),
            },
            timeout: resolved.timeout.0,
        };
        let ended = one.run(output::data);
        plugins::say_log(self.talk, &self.entry.name, test_case.take_log());
        ended
    }

    /// Does it again at every change, until a signal ends the process. What cannot be used leaves the last good one in place.
    fn watch(&self, project: Option<&Project>) -> Result<ExitCode, CliError> {
        signals::end_with(ExitCode::Ok, self.talk)?;
        let mut good: Option<TestCase> = None;
        let watched = || match (project, &self.entry.origin) {
            (Some(project), _) => project.sources(),
            (None, Origin::File(path)) => vec![path.clone()],
            (None, _) => Vec::new(),
        };
        loop {
            let (seen, built) = self.build_what_is_there(project, &watched);
            match built.and_then(|()| self.open()) {
                Ok(test_case) => good = Some(test_case),
                Err(error) => {
                    error.print();
                    let stays = if good.is_some() { "the last good one stays" } else { "there is no good one yet" };
                    self.talk.say(format!("not usable as it is now: {stays}"));
                }
            }
            // A target that is not there yet is no reason to end.
            if let Some(test_case) = &good
                && let Err(error) = self.once(test_case)
            {
                error.print();
            }
            self.talk.say("watching for changes; Ctrl-C ends it");
            while stamps(&watched()) == seen {
                std::thread::sleep(LOOK_EVERY);
            }
            // Whoever writes it may not be done yet.
            std::thread::sleep(LOOK_EVERY);
            self.talk.say("");
        }
    }
}

/// What tells that a file has changed: its time and its size.
type Stamps = Vec<Option<(SystemTime, u64)>>;

fn stamps(files: &[PathBuf]) -> Stamps {
    let stamp = |path: &PathBuf| {
        let metadata = path.metadata().ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.iter().map(stamp).collect()
}
