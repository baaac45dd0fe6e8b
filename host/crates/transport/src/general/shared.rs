//! What all exchanges of one thread have in common, and how a connection is opened for one of them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use model::TransportError;
use model::plan::HttpVersion;

use super::answer::Wanted;
use super::http1::Http1;
use super::http2::{Http2, Limits};
use super::lease::Lease;
use super::pool::Pool;
use super::stamped::Meter;
use super::tasks::{Key, Woken};
use crate::connect::{Connector, Progress, named};
use crate::message::Template;
use crate::origin::Origin;
use crate::route::Route;
use crate::stream::Stream;
use crate::tls::ALPN_HTTP2;

/// What all exchanges of one thread have in common.
pub(crate) struct Shared {
    pub(crate) routes: Vec<Route>,
    pub(crate) origins: Vec<(Origin, Template)>,
    pub(crate) connector: Connector,
    pub(crate) meter: Rc<Meter>,
    pub(crate) pool: Rc<Pool>,
    pub(crate) wanted: Wanted,
    pub(crate) requests_per_connection: u32,
    pub(crate) streams: usize,
    pub(crate) woken: Arc<Woken>,
    /// Shared connections with their routes, by number.
    pub(crate) connections: RefCell<HashMap<u32, (usize, Rc<Http2>)>>,
    pub(crate) next_connection: Cell<u32>,
}

impl Shared {
    /// What a route's requests have in common.
    pub(crate) fn template(&self, route: usize) -> &Template {
        &self.origins[usize::from(self.routes[route].origin)].1
    }

    /// Drives the shared connection with this number.
    pub(crate) fn drive(&self, number: u32) {
        let found = self.connections.borrow().get(&number).cloned();
        let Some((route, http2)) = found else { return };
        http2.drive();
        if !http2.is_open() {
            self.connections.borrow_mut().remove(&number);
        }
        // It may have ended, or the target allows more or fewer streams than before.
        self.pool.look_at(route, &http2);
    }

    /// Opens a connection in the lease's slot.
    ///
    /// # Errors
    /// When there is none in time, or it does not speak the version that is wanted.
    pub(crate) async fn connect(
        &self,
        route: usize,
        lease: &mut Lease,
        progress: &Cell<Progress>,
    ) -> Result<(), TransportError> {
        let connected = self.connect_into(route, lease, progress).await;
        if connected.is_err() {
            lease.note_failure();
        }
        connected
    }

    async fn connect_into(
        &self,
        number: usize,
        lease: &mut Lease,
        progress: &Cell<Progress>,
    ) -> Result<(), TransportError> {
        let route = &self.routes[number];
        let origin = &self.origins[usize::from(route.origin)].0;
        let stream = self.connector.connect(origin, route, progress).await?;
        let refused = |reason: String| TransportError::Connect { address: named(origin, route), reason };
        if self.is_http2(origin, &stream).map_err(refused)? {
            let http2 = self.share(number, stream).await.map_err(|error| refused(error.to_string()))?;
            lease.open_http2(http2);
        } else {
            let http1 = Http1::new(stream, Rc::clone(&self.meter)).await;
            lease.open_http1(http1.map_err(|error| refused(error.to_string()))?);
        }
        Ok(())
    }

    fn is_http2(&self, origin: &Origin, stream: &Stream) -> Result<bool, String> {
        match (self.connector.http, origin.is_tls()) {
            (HttpVersion::Http1, _) | (HttpVersion::Auto, false) => Ok(false),
            (HttpVersion::Http2, false) => Ok(true),
            (HttpVersion::Auto, true) => Ok(stream.protocol() == Some(ALPN_HTTP2)),
            (HttpVersion::Http2, true) if stream.protocol() == Some(ALPN_HTTP2) => Ok(true),
            (HttpVersion::Http2, true) => {
                Err("the target does not offer HTTP/2: leave `--http` out, and it chooses".to_owned())
            }
        }
    }

    async fn share(&self, route: usize, stream: Stream) -> Result<Rc<Http2>, h2::Error> {
        let number = self.next_connection.get();
        self.next_connection.set(number.wrapping_add(1));
        let limits = Limits { streams: self.streams, requests: self.requests_per_connection };
        let waker = self.woken.waker(Key::Connection(number));
        let http2 = Http2::new(stream, Rc::clone(&self.meter), limits, waker.clone()).await?;
        self.connections.borrow_mut().insert(number, (route, Rc::clone(&http2)));
        // What it was to be told first goes out with the first request; if none follows, it is to go out all the same.
        waker.wake();
        Ok(http2)
    }
}
