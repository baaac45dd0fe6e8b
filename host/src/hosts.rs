//! From the config to hosts under observation.

use model::HostFacts;
use monitor::{HostError, Monitor, MonitorError, MonitorPlan};

use crate::config::{Presence, ResolvedMonitor};
use crate::error::{CliError, ExitCode};
use crate::output::Talk;

/// Begins to observe the hosts, and the tester in any case. Blocks while it logs in to them; `is_cancelled` is asked
/// whether to give up.
///
/// # Errors
/// When a host that must be there is not ([`ExitCode::Host`]), or it was given up ([`ExitCode::Interrupted`]).
pub(crate) fn start(
    resolved: &ResolvedMonitor,
    is_cancelled: &dyn Fn() -> bool,
    talk: Talk,
) -> Result<Monitor, CliError> {
    let monitor = Monitor::start(plan(resolved)?, is_cancelled).map_err(of_monitor)?;
    for error in monitor.unreachable() {
        let said = error.said().and_then(|said| said.lines().last()).map(|said| format!(" ({said})"));
        talk.notices([format!("{error}{}; it is tried again", said.unwrap_or_default())]);
    }
    Ok(monitor)
}

/// Looks once at each host of the config, and at the tester last.
///
/// # Errors
/// When this machine is at fault.
pub(crate) fn check(resolved: &ResolvedMonitor) -> Result<Vec<Result<HostFacts, CliError>>, CliError> {
    let checked = monitor::check(plan(resolved)?).map_err(of_monitor)?;
    Ok(checked.into_iter().map(|outcome| outcome.map_err(|error| of_host(&error))).collect())
}

fn plan(resolved: &ResolvedMonitor) -> Result<MonitorPlan, CliError> {
    let askpass = std::env::current_exe()
        .map_err(|error| CliError::new(ExitCode::Internal, format!("cannot tell where this program is: {error}")))?;
    Ok(MonitorPlan {
        hosts: if resolved.presence == Presence::Off { Vec::new() } else { resolved.hosts.clone() },
        interval: resolved.interval.0,
        required: resolved.presence == Presence::Required,
        accept_new_host_keys: resolved.accept_new_host_keys,
        askpass,
        ssh_config: resolved.ssh_config.clone(),
    })
}

fn of_monitor(error: MonitorError) -> CliError {
    match &error {
        MonitorError::Hosts(hosts) => match hosts.as_slice() {
            [one] => of_host(one),
            several => {
                let mut cli = CliError::new(code(several), error.to_string());
                for host in several {
                    let said = host.said().and_then(|said| said.lines().last()).map(|said| format!(" ({said})"));
                    let text = format!("{}, {}{}", host.address, host.fault, said.unwrap_or_default());
                    cli = cli.with_detail(host.name.clone(), text);
                }
                cli.with_hint(
                    "`cluster-tester check` tells of each how to mend it; `--monitor optional` goes on without",
                )
            }
        },
        MonitorError::Interrupted => CliError::new(ExitCode::Interrupted, error.to_string()),
        MonitorError::Tester(_) => CliError::new(ExitCode::Host, error.to_string())
            .with_hint("the machine that sends the load must be Linux with /proc"),
        MonitorError::Directory(_) | MonitorError::Thread(_) => CliError::from_error(ExitCode::Internal, &error),
    }
}

fn of_host(error: &HostError) -> CliError {
    let mut cli = CliError::new(code(std::slice::from_ref(error)), error.to_string());
    cli = cli.with_detail("host", error.address.clone());
    if let Some(said) = error.said() {
        cli = cli.with_detail("ssh says", said.strip_prefix("ssh: ").unwrap_or(said));
    }
    cli.with_hint(error.hint())
}

fn code(hosts: &[HostError]) -> ExitCode {
    if hosts.iter().any(HostError::is_of_plan) { ExitCode::Config } else { ExitCode::Host }
}
