//! Sends one request on one connection and takes the whole answer, as much of it as is wanted.

use bytes::{Bytes, BytesMut};
use http::header::TRANSFER_ENCODING;
use http::{HeaderMap, HeaderName, Request};
use hyper::body::Body as _;
use model::{Nanos, Response, TransportError};

use crate::connection::{Body, Connection};
use crate::failure::{BodySoFar, failure};

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

/// One request, one answer. Afterwards the connection's stamps are those of this exchange.
///
/// # Errors
/// When the answer is not HTTP, or the connection ends before it is whole.
pub(crate) async fn attempt(
    connection: &mut Connection,
    message: Request<Body>,
    wanted: &Wanted,
) -> Result<Answer, TransportError> {
    connection.stamps().arm();
    let head = match connection.send(message).await {
        Ok(head) => head,
        Err(error) => {
            let error = connection.take_error().unwrap_or(error);
            return Err(failure(Some(&error), connection.stamps(), None));
        }
    };
    let (head, mut body) = head.into_parts();
    let announced = body.size_hint().exact();
    let mut kept = Kept::new(wanted.body_limit);
    let mut received = 0;
    while !body.is_end_stream() {
        match connection.frame(&mut body).await {
            None => break,
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    received += data.len() as u64;
                    kept.add(data);
                }
            }
            Some(Err(error)) => {
                return Err(failure(Some(&error), connection.stamps(), Some(BodySoFar { received, announced })));
            }
        }
    }
    let stamps = connection.stamps();
    // An answer that tells its length is whole with its last byte; any other when the connection closes.
    let tells_its_length = announced.is_some() || head.headers.contains_key(TRANSFER_ENCODING);
    let end = if tells_its_length { stamps.last_read() } else { stamps.closed().or(stamps.last_read()) };
    let response = Response {
        status: head.status.as_u16(),
        headers: pick(&head.headers, &wanted.headers),
        body: kept.into_bytes(),
        body_length: received,
    };
    Ok(Answer { response, end })
}

fn pick(all: &HeaderMap, wanted: &[HeaderName]) -> Vec<(HeaderName, http::HeaderValue)> {
    let each = |name| all.get_all(name).iter().map(move |value| (HeaderName::clone(name), value.clone()));
    wanted.iter().flat_map(each).collect()
}

/// The beginning of a body. One that comes in one piece is not copied.
struct Kept {
    room: usize,
    first: Bytes,
    joined: BytesMut,
}

impl Kept {
    fn new(limit: usize) -> Self {
        Self { room: limit, first: Bytes::new(), joined: BytesMut::new() }
    }

    fn add(&mut self, mut data: Bytes) {
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

    fn into_bytes(self) -> Bytes {
        if self.joined.is_empty() { self.first } else { self.joined.freeze() }
    }
}
