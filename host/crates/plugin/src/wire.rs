//! The records of `wit/` as they cross the boundary. What a host gives is borrowed, what a guest gives is owned.
//!
//! Written by hand rather than by `bindgen!`: one typed function then serves synchronous and asynchronous calls, and
//! what the host gives is never copied twice. That they fit is checked when an instance is made.
#![expect(dead_code, reason = "guests make the values")]

use wasmtime::component::{ComponentType, Lift, Lower};

use crate::apart::Apart;
pub(crate) use crate::bindings::types::{Fault, Identity, InvalidOption};

/// `context`.
#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct Context<'a> {
    pub(crate) load: u32,
    pub(crate) iteration: u64,
    pub(crate) seed: u32,
    #[component(name = "intended-start")]
    pub(crate) intended_start: f64,
    pub(crate) row: Option<&'a str>,
}

/// `response`.
#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct Response<'a> {
    pub(crate) status: u16,
    pub(crate) headers: &'a [ResponseHeader<'a>],
    pub(crate) body: &'a [u8],
    #[component(name = "body-length")]
    pub(crate) body_length: u64,
}

/// `header`, of a response.
#[derive(ComponentType, Lower)]
#[component(record)]
pub(crate) struct ResponseHeader<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a [u8],
}

/// `description` of a test case.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Description {
    pub(crate) identity: Identity,
    #[component(name = "min-recommended-load")]
    pub(crate) min_recommended_load: u32,
    #[component(name = "response-headers")]
    pub(crate) response_headers: Vec<String>,
    #[component(name = "body-limit")]
    pub(crate) body_limit: u32,
    pub(crate) metrics: Vec<Metric>,
    #[component(name = "failure-reasons")]
    pub(crate) failure_reasons: Vec<String>,
}

/// `metric`.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Metric {
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) kind: MetricKind,
}

/// `metric-kind`.
#[derive(ComponentType, Lift, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
pub(crate) enum MetricKind {
    #[component(name = "counter")]
    Counter,
    #[component(name = "gauge")]
    Gauge,
}

/// `request`.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: Vec<RequestHeader>,
    pub(crate) body: Option<Vec<u8>>,
}

/// `method`.
#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum Method {
    #[component(name = "get")]
    Get,
    #[component(name = "head")]
    Head,
    #[component(name = "post")]
    Post,
    #[component(name = "put")]
    Put,
    #[component(name = "delete")]
    Delete,
    #[component(name = "options")]
    Options,
    #[component(name = "patch")]
    Patch,
    #[component(name = "other")]
    Other(String),
}

/// `header`, of a request.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct RequestHeader {
    pub(crate) name: String,
    pub(crate) value: Vec<u8>,
}

/// `verdict`.
#[derive(ComponentType, Lift)]
#[component(variant)]
pub(crate) enum Verdict {
    #[component(name = "done")]
    Done(Outcome),
    #[component(name = "next")]
    Next(Apart<Step>),
}

/// `step`.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Step {
    pub(crate) request: Request,
    pub(crate) state: Vec<u8>,
    #[component(name = "think-time")]
    pub(crate) think_time: f64,
    pub(crate) outcome: Outcome,
}

/// `outcome`.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Outcome {
    pub(crate) failure: Option<Failure>,
    #[component(name = "server-span")]
    pub(crate) server_span: Option<ServerSpan>,
    pub(crate) metrics: Vec<MetricValue>,
}

/// `failure`.
#[derive(ComponentType, Lift)]
#[component(record)]
pub(crate) struct Failure {
    pub(crate) reason: u32,
    pub(crate) detail: Option<String>,
}

/// `server-span`.
#[derive(ComponentType, Lift, Clone, Copy)]
#[component(variant)]
pub(crate) enum ServerSpan {
    #[component(name = "between")]
    Between(ServerInstants),
    #[component(name = "lasting")]
    Lasting(f64),
}

/// `server-instants`.
#[derive(ComponentType, Lift, Clone, Copy)]
#[component(record)]
pub(crate) struct ServerInstants {
    pub(crate) start: f64,
    pub(crate) end: f64,
}

/// `metric-value`.
#[derive(ComponentType, Lift, Clone, Copy)]
#[component(record)]
pub(crate) struct MetricValue {
    pub(crate) index: u32,
    pub(crate) value: f64,
}

/// `level` of a line of the log.
#[derive(ComponentType, Lift, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
pub(crate) enum Level {
    #[component(name = "debug")]
    Debug,
    #[component(name = "info")]
    Info,
    #[component(name = "warning")]
    Warning,
}
