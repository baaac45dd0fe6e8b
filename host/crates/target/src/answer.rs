//! Answers as JSON, with the instants in the older application's spelling.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use jiff::Timestamp;
use serde::Serialize;

/// An answer, whole.
pub(crate) type Answer = Response<Full<Bytes>>;

/// When the server worked on a request.
#[derive(Serialize)]
pub(crate) struct Span {
    start: String,
    end: String,
}

impl Span {
    /// From `start` to now.
    pub(crate) fn since(start: Timestamp) -> Self {
        Self { start: iso_8601(start), end: iso_8601(Timestamp::now()) }
    }
}

/// ISO 8601, UTC, to the millisecond.
fn iso_8601(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A good answer.
pub(crate) fn ok(body: &impl Serialize) -> Answer {
    json(StatusCode::OK, body)
}

/// A refusal, saying why.
pub(crate) fn refusal(status: StatusCode, error: &str) -> Answer {
    json(status, &serde_json::json!({ "error": error }))
}

/// A refusal of anything but reading.
pub(crate) fn only_get() -> Answer {
    let mut answer = refusal(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered");
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    answer
}

fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(body).expect("plain values become JSON");
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_have_three_digits_after_the_second() {
        for (millis, text) in [(0, "1970-01-01T00:00:00.000Z"), (1_795_000_000_070, "2026-11-18T11:06:40.070Z")] {
            assert_eq!(iso_8601(Timestamp::from_millisecond(millis).expect("in range")), text);
        }
    }
}
