//! `check`: what a run needs, looked at without sending load.

use std::sync::Arc;

use generator::TrialClock;
use model::plan::{ConnectionPlan, TargetPlan};
use model::{Span, WorkloadSource as _};
use plugin::TestCase;
use results::Storage;
use transport::Settings;

use crate::ci_report::CiReports;
use crate::cli::{CheckArgs, GlobalArgs};
use crate::config::{self, ConfigError, Layers, Presence, ResolvedRun};
use crate::destination::Destination;
use crate::error::{CliError, ExitCode};
use crate::output::{self, Talk};
use crate::plugins::{self, Plugins};
use crate::prepared::PreparedTrial;
use crate::{host_figures, hosts, load_model};

/// Longest wait for a connection.
const CONNECT: Span = Span::from_secs(5);

pub(crate) fn run(args: &CheckArgs, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    // A config that cannot be read leaves nothing to check.
    let layers = super::layers(global)?.with(&args.settings)?;
    let common = config::resolve_common(&layers)?;
    talk.notices(&common.notices);
    let mut report = Report::default();
    report.say("config", Ok("is valid".to_owned()));
    let storage = Storage::at(&common.storage).check_writable().map_err(CliError::from);
    report.say("storage", storage.map(|()| format!("{} can be written", common.storage.display())));
    let plugins = Plugins::find(&common, 1, talk)?;
    for entry in plugins.catalog.entries() {
        let inspected = plugins.admit(entry).and_then(|entry| Ok(plugins.runtime.inspect(&entry)?));
        let said =
            inspected.map(|inspection| format!("is a valid {} ({})", inspection.shape.world.noun(), entry.origin));
        report.say(&format!("plugin {}", entry.name), said);
    }
    match test_case(&layers, &plugins) {
        Ok((said, resolved, opened)) => {
            report.say("test case", Ok(said));
            check_files(&resolved, opened, &mut report);
        }
        Err(ConfigOrPlugin::Config(ConfigError::NoTestCase)) => {
            report.skip("test case", "none is named; `--test-case NAME` has its options checked");
        }
        Err(ConfigOrPlugin::Config(ConfigError::NoUrl { .. })) => {
            report.skip("test case", "its options are checked once there is a URL");
        }
        Err(ConfigOrPlugin::Config(error)) => report.say("test case", Err(error.into())),
        Err(ConfigOrPlugin::Plugin(error)) => report.say("test case", Err(error)),
    }
    match config::resolve_target(&layers) {
        Err(ConfigError::NoUrl { .. }) => report.skip("target", "none is named; `--url URL` has it checked"),
        Err(error) => report.say("target", Err(error.into())),
        Ok(target) => {
            for url in &target.urls {
                let one = TargetPlan { urls: vec![url.clone()], ..target.clone() };
                report.say("target", connect(&one).map(|()| format!("{url} takes connections")));
            }
        }
    }
    check_hosts(&layers, &mut report, talk);
    talk.notices(plugins.runtime.take_notices());
    output::data(&report.text)?;
    Ok(report.worst.unwrap_or(ExitCode::Ok))
}

/// Why there is no test case.
enum ConfigOrPlugin {
    Config(ConfigError),
    Plugin(CliError),
}

/// Opens the test case that a run would use.
fn test_case(layers: &Layers, plugins: &Plugins) -> Result<(String, ResolvedRun, TestCase), ConfigOrPlugin> {
    let resolved = config::resolve_run(layers).map_err(ConfigOrPlugin::Config)?;
    let entry = plugins.named(&resolved.test_case).map_err(ConfigOrPlugin::Plugin)?;
    let opened = plugins.runtime.test_case(&entry, &plugins::given(resolved.options.clone()));
    let opened = opened.map_err(|error| ConfigOrPlugin::Plugin(error.into()))?;
    let title = &opened.description().name;
    let least = opened.description().min_recommended_load;
    let advice =
        if resolved.load < least { format!("; it recommends a load of {least} or more") } else { String::new() };
    Ok((format!("{} ({title}) takes its options{advice}", resolved.test_case), resolved, opened))
}

