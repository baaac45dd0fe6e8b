//! One iteration of a test case against the real target, told step by step: request, answer, verdict, what follows.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use generator::TrialClock;
use http::{HeaderName, HeaderValue};
use model::exchange::{Judgement, ServerSpan};
use model::plan::{REDACTED, TargetPlan, is_secret_name};
use model::{
    Clock as _, Context, Exchange, Request, Response, TestCaseDescription, Token, Transport, TransportError, Verdict,
    WorkloadError, WorkloadSource as _,
};
use plugin::TestCase;
use report::plain_line;
use transport::Settings;

use crate::destination::Destination;
use crate::error::{CliError, ExitCode};
use crate::figure;

/// Most steps, as in a trial.
const MOST_STEPS: u32 = 1_000;
/// Longest think time that is waited for; a person is watching.
const THINK_TIME: Duration = Duration::from_secs(5);
/// Bytes of a body that are shown.
const SHOWN: usize = 1_000;
/// Headers of an answer that are shown beside those that the test case reads.
const HEADERS: [&str; 9] = [
    "allow",
    "cache-control",
    "content-encoding",
    "content-type",
    "date",
    "location",
    "retry-after",
    "server",
    "www-authenticate",
];

/// What one iteration needs.
pub(crate) struct OneIteration<'a> {
    /// Builds the requests and judges the answers.
    pub(crate) test_case: &'a TestCase,
    /// Who is asked.
    pub(crate) target: &'a TargetPlan,
    /// What the iteration is about.
    pub(crate) context: Context,
    /// Longest wait for an answer.
    pub(crate) timeout: Duration,
}

