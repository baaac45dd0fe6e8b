//! `run` and `test-execution`: one trial, shown and saved.

use std::sync::Arc;

use generator::Stop;
use http::{HeaderName, HeaderValue};
use model::TrialPlan;
use model::plan::TargetPlan;
use results::Storage;
use transport::Origin;

use crate::cli::{GlobalArgs, RunArgs, TestExecutionArgs, TextFormat};
use crate::config::{self, Environment, Layers, ResolvedRun};
use crate::error::{CliError, ExitCode};
use crate::local::{LocalRun, Ran};
use crate::output::{self, Talk};
use crate::plugins::{self, Plugins};
use crate::{signals, summary};

pub(crate) fn run(args: &RunArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    execute(&super::layers(global)?.with(&args.settings)?, args.format, talk)
}

pub(crate) fn test_execution(args: &TestExecutionArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let (settings, notices) = config::test_execution_settings(args)?;
    talk.notices(notices);
    let folder = super::working_directory()?;
    let layers = config::load_test_execution(global, Environment::of_this_process(), &folder)?;
    execute(&layers.with(&settings)?, args.run.format, talk)
}

fn execute(layers: &Layers, format: TextFormat, talk: Talk) -> Result<ExitCode, CliError> {
    let resolved = config::resolve_run(layers)?;
    talk.notices(&resolved.common.notices);
    let storage = Storage::at(&resolved.common.storage);
    storage.check_writable()?;
    let plugins = Plugins::find(&resolved.common, resolved.threads + resolved.plugin_threads, talk)?;
    let entry = plugins.catalog.find(&resolved.test_case)?;
    let test_case = plugins.runtime.test_case(entry, &plugins::given(resolved.options.clone()))?;
    talk.notices(plugins.runtime.take_notices());
    let plan = plan(&resolved, test_case.options().clone());
    let run = LocalRun {
        storage,
        about: resolved.name.clone().unwrap_or_else(|| resolved.test_case.clone()),
        name: resolved.name,
        labels: resolved.labels,
        origins: origins(&resolved.target)?,
        headers: headers(&resolved.target)?,
        target: resolved.target,
        seed: resolved.seed,
        trials: vec![(plan, Arc::new(test_case))],
    };
    execute_and_show(run, format, talk)
}

/// Runs until the end or a signal, prints what a person or a program wants to know.
pub(super) fn execute_and_show(run: LocalRun, format: TextFormat, talk: Talk) -> Result<ExitCode, CliError> {
    let stop = Stop::default();
    signals::watch(stop.clone(), talk)
        .map_err(|error| CliError::new(ExitCode::Internal, format!("no signal handlers: {error}")))?;
    signals::raise_descriptor_limit();
    let urls = run.target.urls.clone();
    let Ran { file, dir, code } = run.execute(&stop, talk, |trial| match format {
        TextFormat::Text => output::data(&format!("{}\n", summary::of_trial(trial, &urls))),
        TextFormat::Json => Ok(()),
    })?;
    if format == TextFormat::Json {
        output::json(&file.without_histograms())?;
    }
    talk.say(format!("saved in {}", dir.display()));
    talk.say(format!("see it again with `cluster-tester results show {}`", file.run_id));
    Ok(code)
}

fn plan(run: &ResolvedRun, options: serde_json::Map<String, serde_json::Value>) -> TrialPlan {
    TrialPlan {
        test_case: run.test_case.clone(),
        options,
        load: run.load,
        rate: run.rate,
        warm_up: run.warm_up,
        duration: run.duration,
        timeout: run.timeout,
        threads: run.threads,
        plugin_threads: run.plugin_threads,
        connections: run.connections,
        max_in_flight: run.max_in_flight,
    }
}

/// The base URLs, with the addresses of their hosts.
///
/// # Errors
/// When one is malformed, or its host is not known.
pub(super) fn origins(target: &TargetPlan) -> Result<Vec<Origin>, CliError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CliError::new(ExitCode::Internal, error.to_string()))?;
    let origin = |url: &String| {
        let mut origin = Origin::parse(url).map_err(|error| CliError::from_error(ExitCode::Target, &error))?;
        runtime.block_on(origin.resolve()).map_err(|error| {
            CliError::from_error(ExitCode::Target, &error)
                .with_detail("url", url)
                .with_hint("is the host's name right, and does this machine know it?")
        })?;
        Ok(origin)
    };
    target.urls.iter().map(origin).collect()
}

/// The plan's headers, with their secrets.
///
/// # Errors
/// Never for those that the config has checked.
pub(super) fn headers(target: &TargetPlan) -> Result<Vec<(HeaderName, HeaderValue)>, CliError> {
    let header = |header: &model::plan::HeaderPlan| {
        let name = header.name.parse::<HeaderName>().ok()?;
        Some((name, header.value.value.parse::<HeaderValue>().ok()?))
    };
    let all = target.headers.iter().map(|plan| {
        header(plan).ok_or_else(|| CliError::new(ExitCode::Config, format!("header `{}` cannot be sent", plan.name)))
    });
    all.collect()
}
