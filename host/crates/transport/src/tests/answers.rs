//! Answers that are whole, in all their shapes.

use super::*;

#[test]
fn instants_are_in_order_and_bytes_are_counted() {
    let server = serve(|_, wire| wire.answer_all(OK));
    let mut client = Client::to(&server);
    let before = client.clock.now();
    let exchange = client.get();
    let response = whole(&exchange);
    assert_eq!((response.status, &response.body[..], response.body_length), (200, &b"ok"[..], 2));
    let sent = exchange.sent.expect("sent");
    let first_byte = exchange.first_byte.expect("answered");
    assert!(before < sent && sent < first_byte && first_byte <= exchange.end && exchange.end <= client.clock.now());
    assert!(exchange.connect_ns.expect("connected for it") > 0);
    let version = env!("CARGO_PKG_VERSION");
    let head = format!("GET / HTTP/1.1\r\nhost: {}\r\nuser-agent: cluster-tester/{version}\r\n\r\n", server.address);
    assert_eq!(exchange.bytes_sent, head.len() as u64);
    assert_eq!(exchange.bytes_received, OK.len() as u64);
}

#[test]
fn a_chunked_body_is_put_together() {
    let exchange = answer_to("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    assert_eq!((&whole(&exchange).body[..], whole(&exchange).body_length), (&b"abcde"[..], 5));
}

#[test]
fn the_end_is_the_last_byte_of_a_slow_body() {
    let server = serve(|_, mut wire| async move {
        wire.request().await;
        wire.say("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab").await;
        tokio::time::sleep(Duration::from_millis(60)).await;
        wire.say("cd").await;
        wire.request().await;
    });
    let exchange = Client::to(&server).get();
    assert_eq!(&whole(&exchange).body[..], b"abcd");
    let body_took = exchange.end - exchange.first_byte.expect("answered");
    assert!((15_000_000..2_000_000_000).contains(&body_took), "{body_took}");
}

#[test]
fn the_end_of_a_body_without_a_length_is_the_close() {
    let server = serve(|_, mut wire| async move {
        wire.request().await;
        wire.say("HTTP/1.0 200 OK\r\n\r\nabc").await;
        tokio::time::sleep(Duration::from_millis(60)).await;
    });
    let exchange = Client::to(&server).get();
    assert_eq!(&whole(&exchange).body[..], b"abc");
    let body_took = exchange.end - exchange.first_byte.expect("answered");
    assert!((15_000_000..2_000_000_000).contains(&body_took), "{body_took}");
}

#[test]
fn a_close_after_the_last_byte_does_not_move_the_end() {
    let server = serve(|_, mut wire| async move {
        wire.request().await;
        wire.say("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    });
    let exchange = Client::to(&server).get();
    let took = exchange.end - exchange.sent.expect("sent");
    assert!(took < 150_000_000, "{took}");
}

#[test]
fn a_long_body_is_counted_and_cut() {
    const LENGTH: usize = 1 << 20;
    let server = serve(|_, mut wire| async move {
        let body = "x".repeat(LENGTH);
        while wire.request().await.is_some() {
            wire.say(&format!("HTTP/1.1 200 OK\r\ncontent-length: {LENGTH}\r\n\r\n{body}")).await;
        }
    });
    let mut client = Client::new(&[&server.url()], Settings { body_limit: 10, ..settings() });
    for _ in 0..3 {
        let exchange = client.get();
        assert_eq!((&whole(&exchange).body[..], whole(&exchange).body_length), (&b"xxxxxxxxxx"[..], LENGTH as u64));
        assert!(exchange.bytes_received > LENGTH as u64);
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_body_of_many_pieces_is_kept_up_to_the_limit() {
    let server = serve(|_, wire| {
        wire.answer_all(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n2\r\nef\r\n2\r\ngh\r\n0\r\n\r\n",
        )
    });
    for (limit, kept) in [(0, ""), (1, "a"), (2, "ab"), (5, "abcde"), (8, "abcdefgh"), (9, "abcdefgh")] {
        let mut client = Client::new(&[&server.url()], Settings { body_limit: limit, ..settings() });
        let exchange = client.get();
        assert_eq!((&whole(&exchange).body[..], whole(&exchange).body_length), (kept.as_bytes(), 8), "{limit}");
    }
}

#[test]
fn answers_without_a_body_are_whole() {
    let server = serve(|_, mut wire| async move {
        for text in [
            "HTTP/1.1 204 No Content\r\n\r\n",
            "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        ] {
            wire.request().await;
            wire.say(text).await;
        }
        wire.request().await;
    });
    let mut client = Client::to(&server);
    for (method, status) in [(Method::GET, 204), (Method::GET, 304), (Method::HEAD, 200), (Method::GET, 200)] {
        let exchange = client.send(&request(method, "/", ""), LONG);
        assert_eq!((whole(&exchange).status, whole(&exchange).body_length), (status, 0));
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn only_wanted_headers_are_handed_on() {
    let server = serve(|_, wire| {
        wire.answer_all("HTTP/1.1 200 OK\r\nX-Two: b\r\nother: c\r\nx-one: a\r\nx-two: d\r\ncontent-length: 0\r\n\r\n")
    });
    let response_headers = ["x-one", "x-two", "x-three"].map(HeaderName::from_static).to_vec();
    let mut client = Client::new(&[&server.url()], Settings { response_headers, ..settings() });
    let exchange = client.get();
    assert_eq!(whole(&exchange).headers, [header("x-one", "a"), header("x-two", "b"), header("x-two", "d")]);
}