/// Reads the files that the run names, and its conditions with the test case's metrics.
fn check_files(resolved: &ResolvedRun, test_case: TestCase, report: &mut Report) {
    let reports = CiReports { junit: resolved.goal.junit.clone(), markdown: resolved.goal.markdown.clone() };
    let has_reports = reports.junit.is_some() || reports.markdown.is_some();
    let trial = reports.check_writable().and_then(|()| PreparedTrial::of(resolved, test_case));
    match trial {
        Err(error) => report.say("trial", Err(error)),
        Ok(trial) => {
            let plan = &trial.plan;
            let feed = plan.feed.as_ref().map(|feed| {
                format!("{} {} in {}", feed.rows, if feed.rows == 1 { "row" } else { "rows" }, feed.file.display())
            });
            let slo = plan.slo.as_ref().map(|slo| format!("SLO {slo}"));
            let abort = plan.abort_when.as_ref().map(|conditions| format!("ends when {conditions}"));
            let written = has_reports.then(|| "reports can be written".to_owned());
            let parts: Vec<_> = [feed, slo, abort, written].into_iter().flatten().collect();
            let more = if parts.is_empty() { String::new() } else { format!("; {}", parts.join("; ")) };
            report.say("trial", Ok(format!("{}{more}", load_model::of_trial(plan))));
        }
    }
}

/// Logs in to each host that a run would monitor, and looks at it once.
fn check_hosts(layers: &Layers, report: &mut Report, talk: Talk) {
    let resolved = match config::resolve_monitor(layers) {
        Ok(resolved) => resolved,
        Err(error) => return report.say("hosts", Err(error.into())),
    };
    talk.notices(&resolved.notices);
    if resolved.hosts.is_empty() || resolved.presence == Presence::Off {
        return report.skip("hosts", "none is monitored; `--monitor-host HOST` has one checked");
    }
    match hosts::check(&resolved) {
        Err(error) => report.say("hosts", Err(error)),
        Ok(checked) => {
            for (host, outcome) in resolved.hosts.iter().zip(checked) {
                let told = outcome.map(|facts| host_figures::facts_in_a_line(&facts));
                report.say(&format!("host {}", host.name), told);
            }
        }
    }
}

/// Opens one connection.
fn connect(target: &TargetPlan) -> Result<(), CliError> {
    let connection = ConnectionPlan {
        connect_timeout: Span(CONNECT.0.min(target.connection.connect_timeout.0)),
        ..target.connection.clone()
    };
    let (destination, _) = Destination::find(&TargetPlan { connection, ..target.clone() })?;
    let settings = Settings { connections: Some(1), open_ahead: 1, body_limit: 0, ..destination.settings() };
    let clock = Arc::new(TrialClock::default());
    let transport = destination.transport(clock, settings);
    let mut transport = transport.map_err(|error| CliError::new(ExitCode::Internal, error.to_string()))?;
    transport.open(&|| false).map_err(|error| {
        CliError::from_error(ExitCode::Target, &error).with_hint_if_untold("is it running, and reachable from here?")
    })
}

/// What was found, line by line.
#[derive(Default)]
struct Report {
    text: String,
    worst: Option<ExitCode>,
}

impl Report {
    fn say(&mut self, what: &str, found: Result<String, CliError>) {
        match found {
            Ok(text) => self.line("ok  ", what, &text),
            Err(error) => {
                self.line("FAIL", what, &error.what);
                for (label, detail) in &error.details {
                    self.text.push_str(&format!("        {label}: {detail}\n"));
                }
                if let Some(hint) = &error.hint {
                    self.text.push_str(&format!("        hint: {hint}\n"));
                }
                self.worst = self.worst.or(Some(error.code));
            }
        }
    }

    fn skip(&mut self, what: &str, why: &str) {
        self.line("–   ", what, why);
    }

    fn line(&mut self, mark: &str, what: &str, text: &str) {
        self.text.push_str(&format!("  {mark}  {what}: {text}\n"));
    }
}
