//! HTTP/2, by prior knowledge.

use super::frames::*;
use super::*;

#[test]
fn http2_is_spoken_by_prior_knowledge() {
    let server = serve(|_, wire| answer_all(wire.stream));
    let mut client = client_to(&server);
    for (method, is_first) in [(Method::GET, true), (Method::POST, false), (Method::GET, false)] {
        let body = if method == Method::POST { "hello" } else { "" };
        let exchange = client.send(&request(method, "/a?b=c", body), LONG);
        let response = whole(&exchange);
        assert_eq!((response.status, &response.body[..], response.body_length), (200, &b"ok"[..], 2));
        let (sent, first_byte) = (exchange.sent.expect("sent"), exchange.first_byte.expect("answered"));
        assert!(sent < first_byte && first_byte <= exchange.end);
        assert_eq!(exchange.connect_ns.is_some(), is_first);
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn stamps_and_bytes_are_those_of_the_streams_own_frames() {
    let server = serve_frames(None, |_, mut frames| async move {
        while let Some(stream) = frames.request().await {
            tokio::time::sleep(Duration::from_millis(60)).await;
            frames.put(HEADERS, END_HEADERS, stream, STATUS_200).await;
            frames.put(DATA, 0, stream, b"o").await;
            tokio::time::sleep(Duration::from_millis(60)).await;
            frames.put(PING, 0, 0, &[0; 8]).await;
            frames.put(DATA, END_STREAM, stream, b"k").await;
        }
    });
    let exchange = client_to(&server).get();
    assert_eq!(&whole(&exchange).body[..], b"ok");
    let (sent, first_byte) = (exchange.sent.expect("sent"), exchange.first_byte.expect("answered"));
    assert!((15_000_000..1_000_000_000).contains(&(first_byte - sent)), "{exchange:?}");
    assert!((15_000_000..1_000_000_000).contains(&(exchange.end - first_byte)), "{exchange:?}");
    assert_eq!(exchange.bytes_received, 3 * 9 + 3);
    // A HEADERS frame of its own: path, host and agent.
    assert!((20..100).contains(&exchange.bytes_sent), "{}", exchange.bytes_sent);
}

#[test]
fn what_goes_out_is_what_the_request_and_the_plan_say() {
    let (tell, told) = std::sync::mpsc::channel();
    let server = serve(move |_, wire| {
        let tell = tell.clone();
        async move {
            let mut connection = h2::server::handshake(wire.stream).await.expect("HTTP/2");
            while let Some(Ok((request, mut respond))) = connection.accept().await {
                tell.send(request.into_parts().0).expect("the test waits");
                respond.send_response(http::Response::new(()), true).expect("open");
            }
        }
    });
    let base =
        vec![header("host", "other:81"), header("keep-alive", "1"), header("x-base", "1"), header("accept", "a")];
    let origin = Origin::parse(&format!("{}/api", server.url())).expect("a URL");
    let mut client = Client::with(vec![origin], base, http2());
    let mut put = request(Method::PUT, "/a?b=c", "");
    put.headers = vec![header("accept", "b"), header("x-own", "2")];
    assert_eq!((whole(&client.send(&put, LONG)).status, whole(&client.get()).body_length), (200, 0));
    let head = told.recv().expect("told");
    assert_eq!((head.method, head.uri.to_string()), (Method::PUT, "http://other:81/api/a?b=c".to_owned()));
    let mut headers: Vec<_> = head.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.sort_unstable();
    let agent = format!("user-agent: \"cluster-tester/{}\"", env!("CARGO_PKG_VERSION"));
    let expected = ["accept: \"b\"", "content-length: \"0\"", &agent, "x-base: \"1\"", "x-own: \"2\""];
    assert_eq!(headers, expected);
    assert!(!told.recv().expect("told").headers.contains_key("content-length"));
}

#[test]
fn a_long_request_body_goes_out_as_fast_as_the_target_takes_it() {
    const LENGTH: usize = 4 << 20;
    let server = serve(|_, wire| async move {
        let mut connection = h2::server::handshake(wire.stream).await.expect("HTTP/2");
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            tokio::spawn(async move {
                let mut body = request.into_body();
                let mut length = 0;
                while let Some(Ok(data)) = body.data().await {
                    length += data.len();
                    body.flow_control().release_capacity(data.len()).expect("open");
                }
                let answer = http::Response::builder().status(if length == LENGTH { 200 } else { 400 });
                respond.send_response(answer.body(()).expect("an answer"), true).expect("open");
            });
        }
    });
    let mut client = client_to(&server);
    let mut upload = request(Method::POST, "/", "");
    upload.body = vec![b'x'; LENGTH].into();
    let exchange = client.send(&upload, LONG);
    assert_eq!(whole(&exchange).status, 200);
    assert!(exchange.bytes_sent > LENGTH as u64 && exchange.sent < exchange.first_byte);
}

#[test]
fn answers_before_the_last_are_skipped_and_heads_have_no_body() {
    let server = serve_frames(None, |_, mut frames| async move {
        while let Some(stream) = frames.request().await {
            // `:status: 103`, then 200 with a length and nothing after it.
            frames.put(HEADERS, END_HEADERS, stream, &[8, 3, b'1', b'0', b'3']).await;
            let head = [STATUS_200, &[0x0f, 13, 1, b'5']].concat();
            frames.put(HEADERS, END_HEADERS | END_STREAM, stream, &head).await;
        }
    });
    let exchange = client_to(&server).send(&request(Method::HEAD, "/", ""), LONG);
    assert_eq!((whole(&exchange).status, whole(&exchange).body_length), (200, 0));
}

/// How many streams there were at most at a time on a connection, and how many connections.
fn most_at_a_time(requests: u32, of_server: Option<u32>, settings: Settings) -> (usize, usize) {
    let most = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&most);
    let server = serve_frames(of_server, move |_, mut frames| {
        let seen = Arc::clone(&seen);
        async move {
            let mut open = Vec::new();
            loop {
                // All that come within a moment are answered together.
                match tokio::time::timeout(Duration::from_millis(20), frames.request()).await {
                    Ok(Some(stream)) => open.push(stream),
                    Ok(None) => return,
                    Err(_) => {
                        seen.fetch_max(open.len(), Ordering::SeqCst);
                        for stream in open.drain(..) {
                            frames.answer(stream).await;
                        }
                    }
                }
            }
        }
    });
    let mut client = Client::new(&[&server.url()], settings);
    client.open().expect("opens");
    assert!(client.all(requests).iter().all(|exchange| whole(exchange).status == 200));
    (most.load(Ordering::SeqCst), server.connections())
}

