//! Data on stdout, talk on stderr.

use std::io::{self, Write as _};

use crate::error::{CliError, ExitCode};
use crate::visible::{visible, visible_json};

/// Writes data to stdout, as text that a person may read. A reader that has gone (`| head`) ends the command quietly.
///
/// # Errors
/// When stdout takes no more, for another reason.
pub(crate) fn data(text: &str) -> Result<(), CliError> {
    write(&visible(text))
}

/// Writes text to stdout that is fit to be shown already, and holds codes of its own: colours, line ends of CSV.
///
/// # Errors
/// As for [`data`].
pub(crate) fn made_visible(text: &str) -> Result<(), CliError> {
    write(text)
}

fn write(text: &str) -> Result<(), CliError> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CliError::new(ExitCode::Storage, format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a value as JSON to stdout.
///
/// # Errors
/// As for [`data`].
pub(crate) fn json(value: &impl serde::Serialize) -> Result<(), CliError> {
    let mut text = serde_json::to_string_pretty(value).expect("what is printed is plain data");
    text.push('\n');
    write(&visible_json(&text))
}

/// Who may talk on stderr.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Talk {
    /// Say nothing but errors.
    pub(crate) is_quiet: bool,
    /// Say more.
    pub(crate) is_verbose: bool,
}

impl Talk {
    /// Says a line.
    pub(crate) fn say(self, line: impl AsRef<str>) {
        if !self.is_quiet {
            // Nobody is left to hear that stderr is closed.
            let _ = writeln!(io::stderr(), "{}", visible(line.as_ref()));
        }
    }

    /// Says each as a notice.
    pub(crate) fn notices(self, notices: impl IntoIterator<Item = impl AsRef<str>>) {
        notices.into_iter().for_each(|notice| self.say(format!("notice: {}", notice.as_ref())));
    }
}
