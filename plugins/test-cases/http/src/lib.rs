//! Sends any request that can be told by options, and judges the answer by its status alone.

mod options;
mod template;

use cluster_tester_sdk::{Context, Description, Fault, Header, Method, Outcome, Request, Response, TestCase};

use options::{ExpectedStatus, Options};
use template::{Escape, Template};

/// The test case, its options checked.
pub struct Http {
    method: Method,
    path: Template,
    headers: Vec<Header>,
    body: Option<Template>,
    expected_status: ExpectedStatus,
}

impl TestCase for Http {
    type Options = Options;

    fn describe() -> Description {
        Description::new("HttpTestCase", "Sends one request, told by options, and judges the answer by its status.")
            .options_schema(include_str!("options.schema.json"))
            .failure_reasons(["unexpected status"])
            .body_limit(0)
    }

    fn configure(options: Options) -> Result<Self, Fault> {
        options.check()
    }

    fn build(&mut self, context: &Context) -> Result<Request, Fault> {
        Ok(Request {
            method: self.method.clone(),
            path: self.path.fill(context, Escape::Percent)?,
            headers: self.headers.clone(),
            body: match &self.body {
                Some(body) => Some(body.fill(context, Escape::None)?.into_bytes()),
                None => None,
            },
        })
    }

    fn read(&mut self, _: &Context, response: &Response) -> Result<Outcome, Fault> {
        if self.expected_status.covers(response.status) {
            return Ok(Outcome::success());
        }
        Ok(Outcome::unexpected_status(0, response, &self.expected_status))
    }
}

cluster_tester_sdk::export_test_case!(Http);

#[cfg(test)]
mod tests;
