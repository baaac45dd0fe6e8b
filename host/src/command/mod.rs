//! One file a subcommand: it puts the libraries together, and decides nothing else.

mod analyze;
mod benchmark;
mod check;
mod config;
mod demo;
mod discover;
mod monitor;
mod plugin;
mod plugin_build;
mod plugin_check;
mod plugin_new;
mod plugin_share;
mod plugin_test;
mod report;
mod results;
mod run;
mod target;

pub(crate) use benchmark::Found;

use std::path::PathBuf;

use ::results::Storage;

use crate::cli::{Cli, Command, GlobalArgs, TextFormat};
use crate::command_line;
use crate::config::{self as config_of, Environment, Layers};
use crate::error::{CliError, ExitCode};
use crate::output::Talk;

/// Does what was typed.
pub(crate) fn dispatch(cli: Cli) -> Result<ExitCode, CliError> {
    let global = &cli.global;
    let talk = Talk { is_quiet: global.quiet, is_verbose: global.verbose };
    match &cli.command {
        Command::Demo(args) => demo::run(args, global, talk),
        Command::Run(args) => run::run(args, global, talk),
        Command::Discover(args) => discover::run(args, global, talk),
        Command::Benchmark(args) => benchmark::run(args, global, talk),
        Command::TestExecution(args) => run::test_execution(args, global, talk),
        Command::Analyze(args) => analyze::run(args, global, talk),
        Command::DataAnalysis(args) => analyze::data_analysis(args, global, talk),
        Command::Report(args) => report::run(args, global, talk),
        Command::Monitor(args) => monitor::run(args, global, talk),
        Command::Target(args) => target::run(args, talk),
        Command::Plugin(command) => plugin::run(command, global, talk),
        Command::Check(args) => check::run(args, global, talk),
        Command::Results(command) => results::run(command, global, talk),
        Command::Config(command) => config::run(command, global, talk),
    }
}

/// Takes a search up again as it was begun, in the run that `wanted` means.
fn resume(wanted: &str, format: TextFormat, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    let (files, directories) = (&global.config, &global.plugins);
    if !files.is_empty() || !directories.is_empty() {
        return Err(CliError::new(
            ExitCode::Usage,
            "`--resume` does the rest with the config that the run was begun with",
        )
        .with_hint("leave out `--config` and `--plugins`, or begin a new run"));
    }
    let storage = config_of::resolve_common(&layers(global)?)?.storage;
    let begun = command_line::of_run(&Storage::at(&storage), wanted)?;
    let global = GlobalArgs { storage: Some(storage), quiet: global.quiet, verbose: global.verbose, ..begun.global };
    match begun.command {
        Command::Discover(mut args) => {
            (args.search.resume, args.format) = (Some(wanted.to_owned()), format);
            discover::execute(&args, &global, talk)
        }
        Command::Benchmark(mut args) => {
            (args.search.resume, args.format) = (Some(wanted.to_owned()), format);
            benchmark::begin(&args, &global, talk)
        }
        _ => unreachable!("only searches are taken up again"),
    }
}

/// The layers of the config below a subcommand's own flags.
fn layers(global: &GlobalArgs) -> Result<Layers, CliError> {
    Ok(Layers::load(global, Environment::of_this_process(), &working_directory()?)?)
}

/// The same where `--config` names a file inside the storage directory, as in the older tool.
fn older_layers(global: &GlobalArgs) -> Result<Layers, CliError> {
    Ok(config_of::load_older(global, Environment::of_this_process(), &working_directory()?)?)
}

fn working_directory() -> Result<PathBuf, CliError> {
    std::env::current_dir()
        .map_err(|error| CliError::new(ExitCode::Config, format!("cannot tell the working directory: {error}")))
}
