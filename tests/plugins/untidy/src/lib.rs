//! Describes itself against the contract: it asks for more of a body than there may be, and for a header that is not
//! in lower case. All else is as it should be.

use cluster_tester_sdk::{Context, Description, Fault, NoOptions, Outcome, Request, Response, TestCase};

/// Sixty-four times what the contract allows.
pub const BODY_LIMIT: u32 = 1 << 30;

/// The test case.
pub struct Untidy;

impl TestCase for Untidy {
    type Options = NoOptions;

    fn describe() -> Description {
        Description::new("UntidyTestCase", "Describes itself against the contract.")
            .body_limit(BODY_LIMIT)
            .response_headers(["Content-Type"])
    }

    fn configure(_: NoOptions) -> Result<Self, Fault> {
        Ok(Self)
    }

    fn build(&mut self, _: &Context) -> Result<Request, Fault> {
        Ok(Request::get("/"))
    }

    fn read(&mut self, _: &Context, _: &Response) -> Result<Outcome, Fault> {
        Ok(Outcome::success())
    }
}

cluster_tester_sdk::export_test_case!(Untidy);
