//! `run` and `test-execution`: one trial, shown and saved.

use model::RunPlan;
use results::{RunHeader, Storage, Tester};

use crate::ci_report::CiReports;
use crate::cli::{GlobalArgs, RunArgs, TestExecutionArgs, TextFormat};
use crate::config::{self, Layers, ResolvedMonitor, ResolvedRun};
use crate::destination::Destination;
use crate::error::{CliError, ExitCode};
use crate::host_watch::HostWatch;
use crate::hosts;
use crate::local::Local;
use crate::older_files::{self, OlderFile};
use crate::output::{self, Talk};
use crate::plugins::{self, Plugins};
use crate::prepared::PreparedTrial;
use crate::session::{Ran, Session};
use crate::{signals, summary};

pub(crate) fn run(args: &RunArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    execute(&super::layers(global)?.with(&args.settings)?, args.format, false, talk)
}

pub(crate) fn test_execution(args: &TestExecutionArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let settings = config::test_execution_settings(args)?;
    let layers = super::older_layers(global)?;
    let in_older_shape = args.is_in_older_spelling() || layers.is_in_older_shape();
    execute(&layers.with(&settings)?, args.run.format, in_older_shape, talk)
}

fn execute(layers: &Layers, format: TextFormat, in_older_shape: bool, talk: Talk) -> Result<ExitCode, CliError> {
    let resolved = config::resolve_run(layers)?;
    talk.notices(&resolved.common.notices);
    let monitored = config::resolve_monitor(layers)?;
    talk.notices(&monitored.notices);
    let reports = CiReports { junit: resolved.goal.junit.clone(), markdown: resolved.goal.markdown.clone() };
    reports.check_writable()?;
    let about = resolved.name.clone().unwrap_or_else(|| resolved.test_case.clone());
    // The runtime of the plugins ends with them, and with it their deadlines: it must outlive the run.
    let ended =
        prepare(resolved, &about, talk).and_then(|(run, _plugins)| execute_and_show(run, &monitored, format, talk));
    if let Ok(ran) = &ended
        && in_older_shape
        && let Some(trial) = ran.file.trials.last()
    {
        older_files::write(&ran.dir, &OlderFile::TestExecution(trial.number), talk)?;
    }
    // A CI is told of a run that could not begin, too.
    let written = reports.write(&about, ended.as_ref().map(|ran| &ran.file));
    match (ended, written) {
        (Ok(ran), Ok(())) => Ok(ran.code),
        (Ok(ran), Err(error)) => {
            error.print();
            Ok(ran.code.or_worse(error.code))
        }
        (Err(error), _) => Err(error),
    }
}

/// Everything that can be wrong before the first request.
fn prepare(resolved: ResolvedRun, about: &str, talk: Talk) -> Result<(Preparation, Plugins), CliError> {
    let storage = Storage::at(&resolved.common.storage);
    storage.check_writable()?;
    let plugins = Plugins::find(&resolved.common, resolved.threads + resolved.plugin_threads, talk)?;
    let entry = plugins.named(&resolved.test_case)?;
    let test_case = plugins.runtime.test_case(&entry, &plugins::given(resolved.options.clone()))?;
    talk.notices(plugins.runtime.take_notices());
    let trial = PreparedTrial::of(&resolved, test_case)?;
    let (destination, notices) = Destination::find(&resolved.target)?;
    talk.notices(notices);
    let header = RunHeader {
        name: resolved.name,
        labels: resolved.labels,
        command: Vec::new(),
        tester: Tester::this_machine(env!("CARGO_PKG_VERSION")),
        plan: RunPlan { target: resolved.target, trials: vec![trial.plan.clone()], seed: resolved.seed },
        plugins: vec![trial.test_case.identity()],
    };
    Ok((Preparation { storage, about: about.to_owned(), header, destination, trial }, plugins))
}

/// A run of one trial that is ready to begin.
struct Preparation {
    storage: Storage,
    about: String,
    header: RunHeader,
    destination: Destination,
    trial: PreparedTrial,
}

/// Runs until the end or a signal, prints what a person or a program wants to know.
fn execute_and_show(
    ready: Preparation,
    monitored: &ResolvedMonitor,
    format: TextFormat,
    talk: Talk,
) -> Result<Ran, CliError> {
    let Preparation { storage, about, header, destination, trial } = ready;
    let stop = signals::begin(talk)?;
    let (urls, seed) = (header.plan.target.urls.clone(), header.plan.seed);
    let monitor = hosts::start(monitored, &|| stop.is_thrown(), talk)?;
    let local = Local { destination, seed, stop, talk };
    let mut run = storage.create_run(&about, header)?;
    let hosts = HostWatch::begin(monitor, monitored.interval.0, &mut run, talk)?;
    let mut session = Session::new(local, run, Some(hosts));
    session.baseline(monitored.baseline)?;
    let facts = session.file().hosts.clone();
    let shown = match session.trial(&trial, &trial.title()) {
        Err(error) => return Err(session.fail(error)),
        Ok(record) => match format {
            TextFormat::Text => output::data(&format!("{}\n", summary::of_trial(record, &urls, &facts))),
            TextFormat::Json => Ok(()),
        },
    };
    let mut ran = session.end()?;
    if format == TextFormat::Json {
        output::json(&ran.file.without_histograms())?;
    }
    // What cannot be printed is saved all the same.
    if let Err(error) = shown {
        talk.say(error.render(false).trim_end());
        ran.code = ran.code.or_worse(error.code);
    }
    ran.say_where(talk);
    Ok(ran)
}
