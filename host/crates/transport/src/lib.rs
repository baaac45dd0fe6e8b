//! HTTP from a generator thread to the target: connections, the instants of each exchange, and why one failed.
//!
//! Decides nothing about when or what: a request is carried as it was built, at once or as soon as a connection is free.
//! A transport lives on one thread and is driven by it ([`model::Transport`]); what is the same for all threads is made
//! once: [`Origin`], [`Route`], [`TlsSettings`], [`Settings`].
//!
//! Two ways lead to the target. The general one (`general`) speaks HTTP/1.1 and HTTP/2, with or without TLS, over TCP and
//! socket files. The lean one speaks plain HTTP/1.1 alone, and is chosen wherever that is what is spoken.

mod connect;
mod failure;
mod general;
mod lean;
mod message;
mod origin;
mod resolve;
mod route;
mod settings;
mod stream;
mod tls;

#[cfg(test)]
mod tests;

use std::io;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use model::plan::HttpVersion;
use model::{Clock, Transport};

use self::general::GeneralTransport;
use self::lean::LeanTransport;

pub use origin::{Origin, UrlError};
pub use resolve::{Override, OverrideError};
pub use route::{Endpoint, Route, reachable, routes};
pub use settings::Settings;
pub use tls::{TlsError, TlsSettings};

/// A transport for the calling thread to `origins` by `routes`, which the arrivals take in turn. `base_headers` go with
/// each request that has none of the same name.
///
/// # Errors
/// When the process is out of descriptors.
pub fn transport(
    routes: Vec<Route>,
    origins: Vec<Origin>,
    base_headers: Vec<(HeaderName, HeaderValue)>,
    clock: Arc<dyn Clock>,
    settings: Settings,
) -> io::Result<Box<dyn Transport>> {
    let invalid = |why: &str| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
    if routes.is_empty() {
        return invalid("no address to connect to: the hosts of the URLs were not looked up");
    }
    if origins.iter().any(Origin::is_tls) && settings.tls.is_none() {
        return invalid("a URL needs TLS, and its settings were not loaded");
    }
    if settings.http != HttpVersion::Http2 && !origins.iter().any(Origin::is_tls) {
        return Ok(Box::new(LeanTransport::new(routes, origins, &base_headers, clock, settings)?));
    }
    Ok(Box::new(GeneralTransport::new(routes, origins, &base_headers, clock, settings)?))
}
