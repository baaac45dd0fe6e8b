//! What is sent to a host to be run there, and how it is started.

use std::fs::File;
use std::io::{self, Read as _};

use crate::files;

/// The text of `remote.sh`.
const SCRIPT: &str = include_str!("remote.sh");

/// A script with its marker.
#[derive(Debug)]
pub(crate) struct Script {
    /// What no banner and no other session can print.
    pub(crate) marker: String,
    /// Its text.
    pub(crate) text: String,
}

impl Script {
    /// A script with a marker of its own.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub(crate) fn new() -> io::Result<Self> {
        let mut bytes = [0; 16];
        File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let marker = format!("cluster-tester-{hex}");
        let text = format!("m={marker}\nfiles='{}'\n{SCRIPT}", files::all().join(" "));
        Ok(Self { marker, text })
    }

    /// The command that reads the script from its standard input and runs it. Any login shell understands it; the script
    /// itself needs none of its quoting.
    pub(crate) fn command(&self) -> String {
        // Read byte by byte, and not one too many: the questions follow in the same stream.
        format!("exec sh -c 'eval \"$(dd bs=1 count=$1 2>/dev/null)\"' sh {}", self.text.len())
    }
}

#[cfg(test)]
mod tests;
