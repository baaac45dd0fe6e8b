//! Reads responses and says how they are judged.

use std::fmt::Display;

pub use crate::bindings::test_case::exports::cluster_tester::plugin::test_case::{
    Failure, MetricValue, Outcome, Response, ServerInstants, ServerSpan, Step, Verdict,
};
use crate::fault::Fault;
use crate::request::{Header, Request};

impl Response {
    /// A response as a unit test wants one: without headers, its body whole.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self { status, headers: Vec::new(), body_length: body.len() as u64, body }
    }

    /// With one more header, its name in lower case.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push(Header { name: name.into(), value: value.into() });
        self
    }

    /// The first value of a header that the description asked for, `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|header| header.name == name).map(|header| header.value.as_slice())
    }

    /// The body read as JSON. Borrows where `T` does (`&str`), which saves allocations.
    ///
    /// # Errors
    /// When the body is not JSON, is not of that shape, or was cut at the description's `body_limit`.
    pub fn json<'a, T: serde::Deserialize<'a>>(&'a self) -> Result<T, Fault> {
        // Texts are checked together; what is not all UTF-8 may be where nobody looks.
        let read = match std::str::from_utf8(&self.body) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_slice(&self.body),
        };
        read.map_err(|error| self.explain(&error))
    }

    #[cold]
    fn explain(&self, error: &serde_json::Error) -> Fault {
        let (read, length) = (self.body.len() as u64, self.body_length);
        if length > read {
            return format!("only {read} of the answer's {length} bytes are within `body_limit`: {error}").into();
        }
        format!("the answer is not the JSON expected: {error}").into()
    }
}

impl Outcome {
    /// A success.
    pub fn success() -> Self {
        Self { failure: None, server_span: None, metrics: Vec::new() }
    }

    /// A failure by a declared reason, as its index into the description's `failure_reasons`.
    pub fn failure(reason: u32) -> Self {
        Self { failure: Some(Failure { reason, detail: None }), ..Self::success() }
    }

    /// A success if so, else a failure by a declared reason.
    pub fn success_if(is_success: bool, reason: u32) -> Self {
        if is_success { Self::success() } else { Self::failure(reason) }
    }

    /// A failure by a declared reason, with the detail `status 503, expected 200`.
    pub fn unexpected_status(reason: u32, response: &Response, expected: impl Display) -> Self {
        Self::failure(reason).detail(format!("status {}, expected {expected}", response.status))
    }

    /// With a detail for the author, at most 1 000 bytes; of a success it is ignored. The host keeps the first few.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        if let Some(failure) = &mut self.failure {
            failure.detail = Some(detail.into());
        }
        self
    }

    /// With the server's own processing span, milliseconds since the epoch by its clock.
    #[must_use]
    pub fn server_span(mut self, start: f64, end: f64) -> Self {
        self.server_span = Some(ServerSpan::Between(ServerInstants { start, end }));
        self
    }

    /// With the length of the server's own processing, milliseconds.
    #[must_use]
    pub fn server_time(mut self, ms: f64) -> Self {
        self.server_span = Some(ServerSpan::Lasting(ms));
        self
    }

    /// With a value of a metric, by index into the description's `metrics`.
    #[must_use]
    pub fn metric(mut self, index: u32, value: f64) -> Self {
        self.metrics.push(MetricValue { index, value });
        self
    }

    /// This outcome, and another request after it.
    pub fn then(self, request: Request) -> Step {
        Step { request, state: Vec::new(), think_time: 0.0, outcome: self }
    }
}

impl Step {
    /// With a state that the host hands to the reading of this step's response, at most 64 KiB.
    #[must_use]
    pub fn state(mut self, state: impl Into<Vec<u8>>) -> Self {
        self.state = state.into();
        self
    }

    /// With milliseconds to wait before the request is due.
    #[must_use]
    pub fn think_time(mut self, ms: f64) -> Self {
        self.think_time = ms;
        self
    }
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        Self::Done(outcome)
    }
}

impl From<Step> for Verdict {
    fn from(step: Step) -> Self {
        Self::Next(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_header_of_a_name_counts() {
        let response = Response::new(200, "").with_header("age", "1").with_header("age", "2");
        assert_eq!(response.header("age"), Some(&b"1"[..]));
        assert_eq!(response.header("etag"), None);
    }

    #[test]
    fn json_that_cannot_be_read_says_why() {
        let reason = |response: Response| match response.json::<u32>() {
            Err(Fault::Failed(reason)) => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(Response::new(200, "7").json::<u32>().expect("JSON"), 7);
        let text = reason(Response::new(200, "\"7\""));
        assert!(text.starts_with("the answer is not the JSON expected: invalid type"), "{text}");
        let cut = reason(Response { body_length: 9, ..Response::new(200, "") });
        assert!(cut.starts_with("only 0 of the answer's 9 bytes are within `body_limit`: "), "{cut}");
    }

    #[test]
    fn outcomes_are_judged_by_a_claim_or_a_status() {
        assert!(Outcome::success_if(true, 3).failure.is_none());
        assert_eq!(Outcome::success_if(false, 3).failure.expect("a failure").reason, 3);
        let failure = Outcome::unexpected_status(1, &Response::new(503, ""), 200).failure.expect("a failure");
        assert_eq!((failure.reason, failure.detail.as_deref()), (1, Some("status 503, expected 200")));
        assert!(Outcome::success().detail("of nothing").failure.is_none());
    }

    #[test]
    fn a_step_carries_the_outcome_of_the_one_before() {
        let step = Outcome::failure(2).then(Request::get("/next")).state(*b"abc").think_time(5.0);
        assert_eq!((step.request.path.as_str(), step.state.as_slice(), step.think_time), ("/next", &b"abc"[..], 5.0));
        assert_eq!(step.outcome.failure.as_ref().expect("a failure").reason, 2);
        assert!(matches!(Verdict::from(step), Verdict::Next(_)));
    }
}
