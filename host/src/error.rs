//! Decides what a person reads when a command fails, and with which code it ends.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};

use crate::visible::visible;

/// How a command ended, for scripts. The numbers are a promise (`docs/exit-codes.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum ExitCode {
    /// Done as asked.
    Ok = 0,
    /// A fault of the tool.
    Internal = 1,
    /// The command line.
    Usage = 2,
    /// The config.
    Config = 3,
    /// The target.
    Target = 4,
    /// A plugin.
    Plugin = 5,
    /// The storage directory, or a result in it.
    Storage = 6,
    /// A monitored host.
    Host = 7,
    /// An SLO was not met, or `--abort-when` ended the run.
    SloFailed = 10,
    /// The tester could not hold the rate.
    GeneratorBound = 11,
    /// Worse than the run compared with.
    Regression = 12,
    /// Not one request succeeded.
    NoSuccess = 13,
    /// Ctrl-C.
    Interrupted = 130,
}

impl ExitCode {
    /// Every code, in order.
    pub(crate) const ALL: [Self; 13] = [
        Self::Ok,
        Self::Internal,
        Self::Usage,
        Self::Config,
        Self::Target,
        Self::Plugin,
        Self::Storage,
        Self::Host,
        Self::SloFailed,
        Self::GeneratorBound,
        Self::Regression,
        Self::NoSuccess,
        Self::Interrupted,
    ];

    /// The number.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    /// What it means, in a line.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "done as asked",
            Self::Internal => "a fault of the tool itself",
            Self::Usage => "the command line is wrong",
            Self::Config => "the config is wrong",
            Self::Target => "the target cannot be reached or used",
            Self::Plugin => "a plugin is missing, not valid, or fails",
            Self::Storage => "a result cannot be saved or read",
            Self::Host => "a host to be monitored cannot be reached or read",
            Self::SloFailed => "saved, but an SLO was not met",
            Self::GeneratorBound => "saved, but the tester could not hold the rate",
            Self::Regression => "worse than the run compared with",
            Self::NoSuccess => "saved, but not one request succeeded",
            Self::Interrupted => "interrupted; what there was is saved",
        }
    }

    /// The one of two that decides how a command ends: what says most about why.
    pub(crate) fn or_worse(self, other: Self) -> Self {
        // A trial that could not be held proves nothing of the target, so it stands before what the target did.
        const ORDER: [ExitCode; 6] = [
            ExitCode::Interrupted,
            ExitCode::Internal,
            ExitCode::GeneratorBound,
            ExitCode::NoSuccess,
            ExitCode::SloFailed,
            ExitCode::Regression,
        ];
        let rank = |code: Self| match code {
            Self::Ok => ORDER.len(),
            Self::Usage | Self::Config | Self::Target | Self::Plugin | Self::Storage | Self::Host => 1,
            code => ORDER.iter().position(|one| *one == code).unwrap_or(1),
        };
        if rank(other) < rank(self) { other } else { self }
    }

    /// The table under `--help`.
    pub(crate) fn help() -> String {
        let mut text = String::from("Exit codes:\n");
        for code in Self::ALL {
            let _ = writeln!(text, "  {:>3}  {}", code.number(), code.meaning());
        }
        text
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

/// Why a command failed: what happened, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CliError {
    /// What happened; lower case, no full stop.
    pub(crate) what: String,
    /// Where, as pairs of label and text.
    pub(crate) details: Vec<(String, String)>,
    /// How to mend it.
    pub(crate) hint: Option<String>,
    /// How the command ends.
    pub(crate) code: ExitCode,
}

impl CliError {
    /// An error with nothing but what happened.
    pub(crate) fn new(code: ExitCode, what: impl Into<String>) -> Self {
        Self { what: what.into(), details: Vec::new(), hint: None, code }
    }

    /// What a library reported: its sources become details.
    pub(crate) fn from_error(code: ExitCode, error: &(dyn Error + 'static)) -> Self {
        let mut cli = Self::new(code, error.to_string());
        let mut said = cli.what.clone();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // Many errors repeat their source in their own text.
            if !said.contains(&text) {
                said.clone_from(&text);
                cli = cli.with_detail("cause", text);
            }
            source = cause.source();
        }
        cli
    }

