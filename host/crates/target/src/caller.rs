//! Calls the application itself over HTTP, on kept-alive connections, few enough not to run out of them.
//!
//! A call for n holds a connection while the one that answers it makes calls for n − 1 and n − 2. With one cap for all,
//! the calls for large n could hold every connection while those for small n wait, for ever. So each n has a cap of its
//! own: a call waits only for calls of a smaller n, and those for 0 and 1 for nobody.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use serde::Deserialize;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::config::AppUrl;
use crate::stream::Stream;

/// Connections at a time for each n: with both ends in one process and n up to 40, still below the usual limit of 1024.
const CONNECTIONS: usize = 12;
/// Longest wait for an answer: the older tool's time-out.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest answer that is read, bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

type Sender = SendRequest<Empty<Bytes>>;

/// Why a call gave no number.
#[derive(Debug, Error)]
pub(crate) enum CallError {
    #[error("cannot connect: {0}")]
    Connect(#[source] std::io::Error),
    #[error("the connection broke: {0}")]
    Broken(#[source] hyper::Error),
    #[error("it answered with status {0}")]
    Status(StatusCode),
    #[error("its answer is not this application's")]
    Unreadable,
    #[error("no answer within {} s", TIMEOUT.as_secs())]
    TimedOut,
}

/// The part of an answer that matters.
#[derive(Deserialize)]
struct Number {
    fibonacci: u64,
}

/// Calls the application itself.
pub(crate) struct Caller {
    url: AppUrl,
    host: HeaderValue,
    /// One for each n.
    places: Vec<Semaphore>,
    /// Open connections without a call; the last one given back is the first one taken.
    idle: Mutex<Vec<Sender>>,
}

impl Caller {
    /// Makes calls for n up to `max`.
    pub(crate) fn new(url: AppUrl, max: u32) -> Self {
        let host = HeaderValue::from_str(&url.authority).expect("a URL's host and port are visible ASCII");
        let places = (0..=max).map(|_| Semaphore::new(CONNECTIONS)).collect();
        Self { url, host, places, idle: Mutex::default() }
    }

    /// URL of a call, for a person.
    pub(crate) fn url(&self, n: u32) -> String {
        format!("http://{}{}", self.url.authority, self.path(n))
    }

    /// Asks for the Fibonacci number of n.
    ///
    /// # Errors
    /// When there is no answer, or not a good one.
    pub(crate) async fn call(&self, n: u32) -> Result<u64, CallError> {
        let place = &self.places[n as usize];
        let call = async {
            let _place = place.acquire().await.expect("never closed");
            if let Some(sender) = self.take_idle().await {
                // It may have been closed at the same moment: then a new one is tried.
                match self.call_on(sender, n).await {
                    Err(CallError::Broken(_)) => {}
                    done => return done,
                }
            }
            self.call_on(self.connect().await?, n).await
        };
        timeout(TIMEOUT, call).await.map_err(|_| CallError::TimedOut)?
    }

    async fn call_on(&self, mut sender: Sender, n: u32) -> Result<u64, CallError> {
        let request = Request::get(self.path(n)).header(HOST, &self.host).body(Empty::new());
        let request = request.expect("a URL's path and a number are a path");
        let answer = sender.send_request(request).await.map_err(CallError::Broken)?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await;
        let body = body.map_err(|error| error.downcast().map_or(CallError::Unreadable, |e| CallError::Broken(*e)))?;
        if !sender.is_closed() {
            self.idle().push(sender);
        }
        if status != StatusCode::OK {
            return Err(CallError::Status(status));
        }
        let number: Number = serde_json::from_slice(&body.to_bytes()).map_err(|_| CallError::Unreadable)?;
        Ok(number.fibonacci)
    }

    async fn take_idle(&self) -> Option<Sender> {
        loop {
            let mut sender = self.idle().pop()?;
            // Its answer was read to the end: it is ready in a moment, or closed.
            if sender.ready().await.is_ok() {
                return Some(sender);
            }
        }
    }

    async fn connect(&self) -> Result<Sender, CallError> {
        let stream = TcpStream::connect((self.url.host.as_str(), self.url.port)).await.map_err(CallError::Connect)?;
        stream.set_nodelay(true).map_err(CallError::Connect)?;
        let (sender, connection) = http1::handshake(Stream(stream)).await.map_err(CallError::Broken)?;
        // Ends with the sender. What it ends with, the call is told.
        tokio::spawn(connection);
        Ok(sender)
    }

    fn path(&self, n: u32) -> String {
        format!("{}/fibonacci/{n}", self.url.prefix)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Sender>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
