//! Decides how HTTP/1.1 is spoken on one connection, and whether it can be used again.
//!
//! The connection has no task of its own: whoever has it drives it, in the same turn in which it sends and reads. So no
//! wake-up stands between a stamp and its reader, and dropping the connection closes it at once.

use std::cell::Cell;
use std::error::Error as _;
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::TRANSFER_ENCODING;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Body as _, Frame, Incoming};
use hyper::client::conn::http1;
use model::TransportError;

use super::answer::{Again, Answer, Broken, Growing, Wanted};
use super::stamped::{Meter, Stamped, Stamps};
use crate::failure::{BodySoFar, HEAD_BYTES, bad_chunk, bad_head, large_head, lost, spoke_first};
use crate::stream::Stream;

/// Most bytes that are read and not yet taken.
const BUFFER: usize = 2 * HEAD_BYTES;

type Body = Full<Bytes>;

/// An open connection that speaks HTTP/1.1.
pub(crate) struct Http1 {
    sender: http1::SendRequest<Body>,
    driver: http1::Connection<Stamped<Stream>, Body>,
    stamps: Rc<Stamps>,
    /// The driver has ended, and must not be driven any more.
    has_ended: bool,
    /// What it ended with, when no request was told.
    error: Cell<Option<hyper::Error>>,
    requests: u32,
}

impl Http1 {
    /// Speaks HTTP on a stream. Sends nothing.
    ///
    /// # Errors
    /// When hyper refuses the stream; it has no reason to.
    pub(crate) async fn new(stream: Stream, meter: Rc<Meter>) -> hyper::Result<Box<Self>> {
        let stamps = Rc::new(Stamps::default());
        let stream = Stamped::new(stream, Rc::clone(&stamps), meter);
        let (sender, driver) =
            http1::Builder::new().max_header_size(HEAD_BYTES).max_buf_size(BUFFER).handshake(stream).await?;
        Ok(Box::new(Self { sender, driver, stamps, has_ended: false, error: Cell::default(), requests: 0 }))
    }

    /// Instants and bytes of the exchange under way.
    pub(crate) fn stamps(&self) -> &Rc<Stamps> {
        &self.stamps
    }

    /// Requests that were sent on it.
    pub(crate) fn requests(&self) -> u32 {
        self.requests
    }

    /// It is open as far as one can see, and free for a request.
    pub(crate) async fn is_usable(&mut self) -> bool {
        std::future::poll_fn(|cx| {
            self.drive(cx);
            Poll::Ready(!self.has_ended && self.sender.is_ready())
        })
        .await
    }

    /// One request, one answer. Afterwards the stamps are those of this exchange.
    ///
    /// # Errors
    /// When the answer is not HTTP, or the connection ends before it is whole.
    pub(crate) async fn attempt(&mut self, message: Request<Body>, wanted: &Wanted) -> Result<Answer, Broken> {
        self.stamps.arm();
        self.requests = self.requests.saturating_add(1);
        let head = match self.send(message).await {
            Ok(head) => head,
            Err(error) => {
                let error = self.error.take().unwrap_or(error);
                return Err(self.broken_head(&error));
            }
        };
        let (head, mut body) = head.into_parts();
        let announced = body.size_hint().exact();
        let mut growing = Growing::new(&head, wanted);
        while !body.is_end_stream() {
            match self.frame(&mut body).await {
                None => break,
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        growing.add(data);
                    }
                }
                Some(Err(error)) => {
                    let so_far = BodySoFar { received: growing.received(), announced };
                    return Err(self.broken_body(&error, so_far).into());
                }
            }
        }
        // An answer that tells its length is whole with its last byte; any other when the connection closes.
        let tells_its_length = announced.is_some() || head.headers.contains_key(TRANSFER_ENCODING);
        let stamps = &self.stamps;
        let end = if tells_its_length { stamps.last_read() } else { stamps.closed().or(stamps.last_read()) };
        Ok(Answer { response: growing.into_response(), end })
    }

    async fn send(&mut self, request: Request<Body>) -> hyper::Result<Response<Incoming>> {
        let mut response = pin!(self.sender.send_request(request));
        let (driver, has_ended, error) = (&mut self.driver, &mut self.has_ended, &self.error);
        std::future::poll_fn(|cx| {
            drive(driver, has_ended, error, cx);
            response.as_mut().poll(cx)
        })
        .await
    }

    /// The next piece of an answer's body; none at its end.
    async fn frame(&mut self, body: &mut Incoming) -> Option<hyper::Result<Frame<Bytes>>> {
        std::future::poll_fn(|cx| {
            if let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) {
                return Poll::Ready(frame);
            }
            // Asking is what lets the driver read on.
            self.drive(cx);
            Pin::new(&mut *body).poll_frame(cx)
        })
        .await
    }

    fn drive(&mut self, cx: &mut Context<'_>) {
        drive(&mut self.driver, &mut self.has_ended, &self.error, cx);
    }

    fn broken_head(&self, error: &hyper::Error) -> Broken {
        let (written, read) = (self.stamps.written(), self.stamps.read());
        if error.is_parse_too_large() {
            return large_head().into();
        }
        if error.is_parse() {
            return bad_head(&self.stamps.beginning(), &error.to_string()).into();
        }
        if read > 0 && written == 0 {
            return spoke_first(&self.stamps.beginning()).into();
        }
        let again = match (written, read) {
            (0, 0) if self.requests > 1 => Again::Yes,
            (_, 0) => Again::IfHarmless,
            _ => Again::Never,
        };
        Broken { error: lost(io_cause(error), read, None), again }
    }

    fn broken_body(&self, error: &hyper::Error, so_far: BodySoFar) -> TransportError {
        let cause = io_cause(error);
        match cause.map(|cause| (cause.kind(), crate::tls::of_tls(cause))) {
            Some((io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData, None)) => bad_chunk(so_far.received),
            _ => lost(cause, self.stamps.read(), Some(so_far)),
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

fn drive(
    driver: &mut http1::Connection<Stamped<Stream>, Body>,
    has_ended: &mut bool,
    error: &Cell<Option<hyper::Error>>,
    cx: &mut Context<'_>,
) {
    if *has_ended {
        return;
    }
    if let Poll::Ready(ended) = Pin::new(driver).poll(cx) {
        *has_ended = true;
        error.set(ended.err());
    }
}
