//! A test case of package 0.1.0 as its author left it: neither the SDK nor the WIT of today is in it. `bindings.rs` is
//! what wit-bindgen 0.61.1 generated from `tests/contract/0.1.0/wit`, and is not generated again.
//!
//! It uses every function, field, flag and case of its world: which, is told by the load and the response.

#[rustfmt::skip]
#[allow(
    missing_docs,
    unreachable_pub,
    unused_imports,
    unused_qualifications,
    clippy::all,
    clippy::unwrap_used,
    reason = "generated"
)]
mod bindings;

use std::sync::OnceLock;

use bindings::cluster_tester::plugin::log::{self, Level};
use bindings::cluster_tester::plugin::random;
use bindings::cluster_tester::plugin::types::{Fault, Identity, InvalidOption};
use bindings::exports::cluster_tester::plugin::test_case::{
    Context, Description, Failure, Guest, Header, Method, Metric, MetricKind, MetricValue, Outcome, Request, Response,
    ServerInstants, ServerSpan, Step, Verdict,
};

/// Options, an object whose only member is `mood`.
const SCHEMA: &str = r#"{"type": "object", "additionalProperties": false, "properties": {"mood":
    {"type": "string", "default": "good", "enum": ["good", "refuse", "fail"], "description": "What `configure` does."}}}"#;
/// What is asked for first; the load says what becomes of the answer.
const TWO_STEPS: u32 = 2;
const FAIL_IN_BUILD: u32 = 3;
const REFUSE_IN_BUILD: u32 = 4;

static OPTIONS: OnceLock<String> = OnceLock::new();

struct Kept;

impl Guest for Kept {
    fn describe() -> Result<Description, Fault> {
        let metric = |name: &str, unit: &str, kind| Metric { name: name.to_owned(), unit: unit.to_owned(), kind };
        Ok(Description {
            identity: Identity {
                name: "KeptTestCase".to_owned(),
                version: "0.1.0".to_owned(),
                description: "Uses all that package 0.1.0 has.".to_owned(),
                options_schema: SCHEMA.to_owned(),
            },
            min_recommended_load: 7,
            response_headers: vec!["x-kept".to_owned(), "content-type".to_owned()],
            body_limit: 4,
            metrics: vec![metric("bytes", "bytes", MetricKind::Counter), metric("depth", "1", MetricKind::Gauge)],
            failure_reasons: vec!["not there".to_owned(), "over capacity".to_owned()],
        })
    }

    fn configure(options: String) -> Result<(), Fault> {
        if options.contains("refuse") {
            let (name, reason) = ("mood".to_owned(), "told to refuse".to_owned());
            return Err(Fault::InvalidOption(InvalidOption { name, reason }));
        }
        if options.contains("fail") {
            return Err(Fault::Failed("told to fail".to_owned()));
        }
        OPTIONS.set(options).map_err(|_| Fault::Failed("configured twice".to_owned()))
    }

    fn build_request(context: Context) -> Result<Request, Fault> {
        match context.load {
            FAIL_IN_BUILD => return Err(Fault::Failed("told to fail".to_owned())),
            REFUSE_IN_BUILD => {
                let (name, reason) = ("mood".to_owned(), "too late".to_owned());
                return Err(Fault::InvalidOption(InvalidOption { name, reason }));
            }
            _ => {}
        }
        if context.iteration == 0 {
            log::write(Level::Debug, OPTIONS.get().map_or("not configured", |options| options));
            log::write(Level::Info, "for your information");
            log::write(Level::Warning, "for your attention");
        }
        let method = match context.iteration % 8 {
            // Of two steps, servers that know little else are asked.
            _ if context.load == TWO_STEPS => Method::Get,
            0 => Method::Get,
            1 => Method::Head,
            2 => Method::Post,
            3 => Method::Put,
            4 => Method::Delete,
            5 => Method::Options,
            6 => Method::Patch,
            _ => Method::Other("REPORT".to_owned()),
        };
        let has_body = matches!(method, Method::Post | Method::Put | Method::Patch);
        let Context { load, iteration, seed, intended_start, row } = context;
        let row = row.map_or("none".to_owned(), |row| row.len().to_string());
        let draws = [random::next(), random::next()];
        Ok(Request {
            method,
            path: format!("/kept?load={load}&iteration={iteration}&seed={seed}&start={intended_start}&row={row}"),
            headers: vec![header("x-kept", b"yes"), header("x-draws", format!("{draws:?}").as_bytes())],
            body: has_body.then(|| b"body".to_vec()),
        })
    }

    fn read_response(context: Context, state: Option<Vec<u8>>, response: Response) -> Result<Verdict, Fault> {
        let values = |values: &[f64]| -> Vec<MetricValue> {
            values.iter().zip(0..).map(|(value, index)| MetricValue { index, value: *value }).collect()
        };
        let (bytes, kept) = (response.body_length as f64, response.body.len() as f64);
        let outcome = match response.status {
            200 if state.is_some() => Outcome {
                failure: None,
                server_span: Some(ServerSpan::Between(ServerInstants { start: 1_000.0, end: 1_250.5 })),
                metrics: values(&[bytes, 2.0]),
            },
            200 => {
                Outcome { failure: None, server_span: Some(ServerSpan::Lasting(12.5)), metrics: values(&[bytes, kept]) }
            }
            404 => {
                Outcome { failure: Some(Failure { reason: 0, detail: None }), server_span: None, metrics: Vec::new() }
            }
            503 => {
                let headers = response.headers.iter();
                let headers =
                    headers.map(|header| format!("{}={}", header.name, String::from_utf8_lossy(&header.value)));
                let detail = Some(headers.collect::<Vec<_>>().join("; "));
                Outcome { failure: Some(Failure { reason: 1, detail }), server_span: None, metrics: values(&[bytes]) }
            }
            status => return Err(Fault::Failed(format!("status {status}"))),
        };
        if state.is_none() && context.load == TWO_STEPS {
            let request = Request { method: Method::Get, path: "/second".to_owned(), headers: Vec::new(), body: None };
            return Ok(Verdict::Next(Step { request, state: vec![0, 255, 7], think_time: 2.5, outcome }));
        }
        Ok(Verdict::Done(outcome))
    }
}

fn header(name: &str, value: &[u8]) -> Header {
    Header { name: name.to_owned(), value: value.to_vec() }
}

#[cfg(target_arch = "wasm32")]
bindings::export!(Kept with_types_in bindings);

#[cfg(not(target_arch = "wasm32"))]
const _: fn(Context) -> Result<Request, Fault> = Kept::build_request;
