//! Looks around in WASI as components of JavaScript and Python do, and puts what it saw into its report.

#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::all, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ world: "sandboxed", path: "../sandboxed/wit", generate_all });
}

use bindings::wasi::cli::{environment, stderr};
use bindings::wasi::clocks::{monotonic_clock, wall_clock};
use bindings::wasi::random::random;
use cluster_tester_sdk::Fault;
use cluster_tester_sdk::analysis::{Analysis, Datasets, Description, Report};
use serde::Deserialize;

/// Options: what it does beside looking around.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    panic: bool,
    spin: bool,
}

const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "panic": { "type": "boolean", "default": false, "description": "Writes a line to stderr and traps." },
    "spin": { "type": "boolean", "default": false, "description": "Writes a line to stderr and never returns." }
  }
}"#;

/// The analysis.
pub struct Sandboxed;

impl Analysis for Sandboxed {
    type Options = Options;

    fn describe() -> Description {
        Description::new("SandboxedAnalysis", "Tells what it saw of WASI.").options_schema(SCHEMA)
    }

    fn analyse(options: Options, datasets: &Datasets) -> Result<Report, Fault> {
        let text = b"Traceback: something went wrong\n";
        stderr::get_stderr().blocking_write_and_flush(text).map_err(|_| Fault::failed("cannot write to stderr"))?;
        if options.panic {
            panic!("told to");
        }
        if options.spin {
            loop {
                std::hint::black_box(());
            }
        }
        if monotonic_clock::now() > monotonic_clock::now() {
            return Err(Fault::failed("the monotonic clock went back"));
        }
        let now = wall_clock::now();
        let variables = environment::get_environment().len();
        Ok(report(now.seconds, random::get_random_u64(), variables, datasets.all()?.len()))
    }
}

fn report(seconds: u64, random: u64, variables: usize, datasets: usize) -> Report {
    Report::new("Sandbox").text(format!("now={seconds} random={random:016x} env={variables} datasets={datasets}"))
}

cluster_tester_sdk::export_analysis!(Sandboxed);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_tells_what_was_seen() {
        assert_eq!(report(7, 0xff, 2, 1).blocks.len(), 1);
    }
}
