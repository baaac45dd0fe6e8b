//! `demo`: a target in this process, and a trial of each of its test cases.

use std::sync::Arc;

use model::plan::{ConnectionPlan, Pacing, TargetPlan};
use model::{Load, LoadModel, Rate, Span, TrialPlan};
use results::Storage;

use crate::cli::{DemoArgs, GlobalArgs};
use crate::config;
use crate::destination::Destination;
use crate::error::{CliError, ExitCode};
use crate::local::LocalRun;
use crate::output::Talk;
use crate::plugins::Plugins;
use crate::prepared::PreparedTrial;

/// Test case, load and rate of each trial: what a small machine answers with ease.
const TRIALS: [(&str, u32, f64); 2] = [("fibonacci", 8, 50.0), ("bubble-sort", 8, 100.0)];
/// Length of each trial.
const DURATION: Span = Span::from_secs(5);

pub(crate) fn run(args: &DemoArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let common = config::resolve_common(&super::layers(global)?)?;
    talk.notices(&common.notices);
    let storage = Storage::at(&common.storage);
    storage.check_writable()?;
    let plugins = Plugins::find(&common, 2, talk)?;
    let target = target::spawn(([127, 0, 0, 1], 0).into(), 1, target::DEFAULT_MAX_FIBONACCI)
        .map_err(|error| CliError::new(ExitCode::Target, format!("cannot start the demo application: {error}")))?;
    talk.say(format!("the demo application listens on {}; two trials of {DURATION} each", target.url()));
    let trial = |(name, load, rate): (&str, u32, f64)| {
        let test_case = plugins.runtime.test_case(plugins.catalog.find(name)?, &[])?;
        let plan = TrialPlan {
            test_case: name.to_owned(),
            options: test_case.options().clone(),
            load: Load(load),
            load_model: LoadModel::constant(Rate::per_second(rate).expect("the demo's rates are valid"), DURATION),
            warm_up: Span::from_secs(0),
            duration: DURATION,
            timeout: Span::from_secs(30),
            pacing: Pacing::default(),
            threads: 1,
            plugin_threads: 1,
            connections: None,
            max_in_flight: 1_000,
            feed: None,
            slo: None,
            abort_when: None,
            abort_window: Span::from_secs(10),
        };
        Ok(PreparedTrial { plan, test_case: Arc::new(test_case), feed: None, slo: None, abort_when: None })
    };
    let trials = TRIALS.into_iter().map(trial).collect::<Result<_, CliError>>()?;
    talk.notices(plugins.runtime.take_notices());
    let plan = TargetPlan {
        name: Some("demo".to_owned()),
        urls: vec![target.url().to_string()],
        headers: Vec::new(),
        connection: ConnectionPlan::default(),
    };
    let (destination, _) = Destination::find(&plan)?;
    let run = LocalRun {
        storage,
        about: "demo".to_owned(),
        name: None,
        labels: Default::default(),
        destination,
        target: plan,
        seed: 0,
        trials,
    };
    super::run::execute_and_show(run, args.format, talk).map(|ran| ran.code)
}
