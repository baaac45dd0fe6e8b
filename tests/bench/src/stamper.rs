//! The target of the open loop: an HTTP/1.1 server on a core of its own that stamps each request when it has read it.
//!
//! Its thread never sleeps (epoll without waiting), so that its own waking up is in no stamp. Of connections that are
//! ready together, all are read and stamped before the first is answered.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result, anyhow};
use rustix::event::{Timespec, epoll};
use rustix::time::{ClockId, clock_gettime};

use crate::affinity;
use crate::nginx::ANSWER;

/// A running server. When it is dropped, so are its stamps.
#[derive(Debug)]
pub(crate) struct Stamper {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<Vec<u64>>>>,
}

impl Stamper {
    /// Starts one on `core`, with room for `expected` stamps.
    ///
    /// # Errors
    /// When it cannot listen.
    pub(crate) fn start(core: usize, expected: usize) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot listen")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let thread = thread::Builder::new().name("stamper".to_owned()).spawn(move || {
            affinity::pin(core)?;
            Server::new(listener, expected)?.serve(&over)
        })?;
        Ok(Self { address, is_over, thread: Some(thread) })
    }

    /// Where it listens.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends it. Returns when each request was read, in nanoseconds of the monotonic clock.
    ///
    /// # Errors
    /// When the server failed.
    pub(crate) fn stamps(mut self) -> Result<Vec<u64>> {
        self.is_over.store(true, Ordering::Relaxed);
        let thread = self.thread.take().context("the stamping server is gone")?;
        thread.join().map_err(|_| anyhow!("the stamping server panicked"))?
    }
}

impl Drop for Stamper {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Connection {
    stream: TcpStream,
    head: Head,
    /// Requests read and not answered yet.
    owed: usize,
}

struct Server {
    epoll: rustix::fd::OwnedFd,
    listener: TcpListener,
    connections: Vec<Option<Connection>>,
    stamps: Vec<u64>,
    answer: Vec<u8>,
}

/// The listener's mark among connections' indices.
const LISTENER: u64 = u64::MAX;

impl Server {
    fn new(listener: TcpListener, expected: usize) -> Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        epoll::add(&epoll, &listener, epoll::EventData::new_u64(LISTENER), epoll::EventFlags::IN)?;
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{ANSWER}",
            ANSWER.len()
        );
        let stamps = Vec::with_capacity(expected);
        Ok(Self { epoll, listener, connections: Vec::new(), stamps, answer: answer.into_bytes() })
    }

    fn serve(mut self, over: &AtomicBool) -> Result<Vec<u64>> {
        let no_wait = Timespec { tv_sec: 0, tv_nsec: 0 };
        let mut events = Vec::with_capacity(256);
        let mut ready = Vec::with_capacity(256);
        while !over.load(Ordering::Relaxed) {
            events.clear();
            epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&no_wait))?;
            ready.clear();
            for event in &events {
                match event.data.u64() {
                    LISTENER => self.accept()?,
                    index => ready.push(usize::try_from(index)?),
                }
            }
            ready.iter().for_each(|&index| self.read(index));
            ready.iter().for_each(|&index| self.answer(index));
        }
        Ok(self.stamps)
    }

    fn accept(&mut self) -> Result<()> {
        loop {
            let stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error).context("cannot accept a connection"),
            };
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
            let index = self.connections.len();
            let data = epoll::EventData::new_u64(index as u64);
            epoll::add(&self.epoll, &stream, data, epoll::EventFlags::IN)?;
            self.connections.push(Some(Connection { stream, head: Head::default(), owed: 0 }));
        }
    }

    /// Reads what is there and stamps the requests that it completes.
    fn read(&mut self, index: usize) {
        let Some(connection) = &mut self.connections[index] else { return };
        let mut bytes = [0; 4096];
        match connection.stream.read(&mut bytes) {
            // A closed descriptor leaves the epoll set by itself.
            Ok(0) => self.connections[index] = None,
            Ok(length) => {
                let now = clock_gettime(ClockId::Monotonic);
                let now = now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64;
                let complete = connection.head.ends_in(&bytes[..length]);
                connection.owed += complete;
                self.stamps.extend((0..complete).map(|_| now));
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => self.connections[index] = None,
        }
    }

    fn answer(&mut self, index: usize) {
        let Some(connection) = &mut self.connections[index] else { return };
        // A peer that lets its receive buffer fill up gets no answers; it is one that does not read them.
        for _ in 0..std::mem::take(&mut connection.owed) {
            if connection.stream.write(&self.answer).is_err() {
                return;
            }
        }
    }
}

/// How much of the empty line that ends a request without body has been seen.
#[derive(Debug, Default)]
struct Head(usize);

impl Head {
    /// How many requests end in `bytes`, which follow those seen before.
    fn ends_in(&mut self, bytes: &[u8]) -> usize {
        const END: &[u8; 4] = b"\r\n\r\n";
        let mut ends = 0;
        for &byte in bytes {
            self.0 = if byte == END[self.0] { self.0 + 1 } else { usize::from(byte == b'\r') };
            if self.0 == END.len() {
                ends += 1;
                self.0 = 0;
            }
        }
        ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_end_wherever_reads_are_cut() {
        let bytes = b"GET / HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\r\n\r\n";
        for cut in 0..bytes.len() {
            let mut head = Head::default();
            assert_eq!(head.ends_in(&bytes[..cut]) + head.ends_in(&bytes[cut..]), 2, "{cut}");
        }
    }

    #[test]
    fn every_request_is_stamped_and_answered() {
        let stamper = Stamper::start(0, 10).unwrap();
        let address = stamper.address;
        let mut streams = [TcpStream::connect(address).unwrap(), TcpStream::connect(address).unwrap()];
        for _ in 0..3 {
            for stream in &mut streams {
                stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
                let mut answer = vec![0; 71 + ANSWER.len()];
                stream.read_exact(&mut answer).unwrap();
                assert!(answer.ends_with(ANSWER.as_bytes()), "{}", String::from_utf8_lossy(&answer));
            }
        }
        let stamps = stamper.stamps().unwrap();
        assert!(stamps.len() == 6 && stamps.is_sorted() && stamps[0] < stamps[5], "{stamps:?}");
    }
}
