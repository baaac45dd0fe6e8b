//! `benchmark`: what a target carries, load by load, and what it costs its hosts. The older tool's five steps.

use std::collections::VecDeque;

use model::{Load, Pace, Purpose, Rate, SearchAnswer, SearchEnd, SearchPlan, TrialOrder};
use results::TrialRecord;

use crate::answer;
use crate::cli::{BenchmarkArgs, GlobalArgs, TextFormat};
use crate::command_line;
use crate::config::{self, LOADS, Layers, ResolvedSearch, SearchKind};
use crate::error::{CliError, ExitCode};
use crate::older_files::{self, OlderFile};
use crate::output::{self, Talk};
use crate::plugins::Plugins;
use crate::report_page;
use crate::search::Search;
use crate::search_setup::{self, Subject};
use crate::session::{Session, is_confirmation};

/// Test cases, unless others are named; the older tool's.
const TEST_CASES: [&str; 2] = ["fibonacci", "bubble-sort"];
/// No load is below it but the first one searched for; the older tool's.
const LEAST_LOAD: u32 = 2;

pub(crate) fn run(args: &BenchmarkArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    if let Some(wanted) = &args.search.resume {
        let mut typed = args.clone();
        (typed.search.resume, typed.format) = (None, TextFormat::default());
        command_line::check_alone(&typed, &BenchmarkArgs::default())?;
        return super::resume(wanted, args.format, global, talk);
    }
    begin(args, global, talk)
}

/// Measures, from the beginning or from where a run was cut off.
pub(super) fn begin(args: &BenchmarkArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let settings = config::benchmark_settings(args)?;
    let layers = super::older_layers(global)?.with_search(&settings.search);
    let monitored = config::resolve_monitor(&layers.clone().with(&settings.settings)?)?;
    talk.notices(&monitored.notices);
    let names = test_cases(args, &layers)?;
    let resolved = names.iter().map(|name| resolve(&settings, &layers, name)).collect::<Result<Vec<_>, _>>()?;
    let first = resolved.first().expect("there is at least one");
    talk.notices(&first.run.common.notices);
    let plugins = Plugins::find(&first.run.common, first.run.threads + first.run.plugin_threads, talk)?;
    let subjects = resolved.into_iter().map(|settings| Subject::open(settings, &plugins));
    let subjects = subjects.collect::<Result<Vec<_>, _>>()?;
    talk.notices(plugins.runtime.take_notices());
    let about = subjects[0].settings.run.name.clone().unwrap_or_else(|| "benchmark".to_owned());
    let session = search_setup::begin(&subjects, &about, &settings.search, &monitored, talk)?;
    let plan = Plan {
        subjects,
        loads: args.max_n_loads_to_test.unwrap_or(LOADS),
        repeat: args.repeat.unwrap_or(1),
        in_older_shape: args.is_in_older_spelling() || layers.is_in_older_shape(),
    };
    execute(&plan, session, args.format, Reporter { layers: &layers, plugins: &plugins }, talk)
}

/// A benchmark that is ready to begin.
pub(super) struct Plan {
    /// Its test cases.
    pub(super) subjects: Vec<Subject>,
    /// Loads whose highest rate is searched for.
    pub(super) loads: u32,
    /// Times that everything is measured.
    pub(super) repeat: u32,
    /// The older tool's files are written too.
    pub(super) in_older_shape: bool,
}

/// What its report is made by.
#[derive(Clone, Copy)]
pub(super) struct Reporter<'a> {
    /// The config.
    pub(super) layers: &'a Layers,
    /// The plugins.
    pub(super) plugins: &'a Plugins,
}

/// Runs a benchmark to its end or a signal, shows and saves what it found.
pub(super) fn execute(
    plan: &Plan,
    mut session: Session,
    format: TextFormat,
    reporter: Reporter<'_>,
    talk: Talk,
) -> Result<ExitCode, CliError> {
    let mut benchmark = Benchmark::of(&mut session);
    let found = match benchmark.all(plan) {
        Ok(()) => benchmark.found,
        Err(error) => return Err(session.fail(error)),
    };
    let ran = session.end()?;
    match format {
        TextFormat::Text => output::data(&answer::table(&found))?,
        TextFormat::Json => output::json(&ran.file.without_histograms())?,
    }
    ran.say_where(talk);
    report_page::of_run(&ran.dir, reporter.layers, reporter.plugins, talk);
    // One that was stopped is finished by `--resume`, and its files are those of the whole.
    if plan.in_older_shape && ran.code != ExitCode::Interrupted {
        let shown: Vec<_> = found.iter().filter_map(|found| Some(found.confirmation.as_ref()?.number)).collect();
        older_files::write(&ran.dir, &OlderFile::Benchmarks(&shown), talk)?;
    }
    let codes = found.iter().map(|found| answer::code(&found.answer));
    // A benchmark whose every search found something is done as asked.
    Ok(codes.fold(ran.code, ExitCode::or_worse))
}

