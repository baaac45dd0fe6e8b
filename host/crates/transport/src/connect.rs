//! Decides how a connection comes about: a socket, then TLS where the URL asks for it, within one time limit.
//!
//! The only place that opens sockets for the general path. What follows knows neither where a stream leads nor whether it
//! is encrypted.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use model::plan::HttpVersion;
use model::{Clock, Nanos, TransportError};
use rustix::io::Errno;
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

use crate::origin::Origin;
use crate::route::{Endpoint, Route};
use crate::stream::{Socket, Stream};
use crate::tls::{self, TlsSettings};

/// Opens the connections of one thread.
pub(crate) struct Connector {
    pub(crate) clock: Arc<dyn Clock>,
    /// Longest wait for one, TLS included.
    pub(crate) within: Duration,
    pub(crate) http: HttpVersion,
    pub(crate) tls: Option<Arc<TlsSettings>>,
}

/// How far the opening of a connection has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// When it began.
    pub(crate) since: Option<Nanos>,
    /// When the socket was connected.
    pub(crate) connected: Option<Nanos>,
    /// When TLS was agreed.
    pub(crate) secured: Option<Nanos>,
    /// When it failed.
    pub(crate) failed: Option<Nanos>,
    is_tls: bool,
}

impl Progress {
    /// Time spent on the socket, as of `now` if it is not over.
    pub(crate) fn connect_ns(&self, now: Nanos) -> Option<u64> {
        let end = self.connected.or(self.failed).unwrap_or(now);
        self.since.map(|since| length(since, end))
    }

    /// Time spent on TLS, as of `now` if it is not over.
    pub(crate) fn tls_ns(&self, now: Nanos) -> Option<u64> {
        let end = self.secured.or(self.failed).unwrap_or(now);
        self.connected.filter(|_| self.is_tls).map(|connected| length(connected, end))
    }
}

impl Connector {
    /// Opens a connection, and tells `progress` how far it is.
    ///
    /// # Errors
    /// When nobody takes it in time, or TLS is not agreed.
    pub(crate) async fn connect(
        &self,
        origin: &Origin,
        route: &Route,
        progress: &std::cell::Cell<Progress>,
    ) -> Result<Stream, TransportError> {
        progress.set(Progress { since: Some(self.clock.now()), is_tls: origin.is_tls(), ..Progress::default() });
        let result = match timeout(self.within, self.connect_now(origin, route, progress)).await {
            Ok(result) => result,
            Err(_) => {
                let phase = if progress.get().connected.is_some() { " to the TLS handshake" } else { "" };
                Err(refusal(origin, route, format!("no answer{phase} within {:.1?}", self.within)))
            }
        };
        if result.is_err() {
            progress.set(Progress { failed: Some(self.clock.now()), ..progress.get() });
        }
        result
    }

    async fn connect_now(
        &self,
        origin: &Origin,
        route: &Route,
        progress: &std::cell::Cell<Progress>,
    ) -> Result<Stream, TransportError> {
        let socket = open(&route.endpoint).await.map_err(|error| {
            let reason = plain(&error);
            if is_exhaustion(&error) {
                TransportError::Exhausted { address: named(origin, route), reason }
            } else {
                refusal(origin, route, reason)
            }
        })?;
        progress.set(Progress { connected: Some(self.clock.now()), ..progress.get() });
        if !origin.is_tls() {
            return Ok(Stream::Plain(socket));
        }
        let Some(tls) = &self.tls else {
            return Err(refusal(origin, route, "the TLS settings were not loaded".to_owned()));
        };
        let name = tls::server_name(origin.host()).map_err(|reason| refusal(origin, route, reason))?;
        let secured = tokio_rustls::TlsConnector::from(tls.client(self.http)).connect(name, socket).await;
        let stream = secured.map_err(|error| refusal(origin, route, tls::plain(&error)))?;
        progress.set(Progress { secured: Some(self.clock.now()), ..progress.get() });
        Ok(Stream::Tls(Box::new(stream)))
    }
}

fn refusal(origin: &Origin, route: &Route, reason: String) -> TransportError {
    TransportError::Connect { address: named(origin, route), reason }
}

/// Where it was to go, as the user knows it, with the address when that was looked up.
pub(crate) fn named(origin: &Origin, route: &Route) -> String {
    let (name, endpoint) = (origin.address(), route.endpoint.to_string());
    if name == endpoint { name } else { format!("{name} ({endpoint})") }
}

/// Opens a socket.
///
/// # Errors
/// When nobody takes it.
pub(crate) async fn open(endpoint: &Endpoint) -> io::Result<Socket> {
    match endpoint {
        Endpoint::Tcp(address) => {
            let stream = TcpStream::connect(address).await?;
            // A request goes out in one write; waiting for more would only add to its time.
            stream.set_nodelay(true)?;
            Ok(Socket::Tcp(stream))
        }
        Endpoint::Unix(path) => Ok(Socket::Unix(UnixStream::connect(path).await?)),
    }
}

/// The tester ran out of something, which says nothing of the target.
pub(crate) fn is_exhaustion(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE | Errno::ADDRNOTAVAIL | Errno::NOBUFS))
}

/// What the system says, for a person.
pub(crate) fn plain(error: &io::Error) -> String {
    match Errno::from_io_error(error) {
        Some(Errno::MFILE | Errno::NFILE) => {
            "too many open files: raise the limit with `ulimit -n`, or use fewer with `--connections`".to_owned()
        }
        Some(Errno::ADDRNOTAVAIL) => "no local port is free: use fewer connections with `--connections`".to_owned(),
        Some(Errno::TIMEDOUT) => "no answer in the time that the system allows".to_owned(),
        Some(Errno::NOENT) => "there is no such socket file".to_owned(),
        _ => {
            let said = error.to_string();
            said.split(" (os error").next().unwrap_or(&said).to_lowercase()
        }
    }
}

fn length(from: Nanos, to: Nanos) -> u64 {
    u64::try_from(to - from).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_told_with_its_remedy() {
        for (errno, told) in [
            (Errno::MFILE, "too many open files: raise the limit"),
            (Errno::ADDRNOTAVAIL, "no local port is free: use fewer connections"),
            (Errno::TIMEDOUT, "no answer in the time that the system allows"),
            (Errno::HOSTUNREACH, "no route to host"),
        ] {
            let said = plain(&errno.into());
            assert!(said.starts_with(told), "{said}");
        }
    }
}
