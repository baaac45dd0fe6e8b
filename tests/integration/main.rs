//! Drives the built command against real servers on the loopback address, as a user would.

mod analysing;
mod architecture;
mod authoring;
mod bad_input;
mod bad_plugins;
mod bad_runs;
mod bad_targets;
mod command;
mod config;
mod connections;
mod contract;
mod discovering;
mod goals;
mod measuring;
mod monitoring;
mod nginx;
mod patterns;
mod plugins;
mod registry_server;
mod saving;
#[expect(dead_code, reason = "the library's own tests use all of it")]
#[path = "../../host/crates/monitor/tests/sshd/server.rs"]
mod server;
mod sharing;
mod starting;
