//! The conformance run of `plugin check`: what an author wants to know of a plugin before anyone runs it. Decides which
//! calls are made of it and what is said of the answers; the contract itself is checked by the library `plugin`.

mod analysis;
mod answers;
mod cost;
mod findings;
mod identity;
mod options;
mod requests;
mod sample_dataset;
mod seed;
mod test_case;

use std::sync::Arc;

use bytes::Bytes;
use model::dataset::Dataset;
use plugin::{Entry, GivenOption, Runtime};

use crate::error::CliError;

pub(crate) use findings::{Findings, Mark};

/// What is checked, and with what.
pub(crate) struct Subject<'a> {
    /// Opens it.
    pub(crate) runtime: &'a Runtime,
    /// The plugin.
    pub(crate) entry: &'a Entry,
    /// Options that all calls have.
    pub(crate) given: &'a [GivenOption],
    /// Row of data that all iterations have, as JSON.
    pub(crate) row: Option<String>,
    /// Body of an answer that should be judged good.
    pub(crate) answer: Option<Bytes>,
    /// Runs for an analysis, beside a made-up one.
    pub(crate) datasets: Vec<Arc<dyn Dataset>>,
}

/// Checks a plugin. It is never the command that fails: all that is wrong is a finding.
pub(crate) fn check(subject: &Subject<'_>) -> Findings {
    let mut findings = Findings::default();
    match subject.runtime.inspect(subject.entry) {
        Err(error) => findings.error("component", &CliError::from(error)),
        Ok(inspection) => {
            identity::check(&inspection, &mut findings);
            match (&inspection.test_case, &inspection.analysis) {
                (Some(description), _) => test_case::check(subject, description, &mut findings),
                (None, Some(description)) => analysis::check(subject, description, &mut findings),
                (None, None) => unreachable!("a plugin of either world describes itself"),
            }
        }
    }
    findings
}
