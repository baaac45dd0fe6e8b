//! The command `cluster-tester`: parse, dispatch, print an error with its hint, end with a documented code.

mod cli;
mod command;
mod config;
mod error;
mod figure;
mod local;
mod output;
mod plugins;
mod progress;
mod signals;
mod summary;

use std::process;

use clap::Parser as _;

fn main() -> process::ExitCode {
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
