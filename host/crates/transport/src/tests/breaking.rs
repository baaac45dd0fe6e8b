//! Exchanges that break off, and what they are called.

use super::*;

#[tokio::test]
async fn a_body_that_is_cut_off_is_a_lost_connection() {
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
        let exchange = answer_to(text).await;
        assert_eq!(*broken(&exchange), TransportError::Lost(told.to_owned()));
        assert!(exchange.sent.is_some_and(|sent| sent <= exchange.end));
        assert_eq!(exchange.first_byte.is_some(), !text.is_empty());
        assert_eq!(exchange.bytes_received, text.len() as u64);
    }
}

#[tokio::test]
async fn a_reset_is_told_from_a_close() {
    // What it was sent stays unread: the system then resets the connection.
    let server = serve(|_, wire| async move { wire.stream.readable().await.expect("a request") }).await;
    let exchange = Client::to(&server).get().await;
    let told = "reset by the other side before any of the answer came";
    assert_eq!(*broken(&exchange), TransportError::Lost(told.to_owned()));
}

#[tokio::test]
async fn what_is_not_http_is_quoted() {
    for (text, told) in [
        ("SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "it begins with `SSH-2.0-OpenSSH_9.2p1 Debian`"),
        ("\u{1}\u{2}binary", "it begins with `\\x01\\x02binary`"),
        ("HTTP/1.1 abc\r\n\r\n", "its head is malformed ("),
        ("HTTP/1.1 200 OK\r\nbad header\r\n\r\n", "its head is malformed ("),
        ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "a malformed chunk after 0 bytes of the body"),
    ] {
        let exchange = answer_to(text).await;
        let error = broken(&exchange);
        assert!(matches!(error, TransportError::Protocol(_)), "{error:?}");
        assert!(error.to_string().starts_with(&format!("answer is not HTTP: {told}")), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_speaks_first_is_no_http_server() {
    let server = serve(|_, mut wire| async move {
        wire.say("220 mail.example.org ESMTP\r\n").await;
        wire.request().await;
    })
    .await;
    let exchange = Client::to(&server).get().await;
    let said = broken(&exchange).to_string();
    assert!(said.ends_with("it begins with `220 mail.example.org ESMTP`"), "{said}");
}

#[tokio::test]
async fn no_answer_ends_at_the_deadline_and_closes_the_connection() {
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
    })
    .await;
    let client = Client::new(&[&server.url()], Settings { connections: Some(1), ..settings() });
    let deadline = client.clock.now() + 30_000_000;
    let exchange = client.transport.exchange(0, &get("/"), deadline).await;
    assert_eq!(*broken(&exchange), TransportError::TimedOut);
    assert!((deadline..deadline + 500_000_000).contains(&exchange.end), "{} {deadline}", exchange.end);
    assert!(exchange.sent.is_some_and(|sent| sent < deadline) && exchange.first_byte.is_none());
    assert!(told.await.expect("told"));
    assert_eq!(whole(&client.get().await).status, 200);
}

#[tokio::test]
async fn a_deadline_that_has_passed_sends_nothing() {
    let server = serve(|_, wire| wire.answer_all(OK)).await;
    let exchange = Client::to(&server).send(&get("/"), -1).await;
    assert_eq!((broken(&exchange), exchange.sent), (&TransportError::TimedOut, None));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn giving_up_the_exchange_closes_the_connection_and_frees_the_slot() {
    let server = serve(|index, mut wire| async move {
        while wire.request().await.is_some() && index > 0 {
            wire.say(OK).await;
        }
        wire.request().await;
    })
    .await;
    let client = Client::new(&[&server.url()], Settings { connections: Some(1), ..settings() });
    let given_up = tokio::time::timeout(Duration::from_millis(20), client.get()).await;
    assert!(given_up.is_err());
    assert_eq!(whole(&client.get().await).status, 200);
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn abandoning_ends_all_exchanges_and_those_to_come() {
    let server = serve(|_, mut wire| async move {
        wire.request().await;
        wire.request().await;
    })
    .await;
    let client = Client::new(&[&server.url()], Settings { connections: Some(1), ..settings() });
    let (sent, waiting, ()) = tokio::join!(client.get(), client.get(), async {
        while server.requests() == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        client.transport.abandon();
    });
    assert_eq!((broken(&sent), broken(&waiting)), (&TransportError::Abandoned, &TransportError::Abandoned));
    assert!(sent.sent.is_some() && sent.bytes_sent > 0);
    assert_eq!((waiting.sent, waiting.bytes_sent), (None, 0));
    let later = client.get().await;
    assert_eq!((broken(&later), later.sent), (&TransportError::Abandoned, None));
    assert_eq!(server.connections(), 1);
}
