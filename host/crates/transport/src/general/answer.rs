//! Decides what of an answer is handed on, and whether a request that got none may be sent once more.

use bytes::{Bytes, BytesMut};
use http::response::Parts;
use http::{HeaderName, Method};
use model::{Nanos, Response, TransportError};

/// What a test case wants of an answer.
pub(crate) struct Wanted {
    /// Headers that are handed on.
    pub(crate) headers: Vec<HeaderName>,
    /// Bytes of the body that are handed on.
    pub(crate) body_limit: usize,
}

/// A whole answer.
pub(crate) struct Answer {
    pub(crate) response: Response,
    /// When the read returned that made it whole.
    pub(crate) end: Option<Nanos>,
}

/// No answer.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) error: TransportError,
    pub(crate) again: Again,
}

/// Whether a request may be sent once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// The target may have begun to answer.
    Never,
    /// Nothing of an answer came, but nobody knows what the request did.
    IfHarmless,
    /// The target did not look at it.
    Yes,
}

impl Again {
    /// Whether this request may be sent once more. What met the close of a kept connection says nothing of the target, and
    /// what may be asked for twice is (RFC 9110, 9.2.2 and RFC 9112, 9.3.1); a fresh connection that breaks does say something.
    pub(crate) fn allows(self, method: &Method, is_kept: bool) -> bool {
        match self {
            Self::Never => false,
            Self::IfHarmless => is_kept && method.is_idempotent(),
            Self::Yes => true,
        }
    }
}

impl From<TransportError> for Broken {
    fn from(error: TransportError) -> Self {
        Self { error, again: Again::Never }
    }
}

/// An answer while it comes.
pub(crate) struct Growing {
    status: u16,
    headers: Vec<(HeaderName, http::HeaderValue)>,
    room: usize,
    first: Bytes,
    joined: BytesMut,
    received: u64,
}

impl Growing {
    /// An answer whose head is whole.
    pub(crate) fn new(head: &Parts, wanted: &Wanted) -> Self {
        let each = |name| head.headers.get_all(name).iter().map(move |value| (HeaderName::clone(name), value.clone()));
        Self {
            status: head.status.as_u16(),
            headers: wanted.headers.iter().flat_map(each).collect(),
            room: wanted.body_limit,
            first: Bytes::new(),
            joined: BytesMut::new(),
            received: 0,
        }
    }

    /// A piece of its body. A body that comes in one piece is not copied.
    pub(crate) fn add(&mut self, mut data: Bytes) {
        self.received += data.len() as u64;
        data.truncate(self.room);
        self.room -= data.len();
        if self.first.is_empty() {
            self.first = data;
        } else if !data.is_empty() {
            if self.joined.is_empty() {
                self.joined.extend_from_slice(&self.first);
            }
            self.joined.extend_from_slice(&data);
        }
    }

    /// Bytes of the body that came.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// It is whole.
    pub(crate) fn into_response(self) -> Response {
        let body = if self.joined.is_empty() { self.first } else { self.joined.freeze() };
        Response { status: self.status, headers: self.headers, body, body_length: self.received }
    }
}
