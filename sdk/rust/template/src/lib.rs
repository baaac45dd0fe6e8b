//! Asks for as many greetings as the load says.

use cluster_tester_sdk::{Context, Description, Fault, Outcome, Request, Response, TestCase};
use serde::Deserialize;

/// Options; `options.schema.json` explains them and has their defaults, which the host fills in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    language: String,
}

/// The test case, its options read.
pub struct Greetings {
    language: String,
}

/// Indices into the reasons that `describe` declares.
const UNEXPECTED_STATUS: u32 = 0;
const NO_GREETING: u32 = 1;

impl TestCase for Greetings {
    type Options = Options;

    fn describe() -> Description {
        Description::new("GreetingsTestCase", "Asks for as many greetings as the load says.")
            .options_schema(include_str!("options.schema.json"))
            .failure_reasons(["unexpected status", "no greeting"])
    }

    fn configure(Options { language }: Options) -> Result<Self, Fault> {
        if language.len() != 2 {
            return Err(Fault::invalid_option("language", "expected two letters, such as `en`"));
        }
        Ok(Self { language })
    }

    fn build(&mut self, context: &Context) -> Result<Request, Fault> {
        Ok(Request::get(format!("/greetings?n={}", context.load)).header("accept-language", &*self.language))
    }

    fn read(&mut self, _: &Context, response: &Response) -> Result<Outcome, Fault> {
        if response.status != 200 {
            return Ok(Outcome::unexpected_status(UNEXPECTED_STATUS, response, 200));
        }
        // What cannot be read is an error: the request then counts as unreadable.
        let greetings: Vec<String> = response.json()?;
        Ok(Outcome::success_if(!greetings.is_empty(), NO_GREETING))
    }
}

cluster_tester_sdk::export_test_case!(Greetings);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_is_a_failure() {
        let mut greetings = Greetings { language: "en".to_owned() };
        let outcome = greetings.read(&Context::of_load(1), &Response::new(200, "[]")).expect("readable");
        assert_eq!(outcome.failure.expect("a failure").reason, NO_GREETING);
    }
}
