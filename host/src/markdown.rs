//! A run as a short Markdown text, for the summary page of a CI: whether it can be trusted first, then the SLO, then figures.

use std::fmt::Write as _;

use model::Validity;
use results::{RunFile, TrialRecord};

use crate::error::CliError;
use crate::figure::{count, rate};
use crate::visible::is_unseen;
use crate::{figures, load_model, verdict};

/// Messages of failures shown.
const FAILURES_SHOWN: usize = 3;

/// The text of the file.
pub(crate) fn of(about: &str, outcome: Result<&RunFile, &CliError>) -> String {
    match outcome {
        Ok(run) => {
            let title = run.name.as_deref().unwrap_or(about);
            let mut text = format!("## Load test: {}\n", plain(title));
            run.trials.iter().for_each(|trial| of_trial(trial, &run.plan.target.urls, &mut text));
            let _ = writeln!(text, "\n<sub>run {}, cluster-tester {}</sub>", code(&run.run_id), run.tester.version);
            text
        }
        Err(error) => {
            let rendered = error.render(false).replace("```", "'''");
            format!("## Load test: {}\n\n**FAILED:** {}\n\n```\n{rendered}```\n", plain(about), plain(&error.what))
        }
    }
}

fn of_trial(trial: &TrialRecord, urls: &[String], text: &mut String) {
    let TrialRecord { plan, summary, result, .. } = trial;
    let _ = writeln!(text, "\n{}  ", headline(trial));
    let urls: Vec<_> = urls.iter().map(|url| code(url)).collect();
    let _ = writeln!(text, "{}, {}", plain(&load_model::of_trial(plan)), urls.join(" "));
    if !result.validity_reasons.is_empty() || !result.notes.is_empty() {
        text.push('\n');
    }
    for reason in &result.validity_reasons {
        let _ = writeln!(text, "- {}: {}", figures::cause(reason.cause), plain(&reason.message));
    }
    for note in &result.notes {
        let _ = writeln!(text, "- note: {}", plain(note));
    }
    if !result.slo.is_empty() {
        text.push_str("\n| SLO | | was |\n|---|---|---|\n");
        for one in &result.slo {
            let word =
                if one.is_met { verdict::word(true).to_owned() } else { format!("**{}**", verdict::word(false)) };
            let _ = writeln!(text, "| {} | {word} | {} |", code(&one.condition), plain(&verdict::actual(one)));
        }
    }
    let _ = writeln!(text, "\n| | |\n|---|---|\n| offered | {} |", figures::offered(trial));
    let _ = writeln!(text, "| goodput | {} |", rate(summary.goodput));
    let _ = writeln!(text, "| requests | {} |", figures::requests(trial));
    if let Some(late) = figures::late(trial) {
        let _ = writeln!(text, "| late | {late} |");
    }
    let _ = writeln!(text, "\n| | {} |\n|---|{}", figures::COLUMNS.join(" | "), "---:|".repeat(figures::COLUMNS.len()));
    for (name, of) in figures::times(trial) {
        let _ = writeln!(text, "| {} | {} |", name.trim(), figures::cells(of).join(" | "));
    }
    if !result.failures.is_empty() {
        text.push('\n');
    }
    for failure in result.failures.iter().take(FAILURES_SHOWN) {
        let _ = writeln!(text, "- {} × {}: {}", count(failure.count), failure.outcome, plain(&failure.message));
    }
}

/// What is to be known first.
fn headline(trial: &TrialRecord) -> String {
    let result = &trial.result;
    let verdict = match result.validity {
        Validity::GeneratorBound => {
            return "**NOT VALID:** the tester could not hold this load; the figures are not the target's".to_owned();
        }
        Validity::Interrupted if verdict::was_aborted(result) => "**ABORTED**",
        Validity::Interrupted => "**INTERRUPTED**",
        Validity::Valid => "**Valid**",
    };
    match result.slo.iter().filter(|one| !one.is_met).count() {
        _ if verdict::has_no_success(result) => format!("{verdict}, **not one request succeeded**"),
        0 if result.slo.is_empty() => verdict.to_owned(),
        0 => format!("{verdict}, SLO met"),
        missed => format!("{verdict}, **SLO NOT MET** ({missed} of {} conditions)", result.slo.len()),
    }
}

/// A text in which nothing is Markdown, also within a table.
fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' => escaped.extend(['\\', c]),
            c if is_unseen(c) => escaped.extend(c.escape_unicode()),
            c => escaped.push(c),
        }
    }
    escaped
}

/// A text as code, also within a table.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'").replace('|', "\\|").replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ExitCode;

    #[test]
    fn nothing_that_is_said_becomes_markdown() {
        assert_eq!(plain("a|b *c*\n<d>"), "a\\|b \\*c\\* \\<d\\>");
        assert_eq!(code("a|`b`"), "`a\\|'b'`");
    }

    #[test]
    fn a_run_that_could_not_begin_says_why() {
        let error = CliError::new(ExitCode::Target, "cannot connect to h_1").with_hint("is it running?");
        insta::assert_snapshot!(of("http", Err(&error)), @r"
        ## Load test: http

        **FAILED:** cannot connect to h\_1

        ```
        error: cannot connect to h_1
          hint: is it running?
        ```
        ");
    }
}
