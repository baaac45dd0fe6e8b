//! Decides how HTTP/2 is spoken on one connection, and how many exchanges it takes at a time.
//!
//! Spoken with the crate h2, which hyper is built on: its connection can be driven within the call that sends, so that a
//! request's frames are written before that returns, and it tells a stream that the target refused from one that it lost.
//!
//! An exchange that is cancelled resets its stream and leaves the connection to the others.

use std::cell::{Cell, RefCell};
use std::future::Future as _;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use h2::client::{self, SendRequest};
use http::Request;
use http::header::CONTENT_LENGTH;

use super::answer::{Answer, Broken, Growing, Wanted};
use super::frames::{Followed, Framed, Frames};
use super::http2_failure::broken;
use super::stamped::{Meter, Stamps};
use crate::failure::{BodySoFar, HEAD_BYTES};
use crate::stream::Stream;

/// Bytes of one answer that the target may send ahead of our reading.
const STREAM_WINDOW: u32 = 1 << 20;
/// Bytes of all answers on one connection that the target may send ahead of our reading.
const CONNECTION_WINDOW: u32 = 4 << 20;
/// Streams that were given up and of which late frames are still expected.
const RESET_STREAMS: usize = 1000;
/// What a target allows of streams at least (RFC 9113, section 6.5.2), until it has said what it does.
const STREAMS_AT_FIRST: usize = 100;

/// How a connection is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Most requests at a time.
    pub(crate) streams: usize,
    /// Most requests in all.
    pub(crate) requests: u32,
}

/// An open connection that speaks HTTP/2.
pub(crate) struct Http2 {
    sender: RefCell<SendRequest<Bytes>>,
    /// None once it has ended.
    connection: RefCell<Option<client::Connection<Framed<Stream>, Bytes>>>,
    /// Wakes who drives it when nobody sends.
    waker: Waker,
    frames: Rc<Frames>,
    meter: Rc<Meter>,
    limits: Limits,
    /// Exchanges on it.
    active: Cell<usize>,
    /// Exchanges that it was ever given.
    given: Cell<u32>,
    /// What it ended with.
    error: RefCell<Option<h2::Error>>,
}

impl Http2 {
    /// Speaks HTTP on a stream; `waker` wakes who is to call [`Http2::drive`].
    ///
    /// # Errors
    /// When the stream has ended.
    pub(crate) async fn new(
        stream: Stream,
        meter: Rc<Meter>,
        limits: Limits,
        waker: Waker,
    ) -> Result<Rc<Self>, h2::Error> {
        let frames = Frames::new(Rc::clone(&meter));
        let stream = Framed::new(stream, Rc::clone(&frames));
        let (sender, connection) = client::Builder::new()
            .enable_push(false)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX))
            .max_concurrent_reset_streams(RESET_STREAMS)
            .initial_max_send_streams(limits.streams.min(STREAMS_AT_FIRST))
            .handshake(stream)
            .await?;
        Ok(Rc::new(Self {
            sender: RefCell::new(sender),
            connection: RefCell::new(Some(connection)),
            waker,
            frames,
            meter,
            limits,
            active: Cell::new(0),
            given: Cell::new(0),
            error: RefCell::default(),
        }))
    }

    /// Reads, writes and hands on what there is.
    pub(crate) fn drive(&self) {
        let mut connection = self.connection.borrow_mut();
        let Some(open) = &mut *connection else { return };
        if let Poll::Ready(ended) = Pin::new(open).poll(&mut Context::from_waker(&self.waker)) {
            self.error.replace(ended.err());
            *connection = None;
            // Whoever drives it is to see that it has ended.
            self.waker.wake_by_ref();
        }
    }

    /// Closes it.
    pub(crate) fn close(&self) {
        self.connection.replace(None);
        self.waker.wake_by_ref();
    }

    /// It has not ended.
    pub(crate) fn is_open(&self) -> bool {
        self.connection.borrow().is_some()
    }

    /// It takes no further exchange, ever.
    pub(crate) fn is_leaving(&self) -> bool {
        !self.is_open() || self.given.get() >= self.limits.requests || self.frames.goodbye().is_some()
    }

    /// The target has told its settings.
    pub(crate) fn has_settings(&self) -> bool {
        self.frames.has_settings()
    }

    /// Exchanges on it.
    pub(crate) fn active(&self) -> usize {
        self.active.get()
    }

    /// It takes one more exchange now.
    pub(crate) fn has_room(&self) -> bool {
        !self.is_leaving()
            && self.active.get() < self.limits.streams.min(self.sender.borrow().current_max_send_streams())
    }

    /// Gives it one more exchange.
    pub(crate) fn begin(&self) {
        self.active.set(self.active.get() + 1);
        self.given.set(self.given.get() + 1);
    }

    /// Takes an exchange off it.
    pub(crate) fn finish(&self) {
        self.active.set(self.active.get() - 1);
    }

    /// Why it ended, or what it did instead of HTTP/2.
    pub(crate) fn end(&self) -> Broken {
        broken(self.error.borrow().as_ref(), &self.frames, None, 0, None)
    }

    /// One request, one answer, stamped into `stamps`.
    ///
    /// # Errors
    /// When the answer is not HTTP, or the stream or the connection ends before it is whole.
    pub(crate) async fn attempt(
        &self,
        message: Request<()>,
        body: Bytes,
        stamps: &Rc<Stamps>,
        wanted: &Wanted,
    ) -> Result<Answer, Broken> {
        let mut followed = None;
        let fail = |error: &h2::Error, followed: &Option<Followed>, so_far| {
            // A reset is no part of an answer.
            let read = stamps.first_read().map_or(0, |_| stamps.read());
            broken(Some(error), &self.frames, followed.as_ref().map(Followed::stream), read, so_far)
        };
        let is_head = message.method() == http::Method::HEAD;
        let sent = self.sender.borrow_mut().send_request(message, body.is_empty());
        let (response, mut upload) = sent.map_err(|error| fail(&error, &followed, None))?;
        followed = Some(self.frames.follow(upload.stream_id().as_u32(), Rc::clone(stamps)));
        if !body.is_empty() {
            // Kept by h2 until the target's windows take it; it is in memory anyway.
            upload.send_data(body, true).map_err(|error| fail(&error, &followed, None))?;
        }
        self.drive();
        let mut response = pin!(response);
        let head = std::future::poll_fn(|cx| response.as_mut().poll(cx)).await;
        let (head, mut incoming) = head.map_err(|error| fail(&error, &followed, None))?.into_parts();
        let announced =
            head.headers.get(CONTENT_LENGTH).filter(|_| !is_head).and_then(|length| length.to_str().ok()?.parse().ok());
        let mut growing = Growing::new(&head, wanted);
        while let Some(data) = incoming.data().await {
            let so_far = || Some(BodySoFar { received: growing.received(), announced });
            let data = data.map_err(|error| fail(&error, &followed, so_far()))?;
            // Read is read: the target may go on.
            let released = incoming.flow_control().release_capacity(data.len());
            released.map_err(|error| fail(&error, &followed, so_far()))?;
            growing.add(data);
        }
        // Whatever follows the body is part of the answer.
        let so_far = Some(BodySoFar { received: growing.received(), announced });
        incoming.trailers().await.map_err(|error| fail(&error, &followed, so_far))?;
        let end = stamps.last_read().unwrap_or_else(|| self.meter.now());
        Ok(Answer { response: growing.into_response(), end: Some(end) })
    }
}
