//! Two requests an iteration: a POST as a login would be, some thinking, and a GET. Carries a state in between and
//! fails when it comes back wrong, so that a run shows whether the host keeps iterations apart.

mod visit;

use cluster_tester_sdk::{
    Context, Description, Fault, Outcome, Request, Response, Step, TestCase, Verdict, log, random,
};
use serde::Deserialize;

use visit::Visit;

/// Index of the reason of failure.
const UNEXPECTED_STATUS: u32 = 0;
const WRONG_STATE: u32 = 1;
/// Index of the metric.
const BYTES_READ: u32 = 0;
const STEPS: u32 = 1;

/// Options as `options.schema.json` explains them.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TwoStep {
    first: String,
    second: String,
    think_ms: f64,
}

impl Default for TwoStep {
    fn default() -> Self {
        Self { first: "/".into(), second: "/".into(), think_ms: 5.0 }
    }
}

impl TestCase for TwoStep {
    type Options = Self;

    fn describe() -> Description {
        Description::new("TwoStepTestCase", "Logs in, thinks, and asks for a page.")
            .options_schema(include_str!("options.schema.json"))
            .response_headers(["content-type"])
            .failure_reasons(["unexpected status", "wrong state"])
            .counter("bytes-read", "bytes")
            .gauge("steps", "1")
    }

    fn configure(options: Self) -> Result<Self, Fault> {
        Ok(options)
    }

    fn build(&mut self, context: &Context) -> Result<Request, Fault> {
        Ok(Request::post(&*self.first, format!("user={}", context.iteration)))
    }

    fn read_step(&mut self, context: &Context, state: &[u8], response: &Response) -> Result<Verdict, Fault> {
        let is_first = state.is_empty();
        let outcome = judge(response, if is_first { 1.0 } else { 2.0 });
        if outcome.failure.is_some() {
            return Ok(outcome.into());
        }
        if is_first {
            return Ok(self.second_step(context, response, outcome).into());
        }
        Ok(match Visit::from_state(state, context) {
            Some(_) => outcome.into(),
            None => Outcome::failure(WRONG_STATE).detail(format!("{state:02x?}")).into(),
        })
    }
}

impl TwoStep {
    fn second_step(&self, context: &Context, response: &Response, outcome: Outcome) -> Step {
        let visit = Visit::new(context, random::next());
        let content_type = response.header("content-type").unwrap_or(b"*/*");
        log::debug(&format!("visit {:08x} was given {}", visit.number(), String::from_utf8_lossy(content_type)));
        let request = Request::get(&*self.second)
            .header("accept", content_type)
            .header("x-visit", format!("{:08x}", visit.number()));
        outcome.then(request).state(visit.to_state()).think_time(self.think_ms)
    }
}

/// Any status from 200 to 299 is good; `step` is which answer this is, from 1.
fn judge(response: &Response, step: f64) -> Outcome {
    let outcome = match response.status {
        200..300 => Outcome::success(),
        status => Outcome::failure(UNEXPECTED_STATUS).detail(format!("status {status} in step {step}")),
    };
    outcome.metric(BYTES_READ, response.body_length as f64).metric(STEPS, step)
}

cluster_tester_sdk::export_test_case!(TwoStep);

#[cfg(test)]
mod tests;
