//! How a thread drives its transport.

use model::plan::Pacing;

use super::*;

#[test]
fn a_request_is_written_before_its_submission_returns() {
    let server = serve(|_, wire| wire.answer_all(OK));
    let mut client = Client::new(&[&server.url()], Settings { open_ahead: 1, ..settings() });
    client.open().expect("opens");
    client.transport.submit(Token(0), 0, get("/"));
    // Nobody drives the transport meanwhile.
    until("sent", || server.requests() == 1);
    let now = client.clock.now();
    let exchange = client.end_of(0, now + LONG);
    assert!(exchange.sent.expect("sent") < now && exchange.end > now);
}

#[test]
fn a_wait_until_the_past_only_looks() {
    let server = serve(|_, wire| wire.answer_all(OK));
    for pacing in [Pacing::Precise, Pacing::Economical] {
        let mut client = Client::new(&[&server.url()], Settings { open_ahead: 1, pacing, ..settings() });
        client.open().expect("opens");
        let began = Instant::now();
        client.transport.wait(Nanos::MIN, &mut client.ended);
        client.transport.wait(client.clock.now(), &mut client.ended);
        assert!(began.elapsed() < Duration::from_millis(500) && client.ended.is_empty());
        let before = server.requests();
        client.transport.submit(Token(0), 0, get("/"));
        until("sent", || server.requests() > before);
        // The answer comes without anybody having slept for it.
        until("answered", || server.requests() > before);
        let began = Instant::now();
        while client.ended.is_empty() && began.elapsed() < Duration::from_secs(5) {
            client.transport.wait(Nanos::MIN, &mut client.ended);
        }
        assert_eq!(client.ended.len(), 1);
    }
}

#[test]
fn a_wait_returns_when_it_is_time() {
    for pacing in [Pacing::Precise, Pacing::Economical] {
        let server = serve(|_, wire| wire.answer_all(OK));
        let mut client = Client::new(&[&server.url()], Settings { pacing, ..settings() });
        for ahead in [10_000, 70_000, 300_000, 5_000_000, 30_000_000] {
            let until = client.clock.now() + ahead;
            client.transport.wait(until, &mut client.ended);
            let late = client.clock.now() - until;
            assert!((0..200_000_000).contains(&late), "{pacing:?} {ahead}: {late}");
        }
    }
}

#[test]
fn a_wait_is_woken_from_another_thread() {
    let mut client = Client::new(&["http://127.0.0.1:9"], settings());
    let waker = client.transport.waker();
    let until = client.clock.now() + LONG;
    // Called before it waits, and while it does.
    waker();
    client.transport.wait(until, &mut client.ended);
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(20));
        waker();
    });
    client.transport.wait(until, &mut client.ended);
    thread.join().expect("called");
    assert!(client.clock.now() < LONG / 2 && client.ended.is_empty());
}

#[test]
fn a_target_that_sends_without_end_holds_nobody_up() {
    let endless = serve(|_, mut wire| async move {
        wire.request().await;
        wire.say("HTTP/1.1 200 OK\r\n\r\n").await;
        let piece = vec![b'x'; 1 << 20];
        while wire.stream.write_all(&piece).await.is_ok() {}
    });
    let server = serve(|_, wire| wire.answer_all(OK));
    let mut client =
        Client::new(&[&endless.url(), &server.url()], Settings { body_limit: 10, connections: Some(2), ..settings() });
    client.transport.submit(Token(0), 0, get("/"));
    client.idle(50);
    let mut latest = 0;
    for _ in 0..50 {
        client.transport.submit(Token(1), 1, get("/"));
        let until = client.clock.now() + 2_000_000;
        let deadline = client.clock.now() + LONG;
        assert_eq!(whole(&client.end_of(1, deadline)).status, 200);
        while client.clock.now() < until {
            client.transport.wait(until, &mut client.ended);
        }
        latest = latest.max(client.clock.now() - until);
    }
    assert!(latest < 200_000_000, "{latest}");
    let exchange = client.transport.cancel(Token(0), TransportError::TimedOut).expect("under way");
    assert!(exchange.bytes_received > 1 << 20, "{}", exchange.bytes_received);
}

#[test]
fn opening_stops_when_told_to() {
    let mut client = Client::new(&["http://192.0.2.1:9"], Settings { open_ahead: 1, ..settings() });
    let began = Instant::now();
    // Either nobody answers there, or the machine has no way to it; neither takes long.
    let _ = client.transport.open(&|| true);
    assert!(began.elapsed() < Duration::from_secs(3));
}
