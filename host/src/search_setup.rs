//! Gets a search ready: everything that can be wrong before the first request.

use model::{RunPlan, Span, WorkloadSource as _};
use plugin::TestCase;
use results::{Recovery, Resumed, RunFile, RunHeader, RunWriter, Storage, Tester};

use crate::cli::DiscoverySettings;
use crate::command_line;
use crate::config::{ResolvedMonitor, ResolvedSearch};
use crate::destination::Destination;
use crate::error::{CliError, ExitCode};
use crate::host_watch::HostWatch;
use crate::hosts;
use crate::local::Local;
use crate::output::Talk;
use crate::plugins::{self, Plugins};
use crate::prepared::PreparedTrial;
use crate::session::Session;
use crate::signals;

/// Hosts that are looked at more often in a search, unless an interval is given.
const FEW_HOSTS: usize = 20;
/// How often.
const LOOK_OFTEN: Span = Span(std::time::Duration::from_millis(200));

/// A test case to search with.
pub(crate) struct Subject {
    /// How it is searched.
    pub(crate) settings: ResolvedSearch,
    /// What each trial is, but for its rate, load and length.
    pub(crate) base: PreparedTrial,
}

impl Subject {
    /// Opens the test case, and looks whether the SLO is about what it tells.
    ///
    /// # Errors
    /// When there is none, it refuses its options, or a file cannot be used.
    pub(crate) fn open(settings: ResolvedSearch, plugins: &Plugins) -> Result<Self, CliError> {
        let entry = plugins.named(&settings.run.test_case)?;
        let test_case: TestCase = plugins.runtime.test_case(&entry, &plugins::given(settings.run.options.clone()))?;
        let mut run = settings.run.clone();
        run.goal.slo = Some(settings.slo.clone());
        let base = PreparedTrial::of(&run, test_case)?;
        Ok(Self { settings, base })
    }

    /// The least load that it is worth trying, by its author.
    pub(crate) fn recommended_load(&self) -> model::Load {
        model::Load(self.base.test_case.description().min_recommended_load.0.max(1))
    }
}

/// Begins the run of searches, or takes it up again.
///
/// # Errors
/// When the target cannot be found, the storage takes no run, or there is no such run to resume.
pub(crate) fn begin(
    subjects: &[Subject],
    about: &str,
    typed: &DiscoverySettings,
    monitored: &ResolvedMonitor,
    talk: Talk,
) -> Result<Session, CliError> {
    let first = &subjects.first().expect("there is at least one").settings.run;
    let storage = Storage::at(&first.common.storage);
    storage.check_writable()?;
    let (destination, notices) = Destination::find(&first.target)?;
    talk.notices(notices);
    let stop = signals::begin(talk)?;
    // Trials of a second or two are to have several looks within them; at many hosts that would cost the tester too much.
    let mut monitored = monitored.clone();
    if monitored.is_interval_default && monitored.hosts.len() <= FEW_HOSTS {
        monitored.interval = LOOK_OFTEN;
    }
    let monitor = hosts::start(&monitored, &|| stop.is_thrown(), talk)?;
    let local = Local { destination, seed: first.seed, stop, talk };
    let mut plugins: Vec<_> = subjects.iter().map(|subject| subject.base.test_case.identity()).collect();
    plugins.dedup();
    let header = RunHeader {
        name: first.name.clone(),
        labels: first.labels.clone(),
        command: command_line::typed(subjects.iter().map(|subject| subject.base.test_case.options())),
        tester: Tester::this_machine(env!("CARGO_PKG_VERSION")),
        plan: RunPlan {
            target: first.target.clone(),
            trials: subjects.iter().map(|subject| subject.base.plan.clone()).collect(),
            seed: first.seed,
        },
        plugins,
    };
    let mut run: RunWriter = match &typed.resume {
        Some(wanted) => {
            check_same(storage.open(wanted)?.file(), &header)?;
            let Resumed { run, recovery } = storage.resume_run(wanted)?;
            talk.notices(told(&recovery));
            run
        }
        None => storage.create_run(about, header)?,
    };
    let hosts = HostWatch::begin(monitor, monitored.interval.0, &mut run, talk)?;
    let mut session = Session::new(local, run, Some(hosts));
    session.baseline(monitored.baseline)?;
    Ok(session)
}

/// Whether a run that is to be taken up again would go on as it was begun.
fn check_same(before: &RunFile, now: &RunHeader) -> Result<(), CliError> {
    // The file has no secrets, so they are compared as it has them.
    let shown = |plan: &RunPlan| serde_json::to_value(plan).unwrap_or_default();
    let (was, is) = (shown(&before.plan), shown(&now.plan));
    let differs = ["target", "trials", "seed"].into_iter().find(|part| was.get(part) != is.get(part));
    let what = match differs {
        Some("target") => "its target is another one by now",
        Some("trials") => "what its trials ask, or how, is something else by now",
        Some(_) => "its seed is another one by now",
        None if before.plugins != now.plugins => "its test case is another version by now",
        None => return Ok(()),
    };
    Err(CliError::new(ExitCode::Usage, format!("run {} cannot go on: {what}", before.run_id)).with_hint(
        "set the config, the environment and the plugins back to what they were, or begin a new run; run.json has the old plan",
    ))
}

/// What was brought back of the trial that was under way.
fn told(recovery: &Recovery) -> Vec<String> {
    let trial = |trial: &results::RecoveredTrial| {
        format!("trial {} was cut off; {} of its requests are kept, and it is made again", trial.number, trial.rows)
    };
    recovery.trials.iter().map(trial).chain(recovery.notes.iter().cloned()).collect()
}
