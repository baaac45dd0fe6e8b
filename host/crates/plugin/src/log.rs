//! Keeps what plugins write: the first lines of a trial, and the count of the rest.

use std::sync::Mutex;

use crate::text::{self, Secrets};

/// Lines that are kept.
const LINES: usize = 20;
/// Longest line, bytes.
const LINE: usize = 500;

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// For the author.
    Debug,
    /// For the user, too.
    Info,
    /// For the user's attention.
    Warning,
}

/// What the instances of one test case have written.
#[derive(Debug, Default)]
pub(crate) struct Log {
    kept: Mutex<Kept>,
}

/// What was kept of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// The first lines.
    pub lines: Vec<(Level, String)>,
    /// Lines after those.
    pub more: u64,
}

impl Log {
    /// Adds a line.
    pub(crate) fn write(&self, level: Level, line: &str) {
        let mut kept = self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if kept.lines.len() < LINES {
            kept.lines.push((level, text::line(line, LINE)));
        } else {
            kept.more += 1;
        }
    }

    /// Takes what was kept, and begins anew.
    pub(crate) fn take(&self) -> Kept {
        std::mem::take(&mut self.kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// The same, without secrets.
    pub(crate) fn take_without(&self, secrets: &Secrets) -> Kept {
        let mut kept = self.take();
        kept.lines.iter_mut().for_each(|(_, line)| *line = secrets.redact(std::mem::take(line)));
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_lines_are_kept_and_the_rest_is_counted() {
        let log = Log::default();
        (0..100).for_each(|n| log.write(Level::Info, &format!("line {n}")));
        let kept = log.take();
        assert_eq!((kept.lines.len(), kept.more), (LINES, 80));
        assert_eq!(kept.lines[1], (Level::Info, "line 1".to_owned()));
        assert_eq!(log.take(), Kept::default());
    }

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let log = Log::default();
        log.write(Level::Warning, &"ü".repeat(LINE));
        assert_eq!(log.take().lines[0].1, format!("{}…", "ü".repeat(LINE / 2)));
    }
}
