//! Drives the built command against real servers on the loopback address, as a user would.

mod architecture;
mod bad_input;
mod bad_plugins;
mod bad_runs;
mod bad_targets;
mod command;
mod config;
mod connections;
mod goals;
mod measuring;
mod nginx;
mod patterns;
mod plugins;
mod saving;
mod starting;
