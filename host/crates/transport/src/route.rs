//! Decides where arrivals go: each address of each base URL is a route, and arrivals take all routes in turn.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::join_all;
use model::TransportError;

use crate::connect;
use crate::origin::Origin;

/// What a connection is made to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// An address and a port.
    Tcp(SocketAddr),
    /// A socket file.
    Unix(PathBuf),
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => path.display().fmt(f),
        }
    }
}

/// One address of one base URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Route {
    /// Index of the base URL.
    pub origin: u16,
    /// Where its connections go.
    pub endpoint: Endpoint,
}

/// The routes to origins that were looked up; all to the socket file if there is one. They alternate between the origins,
/// so that arrivals that follow each other do too.
pub fn routes(origins: &[Origin], unix_socket: Option<&Path>) -> Vec<Route> {
    let numbered = || (0..=u16::MAX).zip(origins);
    if let Some(path) = unix_socket {
        return numbered().map(|(origin, _)| Route { origin, endpoint: Endpoint::Unix(path.to_owned()) }).collect();
    }
    let most = origins.iter().map(|origin| origin.addresses().len()).max().unwrap_or(0);
    let nth = |nth: usize| {
        numbered().filter_map(move |(origin, of)| {
            let endpoint = Endpoint::Tcp(*of.addresses().get(nth)?);
            Some(Route { origin, endpoint })
        })
    };
    (0..most).flat_map(nth).collect()
}

/// Leaves out the addresses that take no connection where another one of the same base URL does, and says which. Asked
/// once a run, so that all threads use the same. Where an origin has one address alone nothing is tried: whether that
/// answers is for [`model::Transport::open`] to find out. Sends nothing on the connections, and closes them.
pub async fn reachable(routes: Vec<Route>, timeout: Duration) -> (Vec<Route>, Vec<String>) {
    let tries = routes.iter().map(|route| async {
        let has_others = routes.iter().filter(|other| other.origin == route.origin).count() > 1;
        if has_others { tried(&route.endpoint, timeout).await } else { Ok(()) }
    });
    let tries = join_all(tries).await;
    let takes: Vec<u16> =
        routes.iter().zip(&tries).filter(|(_, tried)| tried.is_ok()).map(|(route, _)| route.origin).collect();
    let mut kept = Vec::new();
    let mut notices = Vec::new();
    for (route, tried) in routes.into_iter().zip(tries) {
        match tried {
            Err(error) if takes.contains(&route.origin) => {
                notices.push(format!("{error}; other addresses of the same name are used"));
            }
            _ => kept.push(route),
        }
    }
    (kept, notices)
}

async fn tried(endpoint: &Endpoint, timeout: Duration) -> Result<(), TransportError> {
    let address = endpoint.to_string();
    match tokio::time::timeout(timeout, connect::open(endpoint)).await {
        Ok(Ok(_)) => Ok(()),
        // Nothing is said of the target by what the tester lacks.
        Ok(Err(error)) if connect::is_exhaustion(&error) => Ok(()),
        Ok(Err(error)) => Err(TransportError::Connect { address, reason: connect::plain(&error) }),
        Err(_) => Err(TransportError::Connect { address, reason: format!("no answer within {timeout:.1?}") }),
    }
}
