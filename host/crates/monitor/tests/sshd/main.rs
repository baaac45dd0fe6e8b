//! Monitoring against a real `sshd` on the loopback address, as far as it goes wrong in practice.

mod logins;
mod measuring;
mod server;
mod soak;
mod troubles;
mod ways;

use std::time::{Duration, Instant};

use model::resources::{Observation, ResourceSample, Seen};
use monitor::{HostPlan, Monitor, MonitorPlan};

use server::Server;

/// Between two looks.
const INTERVAL: Duration = Duration::from_millis(100);

/// A plan for these hosts of this server.
fn plan(server: &Server, hosts: Vec<HostPlan>) -> MonitorPlan {
    MonitorPlan {
        hosts,
        interval: INTERVAL,
        required: true,
        accept_new_host_keys: false,
        askpass: env!("CARGO_BIN_EXE_monitor-test-askpass").into(),
        ssh_config: Some(server.client_config()),
    }
}

fn start(plan: MonitorPlan) -> Result<Monitor, monitor::MonitorError> {
    Monitor::start(plan, &|| false)
}

/// The fault of the one host that cannot be monitored.
fn fault_of(plan: MonitorPlan) -> monitor::HostError {
    match start(plan) {
        Err(monitor::MonitorError::Hosts(mut hosts)) if hosts.len() == 1 => hosts.remove(0),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the host is monitored"),
    }
}

/// Observations of one host until `is_enough` of them says so.
fn observe(monitor: &Monitor, host: u16, is_enough: impl Fn(&[Observation]) -> bool) -> Vec<Observation> {
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut seen = Vec::new();
    while !is_enough(&seen) {
        let left = deadline.saturating_duration_since(Instant::now());
        let next = monitor.observations().recv_timeout(left);
        let next = next.unwrap_or_else(|error| panic!("{error} after {:?}", seen.last()));
        if next.host == host {
            seen.push(next);
        }
    }
    seen
}

fn sample(observation: &Observation) -> Option<&ResourceSample> {
    match &observation.seen {
        Seen::Sample(sample) => Some(sample),
        Seen::Gap(_) => None,
    }
}

fn gap(observation: &Observation) -> Option<&str> {
    match &observation.seen {
        Seen::Sample(_) => None,
        Seen::Gap(why) => Some(why),
    }
}

fn samples(seen: &[Observation]) -> usize {
    seen.iter().filter(|observation| sample(observation).is_some()).count()
}

fn gaps(seen: &[Observation]) -> usize {
    seen.len() - samples(seen)
}
