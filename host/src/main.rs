//! The command `cluster-tester`: parse, dispatch, print an error with its hint, end with a documented code.

mod analyses;
mod answer;
mod chart_files;
mod ci_report;
mod cli;
mod command;
mod command_line;
mod component;
mod config;
mod conformance;
mod datasets;
mod destination;
mod error;
mod feed;
mod figure;
mod figures;
mod file_digest;
mod host_address;
mod host_figures;
mod host_watch;
mod hosts;
mod hosts_spent;
mod junit;
mod load_model;
mod local;
mod markdown;
mod older_files;
mod one_iteration;
mod output;
mod plugins;
mod policy;
mod prepared;
mod progress;
mod project;
mod recording;
mod report_page;
mod sdk_files;
mod search;
mod search_setup;
mod session;
mod signals;
mod sources;
mod summary;
mod templates;
mod trust;
mod verdict;
mod visible;
mod word;

#[cfg(test)]
mod tests;

use std::process;

use clap::Parser as _;

fn main() -> process::ExitCode {
    // Started by `ssh` to be asked for a password, it is nothing else.
    if let Some(code) = monitor::answer_if_asked() {
        return code;
    }
    signals::survive_file_size_limit();
    let cli = cli::Cli::parse();
    match command::dispatch(cli) {
        Ok(code) => code.into(),
        Err(error) => {
            error.print();
            error.code.into()
        }
    }
}
