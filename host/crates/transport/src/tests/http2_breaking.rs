//! Exchanges over HTTP/2 that break off, what they are called, and which of them are sent once more.

use super::frames::*;
use super::*;

#[test]
fn a_refused_stream_is_sent_once_more_whatever_it_asks() {
    let server = serve_frames(None, |_, mut frames| async move {
        let first = frames.request().await.expect("a request");
        frames.reset(first, REFUSED_STREAM).await;
        let second = frames.request().await.expect("again");
        frames.answer(second).await;
        while let Some(stream) = frames.request().await {
            frames.reset(stream, REFUSED_STREAM).await;
        }
    });
    let mut client = client_to(&server);
    let exchange = client.send(&request(Method::POST, "/", "order"), LONG);
    assert_eq!(whole(&exchange).status, 200);
    let said = broken(&client.get()).to_string();
    assert_eq!(said, "connection lost: stream refused by the other side (REFUSED_STREAM)");
    assert_eq!(server.connections(), 1);
}

#[test]
fn what_a_closing_target_did_not_look_at_is_sent_on_another_connection() {
    let server = serve_frames(None, |index, mut frames| async move {
        if index > 0 {
            return one_by_one(index, frames).await;
        }
        let first = frames.request().await.expect("a request");
        let second = frames.request().await.expect("another");
        frames.go_away(first, 0).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        frames.answer(first).await;
        assert!(second > first);
        frames.close().await;
    });
    let mut client = client_to(&server);
    client.transport.submit(Token(0), 0, request(Method::POST, "/", "order"));
    client.transport.submit(Token(1), 0, request(Method::POST, "/", "order"));
    let deadline = client.clock.now() + LONG;
    let [first, second] = [0, 1].map(|index| client.end_of(index, deadline));
    assert_eq!((whole(&first).status, whole(&second).status), (200, 200));
    assert!(first.connect_ns.is_some() && second.connect_ns.is_some());
    assert_eq!(server.connections(), 2);
}

#[test]
fn what_a_closing_target_may_have_looked_at_is_lost() {
    let server = serve_frames(None, |_, mut frames| async move {
        let stream = frames.request().await.expect("a request");
        frames.go_away(stream, INTERNAL_ERROR).await;
        frames.close().await;
    });
    let exchange = client_to(&server).send(&request(Method::POST, "/", "order"), LONG);
    let told = "closed by the other side (GOAWAY, INTERNAL_ERROR) before any of the answer came";
    assert_eq!(*broken(&exchange), TransportError::Lost(told.to_owned()));
    assert_eq!(server.connections(), 1);
}

#[test]
fn rapid_resets_are_failures_each_and_the_connection_is_kept() {
    let server = serve_frames(None, |_, mut frames| async move {
        while let Some(stream) = frames.request().await {
            frames.reset(stream, INTERNAL_ERROR).await;
        }
    });
    let mut client = client_to(&server);
    for _ in 0..20 {
        for exchange in client.all(100) {
            let told = "stream reset by the other side (INTERNAL_ERROR) before any of the answer came";
            assert_eq!(*broken(&exchange), TransportError::Lost(told.to_owned()));
        }
    }
    assert_eq!(server.connections(), 1);
}

/// What becomes of a request whose answer is bad in some way.
fn failed<F>(each: impl Fn(u32, Frames<TcpStream>) -> F + Send + Sync + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let each = Arc::new(each);
    let server = serve_frames(None, move |_, mut frames| {
        let each = Arc::clone(&each);
        async move {
            let stream = frames.request().await.expect("a request");
            each(stream, frames).await;
        }
    });
    broken(&client_to(&server).get()).to_string()
}

#[test]
fn answers_that_are_no_http2_are_named() {
    let said = failed(|stream, mut frames| async move {
        frames.put(HEADERS, END_HEADERS, stream, STATUS_200).await;
        frames.put(DATA, 0, stream, b"abc").await;
        frames.reset(stream, INTERNAL_ERROR).await;
        frames.request().await;
    });
    assert_eq!(
        said,
        "connection lost: stream reset by the other side (INTERNAL_ERROR) after 3 bytes of the body, before its end"
    );
    let said = failed(|stream, mut frames| async move {
        frames.put(DATA, 0, stream, b"abc").await;
        frames.request().await;
    });
    assert!(said.starts_with("answer is not HTTP: "), "{said}");
    let said = failed(|stream, mut frames| async move {
        // A header block that HPACK does not have.
        frames.put(HEADERS, END_HEADERS, stream, &[0xff; 40]).await;
        frames.request().await;
    });
    assert!(said.starts_with("answer is not HTTP: its head is malformed"), "{said}");
    let said = failed(|_, mut frames| async move {
        frames.put(PING, 0, 0, &[0; 3]).await;
        frames.request().await;
    });
    assert!(said.starts_with("answer is not HTTP: malformed HTTP/2 ("), "{said}");
    let said = failed(|_, frames| frames.close());
    assert_eq!(said, "connection lost: closed by the other side before any of the answer came");
}

