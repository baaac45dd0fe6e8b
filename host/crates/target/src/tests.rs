//! The application as its clients see it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;

use crate::{Config, RunningTarget, serve, spawn};

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

fn running() -> RunningTarget {
    spawn(ANYWHERE, 2, 20).expect("a target")
}

/// Head and body of an answer.
fn ask(addr: SocketAddr, method: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(addr).expect("connects");
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("sends");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    (head.to_owned(), body.to_owned())
}

fn get(addr: SocketAddr, path: &str) -> (u16, Value) {
    let (head, body) = ask(addr, "GET", path);
    assert!(head.contains("content-type: application/json"), "{head}");
    (head[9..12].parse().expect("a status"), serde_json::from_str(&body).expect("JSON"))
}

fn refusal(addr: SocketAddr, path: &str) -> (u16, String) {
    let (status, body) = get(addr, path);
    (status, body["error"].as_str().expect("a reason").to_owned())
}

fn assert_span(body: &Value, since: Timestamp) {
    let instant = |key: &str| {
        let text = body[key].as_str().expect("text");
        assert_eq!((text.len(), &text[19..20], &text[23..]), (24, ".", "Z"), "{text}");
        text.parse::<Timestamp>().expect("ISO 8601")
    };
    let (start, end) = (instant("start"), instant("end"));
    // Milliseconds: what was cut off may put it before.
    assert!(since.as_millisecond() <= start.as_millisecond() && start <= end && end <= Timestamp::now(), "{body}");
}

#[test]
fn the_root_tells_what_there_is() {
    let target = running();
    let (status, body) = get(target.addr(), "/");
    assert_eq!(status, 200);
    assert_eq!(body["name"], "cluster-tester target");
    assert_eq!(body["routes"], serde_json::json!(["/", "/fibonacci/{n}", "/bubble-sort?n={n}", "/queue"]));
}

#[test]
fn fibonacci_numbers_are_found_by_calling_itself() {
    let target = running();
    for (n, number) in [(0, 0), (1, 1), (2, 1), (3, 2), (10, 55), (12, 144)] {
        let since = Timestamp::now();
        let (status, body) = get(target.addr(), &format!("/fibonacci/{n}"));
        assert_eq!((status, &body["fibonacci"]), (200, &number.into()), "{n}");
        assert_eq!(body.as_object().expect("an object").len(), 3);
        assert_span(&body, since);
    }
}

#[test]
fn many_at_once_do_not_hold_each_other_up_for_ever() {
    let target = running();
    let threads: Vec<_> = (0..100)
        .map(|_| {
            let addr = target.addr();
            std::thread::spawn(move || get(addr, "/fibonacci/9"))
        })
        .collect();
    for thread in threads {
        let (status, body) = thread.join().expect("an answer");
        assert_eq!((status, &body["fibonacci"]), (200, &34.into()));
    }
}

#[test]
fn arrays_are_sorted() {
    let target = running();
    for n in [1, 1024] {
        let since = Timestamp::now();
        let (status, body) = get(target.addr(), &format!("/bubble-sort?x=y&n={n}"));
        assert_eq!((status, &body["n"]), (200, &n.into()));
        assert_span(&body, since);
    }
}

#[test]
fn a_long_sort_keeps_nobody_waiting() {
    let target = spawn(ANYWHERE, 1, 20).expect("a target");
    let addr = target.addr();
    let sorting = std::thread::spawn(move || {
        get(addr, "/bubble-sort?n=32768");
        Instant::now()
    });
    std::thread::sleep(Duration::from_millis(20));
    get(addr, "/");
    let answered = Instant::now();
    assert!(answered < sorting.join().expect("sorted"));
}

#[test]
fn what_asks_for_nothing_or_too_much_is_refused_with_a_reason() {
    let target = running();
    let addr = target.addr();
    for (path, told) in [
        ("/fibonacci/21", "n is `21`: it must be a whole number from 0 to 20"),
        ("/fibonacci/-1", "n is `-1`: it must be a whole number from 0 to 20"),
        ("/fibonacci/", "n is ``: it must be a whole number from 0 to 20"),
        ("/fibonacci/9999999999", "n is `9999999999`: it must be a whole number from 0 to 20"),
        ("/bubble-sort", "n is ``: it must be a whole number from 1 to 65536"),
        ("/bubble-sort?n=0", "n is `0`: it must be a whole number from 1 to 65536"),
        ("/bubble-sort?n=65537", "n is `65537`: it must be a whole number from 1 to 65536"),
        ("/bubble-sort?n=%0a", "n is `\\n`: it must be a whole number from 1 to 65536"),
    ] {
        assert_eq!(refusal(addr, path), (400, told.to_owned()));
    }
    for path in ["/fibonacci", "/nothing", "/bubble-sort/8"] {
        let told = format!("there is no {path}, only /, /fibonacci/{{n}}, /bubble-sort?n={{n}} and /queue");
        assert_eq!(refusal(addr, path), (404, told));
    }
}