impl OneIteration<'_> {
    /// Sends the requests of the iteration, and hands each step's text to `tell` as soon as it is over. Gives how the
    /// command ends.
    ///
    /// # Errors
    /// When the target cannot be reached, or the test case gives no instance.
    pub(crate) fn run(&self, mut tell: impl FnMut(&str) -> Result<(), CliError>) -> Result<ExitCode, CliError> {
        let mut workload = self.test_case.workload().map_err(|error| broken(&error))?;
        let mut request = match workload.build(&self.context) {
            Ok(request) => request,
            Err(error) => return Err(broken(&error).with_detail("call", "`build-request`: nothing was sent")),
        };
        let clock = Arc::new(TrialClock::default());
        let mut transport = self.transport(&clock)?;
        let (mut state, mut code) = (Bytes::new(), ExitCode::Ok);
        for step in 1..=MOST_STEPS {
            let mut text = format!("step {step}\n{}", self.request(&request));
            let exchange = self.exchange(transport.as_mut(), clock.as_ref(), request);
            text.push_str(&self.answer(&exchange));
            let response = match exchange.response {
                Ok(response) => response,
                Err(_) => {
                    tell(&text)?;
                    return Ok(ExitCode::Target);
                }
            };
            let verdict = workload.read(&self.context, &state, &self.as_read(response));
            let (judgement, next) = match verdict {
                Ok(Verdict::Done(judgement)) => (judgement, None),
                Ok(Verdict::Next(step)) => (step.judgement, Some((step.request, step.state, step.think_time_ns))),
                Err(error) => {
                    let (word, ends) = match &error {
                        WorkloadError::Refused(_) => ("unreadable", ExitCode::NoSuccess),
                        WorkloadError::Broken(_) => ("the test case failed", ExitCode::Plugin),
                    };
                    line(&mut text, "outcome", &format!("{word}: {error}"));
                    tell(&text)?;
                    return Ok(ends);
                }
            };
            if judgement.failure.is_some() {
                code = ExitCode::NoSuccess;
            }
            judged(&mut text, &judgement, self.test_case.description());
            let Some((follower, left, think_time_ns)) = next else {
                tell(&text)?;
                return Ok(code);
            };
            let think_time = Duration::from_nanos(think_time_ns);
            let cut = if think_time > THINK_TIME { ", of which 5 s are waited" } else { "" };
            let after = figure::time(think_time_ns as f64);
            line(&mut text, "next", &format!("a step after {after}{cut}, with a state of {} bytes", left.len()));
            tell(&text)?;
            std::thread::sleep(think_time.min(THINK_TIME));
            (request, state) = (follower, left);
        }
        Err(CliError::new(ExitCode::Plugin, format!("the iteration has more than {MOST_STEPS} steps")))
    }

    fn transport(&self, clock: &Arc<TrialClock>) -> Result<Box<dyn Transport>, CliError> {
        let (destination, _) = Destination::find(self.target)?;
        let description = self.test_case.description();
        let wanted = description.response_headers.iter().map(String::as_str).chain(HEADERS);
        let mut response_headers: Vec<HeaderName> = wanted.filter_map(|name| name.parse().ok()).collect();
        response_headers.dedup();
        let settings = Settings {
            connections: Some(1),
            open_ahead: 1,
            response_headers,
            body_limit: (description.body_limit as usize).max(SHOWN),
            ..destination.settings()
        };
        let transport = destination.transport(Arc::clone(clock) as _, settings);
        let mut transport = transport.map_err(|error| CliError::new(ExitCode::Internal, error.to_string()))?;
        transport.open(&|| false).map_err(|error| {
            CliError::from_error(ExitCode::Target, &error)
                .with_hint_if_untold("is it running, and reachable from here?")
        })?;
        Ok(transport)
    }

    fn exchange(&self, transport: &mut dyn Transport, clock: &TrialClock, request: Request) -> Exchange {
        const TOKEN: Token = Token(0);
        let until = clock.now().saturating_add(i64::try_from(self.timeout.as_nanos()).unwrap_or(i64::MAX));
        transport.submit(TOKEN, 0, request);
        let mut ended = VecDeque::new();
        loop {
            transport.wait(until, &mut ended);
            if let Some((_, exchange)) = ended.pop_back() {
                return exchange;
            }
            if clock.now() >= until
                && let Some(exchange) = transport.cancel(TOKEN, TransportError::TimedOut)
            {
                return exchange;
            }
        }
    }

    /// The answer as the test case gets it in a trial.
    fn as_read(&self, mut response: Response) -> Response {
        let description = self.test_case.description();
        response.headers.retain(|(name, _)| description.response_headers.iter().any(|wanted| wanted == name.as_str()));
        response.body.truncate(description.body_limit as usize);
        response
    }

    fn request(&self, request: &Request) -> String {
        let mut text = String::new();
        line(&mut text, "request", &self.clean(&format!("{} {}", request.method, request.path)));
        for header in &self.target.headers {
            line(&mut text, "", &format!("{}: {}", header.name, header.value.shown()));
        }
        for (name, value) in &request.headers {
            line(&mut text, "", &self.header(name, value));
        }
        if !request.body.is_empty() {
            line(&mut text, "", &self.body(&request.body, request.body.len() as u64));
        }
        text
    }

    fn answer(&self, exchange: &Exchange) -> String {
        let mut text = String::new();
        let begun = exchange.sent.unwrap_or(exchange.end);
        let since = |instant: i64| figure::time((instant - begun).max(0) as f64);
        match &exchange.response {
            Err(error) => line(&mut text, "no answer", &self.clean(&error.to_string())),
            Ok(response) => {
                let first = exchange.first_byte.map(|first| format!(", first byte after {}", since(first)));
                let timing = format!("in {}{}", since(exchange.end), first.unwrap_or_default());
                line(&mut text, "answer", &format!("status {}, {timing}", response.status));
                for (name, value) in &response.headers {
                    line(&mut text, "", &self.header(name, value));
                }
                line(&mut text, "", &self.body(&response.body, response.body_length));
            }
        }
        text
    }

    fn header(&self, name: &HeaderName, value: &HeaderValue) -> String {
        if is_secret_name(name.as_str()) || value.is_sensitive() {
            return format!("{name}: {REDACTED}");
        }
        self.clean(&format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
    }

    fn body(&self, body: &[u8], length: u64) -> String {
        if length == 0 {
            return "no body".to_owned();
        }
        // Secrets are taken out before it is cut: half of one is still half a secret.
        let mut clean = self.test_case.redact(String::from_utf8_lossy(body).into_owned());
        let is_whole = clean.len() <= SHOWN && body.len() as u64 == length;
        clean.truncate(clean.floor_char_boundary(SHOWN));
        let more = if is_whole { "" } else { " …" };
        format!("body of {}: {}{more}", figure::bytes(length), plain_line(&clean))
    }

    fn clean(&self, text: &str) -> String {
        plain_line(&self.test_case.redact(text.to_owned())).into_owned()
    }
}

fn judged(text: &mut String, judgement: &Judgement, description: &TestCaseDescription) {
    let outcome = match &judgement.failure {
        None => "success".to_owned(),
        Some(failure) => {
            let reason = description.failure_reasons.get(failure.reason as usize).map_or("unnamed", String::as_str);
            let detail = failure.detail.as_ref().map(|detail| format!(": {detail}"));
            format!("failure, {reason}{}", detail.unwrap_or_default())
        }
    };
    line(text, "outcome", &plain_line(&outcome));
    if let Some(span) = judgement.server_span {
        let how = if matches!(span, ServerSpan::Between { .. }) { "from start to end" } else { "as told" };
        line(text, "", &format!("server's own time {}, {how}", figure::time(span.nanos() as f64)));
    }
    for (index, value) in &judgement.metrics {
        if let Some(metric) = description.metrics.get(*index as usize) {
            line(text, "", &plain_line(&format!("{} {value} {}", metric.name, metric.unit)));
        }
    }
}

fn line(text: &mut String, label: &str, value: &str) {
    let _ = writeln!(text, "  {label:<10}{value}");
}

fn broken(error: &WorkloadError) -> CliError {
    let cli = CliError::new(ExitCode::Plugin, error.to_string());
    match error {
        WorkloadError::Broken(message) => cli.with_hint(plugin::hint_of_call(message)),
        WorkloadError::Refused(_) => cli,
    }
}
