//! Decides nothing: what a thread's transport is told.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use model::plan::{HttpVersion, Pacing};

use crate::tls::TlsSettings;

/// How a thread's transport behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Most sockets at a time, over all routes; none: as many as are needed. 0 counts as 1. When it is given, all of them
    /// are opened ahead and used in turn; else the one given back last is taken first.
    pub connections: Option<u32>,
    /// Requests under way on each route for which connections are opened ahead when there is no cap.
    pub open_ahead: u32,
    /// Longest wait for a connection, TLS included.
    pub connect_timeout: Duration,
    /// Requests after which a connection is closed and another one opened; none: it is kept while it works. 0 counts as
    /// 1. On HTTP/1.1 the last one says `connection: close`; on HTTP/2 no further stream is opened.
    pub requests_per_connection: Option<u32>,
    /// How exactly `wait` returns.
    pub pacing: Pacing,
    /// Version of HTTP.
    pub http: HttpVersion,
    /// Most requests at a time on one HTTP/2 connection; the target may allow less. 0 counts as 1.
    pub streams: u32,
    /// What is trusted; needed as soon as one origin is `https`.
    pub tls: Option<Arc<TlsSettings>>,
    /// Response headers that are handed on.
    pub response_headers: Vec<HeaderName>,
    /// Bytes of a body that are handed on; the rest is read and counted.
    pub body_limit: usize,
}

impl Default for Settings {
    /// No cap, connections kept, what [`model::plan::ConnectionPlan`] says by default.
    fn default() -> Self {
        Self {
            connections: None,
            open_ahead: 0,
            connect_timeout: Duration::from_secs(10),
            requests_per_connection: None,
            pacing: Pacing::default(),
            http: HttpVersion::default(),
            streams: 100,
            tls: None,
            response_headers: Vec::new(),
            body_limit: 1 << 20,
        }
    }
}
