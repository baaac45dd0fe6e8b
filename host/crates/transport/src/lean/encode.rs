//! Decides what goes out: a test case's request with what the host adds to it, as bytes.

use std::io::Write as _;

use http::header::{HOST, USER_AGENT};
use http::{HeaderName, HeaderValue, Method};
use model::{Request, TransportError};

use crate::message::AGENT;
use crate::origin::Origin;

/// Bytes that a path must stay below, as on the general way.
const MOST_PATH: usize = 65_535;

/// What every request to one origin has in common.
pub(super) struct Template {
    prefix: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// The same as lines, for the requests that bring none of their own.
    lines: Vec<u8>,
}

impl Template {
    /// The plan's headers win over `Host` and `User-Agent` of our own.
    pub(super) fn new(origin: &Origin, base_headers: &[(HeaderName, HeaderValue)]) -> Self {
        let mut headers = Vec::new();
        let has = |name: HeaderName| base_headers.iter().any(|(known, _)| *known == name);
        if !has(HOST) {
            let host = HeaderValue::from_str(&origin.host_header()).expect("a URL's host is visible ASCII");
            headers.push((HOST, host));
        }
        if !has(USER_AGENT) {
            headers.push((USER_AGENT, AGENT));
        }
        headers.extend_from_slice(base_headers);
        let mut lines = Vec::new();
        headers.iter().for_each(|(name, value)| push_header(&mut lines, name, value));
        Self { prefix: origin.prefix().to_owned(), headers, lines }
    }

    /// Whether a request can be written at all.
    ///
    /// # Errors
    /// When its path is too long with the base URL's before it.
    pub(super) fn check(&self, request: &Request) -> Result<(), TransportError> {
        // Without a base path it is of a length that was checked when it was built.
        if self.prefix.is_empty() || self.prefix.len() + request.path.as_str().len() < MOST_PATH {
            return Ok(());
        }
        let too_long = format!("the path cannot be sent below `{}`: uri too long", self.prefix);
        Err(TransportError::Protocol(too_long))
    }

    /// Writes a request to `out`, in place of what is there. The request's headers win over the plan's. With `is_last`
    /// the server is told to close the connection behind its answer.
    pub(super) fn encode(&self, request: &Request, is_last: bool, out: &mut Vec<u8>) {
        out.clear();
        out.extend_from_slice(request.method.as_str().as_bytes());
        out.push(b' ');
        out.extend_from_slice(self.prefix.as_bytes());
        out.extend_from_slice(request.path.as_str().as_bytes());
        out.extend_from_slice(b" HTTP/1.1\r\n");
        if request.headers.is_empty() {
            out.extend_from_slice(&self.lines);
        } else {
            let is_replaced = |name: &HeaderName| request.headers.iter().any(|(own, _)| own == name);
            for (name, value) in self.headers.iter().filter(|(name, _)| !is_replaced(name)).chain(&request.headers) {
                push_header(out, name, value);
            }
        }
        // Some servers refuse these without a length, be it 0.
        if !request.body.is_empty() || [Method::POST, Method::PUT, Method::PATCH].contains(&request.method) {
            write!(out, "content-length: {}\r\n", request.body.len()).expect("memory takes any text");
        }
        if is_last {
            out.extend_from_slice(b"connection: close\r\n");
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&request.body);
    }
}

fn push_header(out: &mut Vec<u8>, name: &HeaderName, value: &HeaderValue) {
    out.extend_from_slice(name.as_str().as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value.as_bytes());
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn encoded(headers: &[(&'static str, &'static str)], own: &[(&'static str, &'static str)], body: &str) -> String {
        let pairs = |pairs: &[(&'static str, &'static str)]| {
            let pair = |(name, value): &(&'static str, &'static str)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            };
            pairs.iter().map(pair).collect::<Vec<_>>()
        };
        let origin = Origin::parse("http://h:81/base/").expect("a URL");
        let request = Request {
            method: if body.is_empty() { Method::GET } else { Method::POST },
            path: "/a?b=c".parse().expect("a path"),
            headers: pairs(own),
            body: Bytes::copy_from_slice(body.as_bytes()),
        };
        let mut out = b"what was there".to_vec();
        Template::new(&origin, &pairs(headers)).encode(&request, own.is_empty(), &mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_request_is_what_the_test_case_built_and_what_the_host_adds() {
        let agent = concat!("cluster-tester/", env!("CARGO_PKG_VERSION"));
        assert_eq!(
            encoded(&[], &[], ""),
            format!("GET /base/a?b=c HTTP/1.1\r\nhost: h:81\r\nuser-agent: {agent}\r\nconnection: close\r\n\r\n")
        );
        assert_eq!(
            encoded(&[("host", "x"), ("user-agent", "y"), ("a", "1"), ("b", "2")], &[("a", "3"), ("a", "4")], "body"),
            "POST /base/a?b=c HTTP/1.1\r\nhost: x\r\nuser-agent: y\r\nb: 2\r\na: 3\r\na: 4\r\ncontent-length: 4\r\n\r\nbody"
        );
    }
}
