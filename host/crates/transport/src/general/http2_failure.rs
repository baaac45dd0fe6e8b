//! Decides what an exchange over HTTP/2 that broke off is called, and whether the target looked at it.

use std::io;

use h2::Reason;
use model::TransportError;

use super::answer::{Again, Broken};
use super::frames::Frames;
use crate::failure::{BodySoFar, HEAD_BYTES, lost, quoted, when};

/// Names what went wrong before the answer was whole; `read` bytes of `stream` had come. Without an error the other side
/// closed the connection.
pub(crate) fn broken(
    error: Option<&h2::Error>,
    frames: &Frames,
    stream: Option<u32>,
    read: u64,
    body: Option<BodySoFar>,
) -> Broken {
    let harmless = if read == 0 { Again::IfHarmless } else { Again::Never };
    let beginning = frames.beginning();
    if beginning.starts_with(b"HTTP/") {
        return TransportError::Protocol(format!(
            "the target speaks HTTP/1, not HTTP/2: {}; leave `--http` out, or set it to 1.1",
            quoted(&beginning)
        ))
        .into();
    }
    if let Some(error) = error
        && error.is_remote()
        && error.is_reset()
    {
        return reset(error.reason().unwrap_or(Reason::NO_ERROR), &when(read, body));
    }
    // However the connection ended then, this is why.
    if let Some(goodbye) = frames.goodbye()
        && error.is_none_or(|error| !error.is_library())
    {
        let was_seen = stream.is_some_and(|stream| stream <= goodbye.last_stream);
        let what = format!("closed by the other side (GOAWAY, {:?}) {}", goodbye.reason, when(read, body));
        return Broken { error: TransportError::Lost(what), again: if was_seen { harmless } else { Again::Yes } };
    }
    let Some(error) = error else {
        return Broken { error: lost(None, read, body), again: harmless };
    };
    let reason = error.reason().unwrap_or(Reason::NO_ERROR);
    if error.is_library() {
        let what = match (reason, body) {
            (Reason::PROTOCOL_ERROR, None) if read > 0 => {
                format!("its head is malformed or larger than {} KiB (PROTOCOL_ERROR)", HEAD_BYTES / 1024)
            }
            _ => format!("malformed HTTP/2 ({reason:?}) {}", when(read, body)),
        };
        return TransportError::Protocol(what).into();
    }
    if let Some(cause) = error.get_io() {
        // What h2 calls a broken pipe of its own is a close.
        let is_close = cause.kind() == io::ErrorKind::BrokenPipe && cause.raw_os_error().is_none();
        return Broken { error: lost(Some(cause).filter(|_| !is_close), read, body), again: harmless };
    }
    // What is left is h2's refusal to send at all: the connection ended meanwhile, or has no stream number left.
    let again = if stream.is_none() { Again::Yes } else { Again::Never };
    Broken { error: TransportError::Lost(format!("no request could be sent on it ({error})")), again }
}

fn reset(reason: Reason, when: &str) -> Broken {
    match reason {
        Reason::HTTP_1_1_REQUIRED => {
            TransportError::Protocol("the target wants HTTP/1.1 for this request: set `--http 1.1`".to_owned()).into()
        }
        Reason::REFUSED_STREAM => Broken {
            error: TransportError::Lost("stream refused by the other side (REFUSED_STREAM)".to_owned()),
            again: Again::Yes,
        },
        reason => TransportError::Lost(format!("stream reset by the other side ({reason:?}) {when}")).into(),
    }
}
