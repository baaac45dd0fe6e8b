//! Never says what it is: `describe` does not return.

use cluster_tester_sdk::{Context, Description, Fault, NoOptions, Request, TestCase};

/// The test case.
pub struct Stuck;

impl TestCase for Stuck {
    type Options = NoOptions;

    fn describe() -> Description {
        loop {
            std::hint::spin_loop();
        }
    }

    fn configure(_: NoOptions) -> Result<Self, Fault> {
        Ok(Self)
    }

    fn build(&mut self, _: &Context) -> Result<Request, Fault> {
        Ok(Request::get("/"))
    }
}

cluster_tester_sdk::export_test_case!(Stuck);
