//! A run as JUnit XML: one suite, with a test case for each condition of the SLO and one for the trial's validity.

use std::fmt::Write as _;

use model::Validity;
use results::{RunFile, TrialRecord};

use crate::error::CliError;
use crate::visible::is_unseen;
use crate::{figures, load_model, summary, verdict};

/// A test case in the file.
struct Case {
    class: String,
    name: String,
    seconds: f64,
    end: End,
}

/// How it ended.
enum End {
    Passed,
    /// Kind, what was found.
    Failed(&'static str, String),
    /// It could not be looked at.
    Skipped(String),
    /// It could not be run.
    Error(String, String),
}

/// The text of the file.
pub(crate) fn of(about: &str, outcome: Result<&RunFile, &CliError>) -> String {
    let (name, created, cases, said) = match outcome {
        Ok(run) => {
            let name = run.name.clone().unwrap_or_else(|| run.run_id.clone());
            (name, Some(run.created.as_str()), run.trials.iter().flat_map(cases).collect(), summary::of_run(run))
        }
        Err(error) => {
            let end = End::Error(error.what.clone(), error.render(false));
            let class = format!("cluster-tester.{about}");
            let case = Case { class, name: "the run begins and ends".to_owned(), seconds: 0.0, end };
            (about.to_owned(), None, vec![case], String::new())
        }
    };
    let cases: Vec<Case> = cases;
    let number = |is_one: fn(&End) -> bool| cases.iter().filter(|case| is_one(&case.end)).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\"",
        cases.len(),
        number(|end| matches!(end, End::Failed(..))),
        number(|end| matches!(end, End::Error(..))),
        number(|end| matches!(end, End::Skipped(_))),
        // Conditions are judged on the same seconds: a trial's time counts once.
        cases.iter().map(|case| case.seconds).sum::<f64>(),
    );
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(text, "<testsuites name=\"cluster-tester\" {counts}>");
    let timestamp = created.map(|created| format!(" timestamp=\"{}\"", escape(created))).unwrap_or_default();
    let _ = writeln!(text, "  <testsuite name=\"{}\" {counts}{timestamp}>", escape(&name));
    cases.iter().for_each(|case| write_case(case, &mut text));
    if !said.is_empty() {
        let _ = writeln!(text, "    <system-out>{}</system-out>", escape(&said));
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

fn cases(trial: &TrialRecord) -> Vec<Case> {
    let TrialRecord { plan, result, .. } = trial;
    let seconds = result.steady.length_ns as f64 / 1e9;
    let class = format!("cluster-tester.{} load {}", plan.test_case, plan.load);
    let case = |name: String, seconds: f64, end: End| Case { class: class.clone(), name, seconds, end };
    let reasons: Vec<_> = result
        .validity_reasons
        .iter()
        .map(|reason| format!("{}: {}", figures::cause(reason.cause), reason.message))
        .collect();
    let was_aborted = verdict::was_aborted(result);
    let held = match result.validity {
        Validity::GeneratorBound => End::Failed("generator-bound", reasons.join("; ")),
        Validity::Interrupted if !was_aborted => End::Failed("interrupted", reasons.join("; ")),
        Validity::Interrupted | Validity::Valid => End::Passed,
    };
    let mut cases = vec![case(format!("the tester held {}", load_model::of(&plan.load_model)), seconds, held)];
    if let Some(conditions) = &plan.abort_when {
        let end = if was_aborted { End::Failed("abort-when", reasons.join("; ")) } else { End::Passed };
        cases.push(case(format!("not ended by: {conditions}"), 0.0, end));
    }
    if verdict::has_no_success(result) {
        let most = result.failures.first().map(|failure| format!(": {}: {}", failure.outcome, failure.message));
        let what = format!("not one request succeeded{}", most.unwrap_or_default());
        cases.push(case("a request succeeds".to_owned(), 0.0, End::Failed("no-success", what)));
    }
    for one in &result.slo {
        let actual = verdict::actual(one);
        let end = match (result.validity, one.is_met) {
            // What the tester could not hold proves nothing of the target, one way or the other.
            (Validity::GeneratorBound, _) => End::Skipped(format!("the trial is not valid; it was {actual}")),
            (_, true) => End::Passed,
            (_, false) => End::Failed("slo", format!("{} is not met: it was {actual}", one.condition)),
        };
        cases.push(case(one.condition.clone(), 0.0, end));
    }
    cases
}

fn write_case(case: &Case, text: &mut String) {
    let Case { class, name, seconds, end } = case;
    let (class, name) = (escape(class), escape(name));
    let _ = write!(text, "    <testcase classname=\"{class}\" name=\"{name}\" time=\"{seconds:.3}\"");
    let inner = match end {
        End::Passed => return text.push_str("/>\n"),
        End::Failed(kind, what) => format!("<failure type=\"{kind}\" message=\"{}\"/>", escape(what)),
        End::Skipped(why) => format!("<skipped message=\"{}\"/>", escape(why)),
        End::Error(what, whole) => {
            format!("<error type=\"error\" message=\"{}\">{}</error>", escape(what), escape(whole))
        }
    };
    let _ = writeln!(text, ">{inner}</testcase>");
}

/// A text as it may stand in XML 1.0, within an element or an attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            // XML has no way to say these.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c if is_unseen(c) => escaped.extend(c.escape_unicode()),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ExitCode;

    #[test]
    fn nothing_that_is_said_breaks_the_xml() {
        assert_eq!(escape("a<b & \"c\"\n\u{1b}]é"), "a&lt;b &amp; &quot;c&quot;&#10;\u{fffd}]é");
    }

    #[test]
    fn a_run_that_could_not_begin_is_an_error() {
        let error = CliError::new(ExitCode::Target, "cannot connect to <h>").with_hint("is it running?");
        insta::assert_snapshot!(of("http", Err(&error)), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="cluster-tester" tests="1" failures="0" errors="1" skipped="0" time="0.000">
          <testsuite name="http" tests="1" failures="0" errors="1" skipped="0" time="0.000">
            <testcase classname="cluster-tester.http" name="the run begins and ends" time="0.000"><error type="error" message="cannot connect to &lt;h&gt;">error: cannot connect to &lt;h&gt;&#10;  hint: is it running?&#10;</error></testcase>
          </testsuite>
        </testsuites>
        "#);
    }
}
