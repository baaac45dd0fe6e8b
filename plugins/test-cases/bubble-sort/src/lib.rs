//! Has a reverse-sorted array of 2^load numbers sorted by bubble sort.

use cluster_tester_sdk::{Context, Description, Fault, NoOptions, Outcome, Request, Response, TestCase, time};

/// Above it 2^load is no 32-bit number, and no server would ever answer.
const MAX_LOAD: u32 = 31;

/// The test case.
pub struct BubbleSort;

#[derive(serde::Deserialize)]
struct Answer<'a> {
    start: &'a str,
    end: &'a str,
}

impl TestCase for BubbleSort {
    type Options = NoOptions;

    fn describe() -> Description {
        let text = "This test measures the performance of the bubble sort endpoint.";
        Description::new("BubbleSortTestCase", text).min_recommended_load(10).failure_reasons(["unexpected status"])
    }

    fn configure(_: NoOptions) -> Result<Self, Fault> {
        Ok(Self)
    }

    fn build(&mut self, context: &Context) -> Result<Request, Fault> {
        let load = context.load;
        if load > MAX_LOAD {
            let reason = format!("load {load} is too large: it means an array of 2^{load} numbers; use at most 31");
            return Err(reason.into());
        }
        Ok(Request::get(format!("/bubble-sort?n={}", 1_u32 << load)))
    }

    fn read(&mut self, _: &Context, response: &Response) -> Result<Outcome, Fault> {
        let 200 = response.status else { return Ok(Outcome::unexpected_status(0, response, 200)) };
        let Answer { start, end } = response.json()?;
        Ok(Outcome::success().server_span(time::parse_utc(start)?, time::parse_utc(end)?))
    }
}

cluster_tester_sdk::export_test_case!(BubbleSort);

#[cfg(test)]
mod tests;
