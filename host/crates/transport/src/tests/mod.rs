//! Transports against servers that say exactly what a test wants.

mod answers;
mod breaking;
mod certificates;
mod connections;
mod differential;
mod driving;
mod frames;
mod http2;
mod http2_breaking;
mod policy;
mod requests;
mod ways;

use std::collections::VecDeque;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use model::{Clock, Exchange, Nanos, Request, Response, Token, Transport, TransportError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use crate::general::GeneralTransport;
use crate::{Endpoint, Origin, Route, Settings, routes, transport};

/// An answer of two bytes.
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
/// Far enough away not to matter.
const LONG: Nanos = 20_000_000_000;

/// Where the servers run. The client has a runtime of its own, on the thread of its test.
static SERVERS: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
});

struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> Nanos {
        Nanos::try_from(self.0.elapsed().as_nanos()).expect("a short test")
    }
}

/// Set where all tests take the general way, also those that the lean one would be chosen for.
const GENERAL: &str = "TRANSPORT_TESTS_TAKE_THE_GENERAL_WAY";

#[test]
fn all_that_holds_on_the_lean_way_holds_on_the_general_one() {
    if std::env::var_os(GENERAL).is_some() {
        return;
    }
    let own = std::env::current_exe().expect("this is one");
    let ran = std::process::Command::new(own).arg("tests::").env(GENERAL, "1").output().expect("it can be run again");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
}

/// Runs a scripted server until the runtime ends; `each` is given the number of the connection, from 0.
fn serve<F>(each: impl Fn(usize, Wire) -> F + Send + 'static) -> Server
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = listen();
    let address = listener.local_addr().expect("an address");
    let requests = Arc::new(AtomicUsize::new(0));
    let connections = Arc::new(AtomicUsize::new(0));
    let server = Server { address, requests: Arc::clone(&requests), connections: Arc::clone(&connections) };
    SERVERS.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let wire = Wire { stream, requests: Arc::clone(&requests) };
            tokio::spawn(each(connections.fetch_add(1, Ordering::SeqCst), wire));
        }
    });
    server
}

fn listen() -> TcpListener {
    SERVERS.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port")
}

/// Waits until `is_so`, for a while.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(10), "{what}");
        std::thread::sleep(Duration::from_millis(1));
    }
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
    Settings { connect_timeout: Duration::from_secs(5), ..Settings::default() }
}

/// Submits and waits, as a generator does.
struct Client {
    transport: Box<dyn Transport>,
    clock: Arc<dyn Clock>,
    ended: VecDeque<(Token, Exchange)>,
}

impl Client {
    fn new(urls: &[&str], settings: Settings) -> Self {
        let origins = urls.iter().map(|url| Origin::parse(url).expect("a URL")).collect();
        Self::with(origins, Vec::new(), settings)
    }

    fn with(origins: Vec<Origin>, headers: Vec<(HeaderName, HeaderValue)>, settings: Settings) -> Self {
        let routes = routes(&origins, None);
        Self::on(routes, origins, headers, settings)
    }

    fn on(
        routes: Vec<Route>,
        origins: Vec<Origin>,
        headers: Vec<(HeaderName, HeaderValue)>,
        settings: Settings,
    ) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(TestClock(Instant::now()));
        let transport: Box<dyn Transport> = match std::env::var_os(GENERAL) {
            None => transport(routes, origins, headers, Arc::clone(&clock), settings).expect("a transport"),
            Some(_) => Box::new(
                GeneralTransport::new(routes, origins, &headers, Arc::clone(&clock), settings).expect("a transport"),
            ),
        };
        Self { transport, clock, ended: VecDeque::new() }
    }

    fn to(server: &Server) -> Self {
        Self::new(&[&server.url()], settings())
    }

    fn open(&mut self) -> Result<(), TransportError> {
        self.transport.open(&|| false)
    }

    fn get(&mut self) -> Exchange {
        self.send(&get("/"), LONG)
    }

    fn send(&mut self, request: &Request, within: Nanos) -> Exchange {
        self.transport.submit(Token(0), 0, request.clone());
        self.end_of(0, self.clock.now() + within)
    }

    /// So many at once, each on the next route.
    fn all(&mut self, count: u32) -> Vec<Exchange> {
        for index in 0..count {
            self.transport.submit(Token(index), index.into(), get("/"));
        }
        let deadline = self.clock.now() + LONG;
        (0..count).map(|index| self.end_of(index, deadline)).collect()
    }

    /// The end of one; it is cancelled at the deadline.
    fn end_of(&mut self, index: u32, deadline: Nanos) -> Exchange {
        loop {
            if let Some(place) = self.ended.iter().position(|(token, _)| *token == Token(index)) {
                return self.ended.remove(place).expect("it is there").1;
            }
            if self.clock.now() >= deadline {
                return self.transport.cancel(Token(index), TransportError::TimedOut).expect("under way");
            }
            self.transport.wait(deadline, &mut self.ended);
        }
    }

    /// Waits with nothing to do, but for the sockets.
    fn idle(&mut self, ms: i64) {
        let until = self.clock.now() + ms * 1_000_000;
        while self.clock.now() < until {
            self.transport.wait(until, &mut self.ended);
        }
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
fn answer_to(text: &'static str) -> Exchange {
    let server = serve(move |_, mut wire| async move {
        wire.request().await;
        wire.say(text).await;
    });
    Client::to(&server).get()
}

fn whole(exchange: &Exchange) -> &Response {
    exchange.response.as_ref().expect("an answer")
}

fn broken(exchange: &Exchange) -> &TransportError {
    exchange.response.as_ref().expect_err("no answer")
}