#[test]
fn a_head_without_end_is_cut() {
    let said = failed(|stream, mut frames| async move {
        // Literal headers without a place in the table, `x: ` and 100 bytes.
        let field = [&[0, 1, b'x', 100][..], &[b'y'; 100]].concat();
        let block = field.repeat(100);
        frames.put(HEADERS, 0, stream, &[STATUS_200, &block].concat()).await;
        for _ in 0..1_000 {
            frames.put(CONTINUATION, 0, stream, &block).await;
        }
        frames.request().await;
    });
    assert!(said.starts_with("answer is not HTTP: ") || said.starts_with("connection lost: "), "{said}");
    let said = failed(|stream, mut frames| async move {
        let field = [&[0, 1, b'x', 100][..], &[b'y'; 100]].concat();
        frames.put(HEADERS, 0, stream, &[STATUS_200, &field.repeat(150)].concat()).await;
        for _ in 0..4 {
            frames.put(CONTINUATION, 0, stream, &field.repeat(150)).await;
        }
        frames.put(CONTINUATION, END_HEADERS, stream, &[]).await;
        frames.request().await;
    });
    assert!(said.starts_with("answer is not HTTP: "), "{said}");
}

#[test]
fn a_target_that_speaks_http1_is_told() {
    let server = serve(|_, mut wire| async move {
        let _ = wire.stream.read(&mut [0; 24]).await;
        wire.say("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
    });
    let told = "answer is not HTTP: the target speaks HTTP/1, not HTTP/2: it begins with `HTTP/1.1 400 Bad Request`; \
                leave `--http` out, or set it to 1.1";
    assert_eq!(broken(&client_to(&server).get()).to_string(), told);
    let mut client = Client::new(&[&server.url()], Settings { open_ahead: 1, ..http2() });
    assert_eq!(client.open().expect_err("no HTTP/2").to_string(), told);
}

#[test]
fn a_cancelled_exchange_resets_its_stream_and_leaves_the_connection_to_the_others() {
    let resets = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&resets);
    let server = serve_frames(None, move |_, mut frames| {
        let seen = Arc::clone(&seen);
        async move {
            let first = frames.request().await.expect("a request");
            frames.put(HEADERS, END_HEADERS, first, STATUS_200).await;
            while let Some((kind, flags, stream)) = frames.frame().await {
                if kind == RST_STREAM {
                    assert_eq!(stream, first);
                    seen.fetch_add(1, Ordering::SeqCst);
                } else if kind == HEADERS && flags & END_STREAM != 0 {
                    frames.answer(stream).await;
                }
            }
        }
    });
    let mut client = client_to(&server);
    let cancelled = client.send(&get("/"), 200_000_000);
    assert_eq!(*broken(&cancelled), TransportError::TimedOut);
    assert!(cancelled.sent.is_some() && cancelled.first_byte.is_some(), "{cancelled:?}");
    assert_eq!(cancelled.bytes_received, 10);
    assert_eq!(whole(&client.get()).status, 200);
    client.idle(5);
    until("reset", || resets.load(Ordering::SeqCst) == 1);
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_connection_that_ends_while_idle_is_replaced_before_use() {
    let server = serve_frames(None, |_, mut frames| async move {
        let stream = frames.request().await.expect("a request");
        frames.answer(stream).await;
        frames.close().await;
    });
    let mut client = Client::new(&[&server.url()], Settings { connections: Some(1), ..http2() });
    for _ in 0..3 {
        let exchange = client.get();
        assert_eq!((whole(&exchange).status, exchange.connect_ns.is_some()), (200, true));
        client.idle(20);
    }
    assert_eq!(server.connections(), 3);
}
