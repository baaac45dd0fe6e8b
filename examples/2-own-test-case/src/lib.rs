//! Has an array sorted whose size grows evenly with the load, and checks that the answer is about that array.

use cluster_tester_sdk::{Context, Description, Fault, Outcome, Request, Response, TestCase, time};
use serde::Deserialize;

/// The test case, its options read.
pub struct Sorting {
    block: u32,
}

/// Options; `options.schema.json` explains them and has their defaults, which the host fills in.
#[derive(Deserialize)]
pub struct Options {
    block: u32,
}

/// The part of an answer that matters.
#[derive(Deserialize)]
struct Answer<'a> {
    start: &'a str,
    end: &'a str,
    n: u32,
}

/// Indices into the reasons and the metrics that `describe` declares.
const UNEXPECTED_STATUS: u32 = 0;
const ANOTHER_ARRAY: u32 = 1;
const NUMBERS_SORTED: u32 = 0;

impl Sorting {
    fn size(&self, context: &Context) -> u32 {
        context.load.saturating_mul(self.block)
    }
}

impl TestCase for Sorting {
    type Options = Options;

    fn describe() -> Description {
        Description::new("SortingTestCase", "Has an array of load × block numbers sorted.")
            .options_schema(include_str!("options.schema.json"))
            .failure_reasons(["unexpected status", "answer about another array"])
            .counter("numbers-sorted", "1")
    }

    fn configure(options: Options) -> Result<Self, Fault> {
        Ok(Self { block: options.block })
    }

    fn build(&mut self, context: &Context) -> Result<Request, Fault> {
        Ok(Request::get(format!("/bubble-sort?n={}", self.size(context))))
    }

    fn read(&mut self, context: &Context, response: &Response) -> Result<Outcome, Fault> {
        if response.status != 200 {
            return Ok(Outcome::unexpected_status(UNEXPECTED_STATUS, response, 200));
        }
        // What cannot be read is an error: the request then counts as unreadable.
        let Answer { start, end, n } = response.json()?;
        let outcome = Outcome::success_if(n == self.size(context), ANOTHER_ARRAY);
        Ok(outcome.server_span(time::parse_utc(start)?, time::parse_utc(end)?).metric(NUMBERS_SORTED, f64::from(n)))
    }
}

cluster_tester_sdk::export_test_case!(Sorting);

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = r#"{"start":"2026-11-24T12:00:00.000Z","end":"2026-11-24T12:00:00.002Z","n":300}"#;

    fn read(load: u32, response: &Response) -> Result<Outcome, Fault> {
        Sorting { block: 100 }.read(&Context::of_load(load), response)
    }

    #[test]
    fn the_array_grows_with_the_load() {
        let request = Sorting { block: 50 }.build(&Context::of_load(3)).expect("a request");
        assert_eq!(request.path, "/bubble-sort?n=150");
    }

    #[test]
    fn an_answer_about_the_array_asked_for_is_a_success() {
        let outcome = read(3, &Response::new(200, ANSWER)).expect("readable");
        assert!(outcome.failure.is_none());
        assert_eq!(outcome.metrics[0].value, 300.0);
        let outcome = read(4, &Response::new(200, ANSWER)).expect("readable");
        assert_eq!(outcome.failure.expect("a failure").reason, ANOTHER_ARRAY);
    }

    #[test]
    fn what_is_no_answer_is_a_failure_or_unreadable() {
        let outcome = read(3, &Response::new(503, "")).expect("judged by its status");
        assert_eq!(outcome.failure.expect("a failure").reason, UNEXPECTED_STATUS);
        assert!(read(3, &Response::new(200, "<html>")).is_err());
    }
}
