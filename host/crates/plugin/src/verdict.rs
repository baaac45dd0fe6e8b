//! Decides whether what a test case says of a response keeps to the contract.

use model::exchange::{Failure, Judgement, ServerSpan, Step, Verdict};

use crate::apart::Apart;
use crate::{request, wire};

/// Largest state that is carried to the next reading, bytes.
const STATE: usize = 64 * 1024;
/// Longest think time, milliseconds: 30 days, as long as a trial.
const THINK_TIME: f64 = 30.0 * 24.0 * 3600.0 * 1000.0;
/// Longest detail of a failure, bytes.
const DETAIL: usize = 1_000;

/// How many reasons and metrics a test case declared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Declared {
    /// Reasons of failure.
    pub(crate) reasons: usize,
    /// Metrics.
    pub(crate) metrics: usize,
}

/// Checks a verdict against the contract.
///
/// # Errors
/// What the contract forbids, for its author.
pub(crate) fn check(verdict: wire::Verdict, declared: Declared) -> Result<Verdict, String> {
    match verdict {
        wire::Verdict::Done(outcome) => judgement(outcome, declared).map(Verdict::Done),
        wire::Verdict::Next(Apart(step)) => {
            if step.state.len() > STATE {
                return Err(format!("a state of {} bytes; at most {STATE} are allowed", step.state.len()));
            }
            if !(0.0..=THINK_TIME).contains(&step.think_time) {
                return Err(format!("a think time of {} ms; it is from 0 to 30 days", step.think_time));
            }
            Ok(Verdict::Next(Box::new(Step {
                request: request::check(step.request)?,
                state: step.state.into(),
                think_time_ns: (step.think_time * 1e6) as u64,
                judgement: judgement(step.outcome, declared)?,
            })))
        }
    }
}

fn judgement(outcome: wire::Outcome, declared: Declared) -> Result<Judgement, String> {
    let failure = outcome.failure.map(|failure| self::failure(failure, declared.reasons)).transpose()?;
    let server_span = outcome.server_span.map(server_span).transpose()?;
    if outcome.metrics.len() > declared.metrics {
        return Err(format!("{} values of metrics; it declared {}", outcome.metrics.len(), declared.metrics));
    }
    let metrics = outcome.metrics.into_iter().map(|metric| {
        if metric.index as usize >= declared.metrics {
            return Err(format!("the metric {}; it declared {}", metric.index, declared.metrics));
        }
        if !metric.value.is_finite() {
            return Err(format!("{} as value of metric {}; values are finite", metric.value, metric.index));
        }
        Ok((metric.index, metric.value))
    });
    Ok(Judgement { failure, server_span, metrics: metrics.collect::<Result<_, _>>()? })
}

fn failure(failure: wire::Failure, reasons: usize) -> Result<Failure, String> {
    if failure.reason as usize >= reasons {
        return Err(format!("the reason of failure {}; it declared {reasons}", failure.reason));
    }
    let detail = failure.detail.map(|mut detail| {
        detail.truncate(detail.floor_char_boundary(DETAIL));
        detail
    });
    Ok(Failure { reason: failure.reason, detail })
}

fn server_span(span: wire::ServerSpan) -> Result<ServerSpan, String> {
    let (span, is_finite) = match span {
        wire::ServerSpan::Between(wire::ServerInstants { start, end }) => {
            (ServerSpan::Between { start_ms: start, end_ms: end }, start.is_finite() && end.is_finite())
        }
        wire::ServerSpan::Lasting(ms) => (ServerSpan::Lasting { ms }, ms.is_finite()),
    };
    if is_finite { Ok(span) } else { Err("a server span that is not finite".to_owned()) }
}
