//! Asks for a Fibonacci number and checks it. The load is the number's index.

use cluster_tester_sdk::{Context, Description, Fault, NoOptions, Outcome, Request, Response, TestCase, time};

/// The test case.
pub struct Fibonacci;

#[derive(serde::Deserialize)]
struct Answer<'a> {
    start: &'a str,
    end: &'a str,
    fibonacci: u64,
}

impl TestCase for Fibonacci {
    type Options = NoOptions;

    fn describe() -> Description {
        let text = "This test measures the performance of the Fibonacci calculation endpoint.";
        let reasons = ["unexpected status", "wrong Fibonacci number"];
        Description::new("FibonacciTestCase", text).min_recommended_load(10).failure_reasons(reasons)
    }

    fn configure(_: NoOptions) -> Result<Self, Fault> {
        Ok(Self)
    }

    fn build(&mut self, context: &Context) -> Result<Request, Fault> {
        Ok(Request::get(format!("/fibonacci/{}", context.load)))
    }

    fn read(&mut self, context: &Context, response: &Response) -> Result<Outcome, Fault> {
        let 200 = response.status else { return Ok(Outcome::unexpected_status(0, response, 200)) };
        let Answer { start, end, fibonacci } = response.json()?;
        let (expected, _) = (0..context.load.min(94)).fold((0, 1), |(a, b), _| (b, u64::wrapping_add(a, b)));
        Ok(Outcome::success_if(fibonacci == expected, 1).server_span(time::parse_utc(start)?, time::parse_utc(end)?))
    }
}
cluster_tester_sdk::export_test_case!(Fibonacci);

#[cfg(test)]
mod tests;