/// What one search of a benchmark found, and the trial that shows it.
pub(crate) struct Found {
    /// What was searched for.
    pub(crate) plan: SearchPlan,
    /// What was found.
    pub(crate) answer: SearchAnswer,
    /// The trial at the lower bound, at its full length, that was made after the search.
    pub(crate) confirmation: Option<TrialRecord>,
}

struct Benchmark<'a> {
    session: &'a mut Session,
    /// Searches begun so far.
    position: usize,
    /// Confirmations that were made before the run was taken up again, in order.
    confirmed: VecDeque<TrialRecord>,
    found: Vec<Found>,
}

impl<'a> Benchmark<'a> {
    fn of(session: &'a mut Session) -> Self {
        let confirmed = session.file().trials.iter().filter(|trial| is_confirmation(trial)).cloned().collect();
        Self { session, position: 0, confirmed, found: Vec::new() }
    }

    fn all(&mut self, plan: &Plan) -> Result<(), CliError> {
        for _ in 0..plan.repeat.max(1) {
            for subject in &plan.subjects {
                self.subject(subject, plan.loads)?;
                if self.session.local.stop.is_thrown() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The highest load at the lowest rate, then the highest rate at that load and at those below it.
    fn subject(&mut self, subject: &Subject, loads: u32) -> Result<(), CliError> {
        let name = &subject.settings.run.test_case;
        let answer = self.search(subject, &subject.settings.for_load(name, subject.recommended_load()))?;
        let Some(highest) = answer.lower.map(|load| load as u32) else { return Ok(()) };
        let lowest = highest.saturating_sub(loads.saturating_sub(1)).max(LEAST_LOAD.min(highest));
        for load in (lowest..=highest).rev() {
            if self.session.local.stop.is_thrown() {
                return Ok(());
            }
            let plan = subject.settings.for_rate(name, Load(load));
            let answer = self.search(subject, &plan)?;
            let rate = answer.lower.and_then(|rate| Rate::per_second(rate).ok());
            if let Some(rate) = rate.filter(|_| answer.end != SearchEnd::Stopped) {
                self.confirm(subject, Load(load), rate)?;
            }
        }
        Ok(())
    }

    fn search(&mut self, subject: &Subject, plan: &SearchPlan) -> Result<SearchAnswer, CliError> {
        self.session.local.talk.say(answer::title(plan));
        let Subject { settings, base } = subject;
        let answer = Search::new(self.session, base, settings).run(plan, self.position)?;
        self.position += 1;
        self.session.local.talk.say(answer::line(plan, &answer));
        self.found.push(Found { plan: plan.clone(), answer: answer.clone(), confirmation: None });
        Ok(answer)
    }

    /// Measures the load and rate that was found once more, for the record: at its full length, hosts watched.
    fn confirm(&mut self, subject: &Subject, load: Load, rate: Rate) -> Result<(), CliError> {
        let Subject { settings, base } = subject;
        let duration = settings.duration;
        let order =
            TrialOrder { load, pace: Pace::Open(rate), duration, may_end_early: false, purpose: Purpose::Confirmation };
        let name = &settings.run.test_case;
        let is_it = |trial: &TrialRecord| trial.plan.test_case == *name && trial.extras.order.as_ref() == Some(&order);
        let record = match self.confirmed.front().is_some_and(is_it) {
            true => self.confirmed.pop_front(),
            false => {
                self.confirmed.clear();
                Some(Search::new(self.session, base, settings).once(&order)?)
            }
        };
        if let Some(found) = self.found.last_mut() {
            found.confirmation = record;
        }
        Ok(())
    }
}

fn test_cases(args: &BenchmarkArgs, layers: &Layers) -> Result<Vec<String>, CliError> {
    if !args.test_cases.is_empty() {
        return Ok(args.test_cases.clone());
    }
    let one = args.settings.test_case.clone().or_else(|| layers.test_case());
    Ok(one.map_or_else(|| TEST_CASES.map(str::to_owned).to_vec(), |one| vec![one]))
}

fn resolve(settings: &BenchmarkArgs, layers: &Layers, test_case: &str) -> Result<ResolvedSearch, CliError> {
    let mut run = settings.settings.clone();
    run.test_case = Some(test_case.to_owned());
    Ok(config::resolve_search(&layers.clone().with(&run)?, SearchKind::Benchmark)?)
}
