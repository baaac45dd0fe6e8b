//! One file a subcommand: it puts the libraries together, and decides nothing else.

mod check;
mod config;
mod demo;
mod monitor;
mod plugin;
mod results;
mod run;
mod target;

use std::path::PathBuf;

use crate::cli::{Cli, Command, GlobalArgs};
use crate::config::{Environment, Layers};
use crate::error::{CliError, ExitCode};
use crate::output::Talk;

/// Does what was typed.
pub(crate) fn dispatch(cli: Cli) -> Result<ExitCode, CliError> {
    let global = &cli.global;
    let talk = Talk { is_quiet: global.quiet, is_verbose: global.verbose };
    match &cli.command {
        Command::Demo(args) => demo::run(args, global, talk),
        Command::Run(args) => run::run(args, global, talk),
        Command::TestExecution(args) => run::test_execution(args, global, talk),
        Command::Monitor(args) => monitor::run(args, global, talk),
        Command::Target(args) => target::run(args, talk),
        Command::Plugin(command) => plugin::run(command, global, talk),
        Command::Check(args) => check::run(args, global, talk),
        Command::Results(command) => results::run(command, global, talk),
        Command::Config(command) => config::run(command, global, talk),
    }
}

/// The layers of the config below a subcommand's own flags.
fn layers(global: &GlobalArgs) -> Result<Layers, CliError> {
    Ok(Layers::load(global, Environment::of_this_process(), &working_directory()?)?)
}

fn working_directory() -> Result<PathBuf, CliError> {
    std::env::current_dir()
        .map_err(|error| CliError::new(ExitCode::Config, format!("cannot tell the working directory: {error}")))
}
