//! Decides how HTTP is spoken on one connection, and whether it can be used again.
//!
//! The connection has no task of its own: whoever has it drives it, in the same turn in which it sends and reads. So no
//! wake-up stands between a stamp and its reader, and dropping the connection closes it at once.

use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Body as _, Frame, Incoming};
use hyper::client::conn::http1;
use model::Clock;
use tokio::net::TcpStream;

use crate::stamped::{Stamped, Stamps};

/// Body of a request.
pub(crate) type Body = Full<Bytes>;

/// An open connection that speaks HTTP/1.1.
pub(crate) struct Connection {
    sender: http1::SendRequest<Body>,
    driver: http1::Connection<Stamped<TcpStream>, Body>,
    stamps: Rc<Stamps>,
    /// The driver has ended, and must not be driven any more.
    has_ended: bool,
    /// What it ended with, when no request was told.
    error: Cell<Option<hyper::Error>>,
}

impl Connection {
    /// Speaks HTTP on a stream. Sends nothing.
    ///
    /// # Errors
    /// When hyper refuses the stream; it has no reason to.
    pub(crate) async fn new(stream: TcpStream, clock: Arc<dyn Clock>) -> hyper::Result<Box<Self>> {
        let stamps = Rc::new(Stamps::new(clock));
        let (sender, driver) = http1::handshake(Stamped::new(stream, Rc::clone(&stamps))).await?;
        Ok(Box::new(Self { sender, driver, stamps, has_ended: false, error: Cell::default() }))
    }

    /// Instants and bytes of the exchange under way.
    pub(crate) fn stamps(&self) -> &Rc<Stamps> {
        &self.stamps
    }

    /// It is open as far as one can see, and free for a request.
    pub(crate) async fn is_usable(&mut self) -> bool {
        std::future::poll_fn(|cx| {
            self.drive(cx);
            Poll::Ready(!self.has_ended && self.sender.is_ready())
        })
        .await
    }

    /// What it ended with, when it did so outside an exchange.
    pub(crate) fn take_error(&self) -> Option<hyper::Error> {
        self.error.take()
    }

    /// Sends a request and gives the answer's head.
    ///
    /// # Errors
    /// When the connection ends first, or the head is none.
    pub(crate) async fn send(&mut self, request: Request<Body>) -> hyper::Result<Response<Incoming>> {
        let mut response = pin!(self.sender.send_request(request));
        let (driver, has_ended, error) = (&mut self.driver, &mut self.has_ended, &self.error);
        std::future::poll_fn(|cx| {
            drive(driver, has_ended, error, cx);
            response.as_mut().poll(cx)
        })
        .await
    }

    /// The next piece of an answer's body; none at its end.
    pub(crate) async fn frame(&mut self, body: &mut Incoming) -> Option<hyper::Result<Frame<Bytes>>> {
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
}

fn drive(
    driver: &mut http1::Connection<Stamped<TcpStream>, Body>,
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
