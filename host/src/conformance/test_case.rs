//! The checks of a test case, in their order.

use model::{TestCaseDescription, WorkloadError};
use plugin::{GivenOption, GivenValue, PluginError, TestCase};

use super::findings::{Findings, Mark};
use super::{Subject, answers, cost, options, requests, seed};
use crate::error::CliError;

pub(super) fn check(subject: &Subject<'_>, description: &TestCaseDescription, findings: &mut Findings) {
    let test_case = match subject.runtime.test_case(subject.entry, subject.given) {
        Ok(test_case) => test_case,
        Err(error) => return findings.error("options", &CliError::from(error)),
    };
    check_options(subject, description, findings);
    if let Err(error) = calls(subject, &test_case, findings) {
        findings.add(Mark::Failed, "instance", error.to_string());
    }
    let log = test_case.take_log();
    if log.more > 0 {
        findings.add(Mark::Warning, "log", format!("{} lines more than are shown of a trial", log.more));
    }
}

fn calls(subject: &Subject<'_>, test_case: &TestCase, findings: &mut Findings) -> Result<(), WorkloadError> {
    if requests::check(subject, test_case, findings)? {
        answers::check(subject, test_case, findings)?;
        seed::check(subject, test_case, findings)?;
        cost::check(subject, test_case, findings)?;
    }
    Ok(())
}

/// Configures instances with what the schema allows at its edges.
fn check_options(subject: &Subject<'_>, description: &TestCaseDescription, findings: &mut Findings) {
    let edges = options::edges(&description.options_schema);
    let (mut refused, mut broken) = (Vec::new(), Vec::new());
    for (name, value) in &edges {
        let tried = with(subject.given, name, value);
        if let Err(error) = subject.runtime.test_case(subject.entry, &tried) {
            let list = if error.is_refusal() { &mut refused } else { &mut broken };
            list.push(label(name, value, &error));
        }
    }
    say(edges.len(), refused, broken, findings);
}

/// The options given, one of them replaced.
pub(super) fn with(given: &[GivenOption], name: &str, value: &serde_json::Value) -> Vec<GivenOption> {
    let mut all: Vec<GivenOption> = given.iter().filter(|option| option.name != name).cloned().collect();
    all.push(GivenOption { name: name.to_owned(), value: GivenValue::Json(value.clone()), is_secret: false });
    all
}

/// A value that was tried, and what came of it.
pub(super) fn label(name: &str, value: &serde_json::Value, error: &PluginError) -> String {
    const SHOWN: usize = 40;
    let value = value.to_string();
    let cut: String = value.chars().take(SHOWN).collect();
    let more = if cut.len() < value.len() { "…" } else { "" };
    let error = error.to_string();
    format!("{name} = {cut}{more}: {}", error.chars().take(4 * SHOWN).collect::<String>())
}

/// Says how a plugin took the values at the edges of its schema.
pub(super) fn say(tried: usize, refused: Vec<String>, broken: Vec<String>, findings: &mut Findings) {
    let (refusals, breaks) = (refused.len(), broken.len());
    if breaks > 0 {
        let text = format!("{breaks} of {tried} values that the schema allows break it");
        findings.add(Mark::Failed, "options", text).details(broken);
    }
    if tried == 0 {
        findings.add(Mark::Ok, "options", "its defaults fit");
    } else if breaks == 0 {
        let rest = if refusals > 0 { format!(", and it refuses {refusals} of them in order") } else { String::new() };
        let text = format!("its defaults fit, and {tried} values at the edges of the schema do no harm{rest}");
        findings.add(Mark::Ok, "options", text).details(refused);
    }
}
