//! What a person reads of a search: the bounds first, then how far to trust them.

use std::fmt::Write as _;
use std::time::Duration;

use discovery::{Progress, Verdict};
use model::search::BoundPair;
use model::{
    HostUse, Measurement, Outcome, Pace, SearchAnswer, SearchEnd, SearchPlan, Span, Subject, TrialOrder, TrialResult,
    Validity,
};
use results::RunFile;

use crate::command::Found;
use crate::error::ExitCode;
use crate::figure::{count, rate};
use crate::{figures, load_model};

/// What was searched for: `fibonacci, highest rate at load 10 with mean < 2s`.
pub(crate) fn title(plan: &SearchPlan) -> String {
    let SearchPlan { test_case, slo, .. } = plan;
    match plan.subject {
        Subject::Rate { load, .. } => format!("{test_case}, highest rate at load {load} with {slo}"),
        Subject::Load { rate, .. } => format!("{test_case}, highest load at {rate} with {slo}"),
    }
}

/// A rate or a load, as the search has it.
pub(crate) fn value(plan: &SearchPlan, value: f64) -> String {
    match plan.subject {
        Subject::Rate { .. } => rate(value),
        Subject::Load { .. } => format!("{value:.0}"),
    }
}

/// The answer, in lines.
pub(crate) fn text(plan: &SearchPlan, answer: &SearchAnswer) -> String {
    let shown = |bound: Option<f64>, none: &str| bound.map_or_else(|| none.to_owned(), |bound| value(plan, bound));
    let none = match answer.end {
        SearchEnd::NothingGood => "none: even the lowest is too much",
        _ => "not known",
    };
    let mut text = format!("{}\n", title(plan));
    let mark = |bound: Option<f64>| if answer.is_provisional && bound.is_some() { ", provisional" } else { "" };
    let _ = writeln!(text, "  lower bound  {}{}", shown(answer.lower, none), mark(answer.lower));
    let no_upper = if answer.end == SearchEnd::UpperNotReached { "not reached" } else { "not known" };
    let _ = writeln!(text, "  upper bound  {}{}", shown(answer.upper, no_upper), mark(answer.upper));
    if let Some(width) = answer.width {
        let _ = writeln!(text, "  width        {}", percent(width));
    }
    if let Some(throughput) = answer.conditional_throughput {
        let _ = writeln!(text, "  throughput   {} at the lower bound (goodput)", rate(throughput));
    }
    if let Some(pair) = answer.without_failures {
        let (lower, upper) = (shown(pair.lower, "none"), shown(pair.upper, "not reached"));
        let _ = writeln!(text, "  no failures  good {lower}, bad {upper}");
    }
    let _ = writeln!(text, "  trials       {}", answer.trials.len());
    let _ = writeln!(text, "  ended        {}", end(answer.end));
    if let Some(limit) = answer.tester_limit {
        let _ = writeln!(text, "  NOT THE TARGET'S: the tester itself could not hold {}", rate(limit));
    }
    if !answer.good_above_upper.is_empty() {
        let above: Vec<_> = answer.good_above_upper.iter().map(|bound| value(plan, *bound)).collect();
        let _ = writeln!(text, "  note: good again above the upper bound, at {}", above.join(", "));
    }
    for note in &answer.notes {
        let _ = writeln!(text, "  note: {note}");
    }
    text
}

/// How a search ended, in words.
pub(crate) fn end(end: SearchEnd) -> &'static str {
    match end {
        SearchEnd::Found => "the bounds are as near as was asked",
        SearchEnd::UpperNotReached => "the highest that may be tried is good",
        SearchEnd::TesterLimit => "the tester gave out before the target",
        SearchEnd::NothingGood => "even the lowest that may be tried is bad",
        SearchEnd::BudgetSpent => "the budget is spent; the bounds are wider than was asked",
        SearchEnd::Stopped => "stopped before its time",
    }
}

/// How a command with this answer ends.
pub(crate) fn code(answer: &SearchAnswer) -> ExitCode {
    match answer.end {
        SearchEnd::Found | SearchEnd::UpperNotReached | SearchEnd::BudgetSpent => ExitCode::Ok,
        SearchEnd::NothingGood => ExitCode::SloFailed,
        SearchEnd::TesterLimit => ExitCode::GeneratorBound,
        SearchEnd::Stopped => ExitCode::Interrupted,
    }
}

/// How a command ends whose trials had not one success among them.
pub(crate) fn code_of_trials(run: &RunFile) -> ExitCode {
    let has_success = run.trials.iter().any(|trial| trial.result.steady.counts.of(Outcome::Success) > 0);
    if run.trials.is_empty() || has_success { ExitCode::Ok } else { ExitCode::NoSuccess }
}

/// The answer in a line.
pub(crate) fn line(plan: &SearchPlan, answer: &SearchAnswer) -> String {
    let shown = |bound: Option<f64>, none: &str| bound.map_or_else(|| none.to_owned(), |bound| value(plan, bound));
    let (lower, upper) = (shown(answer.lower, "none"), shown(answer.upper, "–"));
    let mark = if answer.is_provisional { " (provisional)" } else { "" };
    let mut text = format!("  good {lower}, bad {upper}{mark}; {} trials; {}", answer.trials.len(), end(answer.end));
    for note in &answer.notes {
        let _ = write!(text, "\n  note: {note}");
    }
    text
}

