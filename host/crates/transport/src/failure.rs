//! Decides what an exchange that broke off is called, in words that need no knowledge of the library below.

use std::error::Error as _;
use std::io;

use model::TransportError;

use crate::connect::plain;
use crate::stamped::Stamps;

/// How much of an answer's body there was when it broke off.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodySoFar {
    /// Bytes that came.
    pub(crate) received: u64,
    /// Bytes that the head announced.
    pub(crate) announced: Option<u64>,
}

/// Names what went wrong before the answer was whole.
pub(crate) fn failure(error: Option<&hyper::Error>, stamps: &Stamps, body: Option<BodySoFar>) -> TransportError {
    let cause = error.and_then(io_cause);
    match body {
        None => {
            if let Some(error) = error
                && error.is_parse()
            {
                return TransportError::Protocol(not_http(error, stamps));
            }
            if stamps.read() > 0 && stamps.written() == 0 {
                return TransportError::Protocol(format!("the other side spoke first: {}", beginning(stamps)));
            }
            let when =
                if stamps.read() > 0 { "within the head of the answer" } else { "before any of the answer came" };
            TransportError::Lost(format!("{} {when}", how_it_ended(cause)))
        }
        Some(so_far) => {
            if let Some(io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) = cause.map(io::Error::kind) {
                return TransportError::Protocol(format!(
                    "a malformed chunk after {} of the body",
                    bytes(so_far.received)
                ));
            }
            let when = match so_far.announced {
                Some(announced) => format!("after {} of {} of the body", so_far.received, bytes(announced)),
                None => format!("after {} of the body, before its end", bytes(so_far.received)),
            };
            TransportError::Lost(format!("{} {when}", how_it_ended(cause)))
        }
    }
}

fn io_cause(error: &hyper::Error) -> Option<&io::Error> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref() {
            return Some(io);
        }
        cause = error.source();
    }
    None
}

fn how_it_ended(cause: Option<&io::Error>) -> String {
    match cause.map(|cause| (cause.kind(), cause)) {
        None | Some((io::ErrorKind::UnexpectedEof, _)) => "closed by the other side".to_owned(),
        Some((io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe, _)) => "reset by the other side".to_owned(),
        Some((_, cause)) => plain(cause),
    }
}

fn not_http(error: &hyper::Error, stamps: &Stamps) -> String {
    if stamps.beginning().starts_with(b"HTTP/") {
        format!("its head is malformed ({error})")
    } else {
        beginning(stamps)
    }
}

fn beginning(stamps: &Stamps) -> String {
    let kept = stamps.beginning();
    let line = kept.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    format!("it begins with `{}`", line.escape_ascii())
}

fn bytes(count: u64) -> String {
    if count == 1 { "1 byte".to_owned() } else { format!("{count} bytes") }
}
