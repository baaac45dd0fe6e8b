//! A scripted server that misbehaves in one way, to see what the command makes of it.
//!
//! Plain threads, one a connection, and nothing shared with the code under test: what it counts and stamps is evidence.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A good head and ten bytes of its hundred.
const CUT_OFF: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n0123456789";

/// How the server misbehaves. Where nothing else is said, it answers at once and keeps connections alive.
#[derive(Debug, Clone)]
pub enum Behaviour {
    /// A web page where JSON is expected.
    Html,
    /// A line of another protocol, then the end.
    NotHttp,
    /// Ten bytes of a body of a hundred, then the end.
    CutOff,
    /// Takes requests and never answers.
    Stalls,
    /// Takes a request and closes without a word.
    ClosesAtOnce,
    /// Takes the first byte of a request and resets the connection.
    Resets,
    /// Takes the first byte of a request, gives ten bytes of a body of a hundred, and resets the connection.
    ResetsWithinAnswer,
    /// Good answers, each followed by the end, of which its head says nothing.
    ClosesKept,
    /// A good answer of a hundred bytes, one byte each so much time.
    Trickles(Duration),
    /// A good answer with a body of so many bytes, as fast as they are taken.
    HugeBody(u64),
    /// A body in chunks, the first of which has a size that is no number.
    BadChunks,
    /// A head of ever more lines, as fast as they are taken.
    EndlessHead,
    /// Good answers, but none from `after` its first request on, for `length`.
    Freezes {
        /// From the first request to the freeze.
        after: Duration,
        /// How long it lasts.
        length: Duration,
    },
    /// Good answers, each so much later.
    SlowAnswer(Duration),
    /// This status.
    Status(u16),
    /// Status 200 and this text, said to be JSON.
    Json(String),
}

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct Misbehaving {
    addr: SocketAddr,
    server: Arc<Server>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Server {
    behaviour: Behaviour,
    state: Mutex<State>,
    stopped: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_stopped: bool,
    arrivals: Vec<Instant>,
    /// Connections taken so far.
    accepted: u64,
    /// Handles by which open connections are ended.
    open: HashMap<u64, TcpStream>,
}

impl Misbehaving {
    /// Starts it on a free port of the loopback address.
    ///
    /// # Panics
    /// When the system refuses a port or a thread.
    pub fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("a bound socket has an address");
        let server = Arc::new(Server { behaviour, state: Mutex::default(), stopped: Condvar::new() });
        let accepting = Some(thread::spawn({
            let server = Arc::clone(&server);
            move || server.accept(&listener)
        }));
        Self { addr, server, accepting }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// When each request was read, in that order. Of one that is reset only the first byte is read.
    pub fn arrivals(&self) -> Vec<Instant> {
        let mut arrivals = self.server.state().arrivals.clone();
        // Two threads may stamp in one order and note in the other.
        arrivals.sort_unstable();
        arrivals
    }

    /// Requests read so far.
    pub fn requests(&self) -> usize {
        self.server.state().arrivals.len()
    }

    /// Connections taken so far.
    pub fn connections(&self) -> u64 {
        self.server.state().accepted
    }
}

impl Drop for Misbehaving {
    fn drop(&mut self) {
        let mut state = self.server.state();
        state.is_stopped = true;
        for stream in state.open.values() {
            // It may have ended by itself.
            let _ = stream.shutdown(Shutdown::Both);
        }
        drop(state);
        self.server.stopped.notify_all();
        // Wakes the one that accepts.
        let _ = TcpStream::connect(self.addr);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

impl Server {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn accept(self: Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { continue };
            let Ok(handle) = stream.try_clone() else { continue };
            let mut state = self.state();
            if state.is_stopped {
                return;
            }
            let number = state.accepted;
            state.accepted += 1;
            state.open.insert(number, handle);
            drop(state);
            let server = Arc::clone(&self);
            thread::spawn(move || {
                // What the client does is not the server's business.
                let _ = server.converse(&stream);
                // The handle first: a reset is sent only when the last of the two is closed.
                drop(server.state().open.remove(&number));
                drop(stream);
            });
        }
    }

    fn converse(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        if let Behaviour::Resets | Behaviour::ResetsWithinAnswer = self.behaviour {
            let mut stream = stream;
            stream.read_exact(&mut [0])?;
            self.state().arrivals.push(Instant::now());
            if let Behaviour::ResetsWithinAnswer = self.behaviour {
                stream.write_all(CUT_OFF)?;
            }
            // Closing with unread bytes makes the system send a reset.
            return Ok(());
        }
        let mut reader = BufReader::new(stream);
        while read_request(&mut reader)? {
            let arrival = Instant::now();
            let mut state = self.state();
            state.arrivals.push(arrival);
            let first = state.arrivals[0];
            drop(state);
            if !self.answer(stream, arrival, first)? {
                return stream.shutdown(Shutdown::Write);
            }
        }
        Ok(())
    }

    /// Answers a request. False: that was the last.
    fn answer(&self, mut stream: &TcpStream, arrival: Instant, first: Instant) -> io::Result<bool> {
        match &self.behaviour {
            Behaviour::Html => {
                stream.write_all(&response(200, "text/html", "<!doctype html><title>Welcome</title>"))?
            }
            Behaviour::Json(text) => stream.write_all(&response(200, "application/json", text))?,
            Behaviour::Status(status) => stream.write_all(&response(*status, "application/json", "{}"))?,
            Behaviour::SlowAnswer(time) => {
                self.pause_until(arrival + *time);
                stream.write_all(&response(200, "application/json", "{}"))?;
            }
            Behaviour::Freezes { after, length } => {
                let (begin, end) = (first + *after, first + *after + *length);
                if (begin..end).contains(&arrival) {
                    self.pause_until(end);
                }
                stream.write_all(&response(200, "application/json", "{}"))?;
            }
            Behaviour::NotHttp => {
                stream.write_all(b"SSH-2.0-OpenSSH_9.2p1\r\n")?;
                return Ok(false);
            }
            Behaviour::CutOff => {
                stream.write_all(CUT_OFF)?;
                return Ok(false);
            }
            Behaviour::ClosesKept => {
                stream.write_all(&response(200, "application/json", "{}"))?;
                return Ok(false);
            }
            Behaviour::Trickles(time) => {
                for (byte, number) in response(200, "text/plain", &".".repeat(100)).iter().zip(0..) {
                    self.pause_until(arrival + *time * number);
                    stream.write_all(&[*byte])?;
                }
            }
            Behaviour::HugeBody(length) => {
                stream.write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n").as_bytes())?;
                io::copy(&mut io::repeat(b'.').take(*length), &mut BufWriter::with_capacity(1 << 18, stream))?;
            }
            Behaviour::BadChunks => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfive\r\nhello\r\n0\r\n\r\n")?;
            }
            Behaviour::EndlessHead => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
                let lines = b"x-more: of the same\r\n".repeat(1_000);
                loop {
                    stream.write_all(&lines)?;
                }
            }
            Behaviour::ClosesAtOnce | Behaviour::Resets | Behaviour::ResetsWithinAnswer => return Ok(false),
            Behaviour::Stalls => {}
        }
        Ok(true)
    }

    /// Waits, unless the server is stopped.
    fn pause_until(&self, until: Instant) {
        let mut state = self.state();
        while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            if state.is_stopped {
                return;
            }
            state = self.stopped.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Reads a request with its body. False when the client has closed.
fn read_request(reader: &mut BufReader<&TcpStream>) -> io::Result<bool> {
    let mut length = 0;
    let mut is_first = true;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(false);
        }
        let line = line.trim_end();
        if line.is_empty() && !is_first {
            break;
        }
        is_first = false;
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(|_| io::ErrorKind::InvalidData)?;
        }
    }
    io::copy(&mut reader.take(length), &mut io::sink())?;
    Ok(true)
}

