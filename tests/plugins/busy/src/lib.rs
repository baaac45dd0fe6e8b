//! Takes its time: spins for so many rounds before it gives a request or reads an answer. A guest has no clock, so a
//! test measures what a thousand rounds cost (about a microsecond) and asks for as many as it wants.

use std::hint::black_box;

use cluster_tester_sdk::{Context, Description, Fault, Outcome, Request, Response, TestCase};
use serde::Deserialize;

/// Options as `options.schema.json` explains them.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Busy {
    path: String,
    build_rounds: u32,
    read_rounds: u32,
}

impl Default for Busy {
    fn default() -> Self {
        Self { path: "/".into(), build_rounds: 0, read_rounds: 0 }
    }
}

impl TestCase for Busy {
    type Options = Self;

    fn describe() -> Description {
        Description::new("BusyTestCase", "Spins before it gives a request or reads an answer.")
            .options_schema(include_str!("options.schema.json"))
            .failure_reasons(["unexpected status"])
            .body_limit(0)
    }

    fn configure(options: Self) -> Result<Self, Fault> {
        Ok(options)
    }

    fn build(&mut self, _: &Context) -> Result<Request, Fault> {
        spin(self.build_rounds);
        Ok(Request::get(&*self.path))
    }

    fn read(&mut self, _: &Context, response: &Response) -> Result<Outcome, Fault> {
        spin(self.read_rounds);
        Ok(Outcome::success_if(response.status == 200, 0))
    }
}

/// Spins for thousands of rounds. Each needs the one before (Knuth's generator), so that no optimiser cuts it short.
fn spin(thousands: u32) {
    let mut number = 1_u64;
    for _ in 0..u64::from(thousands) * 1_000 {
        number = black_box(number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
}

cluster_tester_sdk::export_test_case!(Busy);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_asks_for_the_path_it_was_told() {
        let mut busy: Busy =
            cluster_tester_sdk::options::parse(r#"{"path":"/slow","build_rounds":1}"#).expect("options that fit");
        assert_eq!(busy.build(&Context::of_load(1)).expect("a request").path, "/slow");
        assert!(busy.read(&Context::of_load(1), &Response::new(200, "")).expect("readable").failure.is_none());
    }
}
