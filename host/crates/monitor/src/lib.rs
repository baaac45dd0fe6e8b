//! Decides how the resources of hosts are read: over SSH without anything installed there, and of this machine directly.
//!
//! One long-lived session a host, paced from here: at each absolute tick a line is written to it, and a loop in plain sh
//! answers with the kernel's counters, which are parsed here. Whatever a host does, the others and the load are not held
//! up: all of it runs on one thread of its own, a host that does not answer leaves a gap, and a channel that nobody
//! empties loses observations, counted, rather than wait. What the figures mean is left to `model`, what is done with
//! them to the caller.

mod askpass;
mod backoff;
mod clock;
mod dialogue;
mod error;
mod facts;
mod fault;
mod files;
mod frame;
mod host;
mod local;
mod login;
mod master;
mod monitor;
mod outlet;
mod plan;
mod reading;
mod remote;
mod sample;
mod ticks;

pub use askpass::answer_if_asked;
pub use error::MonitorError;
pub use fault::{Fault, HostError};
pub use monitor::{Monitor, check};
pub use plan::{HostPlan, MonitorPlan, SHORTEST_INTERVAL, Secret, TESTER};
