//! What can be wrong with a config, as a person reads it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::header;
use super::tree::{Origin, Place};
use crate::error::{CliError, ExitCode};

/// What is wrong with the config or with the flags over it. No message holds the value of a header or an option.
#[derive(Debug, Error)]
pub(crate) enum ConfigError {
    /// A file that was named is not there.
    #[error("config file `{}` does not exist", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("cannot read config file `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not TOML, or not JSON.
    #[error("config file is not valid {format}: {message}")]
    Syntax {
        /// Where.
        place: Place,
        /// `TOML` or `JSON`.
        format: &'static str,
        /// What the parser says.
        message: String,
    },
    /// A key that there is not.
    #[error("unknown key `{key}`")]
    UnknownKey {
        /// Where.
        place: Place,
        /// The key with its path.
        key: String,
        /// What may have been meant.
        nearest: Option<String>,
        /// What there is in its table.
        known: Vec<String>,
    },
    /// A value of the wrong type, or out of range.
    #[error("`{key}` does not fit: {message}")]
    WrongType {
        /// Where.
        origin: Origin,
        /// The key with its path.
        key: String,
        /// What was found and expected.
        message: String,
    },
    /// Two values that exclude each other.
    #[error("`{key}` has both `url` and `urls`")]
    TwoUrls {
        /// Where.
        origin: Origin,
        /// The target's table.
        key: String,
    },
    /// A secret's variable is not set.
    #[error("environment variable `{variable}` is not set")]
    MissingVariable {
        /// The variable.
        variable: String,
        /// The key that wants it.
        key: String,
        /// Where that key is set.
        origin: Origin,
    },
    /// A password that a file should hold.
    #[error("cannot read a password from `{}`: {source}", path.display())]
    PasswordFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
        /// The key that names it.
        key: String,
        /// Where that key is set.
        origin: Origin,
    },
    /// Nobody to send load to.
    #[error("no URL to send load to")]
    NoUrl {
        /// Files that were read.
        read: Vec<PathBuf>,
        /// The target that has none, if one was chosen by name.
        target: Option<String>,
    },
    /// A target by a name that the config does not have.
    #[error("there is no target `{name}`")]
    UnknownTarget {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
        /// Where it was named.
        origin: Origin,
    },
    /// No test case named.
    #[error("no test case named")]
    NoTestCase,
    /// More or less than one test case.
    #[error("`test-execution` takes exactly one test case, and {0} are named")]
    NotOneTestCase(usize),
    /// A header that cannot be sent.
    #[error("header {name} cannot be sent: {reason}")]
    Header {
        /// Its name in backticks, or which it is.
        name: String,
        /// Why.
        reason: &'static str,
        /// Where it was given.
        origin: Origin,
    },
    /// A label or an option without key or `=`.
    #[error("`{flag}` wants `key=value`{given}")]
    NotAPair {
        /// The flag.
        flag: &'static str,
        /// What was given, when it may be shown.
        given: String,
    },
    /// A value that must be above 0.
    #[error("`{key}` is 0")]
    Zero {
        /// The key.
        key: String,
        /// Where it was given.
        origin: Origin,
    },
    /// Keys that do not go together, or a value that one key alone cannot tell to be wrong.
    #[error("{what}")]
    Conflict {
        /// What is wrong.
        what: String,
        /// The keys, and where each was given.
        keys: Vec<(&'static str, Origin)>,
        /// How to mend it.
        hint: &'static str,
    },
    /// More threads than make sense.
    #[error("`{key}` is {value}, more than {most}")]
    TooMany {
        /// The key.
        key: &'static str,
        /// What was given.
        value: u32,
        /// Most that is taken.
        most: u32,
        /// Where it was given.
        origin: Origin,
    },
    /// More requests than anyone can mean.
    #[error("{rate:.0}/s for {length} is {requests:.1e} requests, more than {most:.0e}")]
    TooManyRequests {
        /// Mean rate, per second.
        rate: f64,
        /// Warm-up and duration.
        length: model::Span,
        /// How many that is.
        requests: f64,
        /// Most that is taken.
        most: f64,
        /// Where it was given.
        keys: Vec<(&'static str, Origin)>,
    },
    /// Layers that are valid one by one, and not together. The embedded reference keeps this from happening.
    #[error("the layers of the config do not fit together: {0}")]
    Merged(String),
}

impl ConfigError {
    fn details(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Syntax { place, .. } | Self::UnknownKey { place, .. } => vec![("where", place.to_string())],
            Self::WrongType { origin, .. }
            | Self::TwoUrls { origin, .. }
            | Self::Header { origin, .. }
            | Self::Zero { origin, .. }
            | Self::UnknownTarget { origin, .. }
            | Self::TooMany { origin, .. } => vec![("where", origin.to_string())],
            Self::MissingVariable { key, origin, .. } | Self::PasswordFile { key, origin, .. } => {
                vec![("wanted by", format!("`{key}`, {origin}"))]
            }
            Self::NoUrl { read, .. } => {
                let files: Vec<_> = read.iter().map(|path| path.display().to_string()).collect();
                vec![("config files read", if files.is_empty() { "none".into() } else { files.join(", ") })]
            }
            Self::Conflict { keys, .. } | Self::TooManyRequests { keys, .. } => {
                keys.iter().map(|(key, origin)| (*key, origin.to_string())).collect()
            }
            _ => Vec::new(),
        }
    }

    fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Missing { .. } => {
                "without `--config`, `cluster-tester.toml` in the working directory is read if it is \
                                     there; `cluster-tester config show` says what is read"
                    .into()
            }
            Self::UnknownKey { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            Self::UnknownKey { known, .. } => format!("known here: {}", known.join(", ")),
            Self::TwoUrls { .. } => "keep one: `urls` is `url` for several, whose turns it takes".into(),
            Self::PasswordFile { .. } => "its first line must be the password, and you must be able to read it".into(),
            Self::MissingVariable { variable, .. } => format!("set it: `export {variable}=…`"),
            Self::NoUrl { target: Some(name), .. } => format!("set `url` under `[targets.{name}]`"),
            Self::NoUrl { target: None, .. } => {
                "give `--url`, or set `url` under `[target]` in `cluster-tester.toml`; \
                                                 `cluster-tester demo` brings a target of its own"
                    .into()
            }
            Self::UnknownTarget { known, name, .. } => match known.as_slice() {
                [] => format!("the config has none; add `[targets.{name}]` with a `url`, or give `--url`"),
                known => format!("there are: {}", known.join(", ")),
            },
            Self::NoTestCase => "give `--test-case NAME`, or set `run.test-case`; `cluster-tester plugin list` shows \
                                 which there are"
                .into(),
            Self::NotOneTestCase(_) => "run it once for each".into(),
            Self::Header { reason: header::NO_COLON, .. } => "write a header as `Name: value`".into(),
            Self::Header { reason: header::OF_THE_HOST, .. } => "leave it out".into(),
            Self::NotAPair { flag, .. } => format!("for example `{flag} version=1.2`"),
            Self::Zero { .. } => "it must be above 0".into(),
            Self::TooMany { .. } => "more threads than cores only take turns".into(),
            Self::Conflict { hint, .. } => (*hint).into(),
            Self::TooManyRequests { .. } => "lower the rate or the duration".into(),
            Self::WrongType { .. } | Self::Syntax { .. } => {
                "every key with its default is in docs/configuration.md, and in `cluster-tester config schema`".into()
            }
            Self::Read { .. } | Self::Merged(_) | Self::Header { .. } => return None,
        };
        Some(text)
    }

    fn exit_code(&self) -> ExitCode {
        match self {
            Self::NotAPair { .. }
            | Self::NotOneTestCase(_)
            | Self::Header { origin: Origin::Flag(_), .. }
            | Self::Zero { origin: Origin::Flag(_), .. }
            | Self::TooMany { origin: Origin::Flag(_), .. }
            | Self::UnknownTarget { origin: Origin::Flag(_), .. }
            | Self::WrongType { origin: Origin::Flag(_), .. } => ExitCode::Usage,
            Self::Conflict { keys, .. } | Self::TooManyRequests { keys, .. }
                if keys.iter().any(|(_, origin)| matches!(origin, Origin::Flag(_))) =>
            {
                ExitCode::Usage
            }
            Self::Merged(_) => ExitCode::Internal,
            _ => ExitCode::Config,
        }
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        let mut cli = Self::new(error.exit_code(), error.to_string());
        for (label, text) in error.details() {
            cli = cli.with_detail(label, text);
        }
        cli.hint = error.hint();
        cli
    }
}