#[test]
fn streams_are_filled_before_another_connection_is_opened() {
    assert_eq!(most_at_a_time(50, None, Settings { streams: 100, ..http2() }), (50, 1));
    assert_eq!(most_at_a_time(30, None, Settings { streams: 10, ..http2() }), (10, 3));
    assert_eq!(most_at_a_time(4, None, Settings { streams: 1, ..http2() }), (1, 4));
}

#[test]
fn the_cap_counts_connections_and_the_streams_of_each_are_limited() {
    let capped = |connections, streams| Settings { connections: Some(connections), streams, ..http2() };
    assert_eq!(most_at_a_time(40, None, capped(2, 10)), (10, 2));
    // Used in turn, so that all of them are.
    assert_eq!(most_at_a_time(8, None, capped(4, 100)), (2, 4));
}

#[test]
fn the_target_may_allow_fewer_streams() {
    let settings = Settings { connections: Some(1), open_ahead: 1, ..http2() };
    assert_eq!(most_at_a_time(12, Some(3), settings), (3, 1));
}

#[test]
fn open_ahead_counts_requests_not_connections() {
    let server = serve(|_, wire| answer_all(wire.stream));
    let mut client = Client::new(&[&server.url()], Settings { open_ahead: 25, streams: 10, ..http2() });
    client.open().expect("opens");
    until("opened", || server.connections() == 3);
    let exchange = client.get();
    assert_eq!((whole(&exchange).status, exchange.connect_ns), (200, None));
}

#[test]
fn a_connection_takes_as_many_requests_as_it_may_carry() {
    let server = serve_frames(None, one_by_one);
    let mut client = Client::new(&[&server.url()], Settings { requests_per_connection: Some(2), ..http2() });
    let opened: Vec<_> = (0..5).map(|_| client.get().connect_ns.is_some()).collect();
    assert_eq!(opened, [true, false, true, false, true]);
}

#[test]
fn a_long_body_is_counted_and_cut() {
    const LENGTH: usize = 64 << 20;
    let server = serve(|_, wire| async move {
        let mut connection = h2::server::handshake(wire.stream).await.expect("HTTP/2");
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            let mut body = respond.send_response(http::Response::new(()), false).expect("open");
            body.send_data(Bytes::from(vec![b'x'; LENGTH]), true).expect("open");
        }
    });
    let mut client = Client::new(&[&server.url()], Settings { body_limit: 10, ..http2() });
    let exchange = client.get();
    assert_eq!((&whole(&exchange).body[..], whole(&exchange).body_length), (&b"xxxxxxxxxx"[..], LENGTH as u64));
    assert!(exchange.bytes_received > LENGTH as u64);
}
