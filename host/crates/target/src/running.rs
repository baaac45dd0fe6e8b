//! Runs the application within another program, on threads of its own.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

use crate::config::Config;
use crate::server::serve;

/// The application, running until this is dropped.
#[derive(Debug)]
pub struct RunningTarget {
    addr: SocketAddr,
    /// Always there but while it is dropped.
    runtime: Option<Runtime>,
}

impl RunningTarget {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Base URL by which it is reached from this machine, and by which it calls itself.
    pub fn url(&self) -> String {
        url_of(self.addr)
    }
}

impl Drop for RunningTarget {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Not waiting: an array may take seconds to sort.
            runtime.shutdown_background();
        }
    }
}

/// Runs the application on `threads` threads, listening on `listen` (port 0 for a free one) and calling itself there.
///
/// # Errors
/// When the address cannot be listened on, a thread is refused, or `max_fibonacci` is too large.
pub fn spawn(listen: SocketAddr, threads: usize, max_fibonacci: u32) -> io::Result<RunningTarget> {
    let runtime =
        Builder::new_multi_thread().worker_threads(threads.max(1)).thread_name("target").enable_all().build()?;
    let listener = runtime.block_on(TcpListener::bind(listen))?;
    let addr = listener.local_addr()?;
    let config = Config::new(&url_of(addr), max_fibonacci)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    runtime.spawn(serve(listener, config));
    Ok(RunningTarget { addr, runtime: Some(runtime) })
}

/// An address that listens everywhere is reached here.
fn url_of(mut addr: SocketAddr) -> String {
    if addr.ip().is_unspecified() {
        addr.set_ip(match addr.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{addr}")
}
