//! `config`: the config as resolved, and its JSON Schema.

use crate::cli::{ConfigCommand, GlobalArgs};
use crate::config;
use crate::error::{CliError, ExitCode};
use crate::output::{self, Talk};

pub(crate) fn run(command: &ConfigCommand, global: &GlobalArgs, talk: Talk) -> Result<ExitCode, CliError> {
    match command {
        ConfigCommand::Schema => output::json(&config::json_schema())?,
        ConfigCommand::Show(args) => {
            let layers = super::layers(global)?.with(&args.settings)?;
            talk.notices(&layers.notices);
            output::data(&config::show(&layers, args.format))?;
        }
    }
    Ok(ExitCode::Ok)
}