    /// The same with one more detail.
    #[must_use]
    pub(crate) fn with_detail(mut self, label: impl Into<String>, text: impl Into<String>) -> Self {
        self.details.push((label.into(), text.into()));
        self
    }

    /// The same with a hint.
    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with a hint, unless it already names the flag that mends it.
    #[must_use]
    pub(crate) fn with_hint_if_untold(self, hint: impl Into<String>) -> Self {
        if self.what.contains("`--") { self } else { self.with_hint(hint) }
    }

    /// The text to print.
    pub(crate) fn render(&self, coloured: bool) -> String {
        let paint = |code: &str, text: &str| match coloured {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        };
        let mut text = format!("{} {}\n", paint("1;31", "error:"), visible(&self.what));
        for (label, detail) in &self.details {
            let _ = writeln!(text, "  {label}: {}", visible(detail.trim_end()).replace('\n', "\n    "));
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "  {} {}", paint("1;36", "hint:"), visible(hint));
        }
        text
    }

    /// Prints it on stderr, coloured on a terminal unless `NO_COLOR` is set.
    pub(crate) fn print(&self) {
        // Nobody is left to hear that stderr is closed.
        let _ = io::stderr().write_all(self.render(wants_colour(&io::stderr())).as_bytes());
    }
}

/// Colour is for terminals that can show it, unless `NO_COLOR` is set to anything.
pub(crate) fn wants_colour(stream: &impl IsTerminal) -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    stream.is_terminal() && !is_set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_what_where_and_how_to_mend_it() {
        let error = CliError::new(ExitCode::Plugin, "plugin `checkout` used up its 50 ms deadline in `build-request`")
            .with_detail("component", "plugins/checkout.wasm, trial 3, arrival 18204")
            .with_detail("stderr", "Traceback:\n  line 3\n")
            .with_hint("raise `plugins.deadline`, or do the set-up work in `configure`");
        insta::assert_snapshot!(error.render(false), @r"
        error: plugin `checkout` used up its 50 ms deadline in `build-request`
          component: plugins/checkout.wasm, trial 3, arrival 18204
          stderr: Traceback:
              line 3
          hint: raise `plugins.deadline`, or do the set-up work in `configure`
        ");
        assert!(error.render(true).starts_with("\x1b[1;31merror:\x1b[0m plugin"));
    }

    #[test]
    fn no_part_of_an_error_speaks_to_the_terminal() {
        let evil = "\x1b[2J\u{202e}";
        let error = CliError::new(ExitCode::Plugin, evil).with_detail("it wrote", evil).with_hint(evil);
        assert_eq!(error.render(false).matches("\\u{1b}[2J\\u{202e}").count(), 3);
        assert!(!error.render(false).contains('\x1b'));
    }

    #[test]
    fn sources_become_details_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot save the run")]
        struct Outer(#[source] io::Error);
        let error = Outer(io::Error::other("disk full"));
        let cli = CliError::from_error(ExitCode::Storage, &error);
        assert_eq!(cli.details, [("cause".to_owned(), "disk full".to_owned())]);
    }

    #[test]
    fn what_proves_nothing_stands_before_what_the_target_did() {
        use ExitCode::{GeneratorBound, Interrupted, NoSuccess, Ok, Plugin, SloFailed, Storage};
        let order = [Ok, SloFailed, NoSuccess, GeneratorBound, Plugin, Interrupted];
        for (less, more) in order.iter().zip(&order[1..]) {
            assert_eq!((less.or_worse(*more), more.or_worse(*less)), (*more, *more));
        }
        assert_eq!(Plugin.or_worse(Storage), Plugin, "the first decides");
    }

    #[test]
    fn every_exit_code_is_in_the_docs_and_only_once() {
        let docs = include_str!("../../docs/exit-codes.md");
        for code in ExitCode::ALL {
            let start = format!("| {} | {} |", code.number(), code.meaning());
            assert_eq!(docs.matches(&start).count(), 1, "{start}");
        }
        assert!(ExitCode::ALL.is_sorted());
    }
}
