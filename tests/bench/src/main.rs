//! `make bench`: Cluster Tester side by side with other load generators, on one machine, in one run.
//!
//! Generators have one core, the target another. What is compared is measured in alternated pairs, so that a machine
//! that changes its speed changes it for both; what is told is the median of the pairs' ratios, never a lone figure.
//! A benchmark is no test: the exit code says whether it ran, not how it went.

mod affinity;
mod args;
mod bootstrap;
mod chart;
mod child;
mod claim;
mod csv;
mod distance;
mod machine;
mod memory;
mod nginx;
mod noise;
mod output;
mod pairs;
mod precision;
mod ratio;
mod report;
mod run;
mod session;
mod stamper;
mod steady;
mod table;
mod throughput;
mod tool;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    match session::Session::new(args::Args::parse()).and_then(session::Session::measure) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            table::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
