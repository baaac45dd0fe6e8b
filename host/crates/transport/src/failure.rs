//! Decides what an exchange that broke off is called, in words that need no knowledge of the library below.

use std::io;

use model::TransportError;

use crate::connect::plain;
use crate::tls;

/// Most bytes of an answer's head.
pub(crate) const HEAD_BYTES: usize = 64 * 1024;
/// Most headers of an answer.
pub(crate) const HEAD_FIELDS: usize = 100;

/// How much of an answer's body there was when it broke off.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodySoFar {
    /// Bytes that came.
    pub(crate) received: u64,
    /// Bytes that the head announced.
    pub(crate) announced: Option<u64>,
}

/// When an answer broke off: `body` is none before its head was whole, `read` what had come by then.
pub(crate) fn when(read: u64, body: Option<BodySoFar>) -> String {
    match body {
        None if read > 0 => "within the head of the answer".to_owned(),
        None => "before any of the answer came".to_owned(),
        Some(BodySoFar { received, announced: Some(announced) }) => {
            format!("after {received} of {} of the body", bytes(announced))
        }
        Some(BodySoFar { received, announced: None }) => {
            format!("after {} of the body, before its end", bytes(received))
        }
    }
}

/// The connection ended before the answer was whole; without a cause the other side closed it.
pub(crate) fn lost(cause: Option<&io::Error>, read: u64, body: Option<BodySoFar>) -> TransportError {
    TransportError::Lost(format!("{} {}", how_it_ended(cause), when(read, body)))
}

/// What ended a connection.
pub(crate) fn how_it_ended(cause: Option<&io::Error>) -> String {
    match cause.map(|cause| (cause.kind(), cause)) {
        None | Some((io::ErrorKind::UnexpectedEof, _)) => "closed by the other side".to_owned(),
        Some((io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe, _)) => "reset by the other side".to_owned(),
        Some((_, cause)) => match tls::of_tls(cause) {
            Some(error) => format!("ended by TLS: {};", tls::told(error)),
            None => plain(cause),
        },
    }
}

/// Bytes came where none were asked for.
pub(crate) fn spoke_first(beginning: &[u8]) -> TransportError {
    TransportError::Protocol(format!("the other side spoke first: {}", quoted(beginning)))
}

/// The head of an answer cannot be read.
pub(crate) fn bad_head(beginning: &[u8], why: &str) -> TransportError {
    TransportError::Protocol(if beginning.starts_with(b"HTTP/") {
        format!("its head is malformed ({why})")
    } else {
        quoted(beginning)
    })
}

/// The head of an answer has no end.
pub(crate) fn large_head() -> TransportError {
    TransportError::Protocol(format!(
        "its head is too large: more than {} KiB, or more than {HEAD_FIELDS} headers",
        HEAD_BYTES / 1024
    ))
}

/// The chunks of a body cannot be told apart.
pub(crate) fn bad_chunk(received: u64) -> TransportError {
    TransportError::Protocol(format!("a malformed chunk after {} of the body", bytes(received)))
}

/// How an answer begins.
pub(crate) fn quoted(beginning: &[u8]) -> String {
    let line = beginning.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    format!("it begins with `{}`", line.escape_ascii())
}

fn bytes(count: u64) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}