#[test]
fn only_reading_is_answered() {
    let target = running();
    let (head, body) = ask(target.addr(), "POST", "/fibonacci/1");
    assert!(head.starts_with("HTTP/1.1 405 ") && head.contains("allow: GET, HEAD"), "{head}");
    assert_eq!(body, r#"{"error":"only GET and HEAD are answered"}"#);
    let (head, body) = ask(target.addr(), "HEAD", "/fibonacci/1");
    assert!(head.starts_with("HTTP/1.1 200 ") && body.is_empty(), "{head} {body}");
}

/// A target that calls `app_url`.
fn calling(app_url: &str) -> (tokio::runtime::Runtime, SocketAddr) {
    serving(Config::new(app_url, 20).expect("a config").with_max_bubble_sort(8))
}

/// A target whose queue has so many servers.
fn queueing(servers: u32, service_time: Duration) -> (tokio::runtime::Runtime, SocketAddr) {
    let servers = NonZeroU32::new(servers).expect("a server");
    serving(Config::new("http://app", 20).expect("a config").with_queue(servers, service_time))
}

/// A target that runs until the runtime is dropped.
fn serving(config: Config) -> (tokio::runtime::Runtime, SocketAddr) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind(ANYWHERE)).expect("a port");
    let addr = listener.local_addr().expect("an address");
    runtime.spawn(serve(listener, config));
    (runtime, addr)
}

#[test]
fn an_app_url_that_leads_nowhere_is_told() {
    let nowhere = TcpListener::bind(ANYWHERE).expect("a port").local_addr().expect("an address");
    let (_runtime, addr) = calling(&format!("http://{nowhere}/app"));
    assert_eq!(get(addr, "/fibonacci/1").0, 200);
    let (status, error) = refusal(addr, "/fibonacci/5");
    assert_eq!(status, 502);
    assert!(error.starts_with(&format!("calling http://{nowhere}/app/fibonacci/")), "{error}");
    assert!(error.contains("cannot connect: Connection refused"), "{error}");
    assert!(error.ends_with("does `--app-url` lead here?"), "{error}");
    assert_eq!(refusal(addr, "/bubble-sort?n=9").0, 400);
}

/// A server that gives the same answer to each connection's first request.
fn says(text: &'static str) -> SocketAddr {
    let listener = TcpListener::bind(ANYWHERE).expect("a port");
    let addr = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(text.as_bytes());
        }
    });
    addr
}

#[test]
fn an_app_url_that_leads_elsewhere_is_told() {
    for (text, told) in [
        ("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", "it answered with status 404 Not Found"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "its answer is not this application's"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello", "the connection broke: "),
        ("SSH-2.0\r\n", "the connection broke: "),
        ("", "the connection broke: "),
    ] {
        let (_runtime, addr) = calling(&format!("http://{}", says(text)));
        let (status, error) = refusal(addr, "/fibonacci/5");
        assert_eq!(status, 502);
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn an_address_in_use_or_too_large_an_n_is_an_error() {
    let target = running();
    let error = spawn(target.addr(), 1, 20).expect_err("in use");
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    let error = spawn(ANYWHERE, 1, 1000).expect_err("too large");
    assert!(error.to_string().starts_with("an n of 1000 asks too much"), "{error}");
}

#[test]
fn dropping_it_stops_it() {
    let target = running();
    let addr = target.addr();
    drop(target);
    let until = Instant::now() + Duration::from_secs(5);
    while TcpStream::connect(addr).is_ok() {
        assert!(Instant::now() < until, "still there");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Times that a connection's requests to the queue took, one after the other.
fn queue_times(addr: SocketAddr, count: usize) -> Vec<Duration> {
    let mut stream = TcpStream::connect(addr).expect("connects");
    let mut answer = [0; 4096];
    let times = (0..count).map(|_| {
        let begun = Instant::now();
        stream.write_all(b"GET /queue HTTP/1.1\r\nhost: x\r\n\r\n").expect("sends");
        let mut length = 0;
        while !answer[..length].ends_with(b"}") {
            let read = stream.read(&mut answer[length..]).expect("an answer");
            assert!(read > 0, "closed");
            length += read;
        }
        let took = begun.elapsed();
        assert!(answer.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&answer));
        took
    });
    times.collect()
}

#[test]
fn the_queue_answers_when_a_server_is_done() {
    let service_time = Duration::from_millis(5);
    let (_runtime, addr) = queueing(1, service_time);
    let since = Timestamp::now();
    assert_span(&get(addr, "/queue").1, since);
    let mut times = queue_times(addr, 40);
    times.sort();
    assert!(times[0] >= service_time, "{times:?}");
    // Some tens of microseconds on an idle machine; a timer of the runtime's would take one millisecond more.
    assert!(times[20] < service_time + Duration::from_millis(1), "{times:?}");
}

#[test]
fn the_queue_lets_through_what_its_servers_can_take() {
    // 1 000/s, always somebody waiting.
    let (_runtime, addr) = queueing(3, Duration::from_millis(3));
    let begun = Instant::now();
    let clients: Vec<_> = (0..12).map(|_| std::thread::spawn(move || queue_times(addr, 25))).collect();
    let times = clients.into_iter().flat_map(|client| client.join().expect("all answered"));
    assert_eq!(times.count(), 300);
    let took = begun.elapsed();
    let least = Duration::from_millis(300);
    assert!(took >= least && took < least + Duration::from_millis(100), "{took:?}");
}

#[test]
fn who_hangs_up_leaves_the_queue() {
    let service_time = Duration::from_millis(50);
    let (_runtime, addr) = queueing(1, service_time);
    for _ in 0..20 {
        let mut stream = TcpStream::connect(addr).expect("connects");
        stream.write_all(b"GET /queue HTTP/1.1\r\nhost: x\r\n\r\n").expect("sends");
    }
    let took = queue_times(addr, 1)[0];
    assert!(took < service_time * 10, "{took:?}: the others were served");
}
