//! Reads recorded starts for `--replay`: a text file with one number of seconds a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use model::Span;
use sha2::{Digest as _, Sha256};

use crate::error::{CliError, ExitCode};
use crate::file_digest::digest_text;

/// Recorded starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recording {
    /// Offsets from the first, nanoseconds, never falling; never empty.
    pub(crate) offsets_ns: Arc<[u64]>,
    /// SHA-256 of the file, `sha256:` and 64 hexadecimal digits.
    pub(crate) digest: String,
}

impl Recording {
    /// Reads a file: one number of seconds a line, decimal or with a unit; empty lines and those that begin with `#`
    /// are left out.
    ///
    /// # Errors
    /// When it cannot be read, has no start, something else than a number, or a start before the one above it.
    pub(crate) fn read(path: &Path) -> Result<Self, CliError> {
        let cannot = |error: io::Error| {
            CliError::new(ExitCode::Config, format!("cannot read recording `{}`: {error}", path.display()))
        };
        let mut reader = BufReader::new(File::open(path).map_err(cannot)?);
        let mut hash = Sha256::new();
        let (mut starts, mut line, mut number) = (Vec::new(), Vec::new(), 0_u64);
        loop {
            line.clear();
            if reader.read_until(b'\n', &mut line).map_err(cannot)? == 0 {
                break;
            }
            number += 1;
            hash.update(&line);
            let text = String::from_utf8_lossy(&line);
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            let wrong = |what: String, hint: String| {
                let error = CliError::new(ExitCode::Config, format!("recording `{}` {what}", path.display()));
                error.with_detail("where", format!("{}:{number}", path.display())).with_hint(hint)
            };
            let nanos = nanos(text).ok_or_else(|| {
                let hint = "write seconds since the start of the recording, as `0.25` or `250ms`";
                wrong(format!("has `{}`, which is no number of seconds", shortened(text)), hint.to_owned())
            })?;
            let (first, last) = (*starts.first().unwrap_or(&nanos), *starts.last().unwrap_or(&nanos));
            if nanos < last {
                let sort = format!("put it in order: `sort -g {}`", path.display());
                return Err(wrong(format!("falls: {} comes after {}", seconds(nanos), seconds(last)), sort));
            }
            if u128::from(nanos - first) > Span::MAX.as_nanos() {
                return Err(wrong("is longer than 30 days".to_owned(), "nothing here waits that long".to_owned()));
            }
            starts.push(nanos);
        }
        let Some(&first) = starts.first() else {
            return Err(CliError::new(ExitCode::Config, format!("recording `{}` has no starts", path.display()))
                .with_hint("write one number of seconds a line, as `0.25` or `250ms`"));
        };
        starts.iter_mut().for_each(|start| *start -= first);
        Ok(Self { offsets_ns: starts.into(), digest: digest_text(&hash.finalize()) })
    }

    /// Time that holds every start: up to just after the last.
    pub(crate) fn length(&self) -> Span {
        let last = self.offsets_ns.last().copied().unwrap_or(0);
        Span(std::time::Duration::from_nanos(last + 1))
    }
}

/// A decimal number of seconds to the nanosecond, whatever its size: a time since 1970 would lose digits in an `f64`.
fn nanos(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_decimal = !whole.is_empty() && [whole, fraction].iter().all(|part| part.bytes().all(|c| c.is_ascii_digit()));
    if !is_decimal {
        return text.parse::<Span>().ok().and_then(|span| u64::try_from(span.nanos()).ok());
    }
    let fraction: u64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    whole.parse::<u64>().ok()?.checked_mul(1_000_000_000)?.checked_add(fraction)
}

fn seconds(nanos: u64) -> String {
    let text = format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Recording, String> {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("starts.txt");
        std::fs::write(&path, text).expect("written");
        let shown = folder.path().display().to_string();
        Recording::read(&path).map_err(|error| error.render(false).replace(&format!("{shown}/"), ""))
    }

    #[test]
    fn starts_count_from_the_first_and_keep_their_nanoseconds() {
        let offsets = |text: &str| read(text).expect("a recording").offsets_ns.to_vec();
        assert_eq!(
            offsets("# by the gateway\n0\n0.25\n\n250ms\n1.000000001\n"),
            [0, 250_000_000, 250_000_000, 1_000_000_001]
        );
        assert_eq!(offsets("1700000000.123456789\r\n1700000000.123456790"), [0, 1]);
        assert_eq!(offsets("1m\n61"), [0, 1_000_000_000]);
        let recording = read("5\n7.5\n").expect("a recording");
        assert_eq!(recording.length().nanos(), 2_500_000_001);
        assert_eq!(recording.digest.len(), "sha256:".len() + 64);
    }

    #[test]
    fn what_is_no_recording_is_told_with_its_line() {
        insta::assert_snapshot!(read("0\n# x\n0.7\n0.5\n").expect_err("falls"), @r"
        error: recording `starts.txt` falls: 0.5 comes after 0.7
          where: starts.txt:4
          hint: put it in order: `sort -g starts.txt`
        ");
        insta::assert_snapshot!(read("0\n1e3\n").expect_err("no number"), @r"
        error: recording `starts.txt` has `1e3`, which is no number of seconds
          where: starts.txt:2
          hint: write seconds since the start of the recording, as `0.25` or `250ms`
        ");
        insta::assert_snapshot!(read("# nothing\n").expect_err("empty"), @r"
        error: recording `starts.txt` has no starts
          hint: write one number of seconds a line, as `0.25` or `250ms`
        ");
        assert!(read("-1").is_err() && read(".").is_err() && read("1.2.3").is_err());
        assert!(read("0\n9999999").expect_err("too long").contains("longer than 30 days"));
    }
}
