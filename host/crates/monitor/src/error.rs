//! Why there is no monitor.

use std::io;

use thiserror::Error;

use crate::fault::HostError;

/// Why monitoring did not begin.
#[derive(Debug, Error)]
pub enum MonitorError {
    /// Hosts that must be monitored and cannot be; at least one.
    #[error("{}", told(.0))]
    Hosts(Vec<HostError>),
    /// The counters of this machine cannot be read.
    #[error("cannot read the tester's own counters: {0}")]
    Tester(String),
    /// No directory for the sockets of `ssh`.
    #[error("cannot make a directory for the sockets of `ssh`")]
    Directory(#[source] io::Error),
    /// No thread, or no runtime on it.
    #[error("cannot start the monitor's thread")]
    Thread(#[source] io::Error),
    /// Asked to stop before it began.
    #[error("interrupted while hosts were logged in to")]
    Interrupted,
}

fn told(hosts: &[HostError]) -> String {
    match hosts {
        [one] => one.to_string(),
        several => {
            let names: Vec<_> = several.iter().map(|host| format!("`{}`", host.name)).collect();
            format!("cannot monitor {} hosts: {}", several.len(), names.join(", "))
        }
    }
}
