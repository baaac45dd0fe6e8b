//! Opens, reads and writes a socket without ever waiting.

use std::io;
use std::os::fd::OwnedFd;

use bytes::{Bytes, BytesMut};
use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, ipproto, sockopt};

use crate::route::Endpoint;

/// Bytes read at a time at most.
const READ: usize = 64 * 1024;
/// Bytes that must be free before a read: less, and memory is taken anew.
const LEAST: usize = 16 * 1024;

/// Begins to open a connection. True: it is open already.
///
/// # Errors
/// What the system says.
pub(super) fn connect(endpoint: &Endpoint) -> io::Result<(OwnedFd, bool)> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let (socket, begun) = match endpoint {
        Endpoint::Tcp(address) => {
            let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
            let socket = rustix::net::socket_with(family, SocketType::STREAM, flags, Some(ipproto::TCP))?;
            // A request goes out in one write; waiting for more would only add to its time.
            sockopt::set_tcp_nodelay(&socket, true)?;
            let begun = rustix::net::connect(&socket, address);
            (socket, begun)
        }
        Endpoint::Unix(path) => {
            let socket = rustix::net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
            let begun = rustix::net::connect(&socket, &SocketAddrUnix::new(path)?);
            (socket, begun)
        }
    };
    match begun {
        Ok(()) => Ok((socket, true)),
        Err(Errno::INPROGRESS) => Ok((socket, false)),
        Err(error) => Err(error.into()),
    }
}

/// Whether a connection that was being opened is open now.
///
/// # Errors
/// Why it could not be opened.
pub(super) fn finish_connect(socket: &OwnedFd) -> io::Result<()> {
    Ok(sockopt::socket_error(socket)??)
}

/// What a read brought.
pub(super) enum Read {
    /// Bytes; with `false` there may be more.
    Some(Bytes, bool),
    /// Nothing for now.
    Nothing,
    /// The other side has closed.
    End,
}

/// Memory that reads of all sockets of a thread go to, one after the other.
#[derive(Default)]
pub(super) struct ReadBuffer(BytesMut);

impl ReadBuffer {
    /// Reads what there is.
    ///
    /// # Errors
    /// How the connection ended, unless in order.
    pub(super) fn read(&mut self, socket: &OwnedFd) -> io::Result<Read> {
        if self.0.capacity() < LEAST {
            // Taken back when nobody has any of it any more, else taken anew.
            self.0.reserve(READ);
        }
        loop {
            let room = self.0.spare_capacity_mut();
            let size = room.len();
            // Not `read`: this spares the system the way over its files.
            match rustix::net::recv(socket, room, RecvFlags::empty()).map(|((filled, _), _)| filled.len()) {
                Ok(0) => return Ok(Read::End),
                Ok(count) => {
                    // SAFETY: the system has filled so many bytes from the beginning of the room.
                    unsafe { self.0.set_len(count) };
                    return Ok(Read::Some(self.0.split().freeze(), count < size));
                }
                Err(Errno::AGAIN) => return Ok(Read::Nothing),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Writes what the socket takes now; gives the number of bytes.
///
/// # Errors
/// How the connection ended.
pub(super) fn write(socket: &OwnedFd, bytes: &[u8]) -> io::Result<usize> {
    loop {
        // Without a signal when the other side is gone.
        match rustix::net::send(socket, bytes, SendFlags::NOSIGNAL) {
            Ok(count) => return Ok(count),
            Err(Errno::AGAIN) => return Ok(0),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
