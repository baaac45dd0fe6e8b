//! Decides whether what a test case built is a request that may be sent.

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderName, HeaderValue, Method};
use model::Request;
use model::exchange::HEADERS_OF_THE_HOST;

use crate::wire;

/// Longest path and query, bytes.
const PATH: usize = 64 * 1024;
/// Length up to which `http` takes a path for sure.
const SURE: usize = 65_000;
/// Largest body, bytes.
pub(crate) const BODY: usize = 16 * 1024 * 1024;
/// Most bytes of all headers.
const HEADER_BYTES: usize = 64 * 1024;
/// Longest method.
const METHOD: usize = 32;
/// Most headers.
const HEADERS: usize = 1_000;
/// Characters of a text that are shown in a message.
const SHOWN: usize = 60;

/// Checks a request against the contract.
///
/// # Errors
/// What the contract forbids, for its author.
pub(crate) fn check(request: wire::Request) -> Result<Request, String> {
    if request.headers.len() > HEADERS {
        return Err(format!("{} headers; at most {HEADERS} are allowed", request.headers.len()));
    }
    let size: usize = request.headers.iter().map(|header| header.name.len() + header.value.len()).sum();
    if size > HEADER_BYTES {
        return Err(format!("headers of {size} bytes; at most {HEADER_BYTES} are allowed"));
    }
    let headers = request.headers.into_iter().map(header).collect::<Result<_, _>>()?;
    let body = request.body.unwrap_or_default();
    if body.len() > BODY {
        return Err(format!("a body of {} bytes; at most {BODY} are allowed", body.len()));
    }
    Ok(Request { method: method(request.method)?, path: path(request.path)?, headers, body: body.into() })
}

fn method(method: wire::Method) -> Result<Method, String> {
    let name = match method {
        wire::Method::Get => return Ok(Method::GET),
        wire::Method::Head => return Ok(Method::HEAD),
        wire::Method::Post => return Ok(Method::POST),
        wire::Method::Put => return Ok(Method::PUT),
        wire::Method::Delete => return Ok(Method::DELETE),
        wire::Method::Options => return Ok(Method::OPTIONS),
        wire::Method::Patch => return Ok(Method::PATCH),
        wire::Method::Other(name) => name,
    };
    // CONNECT has no path, and would turn the connection into a tunnel.
    let is_upper =
        (1..=METHOD).contains(&name.len()) && !name.bytes().any(|byte| byte.is_ascii_lowercase()) && name != "CONNECT";
    match Method::from_bytes(name.as_bytes()) {
        Ok(method) if is_upper => Ok(method),
        _ => Err(format!("the method `{}`, which is none that can be sent", shown(&name))),
    }
}

fn path(path: String) -> Result<PathAndQuery, String> {
    if path.len() > PATH {
        return Err(format!("a path of {} bytes; at most {PATH} are allowed", path.len()));
    }
    if !path.starts_with('/') {
        let rule = "which does not start with `/`; scheme, host and port are the plan's";
        return Err(format!("the path `{}`, {rule}", shown(&path)));
    }
    // `http` would cut a fragment off in silence, and lets bytes pass that no server must take.
    // Without an early end, so that many bytes are looked at together.
    let (is_bad, is_odd) = path.bytes().fold((false, path.len() > SURE), |(is_bad, is_odd), byte| {
        (is_bad | !is_sendable(byte), is_odd | matches!(byte, b'"' | b'`'))
    });
    if is_bad {
        let bad = path.chars().find(|c| !c.is_ascii() || !is_sendable(*c as u8)).unwrap_or_default();
        return Err(format!("the path `{}`, in which {bad:?} must be percent-encoded", shown(&path)));
    }
    // Only these can still be refused; of the others no copy is needed to tell of.
    let told = if is_odd { shown(&path) } else { String::new() };
    PathAndQuery::from_maybe_shared(Bytes::from(path))
        .map_err(|error| format!("the path `{told}`, which is none: {error}"))
}

/// None of these may stand in a path or a query, by `http` or because it would be cut off.
fn is_sendable(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'#' | b'<' | b'>')
}

fn header(header: wire::RequestHeader) -> Result<(HeaderName, HeaderValue), String> {
    let name = HeaderName::from_bytes(header.name.as_bytes())
        .map_err(|_| format!("the header name `{}`, which is none", shown(&header.name)))?;
    if HEADERS_OF_THE_HOST.contains(&name.as_str()) {
        return Err(format!("the header `{name}`, which the tester sets for each message"));
    }
    let value = HeaderValue::from_maybe_shared(Bytes::from(header.value))
        .map_err(|_| format!("a value of header `{name}` with a line break or another control character"))?;
    Ok((name, value))
}

/// A text from a guest, so that it can stand in a line.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_refused_by_name_whatever_character_it_is_refused_for() {
        for byte in 0..128_u8 {
            let c = char::from(byte);
            for (text, is_free) in [
                (format!("/a{c}b"), b"!$%&'()*+,-./:;=?@[\\]^_{|}~\"".as_slice()),
                (format!("/a?q={c}b"), b"!$%&'()*+,-./:;=?@[\\]^_{|}~`"),
            ] {
                let taken = path(text.clone());
                if byte.is_ascii_alphanumeric() || is_free.contains(&byte) {
                    assert_eq!(taken.expect("a path").as_str(), text);
                } else {
                    let told = taken.expect_err("no path");
                    assert!(told.contains(&format!("the path `{}`", shown(&text))), "{byte}: {told}");
                }
            }
        }
        assert!(path(format!("/{}", "a".repeat(65_533))).is_ok());
        assert!(path(format!("/{}", "a".repeat(65_534))).expect_err("too long").contains("`/aaa"));
    }
}
