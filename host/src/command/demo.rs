//! `demo`: a target in this process, what it carries, and what that costs this machine.

use model::Span;

use crate::cli::{DemoArgs, DiscoverySettings, GlobalArgs, GoalSettings, PatternSettings, RunSettings, Typed};
use crate::config::{self, Presence, ResolvedMonitor, SearchKind};
use crate::error::{CliError, ExitCode};
use crate::output::Talk;
use crate::plugins::Plugins;
use crate::search_setup::{self, Subject};

use super::benchmark::{self, Plan, Reporter};

/// What is asked of the demo application: what a small machine answers with ease, then more of it.
const TEST_CASE: &str = "fibonacci";
const SLO: &str = "p99 < 100ms, errors <= 0%";
const LOADS: (u32, u32) = (7, 9);
const RATES: (&str, &str) = ("50/s", "6400/s");
/// A flag's value, which is known to be valid.
fn typed<T: std::str::FromStr>(text: &str) -> Option<Typed<T>> {
    text.parse().ok()
}

/// Longest time of a search; there are two, and a last trial.
const BUDGET: Span = Span(std::time::Duration::from_millis(3_500));
/// From one look at this machine to the next.
const TICK: Span = Span(std::time::Duration::from_millis(200));
/// Length of a trial that counts.
const DURATION: Span = Span(std::time::Duration::from_millis(500));

pub(crate) fn run(args: &DemoArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let layers = super::layers(global)?;
    let target = target::spawn(([127, 0, 0, 1], 0).into(), 1, target::DEFAULT_MAX_FIBONACCI)
        .map_err(|error| CliError::new(ExitCode::Target, format!("cannot start the demo application: {error}")))?;
    talk.say(format!("the demo application listens on {}; about 8 s to find what it carries", target.url()));
    let search = DiscoverySettings {
        // One trial decides: the demo shows how it goes, and is to be over soon.
        strategy: typed("classic"),
        width: typed("10%"),
        budget: Some(BUDGET),
        min_rate: typed(RATES.0),
        max_rate: typed(RATES.1),
        min_load: Some(LOADS.0),
        max_load: Some(LOADS.1),
        rest_time: Some(Span::default()),
        ..DiscoverySettings::default()
    };
    let settings = RunSettings {
        test_case: Some(TEST_CASE.to_owned()),
        url: vec![target.url().to_string()],
        name: Some("demo".to_owned()),
        threads: Some(1),
        pattern: PatternSettings { duration: Some(DURATION), ..PatternSettings::default() },
        goal: GoalSettings { slo: typed(SLO), ..GoalSettings::default() },
        ..RunSettings::default()
    };
    let layers = layers.with(&settings)?.with_search(&search);
    let resolved = config::resolve_search(&layers, SearchKind::Benchmark)?;
    let monitored = config::resolve_monitor(&layers)?;
    let monitored = ResolvedMonitor { presence: Presence::Off, interval: TICK, ..monitored };
    talk.notices(&resolved.run.common.notices);
    let plugins = Plugins::find(&resolved.run.common, 2, talk)?;
    let subjects = vec![Subject::open(resolved, &plugins)?];
    talk.notices(plugins.runtime.take_notices());
    let session = search_setup::begin(&subjects, "demo", &search, &monitored, talk)?;
    let plan = Plan { subjects, loads: 1, repeat: 1, in_older_shape: false };
    benchmark::execute(&plan, session, args.format, Reporter { layers: &layers, plugins: &plugins }, talk)
}
