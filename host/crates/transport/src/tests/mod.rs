//! Transports against servers that say exactly what a test wants.

mod answers;
mod breaking;
mod connections;
mod requests;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use model::{Clock, Exchange, Nanos, Request, Response, Transport as _, TransportError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::{HttpTransport, Origin, Settings};

/// An answer of two bytes.
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
/// Far enough away not to matter.
const LONG: Nanos = 20_000_000_000;

struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> Nanos {
        Nanos::try_from(self.0.elapsed().as_nanos()).expect("a short test")
    }
}

/// Runs a scripted server until the runtime ends; `each` is given the number of the connection, from 0.
async fn serve<F>(each: impl Fn(usize, Wire) -> F + Send + 'static) -> Server
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let requests = Arc::new(AtomicUsize::new(0));
    let connections = Arc::new(AtomicUsize::new(0));
    let server = Server { address, requests: Arc::clone(&requests), connections: Arc::clone(&connections) };
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let wire = Wire { stream, requests: Arc::clone(&requests) };
            tokio::spawn(each(connections.fetch_add(1, Ordering::SeqCst), wire));
        }
    });
    server
}

struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// A connection as the scripted server has it.
struct Wire {
    stream: TcpStream,
    requests: Arc<AtomicUsize>,
}

impl Wire {
    /// A request's head; none when the client has closed.
    async fn request(&mut self) -> Option<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.ok()?);
        }
        self.requests.fetch_add(1, Ordering::SeqCst);
        Some(String::from_utf8(head).expect("text"))
    }

    async fn say(&mut self, text: &str) {
        // The client may be gone already: some scripts are about that.
        let _ = self.stream.write_all(text.as_bytes()).await;
    }

    /// The same answer to each request.
    async fn answer_all(mut self, text: &'static str) {
        while self.request().await.is_some() {
            self.say(text).await;
        }
    }
}

fn settings() -> Settings {
    Settings {
        connections: None,
        open_ahead: 0,
        connect_timeout: Duration::from_secs(5),
        response_headers: Vec::new(),
        body_limit: 1 << 20,
    }
}

struct Client {
    transport: HttpTransport,
    clock: Arc<dyn Clock>,
}

impl Client {
    fn new(urls: &[&str], settings: Settings) -> Self {
        let origins = urls.iter().map(|url| Origin::parse(url).expect("a URL")).collect();
        Self::with(origins, Vec::new(), settings)
    }

    fn with(origins: Vec<Origin>, headers: Vec<(HeaderName, HeaderValue)>, settings: Settings) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(TestClock(Instant::now()));
        Self { transport: HttpTransport::new(origins, headers, Arc::clone(&clock), settings), clock }
    }

    fn to(server: &Server) -> Self {
        Self::new(&[&server.url()], settings())
    }

    async fn get(&self) -> Exchange {
        self.send(&get("/"), LONG).await
    }

    async fn send(&self, request: &Request, within: Nanos) -> Exchange {
        self.transport.exchange(0, request, self.clock.now() + within).await
    }
}

fn get(path: &str) -> Request {
    request(Method::GET, path, "")
}

fn request(method: Method, path: &str, body: &'static str) -> Request {
    Request {
        method,
        path: path.parse().expect("a path"),
        headers: Vec::new(),
        body: Bytes::from_static(body.as_bytes()),
    }
}

fn header(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), HeaderValue::from_static(value))
}

/// The answer to one request, when the server says `text` and closes.
async fn answer_to(text: &'static str) -> Exchange {
    let server = serve(move |_, mut wire| async move {
        wire.request().await;
        wire.say(text).await;
    })
    .await;
    Client::to(&server).get().await
}

fn whole(exchange: &Exchange) -> &Response {
    exchange.response.as_ref().expect("an answer")
}

fn broken(exchange: &Exchange) -> &TransportError {
    exchange.response.as_ref().expect_err("no answer")
}
