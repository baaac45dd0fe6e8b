//! A server that writes down what it is asked and answers by a script.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A status and a body.
pub(crate) type Answer = (u16, String);

/// A running server; its threads end with the process.
pub(crate) struct Recording {
    addr: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Recording {
    /// Starts one that gives these answers in turn, whichever connection asks.
    pub(crate) fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let addr = listener.local_addr().expect("a bound socket has an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answers, shared) = (Arc::new(answers), Arc::clone(&seen));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, seen) = (Arc::clone(&answers), Arc::clone(&shared));
                thread::spawn(move || converse(&stream, &answers, &seen));
            }
        });
        Self { addr, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Takes what was asked since the last time, each request with its head as it came.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Answers until the client has enough. Requests have no body here.
fn converse(stream: &TcpStream, answers: &[Answer], seen: &Mutex<Vec<String>>) -> Option<()> {
    let (mut reader, mut writer) = (BufReader::new(stream), stream);
    stream.set_nodelay(true).ok()?;
    loop {
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            if reader.read_line(&mut request).ok()? == 0 {
                return None;
            }
        }
        let number = {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.push(request);
            seen.len() - 1
        };
        let (status, body) = &answers[number % answers.len()];
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
        writer.write_all((head + body).as_bytes()).ok()?;
    }
}
