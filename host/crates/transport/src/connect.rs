//! Decides how a connection comes about: each address of the host in turn, within one time limit.
//!
//! The only place that opens sockets. A stream of another kind (TLS, a Unix socket) begins here.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use model::TransportError;
use rustix::io::Errno;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::origin::Origin;

/// Opens a connection to the first address that takes one. Each gets an equal share of the time that is left.
///
/// # Errors
/// When none does; the reason is the last address's.
pub(crate) async fn connect(origin: &Origin, within: Duration) -> Result<TcpStream, TransportError> {
    let until = Instant::now() + within;
    let addresses = origin.addresses();
    let mut reason = "its name was not looked up".to_owned();
    let mut is_exhausted = false;
    for (tried, address) in addresses.iter().enumerate() {
        let left = until.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        match timeout(share, open(*address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => {
                is_exhausted |= is_exhaustion(&error);
                reason = plain(&error);
            }
            Err(_) => reason = format!("no answer within {share:.1?}"),
        }
    }
    let address = origin.address();
    Err(if is_exhausted {
        TransportError::Exhausted { address, reason }
    } else {
        TransportError::Connect { address, reason }
    })
}

/// The tester ran out of something, which says nothing of the target.
fn is_exhaustion(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::MFILE | Errno::NFILE | Errno::ADDRNOTAVAIL | Errno::NOBUFS))
}

async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // A request goes out in one write; waiting for more would only add to its time.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What the system says, for a person.
pub(crate) fn plain(error: &io::Error) -> String {
    match Errno::from_io_error(error) {
        Some(Errno::MFILE | Errno::NFILE) => {
            "too many open files: raise the limit with `ulimit -n`, or use fewer with `--connections`".to_owned()
        }
        Some(Errno::ADDRNOTAVAIL) => "no local port is free: use fewer connections with `--connections`".to_owned(),
        Some(Errno::TIMEDOUT) => "no answer in the time that the system allows".to_owned(),
        _ => {
            let said = error.to_string();
            said.split(" (os error").next().unwrap_or(&said).to_lowercase()
        }
    }
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
