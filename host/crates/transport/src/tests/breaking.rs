//! Exchanges that break off, and what they are called.

use super::*;

#[test]
fn a_body_that_is_cut_off_is_a_lost_connection() {
    for (text, told) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345",
            "closed by the other side after 5 of 10 bytes of the body",
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n",
            "closed by the other side after 1 byte of the body, before its end",
        ),
        ("HTTP/1.1 200 OK\r\ncontent-le", "closed by the other side within the head of the answer"),
        ("", "closed by the other side before any of the answer came"),
    ] {
        let exchange = answer_to(text);
        assert_eq!(*broken(&exchange), TransportError::Lost(told.to_owned()));
        assert!(exchange.sent.is_some_and(|sent| sent <= exchange.end));
        assert_eq!(exchange.first_byte.is_some(), !text.is_empty());
        assert_eq!(exchange.bytes_received, text.len() as u64);
    }
}

#[test]
fn a_reset_is_told_from_a_close() {
    // What it was sent stays unread: the system then resets the connection.
    let server = serve(|_, wire| async move { assert!(wire.stream.peek(&mut [0]).await.is_ok()) });
    let exchange = Client::to(&server).get();
    let told = "reset by the other side before any of the answer came";
    assert_eq!(*broken(&exchange), TransportError::Lost(told.to_owned()));
}

#[test]
fn what_is_not_http_is_quoted() {
    for (text, told) in [
        ("SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "it begins with `SSH-2.0-OpenSSH_9.2p1 Debian`"),
        ("\u{1}\u{2}binary", "it begins with `\\x01\\x02binary`"),
        ("HTTP/1.1 abc\r\n\r\n", "its head is malformed ("),
        ("HTTP/1.1 200 OK\r\nbad header\r\n\r\n", "its head is malformed ("),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "a malformed chunk after 0 bytes of the body"),
    ] {
        let exchange = answer_to(text);
        let error = broken(&exchange);
        assert!(matches!(error, TransportError::Protocol(_)), "{error:?}");
        assert!(error.to_string().starts_with(&format!("answer is not HTTP: {told}")), "{error}");
    }
}

#[test]
fn a_server_that_speaks_first_is_no_http_server() {
    let server = serve(|_, mut wire| async move {
        wire.say("220 mail.example.org ESMTP\r\n").await;
        wire.request().await;
    });
    let exchange = Client::to(&server).get();
    let said = broken(&exchange).to_string();
    assert!(said.ends_with("it begins with `220 mail.example.org ESMTP`"), "{said}");
}

#[test]
fn no_answer_ends_at_the_deadline_and_closes_the_connection() {
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = std::sync::Mutex::new(Some(tell));
    let server = serve(move |index, mut wire| {
        let tell = tell.lock().expect("lock").take();
        async move {
            wire.request().await;
            if index > 0 {
                return wire.say(OK).await;
            }
            let closed = wire.request().await.is_none();
            tell.expect("the first connection").send(closed).expect("the test waits");
        }
    });
    let mut client = Client::new(&[&server.url()], Settings { connections: Some(1), ..settings() });
    let deadline = client.clock.now() + 30_000_000;
    client.transport.submit(Token(0), 0, get("/"));
    let exchange = client.end_of(0, deadline);
    assert_eq!(*broken(&exchange), TransportError::TimedOut);
    assert!((deadline..deadline + 500_000_000).contains(&exchange.end), "{} {deadline}", exchange.end);
    assert!(exchange.sent.is_some_and(|sent| sent < deadline) && exchange.first_byte.is_none());
    assert!(told.blocking_recv().expect("told"));
    assert_eq!(whole(&client.get()).status, 200);
}

#[test]
fn one_cancelled_at_once_has_no_answer_and_nothing_of_it_is_left() {
    let server = serve(|_, wire| wire.answer_all(OK));
    let mut client = Client::to(&server);
    client.transport.submit(Token(7), 0, get("/"));
    let exchange = client.transport.cancel(Token(7), TransportError::TimedOut).expect("under way");
    assert_eq!((broken(&exchange), exchange.sent, exchange.bytes_sent), (&TransportError::TimedOut, None, 0));
    // It was connecting, and for how long is told.
    assert!(exchange.connect_ns.is_some());
    assert!(client.transport.cancel(Token(7), TransportError::TimedOut).is_none());
    assert!(client.transport.cancel(Token(8), TransportError::TimedOut).is_none());
    assert_eq!(whole(&client.get()).status, 200);
    assert_eq!(server.requests(), 1);
    assert!(client.ended.is_empty());
}

#[test]
fn giving_up_the_exchange_closes_the_connection_and_frees_the_slot() {
    let server = serve(|index, mut wire| async move {
        while wire.request().await.is_some() && index > 0 {
            wire.say(OK).await;
        }
        wire.request().await;
    });
    let mut client = Client::new(&[&server.url()], Settings { connections: Some(1), ..settings() });
    assert_eq!(*broken(&client.send(&get("/"), 20_000_000)), TransportError::TimedOut);
    assert_eq!(whole(&client.get()).status, 200);
    assert_eq!(server.connections(), 2);
}

#[test]
fn abandoning_ends_what_was_sent_and_what_waits() {
    let server = serve(|_, mut wire| async move {
        wire.request().await;
        wire.request().await;
    });
    let mut client = Client::new(&[&server.url()], Settings { connections: Some(1), ..settings() });
    client.transport.submit(Token(0), 0, get("/"));
    client.transport.submit(Token(1), 1, get("/"));
    while server.requests() == 0 {
        client.idle(1);
    }
    // The one that waits goes first, or it would have the other's slot.
    let [waiting, sent] =
        [1, 0].map(|token| client.transport.cancel(Token(token), TransportError::Abandoned).expect("under way"));
    assert_eq!((broken(&sent), broken(&waiting)), (&TransportError::Abandoned, &TransportError::Abandoned));
    assert!(sent.sent.is_some() && sent.bytes_sent > 0 && sent.connect_ns.is_some());
    assert_eq!((waiting.sent, waiting.bytes_sent, waiting.connect_ns), (None, 0, None));
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_cancelled_exchange_tells_how_much_of_the_answer_came() {
    let server = serve(|_, mut wire| async move {
        wire.request().await;
        wire.say("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab").await;
        wire.request().await;
    });
    let exchange = Client::to(&server).send(&get("/"), 200_000_000);
    assert_eq!(*broken(&exchange), TransportError::TimedOut);
    let (sent, first_byte) = (exchange.sent.expect("sent"), exchange.first_byte.expect("answered"));
    assert!(sent < first_byte && first_byte < exchange.end);
    assert_eq!(exchange.bytes_received, "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab".len() as u64);
}

#[test]
fn a_head_without_end_is_cut() {
    let server = serve(|_, mut wire| async move {
        wire.request().await;
        wire.say("HTTP/1.1 200 OK\r\n").await;
        for _ in 0..2_000 {
            wire.say(&format!("x-bomb: {}\r\n", "x".repeat(1_000))).await;
        }
    });
    let exchange = Client::to(&server).get();
    let said = broken(&exchange).to_string();
    assert_eq!(said, "answer is not HTTP: its head is too large: more than 64 KiB, or more than 100 headers");
    assert!(exchange.bytes_received < 1 << 18, "{}", exchange.bytes_received);
}
