//! A test case that breaks one rule of the contract, told by its option `behaviour`. By default it breaks none. What
//! is not broken asks for `/`, and takes 200 for a success.

mod behaviour;

use cluster_tester_sdk::{Context, Description, Fault, Outcome, Request, Response, TestCase, Verdict, log};
use serde::Deserialize;

pub use behaviour::Behaviour;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
/// An index of neither a reason of failure nor a metric.
const UNDECLARED: u32 = 9;

/// Options as `options.schema.json` explains them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    behaviour: Behaviour,
    #[serde(rename = "count")]
    _count: Option<u32>,
    #[serde(rename = "token")]
    _token: Option<String>,
    #[serde(rename = "ratio")]
    _ratio: Option<f64>,
}

/// The test case.
pub struct Hostile(Behaviour);

impl TestCase for Hostile {
    type Options = Options;

    fn describe() -> Description {
        Description::new("HostileTestCase", "Breaks one rule at a time.")
            .options_schema(include_str!("options.schema.json"))
            .failure_reasons(["unexpected status"])
            .counter("answers", "1")
    }

    fn configure(options: Options) -> Result<Self, Fault> {
        match options.behaviour {
            Behaviour::LoopInConfigure => spin(),
            Behaviour::TrapInConfigure => panic!("told to trap in `configure`"),
            Behaviour::RefuseOption => Err(Fault::invalid_option("behaviour", "told to refuse its option")),
            behaviour => Ok(Self(behaviour)),
        }
    }

    fn build(&mut self, _: &Context) -> Result<Request, Fault> {
        let good = Request::get("/");
        Ok(match self.0 {
            Behaviour::LoopInBuild => spin(),
            Behaviour::TrapInBuild => {
                log::warning("about to trap in `build-request`");
                panic!("told to trap in `build-request`");
            }
            Behaviour::Allocate => allocate(),
            Behaviour::Leak => {
                std::mem::forget(std::hint::black_box(vec![1_u8; 64]));
                good
            }
            Behaviour::RefuseBuild => return Err(Fault::failed("told to refuse in `build-request`")),
            Behaviour::AbsoluteUrl => Request::get("http://elsewhere.example/"),
            Behaviour::PathWithoutSlash => Request::get("items"),
            Behaviour::PathWithControlCharacter => Request::get("/ HTTP/1.1\r\nx-smuggled: yes"),
            Behaviour::HugePath => Request::get(format!("/{}", "a".repeat(65 * KIB - 1))),
            Behaviour::ForbiddenHeader => good.header("host", "elsewhere.example"),
            Behaviour::ForbiddenHopByHop => good.header("connection", "close"),
            Behaviour::BadHeaderName => good.header("a b", "c"),
            Behaviour::BadHeaderValue => good.header("a", "b\r\nx-smuggled: yes"),
            Behaviour::HugeBody => Request::post("/", vec![b'a'; 17 * MIB]),
            Behaviour::DeepLog => {
                (0..100_000).for_each(|line| log::info(&format!("line {line}")));
                good
            }
            _ => good,
        })
    }

    fn read_step(&mut self, context: &Context, state: &[u8], response: &Response) -> Result<Verdict, Fault> {
        let good = Outcome::success_if(response.status == 200, 0).metric(0, 1.0);
        let again = || Request::get("/");
        Ok(match self.0 {
            Behaviour::LoopInRead => spin(),
            Behaviour::TrapInRead => panic!("told to trap in `read-response`"),
            Behaviour::TrapSometimes if context.iteration.is_multiple_of(10) => panic!("told to trap now and then"),
            Behaviour::RefuseRead => return Err(Fault::failed("told to refuse in `read-response`")),
            Behaviour::BadReason => Outcome::failure(UNDECLARED).into(),
            Behaviour::BadMetric => good.metric(UNDECLARED, 1.0).into(),
            Behaviour::NanMetric => Outcome::success().metric(0, f64::NAN).into(),
            Behaviour::NanServerSpan => good.server_span(f64::NAN, f64::NAN).into(),
            Behaviour::NegativeThinkTime => good.then(again()).think_time(-1.0).into(),
            Behaviour::HugeState => good.then(again()).state(vec![0; 65 * KIB]).into(),
            Behaviour::Leak => match state {
                [] => good.then(again()).state(context.iteration.to_le_bytes().to_vec()).into(),
                _ if state == context.iteration.to_le_bytes() => good.into(),
                _ => return Err(Fault::failed("the state is not this iteration's")),
            },
            Behaviour::Endless => good.then(again()).into(),
            _ => good.into(),
        })
    }
}

fn spin() -> ! {
    loop {
        std::hint::spin_loop();
    }
}

/// Takes memory until there is none, and uses it, so that it is not taken in name only.
fn allocate() -> ! {
    loop {
        std::mem::forget(std::hint::black_box(vec![1_u8; MIB]));
    }
}

cluster_tester_sdk::export_test_case!(Hostile);

#[cfg(test)]
mod tests;
