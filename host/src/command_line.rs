//! What was typed, as a run keeps it: so that it can be taken up again by its id alone.

use clap::Parser as _;
use model::plan::{REDACTED, is_secret_name};
use results::Storage;
use serde_json::{Map, Value};

use crate::cli::{Cli, Command};
use crate::error::{CliError, ExitCode};

/// Flags whose value may hold a secret, and what stands between its name and it.
const MAY_HOLD_SECRETS: [(&str, char); 2] = [("--header", ':'), ("--plugin-option", '=')];

/// The words typed, without the command's own name. Secrets are redacted: those by their names, and those among the
/// `options` of test cases as these show them.
pub(crate) fn typed<'a>(options: impl Iterator<Item = &'a Map<String, Value>> + Clone) -> Vec<String> {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    redacted(words, options)
}

fn redacted<'a>(
    words: impl Iterator<Item = String>,
    options: impl Iterator<Item = &'a Map<String, Value>> + Clone,
) -> Vec<String> {
    let mut separator = None;
    let mut kept = Vec::new();
    for word in words {
        let of_flag = |flag: &str| word.strip_prefix(flag).and_then(|rest| rest.strip_prefix('='));
        let joined = MAY_HOLD_SECRETS.iter().find_map(|(flag, by)| of_flag(flag).map(|value| (*flag, value, *by)));
        let is_secret = |name: &str| {
            let name = name.trim();
            is_secret_name(name) || options.clone().any(|shown| shown.get(name) == Some(&Value::from(REDACTED)))
        };
        let without = |value: &str, by: char| match value.split_once(by) {
            Some((name, text)) if is_secret(name) && !text.trim_start().starts_with("env:") => {
                format!("{name}{by}{REDACTED}")
            }
            _ => value.to_owned(),
        };
        kept.push(match (separator.take(), joined) {
            (Some(by), _) => without(&word, by),
            (None, Some((flag, value, by))) => format!("{flag}={}", without(value, by)),
            (None, None) => word.clone(),
        });
        separator = MAY_HOLD_SECRETS.iter().find(|(flag, _)| *flag == word).map(|(_, by)| *by);
    }
    kept
}

/// What was typed for the run that is to be taken up again.
///
/// # Errors
/// When there is no such run, it was made by another command, or what was typed had a secret in it.
pub(crate) fn of_run(storage: &Storage, wanted: &str) -> Result<Cli, CliError> {
    let run = storage.open(wanted)?;
    let id = &run.file().run_id;
    let words = &run.file().command;
    let wrong = |what: String| CliError::new(ExitCode::Usage, what);
    if words.iter().any(|word| word.contains(REDACTED)) {
        return Err(wrong(format!("run {id} was begun with a secret on the command line, which is not kept"))
            .with_hint("begin a new run, and give the secret as `env:NAME`: then it can be resumed"));
    }
    let cli = Cli::try_parse_from(std::iter::once("cluster-tester").chain(words.iter().map(String::as_str)));
    match cli {
        Ok(cli) if matches!(cli.command, Command::Discover(_) | Command::Benchmark(_)) => Ok(cli),
        _ => Err(wrong(format!("run {id} is no search, and cannot be resumed"))
            .with_hint("`discover` and `benchmark` can be; begin any other anew")),
    }
}

/// Refuses flags beside `--resume`, which would be those of another run.
///
/// # Errors
/// When there are any.
pub(crate) fn check_alone<T: std::fmt::Debug>(typed: &T, nothing: &T) -> Result<(), CliError> {
    if format!("{typed:?}") == format!("{nothing:?}") {
        return Ok(());
    }
    Err(CliError::new(ExitCode::Usage, "`--resume` does the rest as it was begun, and takes no other flags")
        .with_hint("leave them out, or begin a new run; `--format`, `--storage`, `--quiet` and `--verbose` may stay"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_kept_and_all_else_is() {
        let shown = serde_json::json!({ "pin": REDACTED, "size": 3 });
        let options = [shown.as_object().cloned().expect("an object")];
        let words = [
            "benchmark",
            "--header",
            "authorization: Bearer x",
            "--header=x-trace: 7",
            "--plugin-option",
            "pin=1234",
            "--plugin-option=size=3",
            "--header",
            "cookie: env:COOKIE",
            "--rate",
            "5",
        ];
        let kept = redacted(words.into_iter().map(str::to_owned), options.iter());
        let expected = [
            "benchmark",
            "--header",
            "authorization:(redacted)",
            "--header=x-trace: 7",
            "--plugin-option",
            "pin=(redacted)",
            "--plugin-option=size=3",
            "--header",
            "cookie: env:COOKIE",
            "--rate",
            "5",
        ];
        assert_eq!(kept, expected);
    }
}
