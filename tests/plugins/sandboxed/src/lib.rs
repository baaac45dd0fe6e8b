//! Looks around in WASI as components of JavaScript and Python do, and puts what it saw into the path that it asks for:
//! `/?now=<wall clock, ms>&random=<hex>&env=<number of variables>`. A server that keeps paths shows what got through.

#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::all, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ world: "sandboxed", path: "wit", generate_all });
}

use bindings::wasi::cli::{environment, stderr};
use bindings::wasi::clocks::{monotonic_clock, wall_clock};
use bindings::wasi::random::random;
use cluster_tester_sdk::{Context, Description, Fault, Outcome, Request, Response, TestCase};
use serde::Deserialize;

/// Most bytes that WASI takes in one write.
const MOST_AT_ONCE: usize = 4096;

/// Options as `options.schema.json` explains them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sandboxed {
    panic: bool,
    chatty: bool,
}

impl TestCase for Sandboxed {
    type Options = Self;

    fn describe() -> Description {
        Description::new("SandboxedTestCase", "Asks for a path that tells what it saw of WASI.")
            .options_schema(include_str!("options.schema.json"))
            .failure_reasons(["unexpected status"])
    }

    fn configure(options: Self) -> Result<Self, Fault> {
        Ok(options)
    }

    fn build(&mut self, _: &Context) -> Result<Request, Fault> {
        if self.panic {
            write_to_stderr(b"Traceback: something went wrong\n")?;
            panic!("told to");
        }
        if self.chatty {
            write_to_stderr(&vec![b'.'; 1024 * 1024])?;
        }
        if monotonic_clock::now() > monotonic_clock::now() {
            return Err(Fault::failed("the monotonic clock went back"));
        }
        let now = wall_clock::now();
        let variables = environment::get_environment().len();
        Ok(Request::get(path(now.seconds, now.nanoseconds, random::get_random_u64(), variables)))
    }

    fn read(&mut self, _: &Context, response: &Response) -> Result<Outcome, Fault> {
        Ok(Outcome::success_if(response.status == 200, 0))
    }
}

fn path(seconds: u64, nanoseconds: u32, random: u64, variables: usize) -> String {
    let ms = seconds * 1_000 + u64::from(nanoseconds / 1_000_000);
    format!("/?now={ms}&random={random:016x}&env={variables}")
}

fn write_to_stderr(text: &[u8]) -> Result<(), Fault> {
    let stderr = stderr::get_stderr();
    let write = |part| stderr.blocking_write_and_flush(part);
    text.chunks(MOST_AT_ONCE).try_for_each(write).map_err(|_| Fault::failed("cannot write to stderr"))
}

cluster_tester_sdk::export_test_case!(Sandboxed);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_tells_what_was_seen() {
        assert_eq!(path(1_795_422_069, 388_999_999, 0xff, 2), "/?now=1795422069388&random=00000000000000ff&env=2");
    }
}