fn response(status: u16, content_type: &str, body: &str) -> Vec<u8> {
    if matches!(status, 204 | 304) {
        return format!("HTTP/1.1 {status} Scripted\r\n\r\n").into_bytes();
    }
    let length = body.len();
    format!("HTTP/1.1 {status} Scripted\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &[u8] = b"POST / HTTP/1.1\r\nhost: x\r\nContent-Length: 5\r\n\r\nhello";

    /// Sends a request on a kept connection and gives what one read returns.
    fn ask(stream: &mut TcpStream) -> io::Result<String> {
        stream.set_read_timeout(Some(Duration::from_millis(100)))?;
        stream.write_all(REQUEST)?;
        let mut buffer = [0; 1024];
        let read = stream.read(&mut buffer)?;
        Ok(String::from_utf8_lossy(&buffer[..read]).into_owned())
    }

    #[test]
    fn good_and_odd_answers_come_on_kept_connections() {
        for (behaviour, start, end) in [
            (Behaviour::Html, "HTTP/1.1 200 ", "</title>"),
            (Behaviour::Json("[1".to_owned()), "HTTP/1.1 200 ", "\r\n\r\n[1"),
            (Behaviour::Status(503), "HTTP/1.1 503 ", "\r\n\r\n{}"),
            (Behaviour::Status(204), "HTTP/1.1 204 ", "\r\n\r\n"),
        ] {
            let server = Misbehaving::start(behaviour);
            let mut stream = TcpStream::connect(server.addr()).expect("connects");
            for _ in 0..3 {
                let text = ask(&mut stream).expect("an answer");
                assert!(text.starts_with(start) && text.ends_with(end), "{text}");
            }
            assert_eq!((server.requests(), server.connections()), (3, 1));
        }
    }

    #[test]
    fn broken_answers_end_the_connection() {
        for (behaviour, first) in
            [(Behaviour::NotHttp, "SSH-2.0"), (Behaviour::CutOff, "HTTP/1.1 200"), (Behaviour::ClosesAtOnce, "")]
        {
            let server = Misbehaving::start(behaviour);
            let mut stream = TcpStream::connect(server.addr()).expect("connects");
            assert!(ask(&mut stream).expect("an end").starts_with(first));
            assert_eq!(stream.read(&mut [0; 16]).expect("an end"), 0);
            assert_eq!(server.requests(), 1);
        }
    }

    #[test]
    fn a_reset_is_one() {
        let server = Misbehaving::start(Behaviour::Resets);
        let mut stream = TcpStream::connect(server.addr()).expect("connects");
        assert_eq!(ask(&mut stream).expect_err("a reset").kind(), io::ErrorKind::ConnectionReset);
        assert_eq!(server.requests(), 1);
    }

    #[test]
    fn a_stalling_server_says_nothing_and_can_be_stopped() {
        let server = Misbehaving::start(Behaviour::Stalls);
        let mut stream = TcpStream::connect(server.addr()).expect("connects");
        assert_eq!(ask(&mut stream).expect_err("nothing").kind(), io::ErrorKind::WouldBlock);
        assert_eq!(server.requests(), 1);
        drop(server);
        assert_eq!(stream.read(&mut [0; 16]).expect("an end"), 0);
    }

    #[test]
    fn a_slow_answer_is_late() {
        let server = Misbehaving::start(Behaviour::SlowAnswer(Duration::from_millis(20)));
        let mut stream = TcpStream::connect(server.addr()).expect("connects");
        for _ in 0..2 {
            let start = Instant::now();
            ask(&mut stream).expect("an answer");
            assert!(start.elapsed() >= Duration::from_millis(20));
        }
    }

    #[test]
    fn a_freeze_holds_all_connections_and_ends() {
        let (after, length) = (Duration::from_millis(30), Duration::from_millis(50));
        let server = Misbehaving::start(Behaviour::Freezes { after, length });
        let mut streams: Vec<_> = (0..2).map(|_| TcpStream::connect(server.addr()).expect("connects")).collect();
        ask(&mut streams[0]).expect("an answer");
        let first = server.arrivals()[0];
        assert!(first.elapsed() < after, "a slow machine: nothing can be said");
        thread::sleep(after);
        let asking: Vec<_> = streams
            .into_iter()
            .map(|mut stream| {
                thread::spawn(move || {
                    ask(&mut stream).expect("an answer");
                    (Instant::now(), stream)
                })
            })
            .collect();
        for thread in asking {
            let (answered, mut stream) = thread.join().expect("an answer");
            assert!(answered >= first + after + length);
            let start = Instant::now();
            ask(&mut stream).expect("an answer");
            assert!(start.elapsed() < length);
        }
        assert_eq!(server.arrivals().len(), 5);
    }
}
