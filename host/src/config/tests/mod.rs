//! Facts about the config as a whole.

mod connections;
mod goals;
mod layering;
mod messages;
mod monitor;
mod older;
mod patterns;
mod reference;
mod secrets;

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Environment, Layers, Pattern, ResolvedRun, resolve_run};
use crate::cli::{ConnectionSettings, GlobalArgs, Pair, PatternSettings, RunSettings};
use crate::error::CliError;

/// A working directory with these files.
fn folder<const N: usize>(files: [(&str, &str); N]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// The run that this project file and these flags make.
fn run_of(project_file: &str, settings: &RunSettings) -> Result<ResolvedRun, CliError> {
    let folder = folder([("cluster-tester.toml", project_file)]);
    run_in(folder.path(), Environment::default(), &GlobalArgs::default(), settings)
}

/// The run that this working directory makes.
fn run_in(
    folder: &Path,
    environment: Environment,
    global: &GlobalArgs,
    settings: &RunSettings,
) -> Result<ResolvedRun, CliError> {
    Ok(resolve_run(&Layers::load(global, environment, folder)?.with(settings)?)?)
}

/// Flags that make a run of their own.
fn enough() -> RunSettings {
    RunSettings { test_case: Some("http".into()), url: vec!["http://127.0.0.1:1".into()], ..RunSettings::default() }
}

/// When requests are sent.
fn shown(run: &ResolvedRun) -> String {
    match &run.pattern {
        Pattern::Stages { stages, spacing, duration } => {
            let rate = |stage: &model::Stage| match stage.from == stage.to {
                true => format!("{}/s", stage.from),
                false => format!("{}/s..{}/s", stage.from, stage.to),
            };
            let stages: Vec<_> = stages.iter().map(|stage| format!("{} for {}", rate(stage), stage.length)).collect();
            let spacing = if *spacing == model::Spacing::Even { String::new() } else { format!(" {spacing:?}") };
            assert!(stages.len() > 1 || stages[0].ends_with(&duration.to_string()));
            stages.join(", ") + &spacing
        }
        Pattern::Replay { file, duration } => format!("{} for {duration:?}", file.display()),
        Pattern::Closed { users, think_time, duration } => {
            format!("{users} users thinking {think_time} for {duration}")
        }
    }
}

fn pairs(texts: &[&str]) -> Vec<Pair> {
    texts.iter().map(|text| Pair((*text).to_owned())).collect()
}

fn config_files(names: &[&str]) -> GlobalArgs {
    GlobalArgs { config: names.iter().map(Into::into).collect(), ..GlobalArgs::default() }
}