/// What a benchmark found, a line a search.
pub(crate) fn table(found: &[Found]) -> String {
    let heads = ["test case", "load", "good rate", "bad rate", "width", "goodput", "mean", "p99", "hosts busy"];
    let mut rows = vec![heads.map(str::to_owned)];
    for Found { plan, answer, confirmation } in found {
        let Subject::Rate { load, .. } = plan.subject else { continue };
        let none = || "–".to_owned();
        let bound = |bound: Option<f64>| bound.map_or_else(none, |bound| value(plan, bound));
        let summary = confirmation.as_ref().map(|trial| &trial.summary);
        let cell = |column: usize| match summary {
            Some(summary) => figures::cells(&summary.response_time)[column].clone(),
            None => none(),
        };
        rows.push([
            plan.test_case.clone(),
            load.to_string(),
            bound(answer.lower),
            bound(answer.upper),
            answer.width.map_or_else(none, |width| {
                format!("{}{}", if answer.is_provisional { "≈ " } else { "" }, percent(width))
            }),
            summary.map_or_else(none, |summary| rate(summary.goodput)),
            cell(0),
            cell(3),
            confirmation.as_ref().map_or_else(none, |trial| busy(&trial.extras.hosts)),
        ]);
    }
    if rows.len() == 1 {
        let reason = found.last().map_or("nothing was searched for", |found| end(found.answer.end));
        return format!("no rate was searched for: {reason}\n");
    }
    let mut text = columns(&rows);
    found.iter().filter_map(doubt).for_each(|doubt| {
        let _ = writeln!(text, "{doubt}");
    });
    text
}

/// What is to be said of the trial that was to show once more what was found, where it did not.
fn doubt(found: &Found) -> Option<String> {
    let trial = found.confirmation.as_ref()?;
    let told = match trial.result.validity {
        Validity::GeneratorBound => "NOT VALID: the tester could not hold it, and its figures are not the target's",
        Validity::Interrupted => "cut short: its figures are those of the time there was",
        Validity::Valid => {
            let measurement = trial.extras.measurement.clone()?;
            let measurement = Measurement { backlog: trial.result.backlog.clone(), ..measurement };
            match discovery::judge(&measurement, found.plan.width) {
                Verdict::Bad if measurement.is_slo_met => "not sustained",
                Verdict::Bad => "bad: the SLO was not met",
                _ => return None,
            }
        }
    };
    let at = load_model::of(&trial.plan.load_model);
    Some(format!("{}, load {}: the last trial, at {at}, was {told}", trial.plan.test_case, trial.plan.load))
}

/// How busy each host was, per cent.
fn busy(hosts: &[HostUse]) -> String {
    let each: Vec<_> = hosts.iter().filter_map(|host| host.cpu).map(|cpu| format!("{:.0} %", cpu.busy())).collect();
    if each.is_empty() { "–".to_owned() } else { each.join(", ") }
}

/// Lines of cells, each column as wide as its widest; the first is aligned left, the others right.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().enumerate().map(|(column, cell)| match column {
            0 => format!("{cell:<0$}", width(column)),
            _ => format!("{cell:>0$}", width(column)),
        });
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("   "));
    }
    text
}

/// A share, per cent.
fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// How far a search is: `trial 7 at 1200/s, good 1100/s, bad 1300/s, 40s left`.
pub(crate) fn progress(plan: &SearchPlan, progress: &Progress<'_>) -> String {
    let shown = |bound: Option<f64>| bound.map_or_else(|| "–".to_owned(), |bound| value(plan, bound));
    let at = progress.order.map_or_else(String::new, |order| format!(" at {}", ordered(plan, order)));
    let BoundPair { lower, upper } = progress.looking;
    let left = Span(Duration::from_secs(progress.left.0.as_secs()));
    format!("trial {}{at}, good {}, bad {}, {left} left", progress.trials + 1, shown(lower), shown(upper))
}

/// What an ordered trial is about: its rate, or its load.
fn ordered(plan: &SearchPlan, order: &TrialOrder) -> String {
    match (plan.subject, order.pace) {
        (Subject::Load { .. }, _) => format!("load {}", order.load),
        (Subject::Rate { .. }, Pace::Open(per_second)) => rate(per_second.get()),
        (Subject::Rate { .. }, Pace::Closed(users)) => format!("{users} at a time"),
    }
}

/// A trial of a search that is over, in a line; a second one says why most of its failures failed.
pub(crate) fn trial(plan: &SearchPlan, measurement: &Measurement, result: &TrialResult) -> String {
    let Measurement { trial, order, length, goodput, .. } = measurement;
    let told = match (discovery::judge(measurement, plan.width), order.pace) {
        (_, Pace::Closed(_)) => "first guess",
        (Verdict::Good, _) => "good",
        (Verdict::Bad, _) if measurement.is_overloaded => "bad: overloaded, ended early",
        (Verdict::Bad, _) if !measurement.is_slo_met => "bad: SLO not met",
        (Verdict::Bad, _) => "bad: not sustained",
        (Verdict::TesterBound, _) => "does not count: the tester could not hold it",
        (Verdict::CutShort, _) => "does not count: cut short",
    };
    let counts = &result.steady.counts;
    // What was cut off with the trial is no failure of the target's.
    let failed = counts.failures().saturating_sub(counts.of(Outcome::Abandoned));
    let (what, seconds) = (ordered(plan, order), length.0.as_secs_f64());
    let mut line = format!("  {trial:>4}  {what:<12} for {seconds:>5.1} s   goodput {:<10} {told}", rate(*goodput));
    if failed > 0 {
        let most = result.failures.iter().find(|failure| failure.outcome != Outcome::Abandoned);
        let why = most.map_or_else(String::new, |failure| format!(", most of them: {}", failure.message));
        let _ = write!(line, "\n        {} failed{why}", count(failed));
    }
    line
}
