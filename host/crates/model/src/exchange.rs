//! One request and its response, as a test case sees them.

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize};

use crate::units::Load;

/// Headers that the host sets for each connection or message, in lower case; another value would break the message or
/// the measurement.
pub const HEADERS_OF_THE_HOST: [&str; 10] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What an iteration is about; the same for each of its steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// Size of one request's work.
    pub load: Load,
    /// Index of the iteration in its trial, from 0.
    pub iteration: u64,
    /// Seed of the iteration: a function of the run's seed and the index.
    pub seed: u32,
    /// Intended start, milliseconds since the Unix epoch.
    pub intended_start_unix_ms: f64,
    /// Row of the data feed, as JSON.
    pub row: Option<String>,
}

impl Context {
    /// Seed of an iteration, mixed from the run's seed and the index (the finaliser of SplitMix64, Steele et al. 2014).
    pub fn iteration_seed(run_seed: u64, iteration: u64) -> u32 {
        let mut z = run_seed.wrapping_add(iteration.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 32) as u32
    }
}

/// A request as a test case built it. Host, scheme and port are the plan's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Path and query, starting with `/`; checked to be a valid request target.
    pub path: http::uri::PathAndQuery,
    /// Headers in order; none of those that are the host's.
    pub headers: Vec<(http::HeaderName, http::HeaderValue)>,
    /// Body; empty for none.
    pub body: Bytes,
}

/// A response, cut to what the test case asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Those of the wanted headers that came.
    pub headers: Vec<(http::HeaderName, http::HeaderValue)>,
    /// Body up to the limit, in the pieces in which it came.
    pub body: Bytes,
    /// True length of the body in bytes.
    pub body_length: u64,
}

/// What follows from a response.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The iteration is over.
    Done(Judgement),
    /// Another request follows.
    Next(Box<Step>),
}

/// The next step of an iteration.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What to send.
    pub request: Request,
    /// Carried to the next reading.
    pub state: Bytes,
    /// Nanoseconds to wait before it is due.
    pub think_time_ns: u64,
    /// How the response just read was judged.
    pub judgement: Judgement,
}

/// How a response was judged, and what was read from it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Judgement {
    /// None: a success.
    pub failure: Option<Failure>,
    /// How long the server worked on it.
    pub server_span: Option<ServerSpan>,
    /// Metrics read, as (index, value).
    pub metrics: Vec<(u32, f64)>,
}

/// A failure that a test case declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Index into the declared reasons.
    pub reason: u32,
    /// Detail for the author.
    pub detail: Option<String>,
}

/// The server's own processing time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum ServerSpan {
    /// Start and end, milliseconds since the epoch by the server's clock.
    Between {
        /// Work began.
        start_ms: f64,
        /// Work ended.
        end_ms: f64,
    },
    /// A length alone, milliseconds.
    Lasting {
        /// Length.
        ms: f64,
    },
}

impl ServerSpan {
    /// Length in nanoseconds; never negative.
    pub fn nanos(self) -> u64 {
        let ms = match self {
            Self::Between { start_ms, end_ms } => end_ms - start_ms,
            Self::Lasting { ms } => ms,
        };
        (ms * 1e6).max(0.0) as u64
    }
}
