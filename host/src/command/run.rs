//! `run` and `test-execution`: one trial, shown and saved.

use generator::Stop;
use results::Storage;

use crate::ci_report::CiReports;
use crate::cli::{GlobalArgs, RunArgs, TestExecutionArgs, TextFormat};
use crate::config::{self, Environment, Layers, ResolvedRun};
use crate::destination::Destination;
use crate::error::{CliError, ExitCode};
use crate::local::{LocalRun, Ran};
use crate::output::{self, Talk};
use crate::plugins::{self, Plugins};
use crate::prepared::PreparedTrial;
use crate::{signals, summary};

pub(crate) fn run(args: &RunArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    execute(&super::layers(global)?.with(&args.settings)?, args.format, talk)
}

pub(crate) fn test_execution(args: &TestExecutionArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let settings = config::test_execution_settings(args)?;
    let folder = super::working_directory()?;
    let layers = config::load_test_execution(global, Environment::of_this_process(), &folder)?;
    execute(&layers.with(&settings)?, args.run.format, talk)
}

fn execute(layers: &Layers, format: TextFormat, talk: Talk) -> Result<ExitCode, CliError> {
    let resolved = config::resolve_run(layers)?;
    talk.notices(&resolved.common.notices);
    let monitored = config::resolve_monitor(layers)?;
    talk.notices(&monitored.notices);
    if !monitored.hosts.is_empty() {
        talk.notices(["hosts are not monitored during a run yet; `cluster-tester monitor` looks at them"]);
    }
    let reports = CiReports { junit: resolved.goal.junit.clone(), markdown: resolved.goal.markdown.clone() };
    reports.check_writable()?;
    let about = resolved.name.clone().unwrap_or_else(|| resolved.test_case.clone());
    // The runtime of the plugins ends with them, and with it their deadlines: it must outlive the run.
    let ended = prepare(resolved, &about, talk).and_then(|(run, _plugins)| execute_and_show(run, format, talk));
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
fn prepare(resolved: ResolvedRun, about: &str, talk: Talk) -> Result<(LocalRun, Plugins), CliError> {
    let storage = Storage::at(&resolved.common.storage);
    storage.check_writable()?;
    let plugins = Plugins::find(&resolved.common, resolved.threads + resolved.plugin_threads, talk)?;
    let entry = plugins.catalog.find(&resolved.test_case)?;
    let test_case = plugins.runtime.test_case(entry, &plugins::given(resolved.options.clone()))?;
    talk.notices(plugins.runtime.take_notices());
    let trial = PreparedTrial::of(&resolved, test_case)?;
    let (destination, notices) = Destination::find(&resolved.target)?;
    talk.notices(notices);
    let run = LocalRun {
        storage,
        about: about.to_owned(),
        name: resolved.name,
        labels: resolved.labels,
        destination,
        target: resolved.target,
        seed: resolved.seed,
        trials: vec![trial],
    };
    Ok((run, plugins))
}

/// Runs until the end or a signal, prints what a person or a program wants to know.
pub(super) fn execute_and_show(run: LocalRun, format: TextFormat, talk: Talk) -> Result<Ran, CliError> {
    let stop = Stop::default();
    signals::watch(stop.clone(), "what there is will be saved", talk)
        .map_err(|error| CliError::new(ExitCode::Internal, format!("no signal handlers: {error}")))?;
    signals::raise_descriptor_limit();
    let urls = run.target.urls.clone();
    let ran = run.execute(&stop, talk, |trial| match format {
        TextFormat::Text => output::data(&format!("{}\n", summary::of_trial(trial, &urls))),
        TextFormat::Json => Ok(()),
    })?;
    if format == TextFormat::Json {
        output::json(&ran.file.without_histograms())?;
    }
    talk.say(format!("saved in {}", ran.dir.display()));
    talk.say(format!("see it again with `cluster-tester results show {}`", ran.file.run_id));
    Ok(ran)
}
