//! What must be held, and where it is told.

use std::path::PathBuf;

use model::{Slo, Span};

use super::error::ConfigError;
use super::merge::Merge;
use super::quantity::Quantity;
use super::tree::Origin;

/// What must be held, and where it is told. Whether the metrics in it are declared, the test case knows.
#[derive(Debug, Clone)]
pub(crate) struct Goal {
    /// What the time measured must fulfil.
    pub(crate) slo: Option<Conditions>,
    /// What ends the run.
    pub(crate) abort_when: Option<Conditions>,
    /// Over which time: whole seconds, above 0.
    pub(crate) abort_window: Span,
    /// File for the verdict as JUnit XML.
    pub(crate) junit: Option<PathBuf>,
    /// File for a summary as Markdown.
    pub(crate) markdown: Option<PathBuf>,
}

/// Conditions, as typed and as read.
#[derive(Debug, Clone)]
pub(crate) struct Conditions {
    /// As typed.
    pub(crate) text: String,
    /// As read.
    pub(crate) slo: Slo,
    /// Where they were given.
    pub(crate) origin: Origin,
}

impl Goal {
    /// # Errors
    /// When the window is 0, no whole seconds, or given without a condition to look at.
    pub(super) fn resolve(merge: &Merge<'_>) -> Result<Self, ConfigError> {
        let run = merge.run();
        let conditions = |key: &str, slo: Option<&Quantity<Slo>>| {
            let slo = slo?.0.clone();
            Some(Conditions { text: merge.text(key)?.to_owned(), slo, origin: merge.origin(key) })
        };
        let window = run.abort_window.ok_or_else(|| ConfigError::Merged("`run.abort-window` has no value".into()))?.0;
        merge.above_zero("run.abort-window", window.0.is_zero())?;
        if window.0.subsec_nanos() > 0 {
            return Err(ConfigError::Conflict {
                what: format!("`run.abort-window` is {window}, which is not whole seconds"),
                keys: vec![("where", merge.origin("run.abort-window"))],
                hint: "requests are looked at second by second: write it as `5s`",
            });
        }
        let hint = "give the condition with `--abort-when CONDITIONS`";
        merge.needs("run.abort-window", "run.abort-when", run.abort_when.is_some(), hint)?;
        Ok(Self {
            slo: conditions("run.slo", run.slo.as_ref()),
            abort_when: conditions("run.abort-when", run.abort_when.as_ref()),
            abort_window: window,
            junit: run.junit.clone(),
            markdown: run.markdown.clone(),
        })
    }
}
